"""One case from the enterprise's word to close-out, through all four services as they run."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bugle.stack import Stack, System
from tests.support.office import Office, new_agency, until

pytestmark = pytest.mark.timeout(120)

POWER = {"role": "department", "department": "power"}
NEXT_YEAR = (datetime.now(UTC) + timedelta(days=365)).date().isoformat()


@pytest.fixture
def office(servers: Stack, system: System) -> Iterator[Office]:
    with Office(servers, system, new_agency("walk")) as office:
        office.open()
        yield office


def known(office: Office, case: str) -> None:
    """Routing has heard of the case."""
    until(lambda: office.call("routing", "GET", f"/cases/{case}", expect=(200, 404)).get("state"), what="the case")


def received(office: Office, ago: timedelta = timedelta(0)) -> str:
    """A case whose letter the lead department received some time ago."""
    case = office.report(ago=ago)
    known(office, case)
    office.move(case, "assignment", {}, ago=ago)
    office.move(case, "receipt", ago=ago, **POWER)
    return case


def answered(office: Office, case: str, outcome: str = "solved") -> None:
    """The lead department has accepted, met the enterprise, solved and fed back."""
    for step, body in (
        ("acceptance", {}),
        ("contact", {"note": "on site"}),
        ("result", {"outcome": outcome}),
        ("feedback", {"copied_to_office": True}),
    ):
        office.move(case, step, body, **POWER)


def fed_back(office: Office, case: str) -> None:
    """Supervision has heard of the feedback."""
    until(
        lambda: "fed_back" in str(office.call("supervision", "GET", f"/watches/{case}", expect=(200, 404))),
        what="feedback in supervision",
    )


def test_case_goes_from_report_to_close_out(office: Office) -> None:
    case = received(office)
    for step, body in (
        ("acceptance", {}),
        ("contact", {"note": "on site"}),
        ("plan", {"milestones": [{"name": "transformer", "due_on": NEXT_YEAR}]}),
        ("progress", {"milestone": "transformer", "note": "installed"}),
        ("result", {"outcome": "solved"}),
        ("feedback", {"copied_to_office": True}),
    ):
        office.move(case, step, body, **POWER)
    fed_back(office, case)
    office.move(case, "verification", {"satisfaction": "satisfied"})
    office.move(case, "close-out")
    ends = {"case_closed_out", "case_concluded"}  # two services' words, on two topics
    happened = until(lambda: ends <= {*(seen := office.happened(case))} and seen, what="the end in the timeline")
    walk = [
        "issue_reported",
        "case_opened",
        "case_classified",
        "case_assigned",
        "letter_received",
        "case_accepted",
        "enterprise_contacted",
        "case_planned",
        "progress_reported",
        "result_reported",
        "result_fed_back",
        "enterprise_verified",
    ]
    assert [step for step in happened if step in walk] == walk
    assert set(happened[-2:]) == ends
    assert happened.count("clock_started") == happened.count("clock_stopped") == 2
    row = office.call("reporting", "GET", f"/ledger?programme={office.programme}")["items"][0]
    assert (row["state"], row["lead"], row["satisfaction"]) == ("closed_out", "power", "satisfied")
    assert row["supporting"] == ["industry"]
    assert row["letter"]
    office.move(case, "progress", {"note": "too late"}, expect=409, **POWER)
    until(lambda: "closed_out" in str(office.call("intake", "GET", f"/issues/{case}")), what="the answer at intake")


def test_unsatisfied_enterprise_reopens_the_case(office: Office) -> None:
    case = received(office)
    answered(office, case)
    fed_back(office, case)
    office.move(case, "verification", {"satisfaction": "unsatisfied", "note": "still unstable"})
    office.move(case, "close-out", expect=409)
    until(lambda: office.case(case)["round"] == 2, what="the second round")
    assert office.case(case)["lead"] == "power", "the same department answers again"
    office.move(case, "receipt", **POWER)
    answered(office, case)
    until(
        lambda: (
            office.move(case, "verification", {"satisfaction": "satisfied"}, expect=(200, 201, 409)).get("id", "")
            or office.happened(case).count("enterprise_verified") == 2
        ),
        what="the second verification",
    )
    office.move(case, "close-out")
    until(lambda: "case_concluded" in office.happened(case), what="the end")


def test_silence_climbs_the_ladder_and_late_evidence_rescinds(office: Office) -> None:
    """Received 7 hours ago: due after 4; reminder at 3, levels at 5 and 6. Contact after 5.5 hours comes to light."""
    case = received(office, ago=timedelta(hours=7))
    fired = ["reminder_sent", "deadline_missed", "card_issued", "case_escalated", "case_escalated"]
    until(
        lambda: sorted(step for step in office.happened(case) if step in fired) == sorted(fired),
        what="reminder, miss, card and two levels",
    )
    office.move(case, "acceptance", ago=timedelta(hours=6, minutes=30), **POWER)
    office.move(case, "contact", ago=timedelta(hours=1, minutes=30), **POWER)
    until(lambda: "misses_rescinded" in office.happened(case), what="the rescission")
    rescinded = next(item for item in office.timeline(case) if item["type"].endswith("misses_rescinded.v2"))
    kinds = [(one["kind"], one["stage"]) for one in rescinded["data"]["withdrawn"]]
    assert [kind for kind, _ in kinds] == ["escalation"], "only what was due after the evidence is withdrawn"
    row = office.call("reporting", "GET", f"/ledger?programme={office.programme}")["items"][0]
    assert (row["misses"], row["level"], row["cards"]) == (1, 1, 1)


def test_evidence_in_time_withdraws_everything(office: Office) -> None:
    case = received(office, ago=timedelta(hours=7))
    until(lambda: office.happened(case).count("case_escalated") == 2, what="two levels")
    office.move(case, "acceptance", ago=timedelta(hours=6, minutes=30), **POWER)
    office.move(case, "contact", ago=timedelta(hours=5), **POWER)
    until(lambda: "misses_rescinded" in office.happened(case), what="the rescission")
    row = until(
        lambda: (
            (row := office.call("reporting", "GET", f"/ledger?programme={office.programme}")["items"][0])
            and row["misses"] == 0
            and row
        ),
        what="the projection",
    )
    assert (row["level"], row["cards"]) == (None, 0) or (row["level"], row["cards"]) == (0, 0)


def test_milestone_is_supervised_like_a_deadline(office: Office) -> None:
    case = received(office, ago=timedelta(days=5))
    office.move(case, "acceptance", ago=timedelta(days=5), **POWER)
    office.move(case, "contact", ago=timedelta(days=5), **POWER)
    passed = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    plan = {"milestones": [{"name": "first", "due_on": passed}, {"name": "second", "due_on": NEXT_YEAR}]}
    office.move(case, "plan", plan, ago=timedelta(days=4), **POWER)
    until(lambda: "deadline_missed" in office.happened(case), what="the slip")
    missed = [item["data"] for item in office.timeline(case) if "deadline_missed" in item["type"]]
    assert [data["clock"] for data in missed] == ["milestone:1"]
