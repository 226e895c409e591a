"""More time that a ledger says was granted 延期: it moves the issue's own due date, by the rules of the programme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from intake.domain.errors import BadHistory
from intake.domain.events import Fact
from intake.domain.programme import Programme
from intake.domain.rounds import round_of
from intake.domain.text import Text
from intake.domain.timing import DECADE

STARTS = ("reported", "assigned")
"""Facts from which a clock of the issue's own due date may run for an extension to find it."""
_HOURS = re.compile(r"([0-9]+)([dh])")


def check_extensions(facts: tuple[Fact, ...], due_at: datetime | None, programme: Programme) -> None:
    """Raises BadHistory for more time than can have been granted. Limits in working days are not judged: the
    calendar is supervision's. A programme without a rule for extensions refuses none.
    """
    rule = programme.document.get("extension")
    granted = 0
    for place, fact in enumerate(facts):
        if fact.fact != "extended":
            continue
        granted += 1
        due = _due(place, due_at)
        _check_clock(place, fact, facts, programme)
        _check_dates(place, fact, due.astimezone(programme.zone).date())
        if rule is not None:
            _check_rule(place, fact, due, rule, programme)
            if granted > rule["times"]:
                raise _bad(
                    f"{place}/at",
                    Text("The programme extends a due date {times} times.", times=rule["times"]),
                    Text("leave out the extensions beyond that"),
                )


def _due(place: int, due_at: datetime | None) -> datetime:
    if due_at is None:
        raise _bad(
            f"{place}/due_on", Text("There is no due date that was extended."), Text("give the issue's first due date")
        )
    return due_at


def _check_clock(place: int, fact: Fact, facts: tuple[Fact, ...], programme: Programme) -> None:
    """A clock by the issue's own due date must run, or the extension would move nothing."""
    starts = {clock["starts"] for clock in programme.document.get("clocks", ()) if clock.get("limit") == "external"}
    if not starts & set(STARTS):
        raise _bad(
            f"{place}/due_on",
            Text("No clock of the programme goes by an issue's own due date."),
            Text("leave the extension out, or say it in the note"),
        )
    round = round_of(fact)
    if not any((f.fact, round_of(f)) == ("assigned", round) for f in facts):
        raise _bad(
            f"{place}/at",
            Text("More time was granted, but nobody had the issue."),
            Text("give the assignment of this round"),
        )


def _check_dates(place: int, fact: Fact, due_on: date) -> None:
    if fact.due_on is None or not timedelta() < fact.due_on - due_on <= 2 * DECADE:
        raise _bad(
            f"{place}/due_on",
            Text("The new due date does not lie after the first."),
            Text("give a day after {day} and within 20 years of it", day=due_on.isoformat()),
        )
    if fact.asked_at is not None and fact.asked_at > fact.at:
        raise _bad(
            f"{place}/asked_at",
            Text("More time was granted before it was asked for."),
            Text("correct one of the two dates"),
        )


def _check_rule(place: int, fact: Fact, due: datetime, rule: Mapping[str, Any], programme: Programme) -> None:
    latest = due - _span(rule.get("ask_before"))
    if (fact.asked_at or fact.at) > latest:
        where = "asked_at" if fact.asked_at else "at"
        raise _bad(
            f"{place}/{where}",
            Text("More time had to be asked for by {latest}.", latest=latest.astimezone(programme.zone).isoformat()),
            Text("correct the date, or leave the extension out: a due date that is missed is extended no more"),
        )
    longest = _span(rule["max"])
    if longest and fact.due_on is not None and fact.due_on - due.astimezone(programme.zone).date() > longest:
        raise _bad(
            f"{place}/due_on",
            Text("The programme extends by at most {span}.", span=rule["max"]),
            Text("correct the new due date"),
        )


def _span(limit: str | None) -> timedelta:
    """Days and hours as time; none for working days."""
    found = _HOURS.fullmatch(limit or "")
    if found is None:
        return timedelta()
    return timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))


def _bad(where: str, problem: Text, mend: Text) -> BadHistory:
    return BadHistory(problem, field=f"history/{where}", mend=mend)
