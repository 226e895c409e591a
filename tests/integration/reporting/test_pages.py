"""The pages over a real database: who sees what, that every link leads somewhere, and what is told when it does not."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from sqlalchemy import Engine

from bugle.stack import Stack
from bugle.stack.home import ROOT
from eventkit.settings import MissingSetting
from pagekit.assets import assets
from pagekit.session import COOKIE
from reporting.bootstrap import application
from reporting.config import PageSettings
from tests.integration.reporting.serving import holding, reading, settings
from tests.integration.reporting.test_documents import story
from tests.support.http import TestClient
from tests.support.shown import numbers
from tests.support.tokens import Issuer

BROWSER = {"accept": "text/html"}
HERE = "http://testserver"
_CHIP = re.compile(r'<span class="chip">([^<]*) <a href="([^"]*)" aria-label="([^"]*)">×</a></span>')
_LINK = re.compile(r'(?:href|src|hx-get)="([^"]*)"')
ALIKE = 6
"""Addresses of one shape that the crawl visits: the same page with other rows tells nothing new."""


@pytest.fixture
def browser(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    """Signed in as an analyst."""
    with reading(filled, issuer, headers=BROWSER) as client:
        client.cookies.set(COOKIE, issuer.token("analyst"))
        yield client


def links(page: str) -> list[str]:
    return [html.unescape(found) for found in _LINK.findall(page)]


def shape(address: str) -> str:
    """The address without what differs from row to row."""
    parts = urlsplit(address)
    names = sorted(pair.split("=")[0] for pair in parts.query.split("&"))
    return re.sub(r"[0-9a-f-]{36}", "*", parts.path) + "?" + ",".join(names)


def crawl(client: TestClient, begin: str) -> dict[str, int]:
    """The status of every address that links lead to, some of each shape; of files one each."""
    seen: dict[str, int] = {}
    shapes: Counter[str] = Counter()
    waiting = deque([begin])
    while waiting:
        address = urlsplit(waiting.popleft())._replace(fragment="").geturl()
        if address in seen or shapes[shape(address)] >= (1 if address.startswith("/exports/") else ALIKE):
            continue
        shapes[shape(address)] += 1
        answer = client.get(address)
        seen[address] = answer.status_code
        if answer.headers.get("content-type", "").startswith("text/html") and not address.startswith("/docs"):
            found = (urljoin(HERE + address, link) for link in links(answer.text))
            waiting.extend(link.removeprefix(HERE) for link in found if link.startswith(HERE))
    return seen


@pytest.mark.timeout(180)
@pytest.mark.parametrize("asked", ["lang=zh&synthetic=false", "lang=en&at=2021-03-12"])
def test_every_link_leads_somewhere(browser: TestClient, asked: str) -> None:
    seen = crawl(browser, f"/overview?programme=jinxian&{asked}")
    refused = {address: status for address, status in seen.items() if status >= 400}
    assert refused == {}
    shapes = {shape(address).split("?")[0] for address in seen}
    pages = {
        "/overview",
        "/ledger",
        "/deadlines",
        "/cards-and-letters",
        "/issues/*",
        "/issues/*/events/*",
        "/counted/issues",
        "/counted/on_time",
    }
    assert pages <= shapes


@pytest.fixture
def documented(servers: Stack, issuer: Issuer) -> Iterator[TestClient]:
    """Over the story of which reports are drawn up."""
    with (
        holding(servers, "reportingpaged", story().events) as engine,
        reading(engine, issuer, headers=BROWSER) as client,
    ):
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


@pytest.mark.timeout(120)
def test_documents_and_programme_hang_together(documented: TestClient) -> None:
    seen = crawl(documented, "/documents?programme=jinxian")
    assert {address: status for address, status in seen.items() if status >= 400} == {}
    shapes = {shape(address).split("?")[0] for address in seen}
    assert {"/documents/monthly", "/documents/annual", "/counted/resolution", "/counted/teams"} <= shapes


def test_document_shows_markup_as_text(documented: TestClient) -> None:
    page = documented.get("/documents/monthly?programme=jinxian&period=2021-03").text
    assert "<b>" not in page and "&lt;b&gt;**急**" in page
    assert 'style="' not in page and '<td class="n">' in page


def test_document_is_not_for_departments(documented: TestClient, issuer: Issuer) -> None:
    documented.cookies.set(COOKIE, issuer.token("department", department="bank"))
    answer = documented.get("/documents/monthly?programme=jinxian&period=2021-03&lang=en")
    assert (answer.status_code, "A report is about all departments." in answer.text) == (403, True)


def test_broken_link_would_be_found() -> None:
    planted = FastAPI()
    planted.get("/")(lambda: HTMLResponse('<a href="/gone">'))
    assert crawl(TestClient(planted), "/") == {"/": 200, "/gone": 404}


def test_pages_bring_strict_headers(browser: TestClient) -> None:
    answer = browser.get("/overview?programme=jinxian")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*src=)|<style|style=| on[a-z]+=", answer.text)


def test_assets_are_fetched_and_kept() -> None:
    names = set(assets("reporting.web"))
    if not {"htmx.js", "echarts.js"} <= names:
        pytest.skip("the pages' scripts are not fetched: run `make setup`")
    lock = (ROOT / "libs/pagekit/npm/package-lock.json").read_text()
    assert lock.count('"integrity": "sha512-') == 4 and "resolved" not in lock and "http" not in lock


def test_asset_is_sent_compressed(browser: TestClient) -> None:
    [style] = [link for link in links(browser.get("/").text) if link.endswith("style.css")]
    answer = browser.get(style)
    assert (answer.headers["content-encoding"], "immutable" in answer.headers["cache-control"]) == ("gzip", True)
    assert browser.get(style.replace("/assets/", "/assets/0")).status_code == 404


def test_stranger_is_asked_to_sign_in(browser: TestClient) -> None:
    browser.cookies.clear()
    answer = browser.get("/ledger?programme=jinxian")
    assert answer.status_code == 401
    assert 'name="back" value="/ledger?programme=jinxian"' in answer.text
    assert "尚未登录" not in answer.text  # nothing has gone wrong yet


def test_expired_session_is_told(browser: TestClient, issuer: Issuer) -> None:
    browser.cookies.set(COOKIE, issuer.token("analyst", lifetime=-10))
    answer = browser.get("/ledger?lang=en")
    assert answer.status_code == 401
    assert "Your sign-in has expired. Sign in again." in answer.text
    assert "aria-invalid" not in answer.text  # no token was typed
    part = browser.get("/ledger", headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-refresh"]) == (401, "true")


def test_link_from_elsewhere_is_asked_again(browser: TestClient) -> None:
    browser.cookies.clear()
    answer = browser.get("/ledger?kind=a%22b", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert 'content="0; url=/ledger?kind=a%22b"' in answer.text


def test_token_signs_in(browser: TestClient, issuer: Issuer) -> None:
    browser.cookies.clear()
    sent = {"token": f" {issuer.token('office')}\n", "back": "/ledger?programme=jinxian"}
    answer = browser.post("/sign-in", data=sent, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ledger?programme=jinxian")
    cookie = answer.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/")) and "secure" not in cookie
    assert browser.get("/ledger?programme=jinxian").status_code == 200
    left = browser.post("/sign-out", follow_redirects=False)
    assert "max-age=0" in left.headers["set-cookie"].lower()


def test_cookie_stays_within_tls(browser: TestClient, issuer: Issuer) -> None:
    sent = {"token": issuer.token("office")}
    answer = browser.post("/sign-in", data=sent, headers={"X-Forwarded-Proto": "https"}, follow_redirects=False)
    assert "secure" in answer.headers["set-cookie"].lower()


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
@pytest.mark.parametrize("address", ["/sign-in", "/sign-out"])
def test_form_of_another_site_is_refused(
    browser: TestClient, issuer: Issuer, headers: dict[str, str], address: str
) -> None:
    answer = browser.post(address, data={"token": issuer.token("office")}, headers=headers)
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_sign_in_leads_to_no_other_site(browser: TestClient, issuer: Issuer) -> None:
    sent = {"token": issuer.token("office"), "back": "//evil.example/x"}
    answer = browser.post("/sign-in", data=sent, follow_redirects=False)
    assert answer.headers["location"] == "/"
    assert browser.get("/go?to=https://evil.example", follow_redirects=False).headers["location"] == "/"


def test_wrong_token_keeps_what_was_typed(browser: TestClient) -> None:
    answer = browser.post("/sign-in", data={"token": "<b>x</b>"})
    assert answer.status_code == 422
    assert "&lt;b&gt;x&lt;/b&gt;" in answer.text and "aria-invalid" in answer.text


def test_huge_form_is_refused(browser: TestClient) -> None:
    assert browser.post("/sign-in", data={"token": "x" * 20_000}).status_code == 422


def test_frontend_is_told_it_may_not(browser: TestClient, issuer: Issuer) -> None:
    browser.cookies.set(COOKIE, issuer.token("frontend"))
    answer = browser.get("/overview?programme=jinxian&lang=en")
    assert answer.status_code == 403
    assert answer.text.count("Analyst, Department, Leader, Office, Operator") == 1
    assert "analyst" not in answer.text and "/sign-in?back=/overview%3Fprogramme%3Djinxian" in links(answer.text)
    assert "Sign out" in answer.text


def test_other_agency_sees_nothing(browser: TestClient, issuer: Issuer) -> None:
    browser.cookies.set(COOKIE, issuer.token("analyst", agency="elsewhere"))
    assert "还没有您可以查看的专项行动" in browser.get("/").text
    assert browser.get("/overview?programme=jinxian").status_code == 422
    assert "没有符合条件的问题" in browser.get("/ledger").text


@pytest.mark.parametrize(
    ("address", "status", "word"),
    [
        ("/ledger?colour=red", 422, "此处没有筛选项“牌”"),
        ("/ledger?columns=phone", 422, "没有“phone”这一列"),
        ("/ledger?after=x", 400, "列表的页"),
        ("/ledger?reported=2021-13", 422, "“2021-13”不是“上报于”的可选值"),
        ("/deadlines?due=tomorrow", 422, "“tomorrow”"),
        ("/counted/luck", 404, "没有这项指标"),
        ("/counted/resolution?part=most", 422, "数字的组成部分"),
        ("/counted/issues?without=phone", 422, "“phone”不是“没有”的可选值"),
        ("/issues/nobody", 404, "没有这个问题"),
        ("/climbed", 422, "专项行动"),
        ("/climbed?programme=jinxian&month=x", 422, "月份"),
        ("/nowhere", 404, ""),
    ],
)
def test_refusal_is_a_page_in_words(browser: TestClient, address: str, status: int, word: str) -> None:
    answer = browser.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert word in answer.text and 'role="alert"' in answer.text


def test_wrong_filter_is_told_by_name(browser: TestClient) -> None:
    """And is left out of every address of the page, which shows who is signed in."""
    answer = browser.get("/ledger?programme=jinxian&state=bad", headers={"referer": f"{HERE}/deadlines?unit=bank"})
    assert answer.status_code == 422
    assert "网址中的筛选条件有误" in answer.text and "“bad”不是“状态”的可选值" in answer.text
    assert "请改用下列之一：已上报、" in answer.text and "填报内容" not in answer.text
    assert "退出" in answer.text
    assert any(one.startswith("/deadlines?programme=jinxian&status=unanswered") for one in links(answer.text))
    assert {"/ledger?programme=jinxian", "/deadlines?unit=bank"} <= set(links(answer.text))
    assert not [link for link in links(answer.text) if "state=bad" in link]


def test_moment_before_the_programme_is_told_in_words(browser: TestClient) -> None:
    told = browser.get("/overview?programme=jinxian&as_of=2019-01-01").text
    assert "以某日所知为准" in told and "“截至时点”" in told
    assert "/overview?programme=jinxian" in links(told)


def test_unknown_measure_is_answered_by_names(browser: TestClient) -> None:
    told = browser.get("/counted/luck").text
    assert told.count("没有这项指标") == 2  # title and heading
    assert "按时" in told and "on_time" not in told and "enterprises" not in told


def test_unknown_issue_leads_to_the_ledger(browser: TestClient) -> None:
    told = browser.get("/issues/nobody?programme=jinxian").text
    assert re.search(r'<a href="/ledger\?programme=jinxian">到台账按标题查找该问题', told)


@pytest.mark.parametrize(
    "referer", ["https://evil.example/ledger", "http://[", f"{HERE}/nowhere", f"{HERE}/sign-in", ""]
)
def test_way_back_is_of_this_site(browser: TestClient, referer: str) -> None:
    told = browser.get("/nowhere", headers={"referer": referer}).text
    assert "返回首页" in told and "返回上一页" not in told


def test_department_is_called_as_its_unit_is(browser: TestClient, issuer: Issuer) -> None:
    browser.cookies.set(COOKIE, issuer.token("department", department="bank", sub="d-1"))
    assert '<span class="name">部门 · 银行</span>' in browser.get("/ledger").text


def test_stranger_is_refused_without_an_account(browser: TestClient) -> None:
    browser.cookies.set(COOKIE, "nonsense")
    told = browser.get("/nowhere")
    assert (told.status_code, "退出" in told.text) == (404, False)


def test_program_goes_on_reading_problems(browser: TestClient) -> None:
    for address, accept in (("/nowhere", "application/json"), ("/v1/nowhere", "text/html")):
        answer = browser.get(address, headers={"accept": accept})
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    "page",
    [
        "/overview?",
        "/overview?at=2021-03-12&",
        "/overview?synthetic=false&",
        "/programme?",
        "/programme?at=2021-03-12&",
    ],
)
@pytest.mark.parametrize("who", [("analyst", {}), ("department", {"department": "bank"})])
def test_number_is_what_lies_behind_it(
    browser: TestClient, issuer: Issuer, page: str, who: tuple[str, dict[str, str]]
) -> None:
    """Whoever looks, and at which moment: the list behind a number is as long as the number, within what the caller may
    see."""
    role, claims = who
    browser.cookies.set(COOKIE, issuer.token(role, **claims))
    found = [one for one in numbers(browser.get(f"{page}programme=jinxian&lang=en").text) if "%" not in one.text]
    assert len(found) > 10
    for number in found:
        assert number.address is not None and number.address.startswith(("/counted/", "/cards-and-letters?")), number
        told = browser.get(number.address).text
        [count] = re.findall(r'<p class="count" role="status">([0-9,]+)', told)
        assert count == number.text, number


@pytest.mark.timeout(120)
def test_pages_of_the_ledger_join_up(browser: TestClient) -> None:
    address, rows = "/ledger?programme=jinxian", []
    while address:
        page = browser.get(address).text
        rows += re.findall(r'<th scope="row"><a href="/issues/([0-9a-f-]{36})', page)
        address = "".join(html.unescape(one) for one in re.findall(r'rel="next" href="([^"]*)"', page))
    [total] = re.findall(r'<p class="count" role="status">\D*([0-9,]+)', page)
    assert len(rows) == len(set(rows)) == int(total)


def test_event_is_a_part_for_htmx(browser: TestClient) -> None:
    page = browser.get("/ledger?programme=jinxian").text
    issue = re.findall(r'href="(/issues/[0-9a-f-]{36}[^"]*)"', page)[0]
    event = re.findall(r'hx-get="([^"]*)"', browser.get(html.unescape(issue)).text)[0]
    part = browser.get(html.unescape(event), headers={"HX-Request": "true"}).text
    assert "<html" not in part and "bugle." in part
    assert "<html" in browser.get(html.unescape(event)).text


def test_form_becomes_the_shortest_address(browser: TestClient) -> None:
    sent = "/go?to=/ledger&state=&kind=power&columns=title&columns=state"
    assert browser.get(sent, follow_redirects=False).headers["location"] == "/ledger?kind=power&columns=title%2Cstate"
    slid = browser.get("/go?to=/overview&first=2021-03-01&days=31", follow_redirects=False)
    assert slid.headers["location"] == "/overview?at=2021-04-01"
    bounded = browser.get("/go?to=/what-if&from=2021-04-01&to=2021-04-30", follow_redirects=False)
    assert bounded.headers["location"] == "/what-if?to=2021-04-30&from=2021-04-01"
    known = browser.get("/go?to=/overview&first=2021-03-01&days=31&moment=as_of", follow_redirects=False)
    assert known.headers["location"] == "/overview?as_of=2021-04-01"


@pytest.mark.parametrize("moment", ["", "&as_of=2021-03-20", "&at=2021-03-20"])
def test_overview_slides_over_days(browser: TestClient, moment: str) -> None:
    """From the day on which Bugle first knew of the programme; for what happened, the programme tells no beginning."""
    page = browser.get(f"/overview?programme=jinxian&lang=en{moment}").text
    [first] = re.findall(r'name="days"[^>]* data-first="([^"]*)"', page)
    assert (first, page.count('id="as_of"')) == ("2021-03-01", 1)
    assert ("As it was known at the end of 2021-03-20" in page) == moment.startswith("&as_of")


@pytest.mark.parametrize(
    ("address", "english", "chinese"),
    [
        ("/counted/deadlines?status=missed", ["Status Missed"], ["时限状态 超时未办"]),
        (
            "/counted/deadlines?open=true&synthetic=false",
            ["Still open? open", "Generated no"],
            ["是否了结 未销号", "生成数据 否"],
        ),
        ("/counted/issues?without=kind,township", ["without Kind, Township"], ["没有 类别、乡镇"]),
        ("/counted/resolution?part=excluded&reason=merged", ["Why not counted Merged"], ["不计原因 已合并"]),
        ("/counted/issues_closed?closed=2021-03&department=bank", ["closed out in 2021-03", "Department 银行"], []),
        ("/ledger?batch=9&synthetic=true&kind=law", ["Batch 9", "Generated yes"], ["批次 9", "生成数据 是"]),
        ("/ledger?reported=2021-03", ["reported in 2021-03"], ["上报于 2021-03"]),
    ],
)
def test_filter_is_told_in_words(browser: TestClient, address: str, english: list[str], chinese: list[str]) -> None:
    """By its name and its value, also to whoever hears what takes it away."""
    for language, expected in (("en", english), ("zh", chinese or None)):
        page = browser.get(f"{address}&programme=jinxian&lang={language}")
        assert page.status_code == 200, page.text
        found = _CHIP.findall(page.text)
        assert expected is None or [said for said, _, _ in found] == expected
        assert all(label.endswith(said) and len(label) > len(said) for said, _, label in found)
        for _, away, _ in found:
            assert len(_CHIP.findall(browser.get(html.unescape(away)).text)) == len(found) - 1


@pytest.mark.parametrize("moment", ["at", "as_of"])
def test_instant_is_told_as_a_minute(browser: TestClient, moment: str) -> None:
    """In the zone of the programme, with the slider at its day there; an instant ends no day."""
    page = f"/overview?programme=jinxian&{moment}=2021-03-19T16:59:59.999999%2B00:00"
    said = {
        "at": ("As it stood at {}.", "以下为{}时的情况"),
        "as_of": ("As it was known at {},", "以下为{}时已知的情况"),
    }
    for language, words in zip(("en", "zh"), said[moment], strict=True):
        told = browser.get(f"{page}&lang={language}").text
        assert words.format("2021-03-20 01:00") in told
        assert "at the end of" not in told and "日终" not in told
        if moment == "as_of":
            assert '<output id="day-as_of" for="days-as_of">2021-03-20</output>' in told


def test_last_instant_of_all_is_told_as_given(browser: TestClient) -> None:
    given = "9999-12-31T20:00:00Z"
    assert f"As it stood at {given}." in browser.get(f"/ledger?programme=jinxian&lang=en&at={given}").text


def test_language_is_remembered(browser: TestClient) -> None:
    assert '<html lang="zh-CN">' in browser.get("/ledger", headers={"accept-language": "en"}).text
    assert '<html lang="en">' in browser.get("/ledger?lang=en").text
    assert '<html lang="en">' in browser.get("/ledger").text


def test_role_is_chosen_beside_the_issuer(filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUGLE_HOME", str(tmp_path))
    from bugle.stack import Home
    from bugle.stack.keys import AUDIENCE as FOR
    from bugle.stack.keys import ISSUER as BY
    from bugle.stack.keys import Keys

    keys = Keys(Home(tmp_path))
    keys.ensure()
    held = PageSettings(
        database_url="", jwks_file=str(keys.jwks_file), issuer=BY, audience=FOR, http_port=0,
        issuer_key_file=str(keys.issuer_key_file),
    )  # fmt: skip
    with TestClient(application(held, filled), headers=BROWSER) as client:
        assert 'value="office/jinxian"' in client.get("/sign-in").text
        answer = client.post("/sign-in", data={"who": "department/jinxian/bank", "token": ""})
        assert answer.status_code == 200 and "部门 · 银行" in answer.text
        assert client.post("/sign-in", data={"who": "enterprise/jinxian"}).status_code == 422


def test_chosen_role_is_never_deployed(filled: Engine, issuer: Issuer) -> None:
    with pytest.raises(MissingSetting, match="127"):
        application(settings(issuer, issuer_key_file="key", http_host="0.0.0.0"), filled)
    with reading(filled, issuer, headers=BROWSER) as client:
        assert "<select" not in client.get("/sign-in").text
        assert client.post("/sign-in", data={"who": "office/jinxian"}).status_code == 422
