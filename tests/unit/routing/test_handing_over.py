"""Return, transfer, arbitration, passing on, and what is said of a case beside its course."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from routing.domain import commands, errors, events, following, handing_over, remarks
from routing.domain.case import Case
from routing.domain.decisions import Events
from routing.domain.programme import Directory, Programme
from routing.domain.rules import Rule
from tests.unit.routing import made
from tests.unit.routing.made import CASE, DIRECTORY, GIVEN, LEAD, OTHER, PROGRAMME, SUPPORT, act, given, hours

BARE = Programme.of("bare", 1, {"zone": "Asia/Shanghai"})
RECEIVED = GIVEN["received"]


def give_back(case: Case, at: float = 4, reason: str = "not_ours", programme: Programme = PROGRAMME) -> Events:
    return handing_over.give_back(case, commands.Return(LEAD, reason, None, act(hours(at))), programme)


def reassign(lead: str = OTHER, at: float = 4) -> commands.Reassign:
    return commands.Reassign(lead, (), "letter 2", None, act(hours(at)))


def test_returned_case_begins_a_round_without_lead() -> None:
    case = given(RECEIVED)
    [returned] = give_back(case)
    assert returned == events.CaseReturned(CASE, LEAD, "not_ours", None, 2, 1, "officer", hours(4))
    after = given([*RECEIVED, returned])
    assert (after.state, after.lead, after.kind, after.round) == ("returned", None, "power", 2)


@pytest.mark.parametrize(
    ("past", "refusal"),
    [
        (GIVEN["classified"], errors.NotAssigned),
        (GIVEN["accepted"], errors.AlreadyAccepted),
        (GIVEN["result_reported"], errors.ResultAlreadyReported),
        ((*RECEIVED, made.ARBITRATED, made.ASSIGNED), errors.DecisionIsFinal),
    ],
)
def test_return_is_refused(past: Sequence[events.Event], refusal: type[errors.Refusal]) -> None:
    with pytest.raises(refusal):
        give_back(given(past))


def test_return_keeps_to_its_limit() -> None:
    case = given([*RECEIVED, made.LIMITED])
    assert give_back(case, at=48)
    with pytest.raises(errors.ReturnTooLate):
        give_back(case, at=48.1)


def test_return_needs_a_reason_of_the_programme() -> None:
    with pytest.raises(errors.UnknownReason) as refusal:
        give_back(given(RECEIVED), reason="too_hard")
    assert "not_ours" in str(refusal.value.mend)


def test_transfer_gives_the_case_to_another_in_a_new_round() -> None:
    moved = handing_over.transfer(given(RECEIVED), reassign(), PROGRAMME, DIRECTORY)
    assert [type(event) for event in moved] == [events.CaseTransferred, events.CaseAssigned]
    after = given([*RECEIVED, *moved])
    assert (after.state, after.lead, after.round, after.transfers) == ("assigned", OTHER, 2, 1)


def test_transfers_end_at_the_cap() -> None:
    past = [*RECEIVED, *give_back(given(RECEIVED))]
    past += [events.CaseAssigned(CASE, SUPPORT, (), "letter 2", None, None, 2, "officer", hours(5))]
    past += handing_over.transfer(given(past), reassign(at=6), PROGRAMME, DIRECTORY)
    with pytest.raises(errors.TransferCapReached):
        handing_over.transfer(given(past), reassign(SUPPORT, at=7), PROGRAMME, DIRECTORY)
    decided = handing_over.arbitrate(given(past), reassign(LEAD, at=8), PROGRAMME, DIRECTORY)
    after = given([*past, *decided])
    assert (after.lead, after.final) == (LEAD, True)
    with pytest.raises(errors.DecisionIsFinal):
        handing_over.arbitrate(after, reassign(OTHER, at=9), PROGRAMME, DIRECTORY)


def test_transfer_to_the_lead_itself_is_refused() -> None:
    with pytest.raises(errors.LeadsAlready):
        handing_over.transfer(given(RECEIVED), reassign(LEAD), PROGRAMME, DIRECTORY)


def test_unit_of_another_kind_may_not_lead() -> None:
    with pytest.raises(errors.WrongKindOfUnit) as refusal:
        handing_over.transfer(given(RECEIVED), reassign("archive"), PROGRAMME, DIRECTORY)
    assert refusal.value.field == "lead"


def test_older_directory_copies_know_no_kinds() -> None:
    Directory.of("jinxian", ["archive"]).require("archive", "lead", frozenset({"bank"}))


def test_passed_on_case_is_answered_for_by_the_office() -> None:
    case = given(GIVEN["passed_on"])
    assert case.passed_to == "city"
    with pytest.raises(errors.PassedOn):
        handing_over.pass_on(case, commands.PassOn("city", None, act(hours(3))), PROGRAMME)
    with pytest.raises(errors.UnknownBody):
        handing_over.pass_on(given(GIVEN["classified"]), commands.PassOn("moon", None, act(hours(3))), PROGRAMME)
    with pytest.raises(errors.AlreadyAssigned):
        handing_over.pass_on(given(RECEIVED), commands.PassOn("city", None, act(hours(4))), PROGRAMME)


def test_case_of_a_body_outside_is_not_arbitrated() -> None:
    """No unit could work on it afterwards: whatever comes before the result is the body's."""
    with pytest.raises(errors.PassedOn):
        handing_over.arbitrate(given(GIVEN["passed_on"]), reassign(), PROGRAMME, DIRECTORY)


@pytest.mark.parametrize("state", ["opened", "classified", "received", "reopened"])
def test_nothing_is_arbitrated_without_dispute(state: str) -> None:
    """Nobody has given the case back and nobody took it from anybody: it is assigned or transferred."""
    with pytest.raises(errors.NothingDisputed) as refusal:
        handing_over.arbitrate(given(GIVEN[state]), reassign(at=20), PROGRAMME, DIRECTORY)
    assert refusal.value.slug == "nothing-disputed" and refusal.value.mend


@pytest.mark.parametrize("dispute", [made.RETURNED, made.TRANSFERRED])
def test_dispute_is_decided_by_office(dispute: events.Event) -> None:
    assert handing_over.arbitrate(given((*RECEIVED, dispute)), reassign(), PROGRAMME, DIRECTORY)


def test_passed_on_case_shows_it_although_the_first_asked_had_begun() -> None:
    begun = (*GIVEN["classified"], made.OWNED, made.CONTACTED)
    assert given((*begun, made.PASSED_ON)).state == "passed_on"
    assert given((*begun, made.PASSED_ON, made.RESULTED)).state == "result_reported"


def test_supporter_speaks_once_a_round() -> None:
    wanted = commands.ReportSupport(SUPPORT, None, act(hours(4)))
    [said] = remarks.report_support(given(RECEIVED), wanted)
    with pytest.raises(errors.SupportAlreadyReported):
        remarks.report_support(given([*RECEIVED, said]), wanted)
    with pytest.raises(errors.NotSupporting):
        remarks.report_support(given(RECEIVED), commands.ReportSupport(LEAD, None, act(hours(4))))


def test_grade_is_said_once_and_until_the_result() -> None:
    wanted = commands.Grade("complex", act(hours(4)))
    [graded] = remarks.grade(given(RECEIVED), wanted, PROGRAMME)
    assert remarks.grade(given([*RECEIVED, graded]), wanted, PROGRAMME) == []
    with pytest.raises(errors.UnknownGrade):
        remarks.grade(given(RECEIVED), commands.Grade("huge", act(hours(4))), PROGRAMME)
    with pytest.raises(errors.ResultAlreadyReported):
        remarks.grade(given(GIVEN["result_reported"]), commands.Grade("ordinary", act(hours(9))), PROGRAMME)


def test_rule_grades_a_case_that_has_no_grade() -> None:
    rule = Rule("land", LEAD, grade="complex")
    assert [e.grade for e in remarks.graded_by(given(RECEIVED), rule, act(hours(4)))] == ["complex"]  # type: ignore[union-attr]
    assert remarks.graded_by(given([*RECEIVED, made.GRADED]), rule, act(hours(4))) == []
    assert remarks.graded_by(given(RECEIVED), None, act(hours(4))) == []


def test_cause_is_named_until_the_end() -> None:
    wanted = commands.NameCause("process", None, act(hours(12)))
    assert remarks.name_cause(given(GIVEN["fed_back"]), wanted, PROGRAMME)
    with pytest.raises(errors.UnknownCause):
        remarks.name_cause(given(RECEIVED), commands.NameCause("fate", None, act(hours(4))), PROGRAMME)
    with pytest.raises(errors.CaseIsConcluded):
        remarks.name_cause(given(GIVEN["concluded"]), wanted, PROGRAMME)


@pytest.mark.parametrize(
    ("key", "move"),
    [
        ("returns", lambda: give_back(given(RECEIVED), programme=BARE)),
        ("returns", lambda: handing_over.transfer(given(RECEIVED), reassign(), BARE, DIRECTORY)),
        ("passing_on", lambda: handing_over.pass_on(given(()), commands.PassOn("city", None, act(hours(1))), BARE)),
        ("grades", lambda: remarks.grade(given(()), commands.Grade("complex", act(hours(1))), BARE)),
        ("causes", lambda: remarks.name_cause(given(()), commands.NameCause("x", None, act(hours(1))), BARE)),
    ],
)
def test_refusal_names_the_missing_key(key: str, move: Callable[[], Events]) -> None:
    with pytest.raises(errors.NotInProgramme) as refusal:
        move()
    assert refusal.value.field == key


def test_first_asked_answers_until_another_accepts() -> None:
    [owned] = following.name_owner(given(GIVEN["classified"]), SUPPORT, PROGRAMME, hours(1))
    assert given([*GIVEN["classified"], owned]).owner == SUPPORT
    assert given([*GIVEN["classified"], owned, *GIVEN["accepted"][2:]]).owner is None
    assert following.name_owner(given(GIVEN["classified"]), SUPPORT, BARE, hours(1)) == []


def test_amendment_reaches_title_and_kind() -> None:
    [amended, classified] = following.amend(
        given(GIVEN["classified"]), {"title": "新", "kind": "land"}, "office", hours(2)
    )
    after = given([*GIVEN["classified"], amended, classified])
    assert (after.title, after.kind) == ("新", "land")
    assert following.amend(given(GIVEN["assigned"]), {"kind": "land"}, "office", hours(3)) == []
    assert following.amend(given(GIVEN["passed_on"]), {"kind": "land"}, "office", hours(3)) == [], "a body has it"
    assert following.amend(given(GIVEN["assigned"]), {"batch": "1"}, "office", hours(3)) == []


def test_merger_is_confirmed_until_there_is_a_result() -> None:
    assert following.merge(given(GIVEN["planned"]), made.OTHER_CASE, hours(7)) == [
        events.CaseMerged(CASE, made.OTHER_CASE, hours(7))
    ]
    [refused] = following.merge(given(GIVEN["result_reported"]), made.OTHER_CASE, hours(9))
    assert isinstance(refused, events.MergerRefused)
    [refused] = following.withdraw(given(GIVEN["concluded"]), "by itself", hours(12))
    assert refused == events.WithdrawalRefused(CASE, "concluded", hours(12))


@pytest.mark.parametrize(
    ("past", "into"),
    [
        (GIVEN["merged"], "6f0e8b1c-4d2a-5c7e-9b10-000000000002"),
        (GIVEN["withdrawn"], made.OTHER_CASE),
        (GIVEN["planned"], CASE),
    ],
)
def test_gone_case_is_not_merged(past: Sequence[events.Event], into: str) -> None:
    """Intake asks for none of these; whatever asks for them, a case has one end and is not its own."""
    assert following.merge(given(past), into, hours(10)) == []


def test_unmerged_case_goes_on_where_it_stood() -> None:
    past = [*GIVEN["planned"], made.MERGED]
    assert given(past).state == "merged"
    assert following.unmerge(given(past), CASE, hours(8)) == []
    [undone] = following.unmerge(given(past), made.OTHER_CASE, hours(8))
    assert given([*past, undone]).state == "planned"


def test_only_the_named_clock_limits_returning() -> None:
    case, due = given(RECEIVED), hours(48)
    assert following.limit_returning(case, "contact", 1, LEAD, due, PROGRAMME, hours(3)) == []
    assert following.limit_returning(case, "return", 2, LEAD, due, PROGRAMME, hours(3)) == []
    [limited] = following.limit_returning(case, "return", 1, LEAD, due, PROGRAMME, hours(3))
    assert given([*RECEIVED, limited]).return_by == due
    assert following.limit_returning(given([*RECEIVED, limited]), "return", 1, LEAD, due, PROGRAMME, hours(3)) == []
