"""The rows of pages: issues by their titles, deadlines with what presses first."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text

from bugle.stack import Stack
from pagekit.session import COOKIE
from reporting.queries.scope import Scope
from reporting.web.words import Words
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, courses, day, programme, uid

BROWSER = {"accept": "text/html"}
MOMENTS = ("", "&at=2021-03-12", "&at=2021-03-12T09:30:00%2B08:00", "&as_of=2021-03-12")
_HEAD = re.compile(r'<th scope="row"><a href="/issues/([0-9a-f-]{36})[^"]*">([^<]*)</a>')
_STATUS = re.compile(r'class="status c-(\w+)"')
_DUE = re.compile(r'<td class="day">([^<]*)</td>')


@pytest.fixture(scope="module")
def client(filled: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(filled, issuer, headers=BROWSER) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def page(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.text


def counted(text: str) -> int:
    [found] = re.findall(r'<p class="count" role="status">\D*([0-9,]+)', text)
    return int(found.replace(",", ""))


@pytest.mark.parametrize("address", ["/deadlines", "/counted/on_time", "/counted/issues", "/counted/letters"])
def test_row_names_its_issue(client: TestClient, address: str) -> None:
    rows = _HEAD.findall(page(client, f"{address}?programme=jinxian&lang=en"))
    assert rows
    for case, title in rows[:3]:
        assert f"<h1>{title}" in page(client, f"/issues/{case}")


@pytest.mark.parametrize("moment", MOMENTS)
def test_deadlines_open_with_those_to_answer(client: TestClient, moment: str) -> None:
    [opening] = re.findall(r'href="(/deadlines[^"]*)"', page(client, f"/ledger?programme=jinxian&lang=en{moment}"))
    told = page(client, html.unescape(opening))
    rows = told.split("<tbody>")[1]
    assert set(_STATUS.findall(rows)) == {"running", "missed"} and "status=unanswered" in opening
    assert _DUE.findall(rows) == sorted(_DUE.findall(rows))
    apart = [
        page(client, f"/deadlines?programme=jinxian&open=true&status={one}{moment}") for one in ("running", "missed")
    ]
    assert counted(told) == sum(map(counted, apart)) == len(_HEAD.findall(rows))
    [every] = re.findall(r'href="([^"]*)">All deadlines', told)
    assert counted(page(client, html.unescape(every))) > counted(told)


@pytest.mark.parametrize("address", ["/deadlines", "/ledger"])
def test_rows_of_several_programmes_name_theirs(client: TestClient, address: str) -> None:
    head = '<th scope="col">Programme</th>'
    assert head in page(client, f"{address}?lang=en")
    assert head not in page(client, f"{address}?lang=en&programme=jinxian")


@pytest.mark.parametrize(
    ("account", "named"),
    [
        ("rule", "By rule"),
        ("ledger", "Ledger"),
        ("office-jinxian", "Office"),
        ("operator", "Operator"),
        ("department-jinxian-bank", "银行"),
        ("department-jinxian-nobody", "department-jinxian-nobody"),
        ("office-elsewhere", "office-elsewhere"),
        ("zhang-jinxian", "zhang-jinxian"),
    ],
)
def test_actor_is_named_where_known(filled: Engine, account: str, named: str) -> None:
    with filled.connect() as connection:
        connection.execute(text("SELECT set_config('search_path', 'live, public', true)"))
        assert Words(connection, Scope(None, None), "en").actor(account, "jinxian") == named


def test_story_names_who_acted(client: TestClient) -> None:
    case, title = _HEAD.findall(page(client, "/deadlines?programme=jinxian"))[0]
    told = page(client, f"/issues/{case}?lang=zh")
    assert '<span class="dim" title="ledger">台账</span>' in told
    assert re.search(rf'<p class="crumb"><a href="/ledger[^>]*>四进四问</a> · {title}', told)


def test_points_lead_back_and_tell_their_month(client: TestClient) -> None:
    told = page(client, "/points?programme=jinxian&unit=bank&month=2021-03&lang=zh")
    assert "<h1>银行：2021年3月加减分</h1>" in told
    assert '<a href="/overview?programme=jinxian#league">四进四问</a>' in told


def test_list_of_programmes_shows_no_ids(client: TestClient) -> None:
    assert ">jinxian<" not in page(client, "/?programme=jinxian")


def test_sum_of_amounts_has_rows_with_amounts(servers: Stack, issuer: Issuer) -> None:
    log = courses(1)
    log.service(str(uid("advice")), "policy", 1, None, day(2))
    with holding(servers, "amounts", log.events) as engine, reading(engine, issuer, headers=BROWSER) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        sums = {
            name: page(client, f"/counted/{name}?programme=jinxian&lang=en")
            for name in ("service_count", "service_amount")
        }
    assert {name: told.count("<tr>") - 1 for name, told in sums.items()} == {"service_count": 2, "service_amount": 1}
    assert '<p class="count" role="status">640,000 CNY' in sums["service_amount"]


@pytest.mark.parametrize("address", ["/counted/on_time", "/counted/service_amount", "/counted/enterprises_visited"])
def test_event_is_told_before_its_data(client: TestClient, address: str) -> None:
    rows = page(client, f"{address}?programme=jinxian&lang=en").split("<tbody>")[1]
    event = html.unescape(re.findall(r'href="([^"]*/events/[^"]*)"', rows)[0])
    told, raw = page(client, event).split("<details>")
    assert ("<dt>Issue</dt>" in told) == event.startswith("/issues/") and "<dt>Occurred</dt>" in told
    assert ("640000" in told) == address.endswith("service_amount")
    assert "<pre" not in told and "<code>bugle." not in told and "<pre" in raw


def test_event_of_an_issue_tells_who_did_what(client: TestClient) -> None:
    case, title = _HEAD.findall(page(client, "/deadlines?programme=jinxian"))[0]
    story = page(client, f"/issues/{case}?lang=en")
    [assigned] = re.findall(r'href="(/issues/[^"]*/events/[^"]*)">Case assigned<', story)[:1]
    facts = page(client, assigned).split("<details>")[0]
    assert f">{title}</a>" in facts and '<dd title="ledger">Ledger</dd>' in facts and "<dt>Lead</dt>" in facts


@pytest.mark.parametrize(("list", "lacking"), [("signals", "thresholds"), ("returns", "No issue has been returned")])
def test_empty_list_says_what_would_stand_there(servers: Stack, issuer: Issuer, list: str, lacking: str) -> None:
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    with holding(servers, "emptylists", log.events) as engine, reading(engine, issuer, headers=BROWSER) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        assert lacking in page(client, f"/lists/{list}?programme=jinxian&lang=en").split('<p class="empty">')[1]
