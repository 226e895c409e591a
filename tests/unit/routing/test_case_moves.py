"""Every command in every state: legal, or refused by the name that says why."""

from __future__ import annotations

import pytest

from routing.domain import errors, events
from routing.domain.case import STATES
from tests.unit.routing import made

COMMANDS = (
    "classify",
    "assign",
    "receive",
    "accept",
    "contact",
    "plan",
    "report_progress",
    "report_result",
    "feed_back",
)
EVENTS = (
    events.CaseClassified,
    events.CaseAssigned,
    events.LetterReceived,
    events.CaseAccepted,
    events.EnterpriseContacted,
    events.CasePlanned,
    events.ProgressReported,
    events.ResultReported,
    events.ResultFedBack,
)
# one line per state, one word per command in the order above: "ok", or the slug of the refusal
TABLE = """
                 unknown-case unknown-case unknown-case unknown-case unknown-case unknown-case unknown-case unknown-case unknown-case
opened           ok not-classified not-assigned not-received not-assigned not-accepted not-accepted not-accepted no-result
classified       ok ok not-assigned not-received not-assigned not-accepted not-accepted not-accepted no-result
assigned         already-assigned already-assigned ok not-received ok not-accepted not-accepted not-accepted no-result
received         already-assigned already-assigned already-received ok ok not-accepted not-accepted not-accepted no-result
accepted         already-assigned already-assigned already-received already-accepted ok ok ok ok no-result
contacted        already-assigned already-assigned already-received already-accepted already-contacted ok ok ok no-result
planned          already-assigned already-assigned already-received already-accepted already-contacted already-planned ok ok no-result
in_progress      already-assigned already-assigned already-received already-accepted already-contacted already-planned ok ok no-result
result_reported  already-assigned already-assigned @ @ @ @ @ @ ok
fed_back         already-assigned already-assigned @ @ @ @ @ @ already-fed-back
reopened         ok ok not-assigned not-received not-assigned not-accepted not-accepted not-accepted no-result
passed_on        @p @p @p @p @p @p @p ok no-result
returned         ok ok not-assigned not-received not-assigned not-accepted not-accepted not-accepted no-result
merged           @m @m @m @m @m @m @m @m @m
withdrawn        @w @w @w @w @w @w @w @w @w
concluded        case-concluded case-concluded case-concluded case-concluded case-concluded case-concluded case-concluded case-concluded case-concluded
"""  # noqa: E501 - a table
SHORT = {"@": "result-already-reported", "@p": "passed-on", "@m": "case-is-merged", "@w": "case-is-withdrawn"}


def rows() -> list[tuple[str, str, str]]:
    found = []
    for line in TABLE.strip("\n").splitlines():
        state, outcomes = line[:17].strip(), line[17:].split()
        found += [
            (state, command, outcome)
            for command, outcome in zip(COMMANDS, (SHORT.get(word, word) for word in outcomes), strict=True)
        ]
    return found


def test_table_has_every_state() -> None:
    assert {state for state, _, _ in rows()} == {"", *STATES} == set(made.GIVEN)


@pytest.mark.parametrize("state", made.GIVEN)
def test_given_events_make_state(state: str) -> None:
    assert made.given(made.GIVEN[state]).state == state


@pytest.mark.parametrize(("state", "command", "outcome"), rows())
def test_command_in_state(state: str, command: str, outcome: str) -> None:
    case = made.given(made.GIVEN[state])
    if outcome == "ok":
        [event] = made.when(command, case, made.hours(20))
        assert type(event) is EVENTS[COMMANDS.index(command)]
        assert event.at == made.hours(20)
        return
    with pytest.raises(errors.Refusal) as refused:
        made.when(command, case, made.hours(20))
    assert refused.value.slug == outcome
    assert refused.value.mend
    assert refused.value.status == (404 if outcome == "unknown-case" else 409)


def test_contact_may_precede_receipt() -> None:
    case = made.given((*made.GIVEN["assigned"], made.CONTACTED))
    assert made.when("receive", case, made.hours(6)) == [
        events.LetterReceived(made.CASE, made.LEAD, "officer", made.hours(6))
    ]


@pytest.mark.parametrize(
    ("state", "command", "earliest"),
    [
        ("opened", "classify", 0),
        ("classified", "assign", 1),
        ("assigned", "receive", 2),
        ("received", "accept", 3),
        ("accepted", "contact", 2),
        ("contacted", "plan", 4),
        ("planned", "report_progress", 4),
        ("in_progress", "report_result", 7),
        ("result_reported", "feed_back", 8),
        ("reopened", "assign", 10),
    ],
)
def test_time_never_runs_backwards(state: str, command: str, earliest: int) -> None:
    case = made.given(made.GIVEN[state])
    assert made.when(command, case, made.hours(earliest))
    with pytest.raises(errors.BackInTime):
        made.when(command, case, made.hours(earliest - 0.1))


def test_reopening_clears_the_round() -> None:
    case = made.given(made.GIVEN["reopened"])
    assert (case.round, case.kind, case.lead, case.milestones) == (2, "power", made.LEAD, ())
    assert [event.round for event in made.when("assign", case, made.hours(20))] == [2]  # type: ignore[union-attr]


def test_state_is_furthest_step() -> None:
    late = events.LetterReceived(made.CASE, made.LEAD, "ledger", made.hours(3))
    assert made.given((*made.GIVEN["assigned"], made.CONTACTED, late)).state == "contacted"
