"""A case that was divided ends with its parts, whatever is heard first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from eventkit.envelope import Envelope
from supervision.domain.watch import PartEnd, Watch
from tests.unit.supervision.made import (
    CASE,
    LEARNT,
    Service,
    document,
    issue_reported,
    programme_published,
    step,
    told,
)

FIRST, SECOND = (f"6f0e8b1c-4d2a-5c7e-9b10-00000000001{n}" for n in (1, 2))
HOUR = timedelta(hours=1)


def divided(at: datetime) -> Envelope:
    return told("intake.issue_divided", at, at, {"issue": CASE, "parts": [FIRST, SECOND], "at": at})


def linked(part: str) -> Envelope:
    data = {"issue": part, "relation": "part_of", "to": CASE, "at": LEARNT}
    return told("intake.issue_linked", LEARNT, LEARNT, data, key=part)


def ended(part: str, fact: str, at: datetime) -> Envelope:
    return step(fact, at, at + HOUR, case=part, round=1)


def watched() -> Service:
    """The case and its parts, of which nothing has been heard but whose parts they are."""
    service = Service()
    service.hear(
        programme_published(document()), *(issue_reported(LEARNT, case=case) for case in (CASE, FIRST, SECOND))
    )
    service.hear(*map(linked, (FIRST, SECOND)))
    return service


def watch(service: Service) -> Watch:
    with service.store.transaction() as tx:
        return service.context.streams.watch.fold(tx.load([f"watch-{CASE}"])[f"watch-{CASE}"])


def closed_out(part: str, at: datetime) -> Envelope:
    """By the ledger: supervision's own command asks for more than is the matter here."""
    facts = [{"fact": "closed_out", "at": at}]
    return told("intake.history_declared", at, at + HOUR, {"issue": part, "facts": facts}, key=part)


@pytest.mark.parametrize("division", [0, 1, 2])
def test_close_out_is_dated_with_the_last_part(division: int) -> None:
    """Not with the division, which may be heard of last."""
    service = watched()
    events = [closed_out(FIRST, LEARNT + 5 * HOUR), ended(SECOND, "withdrawn", LEARNT + 3 * HOUR)]
    events.insert(division, divided(LEARNT))
    for event in events:
        service.hear(event)
    closed = watch(service).fact("closed_out", None)
    assert closed is not None
    assert (closed.at, closed.learnt_at) == (LEARNT + 5 * HOUR, LEARNT + 6 * HOUR)


@pytest.mark.parametrize("ends", [("withdrawn", "withdrawn"), ("merged", "withdrawn"), ("merged", "merged")])
def test_parts_of_which_none_was_solved_leave_their_case_open(ends: tuple[str, str]) -> None:
    """Withdrawing all parts would else strike the whole off, unverified."""
    service = watched()
    service.hear(
        divided(LEARNT), *(ended(p, fact, LEARNT + HOUR) for p, fact in zip((FIRST, SECOND), ends, strict=True))
    )
    whole = watch(service)
    assert (whole.closed, whole.open_parts, whole.solved_parts) == (False, frozenset(), frozenset())


def test_part_that_came_back_keeps_its_case_open() -> None:
    """A merger may be undone: the part is to be solved after all."""
    service = watched()
    service.hear(divided(LEARNT), ended(FIRST, "merged", LEARNT + HOUR), ended(FIRST, "unmerged", LEARNT + 2 * HOUR))
    assert watch(service).open_parts == {FIRST, SECOND}
    service.hear(closed_out(SECOND, LEARNT + 3 * HOUR))
    assert (watch(service).closed, watch(service).open_parts) == (False, {FIRST})
    service.hear(ended(FIRST, "merged", LEARNT + 9 * HOUR))
    closed = watch(service).fact("closed_out", None)
    assert closed is not None and closed.at == LEARNT + 9 * HOUR
    assert watch(service).ends[FIRST] == PartEnd(2, "merged")


def test_part_of_a_part_ends_the_whole() -> None:
    service = watched()
    below = "6f0e8b1c-4d2a-5c7e-9b10-000000000013"
    data = {"issue": below, "relation": "part_of", "to": SECOND, "at": LEARNT}
    service.hear(divided(LEARNT), closed_out(FIRST, LEARNT + HOUR), issue_reported(LEARNT, case=below))
    service.hear(told("intake.issue_divided", LEARNT, LEARNT, {"issue": SECOND, "parts": [below]}, key=SECOND))
    service.hear(told("intake.issue_linked", LEARNT, LEARNT, data, key=below))
    assert not watch(service).closed
    service.hear(closed_out(below, LEARNT + 4 * HOUR))
    assert watch(service).closed


def test_whole_that_came_back_ends_with_the_parts_that_ended_meanwhile() -> None:
    service = watched()
    service.hear(divided(LEARNT), ended(CASE, "merged", LEARNT + HOUR))
    service.hear(*(closed_out(part, LEARNT + 2 * HOUR) for part in (FIRST, SECOND)))
    assert not watch(service).closed
    service.hear(ended(CASE, "unmerged", LEARNT + 3 * HOUR))
    closed = watch(service).fact("closed_out", None)
    assert closed is not None and closed.at == LEARNT + 3 * HOUR
