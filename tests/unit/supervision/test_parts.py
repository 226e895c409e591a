"""A case that was divided ends with its parts, whatever is heard first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from eventkit.envelope import Envelope
from supervision.domain.watch import Watch
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
    service.hear(programme_published(document()), *(issue_reported(LEARNT, case=case) for case in (CASE, FIRST, SECOND)))
    service.hear(*map(linked, (FIRST, SECOND)))
    return service


def watch(service: Service) -> Watch:
    with service.store.transaction() as tx:
        events = tx.load([f"watch-{CASE}"])[f"watch-{CASE}"]
    state = Watch()
    for event in events:
        state = service.context.streams.watch.apply(state, service.context.streams.watch.codec.decode(event))
    return state


@pytest.mark.parametrize("division", [0, 1, 2])
def test_close_out_is_dated_with_the_last_part(division: int) -> None:
    """Not with the division, which may be heard of last."""
    service = watched()
    events = [ended(FIRST, "withdrawn", LEARNT + 5 * HOUR), ended(SECOND, "withdrawn", LEARNT + 3 * HOUR)]
    events.insert(division, divided(LEARNT))
    for event in events:
        service.hear(event)
    closed = watch(service).fact("closed_out", None)
    assert closed is not None
    assert (closed.at, closed.learnt_at) == (LEARNT + 5 * HOUR, LEARNT + 6 * HOUR)


def test_part_that_came_back_keeps_its_case_open() -> None:
    """A merger may be undone: the part is to be solved after all."""
    service = watched()
    service.hear(divided(LEARNT), ended(FIRST, "merged", LEARNT + HOUR), ended(FIRST, "unmerged", LEARNT + 2 * HOUR))
    service.hear(ended(SECOND, "withdrawn", LEARNT + 3 * HOUR))
    assert not watch(service).closed
    service.hear(ended(FIRST, "withdrawn", LEARNT + 9 * HOUR))
    closed = watch(service).fact("closed_out", None)
    assert closed is not None and closed.at == LEARNT + 9 * HOUR
