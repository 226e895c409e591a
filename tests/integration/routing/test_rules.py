"""Questions about rules over HTTP and PostgreSQL: dry runs and backtests, which record nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from routing.application import rules as application
from tests.integration.routing.desk import REPORTED, Desk, directory, issue, programme, told
from tests.unit.routing.made import LEAD, OTHER, SUPPORT

TRIAL, BACKTEST = "/rules/trial", "/rules/backtest"
POWER = {"title": "变压器容量不足"}
ELSEWHERE = [{"id": "grid", "kind": "power", "keywords": ["变压器"], "lead": OTHER}]
CLOCKS = [
    {"id": "contact", "limit": "3wd", "limits": [{"grade": "complex", "limit": "5wd"}]},
    {"id": "reply", "limit": "10d"},
]


def test_trial_of_the_newest_version(routing_desk: Desk, programme_id: str) -> None:
    routing_desk.hear(programme(programme_id, 2, clocks=CLOCKS))
    told = routing_desk.ask(TRIAL, {"programme": programme_id, "issue": POWER}).json()
    assert (told["version"], told["candidate"], told["faults"], told["kind"]) == (2, False, [], "power")
    assert told["classified_by"] == {"rule": "power", "found": [{"keyword": "变压器", "in": "title"}]}
    decision = told["decision"]
    assert (decision["rule"], decision["lead"], decision["supporting"]) == ("power", LEAD, [SUPPORT])
    assert decision["limits"][0] == {"clock": "contact", "limit": "3wd", "special_to": []}
    assert [(one["rule"], one["because"]) for one in told["passed_over"]] == [
        ("loan", ["other_kind", "no_keyword"]),
        ("power-other", ["later"]),
    ]


def test_trial_of_candidates(routing_desk: Desk, programme_id: str) -> None:
    routing_desk.hear(programme(programme_id, 2, clocks=CLOCKS))
    rules = [{**ELSEWHERE[0], "grade": "complex"}]
    told = routing_desk.ask(TRIAL, {"programme": programme_id, "rules": rules, "issue": POWER}).json()
    assert (told["candidate"], told["decision"]["lead"], told["decision"]["grade"]) == (True, OTHER, "complex")
    assert told["decision"]["limits"][0] == {"clock": "contact", "limit": "5wd", "special_to": ["grade"]}
    unknown = routing_desk.ask(TRIAL, {"programme": programme_id, "rules": rules, "issue": {"title": "招工难"}}).json()
    assert (unknown["decision"], unknown["undecided"]) == (None, "unclassified")


def test_place_of_own_enterprises_only(routing_desk: Desk, programme_id: str) -> None:
    """Whoever may not know of an enterprise learns nothing of where it lies either."""
    own, foreign = str(uuid4()), str(uuid4())
    for enterprise, agency in ((own, "jinxian"), (foreign, "anyi")):
        data = {"enterprise": enterprise, "agency": agency, "township": "东镇"}
        routing_desk.hear(told("intake.enterprise_registered.v1", enterprise, **data))
    rules = [{"id": "east", "lead": OTHER, "place": ["东镇"]}]
    question = {"programme": programme_id, "rules": rules}
    for place, lead in (({"enterprise": own}, OTHER), ({"township": "东镇"}, OTHER), ({"enterprise": foreign}, None)):
        answer = routing_desk.ask(TRIAL, {**question, "issue": {"title": "x", "kind": "land", **place}}).json()
        assert ((answer["decision"] or {}).get("lead"), answer["township"]) == (lead, "东镇" if lead else None)


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"issue": {}}, 422, "/issue/title"),
        ({"issue": {**POWER, "phone": "1"}}, 422, "/issue/phone"),
        ({"issue": {**POWER, "kind": "weather"}}, 422, "/kind"),
        ({"issue": {**POWER, "township": "东镇", "enterprise": str(uuid4())}}, 422, "/issue"),
        ({"version": 9}, 404, "/version"),
        ({"version": "1"}, 422, "/version"),
        ({"rules": {}}, 422, "/rules"),
        ({"rules": [{"id": "a"}]}, 422, "/rules/0/lead"),
        ({"rules": [{"id": "a", "lead": LEAD, "keyword": ["x"]}]}, 422, "/rules/0/keyword"),
        ({"rules": [{"id": "a", "lead": "nobody"}]}, 422, "/rules/0/lead"),
        ({"rules": [{"id": "a", "lead": LEAD, "kind": "weather"}]}, 422, "/rules/0/kind"),
        ({"programme": "absent"}, 404, "/programme"),
    ],
)
def test_fault_of_a_question_is_named(
    routing_desk: Desk, programme_id: str, body: dict[str, Any], status: int, field: str
) -> None:
    refused = routing_desk.ask(TRIAL, {"programme": programme_id, "issue": POWER, **body})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (status, field), refused.text
    assert refused.json()["errors"][0]["mend"]


@pytest.mark.parametrize(
    ("role", "claims", "status"),
    [
        ("office", {}, 200),
        ("analyst", {}, 200),
        ("operator", {"agency": None}, 200),
        ("office", {"agency": "anyi"}, 404),
        ("analyst", {"agency": "anyi"}, 404),
        ("department", {"department": LEAD}, 403),
        ("frontend", {}, 403),
        ("enterprise", {}, 403),
    ],
)
def test_who_may_ask(routing_desk: Desk, programme_id: str, role: str, claims: dict[str, Any], status: int) -> None:
    headers = routing_desk.issuer.headers(role, **claims)
    for path, more in ((TRIAL, {"issue": POWER}), (BACKTEST, {})):
        assert routing_desk.ask(path, {"programme": programme_id, **more}, headers).status_code == status


def test_outdated_rules_of_a_version_are_told(routing_desk: Desk) -> None:
    """They were fine when they were published; a backtest of them is still a question one may ask."""
    routing_desk.hear(directory("poyang"), programme("stale", agency="poyang"), directory("poyang", 2, [SUPPORT]))
    headers = routing_desk.office(agency="poyang")
    told = routing_desk.ask(TRIAL, {"programme": "stale", "issue": POWER}, headers).json()
    assert {fault["field"] for fault in told["faults"]} >= {"rules/0/supporting/0", "rules/1/lead"}
    assert told["decision"]["lead"] == LEAD


def test_backtest_follows_a_case_to_its_events(routing_desk: Desk, programme_id: str) -> None:
    case, quiet = (routing_desk.open(programme_id) for _ in range(2))
    for one in (case, quiet):
        assert routing_desk.post(one, "assignment", {}, routing_desk.office()).status_code == 201
    assert routing_desk.post(case, "return", {"reason": "not_ours"}).status_code == 201
    assert routing_desk.post(case, "assignment", {"lead": OTHER}, routing_desk.office()).status_code == 201
    before = routing_desk.sequence()
    page = routing_desk.ask(BACKTEST, {"programme": programme_id, "rules": ELSEWHERE}).json()
    items = {item["case"]: item for item in page["items"]}
    returned = next(event for event in routing_desk.events(case) if event.type.endswith("case_returned.v1"))
    assert (page["as_of"], page["next"], set(items)) == (before, None, {case, quiet})
    assert (items[case]["destination"], items[case]["forecast"], items[case]["why"]) == ("same", "avoided", "kept_it")
    assert items[case]["grounds"][0]["event"] == str(returned.id)
    assert items[case]["grounds"][0]["reason"] == "not_ours"
    assert (items[case]["history"]["first"], items[case]["history"]["assigned_by"]) == (LEAD, "office")
    assert (items[quiet]["destination"], items[quiet]["forecast"]) == ("elsewhere", None)
    assert page["counts"]["moves"] == [{"from": LEAD, "to": OTHER, "cases": 1}]
    assert page["counts"]["returns_avoided"] == 1
    own = routing_desk.ask(BACKTEST, {"programme": programme_id, "version": 1}).json()["items"]
    assert {item["case"]: (item["destination"], item["forecast"]) for item in own} == {
        case: ("elsewhere", "returned"),
        quiet: ("same", None),
    }


def test_pages_share_what_the_first_saw(routing_desk: Desk, programme_id: str) -> None:
    cases = sorted(routing_desk.open(programme_id) for _ in range(5))
    routing_desk.sequence()
    question = {"programme": programme_id}
    first = routing_desk.ask(BACKTEST, question, limit=2).json()
    routing_desk.hear(programme(programme_id, 2, rules=[]))
    assert routing_desk.post(cases[4], "assignment", {"lead": OTHER}, routing_desk.office()).status_code == 201
    routing_desk.open(programme_id)
    assert routing_desk.sequence() > first["as_of"]
    pages = [first]
    while pages[-1]["next"]:
        pages.append(routing_desk.ask(BACKTEST, question, limit=2, after=pages[-1]["next"]).json())
    items = [item for page in pages for item in page["items"]]
    assert [item["case"] for item in items] == cases
    assert {(page["as_of"], page["version"]) for page in pages} == {(first["as_of"], 1)}
    assert {item["destination"] for item in items} == {"unled"}
    again = [routing_desk.ask(BACKTEST, question, limit=2, after=page["next"]).json() for page in pages[:-1]]
    assert again == pages[1:]


def test_page_ends_early_and_goes_on(routing_desk: Desk, programme_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = sorted(routing_desk.open(programme_id) for _ in range(3))
    routing_desk.sequence()
    monkeypatch.setattr(application, "SECONDS", -1.0)
    found, after = [], None
    for _ in range(3):
        more = {"after": after} if after else {}
        page = routing_desk.ask(BACKTEST, {"programme": programme_id}, **more).json()
        found += [item["case"] for item in page["items"]]
        after = page["next"]
    assert (found, after) == (cases, None)


def test_days_are_those_of_the_zone(routing_desk: Desk, programme_id: str) -> None:
    """17:00 UTC on the 9th is the 10th in Shanghai."""
    late, early = issue(programme_id), issue(programme_id)
    moments = {late: datetime(2026, 3, 9, 17, tzinfo=UTC), early: datetime(2026, 3, 9, 15, tzinfo=UTC)}
    for event, at in moments.items():
        routing_desk.hear(told("intake.issue_reported.v1", event.key, at=at, **event.json()))
    routing_desk.sequence()

    def cases(**days: str) -> set[str]:
        page = routing_desk.ask(BACKTEST, {"programme": programme_id, **days}).json()
        return {item["case"] for item in page["items"]}

    assert cases(**{"from": "2026-03-10"}) == {late.key}
    assert cases(to="2026-03-09") == {early.key}
    assert cases(**{"from": "0001-01-01", "to": "9999-12-31"}) == {late.key, early.key}
    refused = routing_desk.ask(BACKTEST, {"programme": programme_id, "from": "2026-03-11", "to": "2026-03-10"})
    assert refused.status_code == 422


def test_rules_that_assigned_find_nothing_elsewhere(routing_desk: Desk) -> None:
    routing_desk.hear(programme("thrifty", assignment="automatic"))
    titles = ["变压器容量不足", "用电紧张", "设备贷款", "招工难"]
    cases = [routing_desk.open("thrifty", title=title) for title in titles]
    amended = {"issue": cases[0], "changes": {"title": "招工难"}, "by": "office", "ledger": None}
    routing_desk.hear(told("intake.issue_amended.v1", cases[0], at=REPORTED, **amended))
    routing_desk.sequence()
    page = routing_desk.ask(BACKTEST, {"programme": "thrifty"}).json()
    by = {item["case"]: (item["destination"], item["history"]["assigned_by"]) for item in page["items"]}
    assert [by[case] for case in cases] == [("same", "rule")] * 3 + [("unled", None)]


def test_questions_record_nothing(routing_desk: Desk, programme_id: str) -> None:
    case = routing_desk.open(programme_id)
    routing_desk.sequence()
    tables = routing_desk.column("SELECT relname FROM pg_stat_user_tables WHERE relname <> 'alembic_version'")

    def counts() -> list[int]:
        return [routing_desk.column(f"SELECT count(*) FROM {table}")[0] for table in tables]

    before = counts()
    assert routing_desk.ask(TRIAL, {"programme": programme_id, "issue": POWER}).status_code == 200
    assert routing_desk.ask(BACKTEST, {"programme": programme_id, "rules": ELSEWHERE}).status_code == 200
    assert counts() == before
    assert routing_desk.names(case) == ["case_opened", "case_classified"]
