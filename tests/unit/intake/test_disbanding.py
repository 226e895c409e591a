"""A team ends: from which instant on it is none, and what may no longer be said of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from intake.domain import team, visit
from intake.domain.commands import DisbandTeam
from intake.domain.events import TeamDisbanded
from intake.domain.team import Team
from intake.domain.timing import Timing
from intake.domain.visit import Visit
from tests.unit.intake.made import DIRECTORY, LIVE, NOW, PROGRAMME, given, refused
from tests.unit.intake.test_fieldwork import AGAIN, FORM, VISIT

DAY = timedelta(days=1)
FORMED = given(Team(), team.apply, team.form(Team(), FORM, PROGRAMME, DIRECTORY))
LATER = NOW + 3 * DAY
DISBAND = DisbandTeam("组长调离", "office-1", Timing(LATER, LATER, given=False))
ENDED = given(FORMED, team.apply, team.disband(FORMED, DISBAND, PROGRAMME))


def test_team_ends_at_an_instant() -> None:
    [event] = team.disband(FORMED, DISBAND, PROGRAMME)
    assert event == TeamDisbanded("t1", "jinxian", "jinxian", "组长调离", "office-1", LATER)


@pytest.mark.parametrize("timing", [AGAIN, Timing(LATER, LATER + DAY)])
def test_same_end_again_changes_nothing(timing: Timing) -> None:
    assert team.disband(ENDED, replace(DISBAND, timing=timing), PROGRAMME) == []


@pytest.mark.parametrize(
    ("state", "timing", "slug", "field"),
    [
        (Team(), LIVE, "not-found", "team"),
        (ENDED, Timing(LATER + DAY, LATER + DAY), "disbanded-already", "occurred_at"),
        (FORMED, Timing(NOW - DAY, NOW), "before-formation", "occurred_at"),
        (FORMED, Timing(LATER + DAY, LATER), "future-date", "occurred_at"),
        (FORMED, Timing(NOW, NOW + 8 * DAY), "back-dated", "occurred_at"),
    ],
)
def test_team_cannot_end_so(state: Team, timing: Timing, slug: str, field: str) -> None:
    command = replace(DISBAND, timing=replace(timing, reason=DISBAND.reason))
    refused(lambda: team.disband(state, command, PROGRAMME), slug, field)


def test_end_in_the_past_needs_a_reason() -> None:
    command = DisbandTeam(None, "office-1", Timing(NOW, LATER))
    refused(lambda: team.disband(FORMED, command, PROGRAMME), "back-dated", "reason")


def test_disbanded_team_may_be_repeated() -> None:
    """An import that comes again neither forms it anew nor stumbles over its end."""
    assert team.form(ENDED, replace(FORM, timing=AGAIN), PROGRAMME, DIRECTORY) == []


@pytest.mark.parametrize(("at", "stands"), [(LATER - timedelta(microseconds=1), True), (LATER, False)])
def test_team_stands_until_its_end(at: object, stands: bool) -> None:
    assert ENDED.stands(at) is stands  # type: ignore[arg-type]  # both are instants


def test_no_visit_by_a_team_that_ended() -> None:
    command = replace(VISIT, team="t1", timing=Timing(LATER, LATER))
    refused(lambda: visit.record(Visit(), command, PROGRAMME, DIRECTORY, ENDED), "team-disbanded", "team")
    before = replace(command, timing=Timing(LATER - DAY, LATER, from_ledger=True))
    [recorded] = visit.record(Visit(), before, PROGRAMME, DIRECTORY, ENDED)
    assert recorded.team == "t1"


def test_visit_before_the_end_was_told_stays() -> None:
    command = replace(VISIT, team="t1", timing=Timing(LATER, LATER))
    state = given(Visit(), visit.apply, visit.record(Visit(), command, PROGRAMME, DIRECTORY, FORMED))
    assert visit.record(state, command, PROGRAMME, DIRECTORY, ENDED) == []
