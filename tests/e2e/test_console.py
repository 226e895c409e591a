"""The agencies' console as it runs: what is typed there moves the real services, once, and nothing typed is lost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from bugle.stack import Stack, System
from console.rendering import until as until_shown
from pagekit.session import COOKIE
from tests.support.office import Office, new_agency, until

pytestmark = pytest.mark.timeout(150)

_INPUT = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
Person = Callable[..., "Visitor"]


class Visitor:
    """Somebody at the console, without a script: opens pages and sends their forms."""

    def __init__(self, system: System, token: str) -> None:
        self.http = httpx.Client(base_url=system.url("console"), cookies={COOKIE: token}, timeout=20)

    def page(self, path: str, expect: int = 200) -> str:
        answer = self.http.get(path)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer.text

    def hidden(self, path: str) -> dict[str, str]:
        """What the form at this path brings along: its key, and the version that was seen."""
        return {name: html.unescape(value) for name, value in _INPUT.findall(self.page(path))}

    def send(self, path: str, expect: int = 303, **typed: Any) -> httpx.Response:
        answer = self.http.post(path, data=typed)
        assert answer.status_code == expect, (path, answer.status_code, answer.text)
        return answer

    def fill(self, path: str, expect: int = 303, **typed: Any) -> httpx.Response:
        """Open the form and send it."""
        return self.send(path, expect, **self.hidden(path), **typed)


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("console")) as office:
        reason = {"id": "not_ours", "zh": "非本单位职责", "en": "Not ours"}
        office.open(
            visit_modes=["visit", "call"],
            returns={"clock": "contact", "max_transfers": 2, "reasons": [reason]},
            extension={"ask_before": "1h", "max": "5d", "times": 1, "decides": "office"},
        )
        yield office


@pytest.fixture
def person(office: Office) -> Iterator[Person]:
    """Somebody of these roles in the agency."""
    with ExitStack() as leaving:

        def made(*roles: str, department: str | None = None) -> Visitor:
            token = office.stack.keys.token(roles, agency=office.agency, department=department)
            visitor = Visitor(office.system, token)
            leaving.enter_context(visitor.http)
            return visitor

        yield made


def case_in(answer: httpx.Response) -> str:
    found = re.fullmatch(r"/cases/([0-9a-f-]{36})\?done=\w+", answer.headers["location"])
    assert found is not None, answer.headers
    return found[1]


def offered(visitor: Visitor, case: str) -> set[str]:
    """The actions that the page of the case offers."""
    return set(re.findall(rf'class="button[ a-z]*" href="/cases/{case}/(\w+)"', visitor.page(f"/cases/{case}")))


def waits_for(visitor: Visitor, case: str, action: str) -> None:
    until(lambda: action in offered(visitor, case), what=f"{action} on the page of the case")


def test_reported_issue_goes_to_its_close_out(office: Office, person: Person) -> None:
    clerk, chief, power = person("frontend"), person("office"), person("department", department="power")
    issue = {"programme": office.programme, "enterprise": "企业001", "title": "电压不稳"}
    answer = clerk.fill("/report", **issue)
    case = case_in(answer)
    assert "电压不稳" in clerk.page(answer.headers["location"])
    waits_for(chief, case, "assign")
    chief.fill(f"/cases/{case}/assign", lead="power", supporting=["industry", "roads"])
    assert offered(power, case) >= {"receive", "return_case", "contact"}
    for action, typed in (
        ("receive", {}),
        ("accept", {}),
        ("contact", {"note": "到场查看"}),
        ("plan", {"milestones-0-name": "变压器到货", "milestones-0-due_on": "2030-01-01"}),
        ("report_progress", {"milestone": "变压器到货"}),
        ("report_result", {"outcome": "solved"}),
        ("feed_back", {"copied_to_office": "yes"}),
    ):
        power.fill(f"/cases/{case}/{action}", **typed)
    assert offered(power, case) <= {"name_cause", "raise_case"}
    waits_for(chief, case, "verify")
    chief.fill(f"/cases/{case}/verify", satisfaction="satisfied")
    chief.fill(f"/cases/{case}/close_out")
    assert office.case(case)["supporting"] == ["industry", "roads"]
    until(lambda: "case_concluded" in office.happened(case), what="the end in the timeline")
    until(lambda: f'href="/cases/{case}"' in clerk.page("/?answer=closed_out"), what="the answer in the clerk's list")


def test_report_is_corrected(office: Office, person: Person) -> None:
    clerk = person("frontend")
    issue = {
        "programme": office.programme,
        "enterprise": "企业001",
        "title": "电压不稳",
        "text": "每晚",
        "kind": "power",
    }
    case = case_in(clerk.fill("/report", **issue))
    form = clerk.page(f"/cases/{case}/amend_issue")
    assert 'value="电压不稳"' in form and '<option value="power" selected>' in form and ">每晚</textarea>" in form
    refused = clerk.fill(f"/cases/{case}/amend_issue", 422, title=" ", text="每晚", kind="power")
    assert '<a href="#title">' in refused.text
    seen = clerk.hidden(f"/cases/{case}/amend_issue")
    clerk.fill(f"/cases/{case}/amend_issue", title="电压过低", text="", kind="power")
    held = office.call("intake", "GET", f"/issues/{case}")
    assert (held["title"], held["text"], held["kind"]) == ("电压过低", None, "power")
    stale = clerk.send(f"/cases/{case}/amend_issue", 412, **seen, title="电压不稳", text="每晚", kind="power")
    assert "电压过低" in stale.text
    until(lambda: office.case(case)["title"] == "电压过低", what="the new title at routing")


def test_issue_is_merged_and_the_merger_undone(office: Office, person: Person) -> None:
    chief = person("office")
    stays, again = office.report(title="道路不平"), office.report(title="门前道路不平")
    for case in (stays, again):
        waits_for(chief, case, "assign")
    form = chief.page(f"/cases/{again}/merge_issue")
    assert f'<option value="{stays}">道路不平' in form and f'value="{again}"' not in form
    chief.fill(f"/cases/{again}/merge_issue", into=stays)
    until(lambda: "已合并" in chief.page(f"/cases/{again}"), what="the merger's confirmation")
    assert f'href="/cases/{stays}"' in chief.page(f"/cases/{again}")
    assert offered(chief, again).isdisjoint({"merge_issue", "assign"})
    chief.fill(f"/cases/{again}/undo_merge", reason="两处道路")
    waits_for(chief, again, "assign")
    assert "已合并" not in chief.page(f"/cases/{again}")


def test_issue_is_withdrawn(office: Office, person: Person) -> None:
    clerk, chief = person("frontend"), person("office")
    case = office.report()
    waits_for(chief, case, "assign")
    clerk.fill(f"/cases/{case}/withdraw_issue", reason="企业自行解决")
    until(lambda: "已撤回" in clerk.page(f"/cases/{case}"), what="the withdrawal's confirmation")
    assert offered(chief, case).isdisjoint({"withdraw_issue", "assign"})


def test_form_sent_twice_counts_once(office: Office, person: Person) -> None:
    clerk = person("frontend")
    typed = {"programme": office.programme, "enterprise": "企业001", "title": "道路不平"} | clerk.hidden("/report")
    cases = {case_in(clerk.send("/report", **typed)) for _ in range(2)}
    assert len(cases) == 1
    changed = clerk.send("/report", 422, **(typed | {"title": "另一个问题"}))
    assert "另一个问题" in changed.text and 'role="alert"' in changed.text
    found = office.call("intake", "GET", f"/issues?programme={office.programme}")["items"]
    assert [row["title"] for row in found] == ["道路不平"]


@pytest.mark.parametrize("more", [{}, {"bundle": {"max": 50}}], ids=["one by one", "in one act"])
def test_visit_brings_its_issues_at_once(office: Office, person: Person, more: dict[str, Any]) -> None:
    if more:
        document = office.call("intake", "GET", f"/programmes/{office.programme}")["document"] | more | {"version": 2}
        office.call("intake", "PUT", f"/programmes/{office.programme}", {"version": 2, "document": document})
    clerk = person("frontend")
    typed = {"programme": office.programme, "enterprise": "企业001", "mode": "visit"} | clerk.hidden("/visit")
    rows = {"issues-0-title": "缺电焊工", "issues-3-title": "停车难", "issues-3-kind": "nowhere"}
    longer = clerk.send("/visit", 200, add="issues", **typed, **rows).text
    assert all(word in longer for word in ("缺电焊工", "停车难", 'name="issues-1-title"', 'name="issues-3-title"'))
    wrong = clerk.send("/visit", 422, **typed, **rows).text
    assert 'href="#issues-1-kind"' in wrong and "走访本身已登记" in wrong and "停车难" in wrong
    again = dict(_INPUT.findall(wrong))
    assert again["key"] == typed["key"]
    assert ("issues-0-done" in again) == (not more)
    mended = {"issues-0-title": "缺电焊工", "issues-1-title": "停车难", "issues-1-kind": "roads"}
    done = clerk.send("/visit", 201, **(again | mended)).text
    assert "共2个问题" in done
    assert len(office.call("intake", "GET", f"/visits?programme={office.programme}")["items"]) == 1
    assert len(office.call("intake", "GET", f"/issues?programme={office.programme}")["items"]) == 2


def test_enterprise_is_registered_and_found(office: Office, person: Person) -> None:
    clerk = person("frontend")
    typed = {"name": "荣鑫实业", "tier": "key", **clerk.hidden("/register")}
    assert "荣鑫实业" in clerk.send("/register", 201, **typed).text
    assert clerk.page("/enterprises?enterprise=鑫实").strip() == '<option value="荣鑫实业"></option>'
    assert 'role="alert"' in clerk.send("/register", 422, **clerk.hidden("/register")).text


def test_refusal_stands_above_the_form(office: Office, person: Person) -> None:
    clerk = person("frontend")
    for language, word in (("zh", "怎么办："), ("en", "What to do:")):
        path = f"/report?lang={language}"
        page = clerk.send(path, 422, programme=office.programme, enterprise="没有这家企业", title="电压不稳").text
        assert 'role="alert" tabindex="-1" autofocus' in page and word in page
        assert '<a href="#enterprise">' in page and 'value="没有这家企业"' in page
        assert re.search(r'<input id="enterprise"[^>]*aria-invalid="true"', page)


def test_case_that_moved_on_is_decided_anew(office: Office, person: Person) -> None:
    chief = person("office")
    case = office.report()
    waits_for(chief, case, "assign")
    seen = chief.hidden(f"/cases/{case}/assign")
    office.move(case, "classification", {"kind": "roads"})
    stale = chief.send(f"/cases/{case}/assign", 412, **seen, lead="roads")
    again = dict(_INPUT.findall(stale.text))
    assert again["version"] != seen["version"] and '<option value="roads" selected>' in stale.text
    chief.send(f"/cases/{case}/assign", **again, lead="roads")
    assert office.case(case)["lead"] == "roads"


def test_department_returns_and_office_arbitrates(office: Office, person: Person) -> None:
    chief, power = person("office"), person("department", department="power")
    case = office.report()
    waits_for(chief, case, "assign")
    chief.fill(f"/cases/{case}/assign", lead="power")
    typed = power.hidden(f"/cases/{case}/return_case") | {"reason": "not_ours", "note": "属道路部门"}
    first, second = (power.send(f"/cases/{case}/return_case", **typed) for _ in range(2))
    assert first.headers["location"] == second.headers["location"], "a double click"
    returned = second
    power.send(f"/cases/{case}/return_case", 404, **typed | {"key": str(uuid4())})
    gone = power.http.get(returned.headers["location"])
    assert (gone.status_code, gone.headers["location"]) == (303, "/?done=return_case")
    assert "问题已退回办公室。" in power.page("/?done=return_case")
    power.page(f"/cases/{case}", 404)
    chief.fill(f"/cases/{case}/arbitrate", lead="roads")
    assert (office.case(case)["lead"], office.case(case)["transfers"]) == ("roads", 1)
    assert "return_case" not in offered(person("department", department="roads"), case)


def test_extension_is_asked_and_decided(office: Office, person: Person) -> None:
    chief, power = person("office"), person("department", department="power")
    case = office.report()
    waits_for(chief, case, "assign")
    chief.fill(f"/cases/{case}/assign", lead="power")
    power.fill(f"/cases/{case}/receive")
    waits_for(power, case, "ask_extension")
    power.fill(f"/cases/{case}/ask_extension", clock="contact", limit="1d", reason="变压器在途")
    [asked] = office.call("supervision", "GET", f"/watches/{case}")["extensions"]
    assert asked["reason"] == "变压器在途"
    later = until_shown(asked["due_if_granted"], ZoneInfo("Asia/Shanghai"))
    assert f"+1d → {later} · 变压器在途" in chief.page(f"/cases/{case}/decide_extension")
    chief.fill(f"/cases/{case}/decide_extension", extension="1", decision="granted")
    [extension] = office.call("supervision", "GET", f"/watches/{case}")["extensions"]
    assert (extension["granted"], extension["decision"]) == ("1d", "granted")


def test_work_list_has_what_is_due(office: Office, person: Person) -> None:
    case = office.report()
    power = person("department", department="power")
    waits_for(person("office"), case, "assign")
    office.move(case, "assignment", {"lead": "power"})
    office.move(case, "receipt", role="department", department="power")
    until(lambda: "计时中" in power.page("/"), what="the deadline in the work list")
    page = power.page("/?lang=en")
    assert f'href="/cases/{case}"' in page and "Contact" in page and "企业001" in page
    assert case not in person("department", department="roads").page("/")
    assert case not in power.page("/?state=planned")
    title = office.call("routing", "GET", f"/cases/{case}")["title"]
    for found in ({"title": title[1:4]}, {"enterprise": "企业001"}, {"title": title, "state": "received"}):
        page = power.page(f"/?{urlencode(found)}")
        assert case in page and f'value="{next(iter(found.values()))}"' in page
    for other in ({"title": "没有的"}, {"enterprise": "企业"}):
        assert case not in power.page(f"/?{urlencode(other)}")


def test_expired_session_keeps_what_was_typed(office: Office, person: Person) -> None:
    stranger = person("frontend")
    stranger.http.cookies.clear()
    stranger.http.cookies.set(COOKIE, "nonsense")
    kept = stranger.send("/report", 401, key="x", title="电压不稳", programme=office.programme, enterprise="企业001")
    assert dict(_INPUT.findall(kept.text))["title"] == "电压不稳"
    assert case_in(person("frontend").send("/report", **dict(_INPUT.findall(kept.text))))


def test_other_sites_form_is_refused(office: Office, person: Person) -> None:
    clerk = person("frontend")
    clerk.http.headers["Sec-Fetch-Site"] = "same-site"
    clerk.send("/report", 403, programme=office.programme, enterprise="企业001", title="x")
    assert office.call("intake", "GET", f"/issues?programme={office.programme}")["items"] == []


def test_role_without_work_is_told(office: Office, person: Person) -> None:
    assert "reporting clerk" in person("analyst").page("/?lang=en", 403).lower()
    assert "没有这个问题" in person("frontend").page("/cases/6f0e8b1c-4d2a-5c7e-9b10-000000000004", 404)


def test_embedded_sign_in_lists_the_agency(office: Office) -> None:
    with httpx.Client(base_url=office.system.url("console")) as nobody:
        page = nobody.get("/sign-in?lang=en").text
        assert f'value="frontend/{office.agency}"' in page and f'value="department/{office.agency}/power"' in page
        entered = nobody.post("/sign-in", data={"who": f"department/{office.agency}/power", "back": "/"})
        assert entered.status_code == 303 and nobody.get("/").status_code == 200


def test_console_tells_its_health(office: Office) -> None:
    for path in ("/live", "/ready", "/metrics"):
        assert httpx.get(f"{office.system.url('console')}{path}").status_code == 200
