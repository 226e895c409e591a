"""What rules would have done with a case of the past, beside what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given as pasts
from hypothesis import strategies as st

from routing.domain import errors, events, opening
from routing.domain.backtest import Verdict, judge, tally
from routing.domain.case import Case
from routing.domain.course import Recorded, course_of
from routing.domain.decisions import Events
from routing.domain.opening import Report
from routing.domain.programme import Programme
from routing.domain.rules import Rule, Rules
from tests.unit.routing import made, test_cap, test_trial
from tests.unit.routing.made import CASE, GIVEN, LEAD, OTHER, SUPPORT, given, hours
from tests.unit.routing.test_opening import REPORT

AGAIN = events.CaseAssigned(CASE, OTHER, (), "letter 2", None, None, 2, "officer", hours(5))
BACK = events.CaseAssigned(CASE, LEAD, (), "letter 2", None, None, 2, "officer", hours(5))
RETURNED = (*GIVEN["returned"], AGAIN)
TRANSFERRED = (*GIVEN["received"], made.TRANSFERRED, AGAIN)
ARBITRATED = (*GIVEN["received"], made.ARBITRATED, AGAIN)


def to(lead: str, *supporting: str) -> Rules:
    return Rules(9, (Rule("all", lead, supporting=supporting),))


def backtest(past: Sequence[events.Event], rules: Rules, township: str | None = None) -> Verdict:
    course = course_of([Recorded(f"event-{n}", event) for n, event in enumerate(past, start=1)])
    assert course is not None
    return judge(course, rules, township)


@pytest.mark.parametrize(
    ("past", "rules", "destination"),
    [
        (GIVEN["accepted"], to(LEAD), "same"),
        (GIVEN["accepted"], to(OTHER), "elsewhere"),
        (GIVEN["accepted"], Rules(9, ()), "nobody"),
        (GIVEN["classified"], to(OTHER), "unled"),
        (GIVEN["returned"], to(LEAD), "unled"),
        (RETURNED, to(OTHER), "same"),
    ],
)
def test_destination_goes_by_the_end(past: Sequence[events.Event], rules: Rules, destination: str) -> None:
    assert backtest(past, rules).destination == destination


@pytest.mark.parametrize(
    ("past", "lead", "forecast", "why", "grounds"),
    [
        (GIVEN["accepted"], OTHER, None, None, []),
        (RETURNED, LEAD, "returned", "gave_it_back", ["event-5"]),
        (GIVEN["returned"], LEAD, "returned", "gave_it_back", ["event-5"]),
        (TRANSFERRED, LEAD, "returned", "was_replaced", ["event-5"]),
        (ARBITRATED, LEAD, "returned", "was_replaced", ["event-5"]),
        (RETURNED, OTHER, "avoided", "kept_it", ["event-5"]),
        (RETURNED, SUPPORT, "ambiguous", "never_had_it", ["event-5"]),
        ((*GIVEN["returned"], BACK), LEAD, "ambiguous", "kept_it_after_all", ["event-5"]),
    ],
)
def test_forecast_rests_on_events(
    past: Sequence[events.Event], lead: str, forecast: str | None, why: str | None, grounds: list[str]
) -> None:
    verdict = backtest(past, to(lead))
    assert (verdict.forecast, verdict.why, [move.event for move in verdict.grounds]) == (forecast, why, grounds)


def test_arbitration_for_the_lead_itself_is_no_loss() -> None:
    confirmed = replace(made.ARBITRATED, lead=LEAD)
    assert backtest((*GIVEN["received"], confirmed, BACK), to(LEAD)).forecast is None


def test_reason_of_the_return_is_told() -> None:
    [ground] = backtest(RETURNED, to(LEAD)).grounds
    assert (ground.what, ground.unit, ground.reason, ground.at) == ("returned", LEAD, "not_ours", hours(3.5))


def test_later_amendments_do_not_leak_in() -> None:
    keyed = Rules(9, (Rule("power", LEAD, "power", ("变压器",)), Rule("rest", OTHER)))
    amended = events.CaseAmended(CASE, "招工难", "变压器已换", hours(3))
    before = (*GIVEN["classified"], replace(amended, text=None), *GIVEN["received"][2:])
    assert backtest((*GIVEN["received"], amended), keyed).lead == LEAD
    assert backtest(before, keyed).lead == OTHER


def test_kind_of_people_stands_and_kind_of_rules_is_found_anew() -> None:
    renamed = Rules(9, (Rule("grid", OTHER, "grid", ("变压器",)), Rule("power", LEAD, "power")))
    by_rule = replace(made.CLASSIFIED, rule="power", rules_version=3)
    by_hand = (made.OPENED, by_rule, made.CLASSIFIED, made.ASSIGNED)
    assert backtest((made.OPENED, by_rule, made.ASSIGNED), renamed).lead == OTHER
    assert backtest(by_hand, renamed).lead == LEAD


def test_kind_is_found_in_what_the_issue_said_first() -> None:
    """As live: an amendment classifies nothing anew."""
    rules = Rules(9, (Rule("power", LEAD, "power", ("变压器",)), Rule("rest", OTHER)))
    amended = events.CaseAmended(CASE, "招工难", None, hours(0.5))
    verdict = backtest((made.OPENED, amended, made.ASSIGNED), rules)
    assert (verdict.trial.subject.kind, verdict.lead) == ("power", OTHER)


@pytest.mark.parametrize(("by", "assigner"), [("rule", "rule"), ("ledger", "ledger"), ("officer", "office")])
def test_who_assigned_is_told(by: str, assigner: str) -> None:
    assert backtest((*GIVEN["classified"], replace(made.ASSIGNED, by=by)), to(LEAD)).course.by == assigner


def test_stream_without_opening_is_no_course() -> None:
    assert course_of([]) is None
    assert course_of([Recorded("1", made.ASSIGNED)]) is None


def test_tally_counts_each_case_once() -> None:
    verdicts = [backtest(RETURNED, to(lead)) for lead in (LEAD, OTHER, OTHER, SUPPORT)]
    counted = tally([*verdicts, backtest(GIVEN["accepted"], to(LEAD, OTHER))])
    assert counted.destinations == {("elsewhere", "office", False): 2, ("same", "office", False): 3}
    assert counted.moves == {(OTHER, LEAD): 1, (OTHER, SUPPORT): 1}
    assert counted.forecasts["avoided", "kept_it", False] == counted.returns_avoided == 2
    assert counted.other_support == 1


REPORTS = st.builds(
    lambda subject: replace(REPORT, title=subject.title, text=subject.text, kind=subject.kind), test_trial.SUBJECTS
)


@pasts(test_trial.RULES, REPORTS, st.sampled_from([None, "东镇", "西镇"]))
def test_rules_that_assigned_find_nothing_elsewhere(rules: Rules, report: Report, township: str | None) -> None:
    """The backtest of the very rules by which cases were opened and assigned, whatever is said of the cases later."""
    programme = replace(AUTOMATIC, rules=rules)
    past = opening.open_case(report, programme)
    rule = opening.lead_at_once(given(past), report, programme, township)
    if rule is not None:
        past += opening.assigned_by_rule(given(past), rule, "letter 1", report.at)
    past.append(events.CaseAmended(CASE, "水电路地", "水电路地", hours(1)))
    verdict = backtest(past, rules, township)
    if rule is None:
        assert verdict.destination == "unled"
    else:
        assert (verdict.destination, verdict.lead, verdict.forecast) == ("same", rule.lead, None)
        assert not verdict.other_support


AUTOMATIC = Programme.of("jinxian", 3, {**made.DOCUMENT, "assignment": "automatic"})


@pasts(
    st.lists(st.tuples(st.sampled_from(sorted(test_cap.MOVES)), st.sampled_from(test_cap.UNITS)), max_size=25),
    st.sampled_from(test_cap.UNITS),
)
def test_every_verdict_holds_together(moves: list[tuple[str, str]], lead: str) -> None:
    past: list[events.Event] = list(GIVEN["classified"])
    for n, (move, unit) in enumerate(moves, start=2):
        past += _decided(given(past), move, unit, n)
    verdict = backtest(past, to(lead))
    led = given(past).lead
    assert (verdict.destination == "same") == (led == lead)
    assert (verdict.destination == "unled") == (led is None)
    assert (verdict.forecast is None) == (not verdict.course.losses) == (not verdict.grounds)
    if verdict.forecast == "returned":
        assert lead != led and {move.unit for move in verdict.grounds} == {lead}
    if verdict.forecast == "avoided":
        assert lead == led and lead not in {move.unit for move in verdict.grounds}


def _decided(case: Case, move: str, unit: str, at: float) -> Events:
    try:
        return test_cap.MOVES[move](case, unit, at)
    except errors.Refusal:
        return []
