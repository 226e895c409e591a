"""What was known of a case when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.projections.case_event import CaseEvent, from_envelope, is_case_event
from reporting.projections.case_fold import CaseRows, Row, fold_case
from reporting.projections.versions import KEYS, Changes, Key, Version, changes
from tests.unit.reporting.made import Log, courses, day

CASE = str(uid("case"))
EVER = datetime.min.replace(tzinfo=UTC)
STATE = CaseRows._fields.index("spans")


def known_after(days: float) -> datetime:
    return day(days) + timedelta(seconds=1)


def of_case(events: Iterable[Envelope], case: str) -> list[CaseEvent]:
    return [from_envelope(event) for event in events if is_case_event(event.stream) and event.key == case]


def test_states_are_known_one_after_another() -> None:
    log = Log()
    log.reported(CASE, day(0))
    log.case("routing", "case_assigned", CASE, day(2), round=1, lead="bank", supporting=[], letter=None, meeting=None)

    _, of = changes(CASE, of_case(log.events, CASE), EVER)

    assert of["spans"] == Changes(
        [],
        [
            Version((CASE, 1, "reported", day(0), None), known_after(0), known_after(2)),
            Version((CASE, 1, "reported", day(0), day(2)), known_after(2), None),
            Version((CASE, 2, "assigned", day(2), None), known_after(2), None),
        ],
    )


def test_row_that_comes_to_stand_again_has_two_versions() -> None:
    """What was told late moves the end of a state; the state before it was known otherwise meanwhile."""
    log = Log()
    log.reported(CASE, day(0))
    missed = log.case("supervision", "deadline_missed", CASE, day(3), clock="contact", generation=1, unit="bank")
    log.case("supervision", "misses_rescinded", CASE, day(4), withdrawn=[{"event": str(missed.id)}])

    _, of = changes(CASE, of_case(log.events, CASE), EVER)

    periods = [(version.known_from, version.known_to) for version in of["ledger"].begun]
    assert periods == [
        (known_after(0), known_after(3)),
        (known_after(3), known_after(4)),
        (known_after(4), None),
    ]
    assert of["ledger"].begun[0].row == of["ledger"].begun[2].row


def test_what_stood_before_ends_or_holds() -> None:
    log = Log()
    log.reported(CASE, day(0))
    log.case("routing", "case_assigned", CASE, day(2), round=1, lead="bank", supporting=[], letter=None, meeting=None)
    log.case("supervision", "deadline_missed", CASE, day(3), clock="contact", generation=1, unit="bank")

    _, of = changes(CASE, of_case(log.events, CASE), known_after(3))

    assert of["spans"] == Changes([((CASE, 1), None), ((CASE, 2), None)], [])
    assert of["ledger"].ended == [((CASE,), known_after(3))]


@pytest.mark.parametrize("seed", range(20))
def test_kept_versions_equal_every_fold(seed: int) -> None:
    """However the events arrive, what is kept answers every instant as a fold of the events known by then."""
    log, random = courses(1, seed=seed), Random(seed)
    case = next(event.key for event in log.events if is_case_event(event.stream))
    events = of_case(log.events, case)
    kept: dict[str, list[tuple[Key, Version]]] = {name: [] for name in KEYS}
    arrived: list[CaseEvent] = []
    for event in random.sample(events, len(events)):
        arrived.append(event)
        _, of = changes(case, arrived, event.sequenced_at)
        for name, changed in of.items():
            kept[name] = _applied(kept[name], changed, event.sequenced_at, KEYS[name])

    for instant in sorted({event.sequenced_at for event in events}):
        folded = fold_case(case, (event for event in events if event.sequenced_at <= instant))
        for name in KEYS:
            assert _known(kept[name], instant) == sorted(getattr(folded, name), key=str)


def _applied(
    kept: list[tuple[Key, Version]], changed: Changes, since: datetime, width: int
) -> list[tuple[Key, Version]]:
    ends = dict(changed.ended)
    held = []
    for key, version in kept:
        if version.known_from >= since:
            continue
        stood = version.known_to is None or version.known_to >= since
        held.append((key, version._replace(known_to=ends[key]) if stood else version))
    return held + [(version.row[:width], version) for version in changed.begun]


def _known(kept: list[tuple[Key, Version]], at: datetime) -> list[Row]:
    rows = [v.row for _, v in kept if v.known_from <= at and (v.known_to is None or v.known_to > at)]
    return sorted(rows, key=str)
