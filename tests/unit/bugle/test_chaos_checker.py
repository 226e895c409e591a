"""The checker of a fault run is broken on purpose: each mutation must be found, and by the right invariant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest

from bugle.chaos.firing import check_clocks
from bugle.chaos.ledger import Ledger, Outcome, Spoilt, read
from bugle.chaos.requests import Recorded, check_requests
from bugle.verify.event import Event
from bugle.verify.hashing import instant
from bugle.verify.report import Invariant
from tests.unit.bugle.verifying import CASE, Recorder, System, at

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
TYPE = "bugle.intake.issue_reported.v1"
ACKNOWLEDGED, REFUSED, UNKNOWN, REPEATED = "run-1", "run-2", "run-3", "run-4"


def told(marker: str) -> dict[str, str]:
    return {"title": f"电压不稳 {marker}", "backdating_reason": marker, "occurred_at": instant(AT)}


def event(marker: str) -> Recorded:
    body = {name: value for name, value in told(marker).items() if name != "occurred_at"}
    return Recorded("intake", TYPE, marker, AT, body)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Acknowledged, refused, unknown (and recorded), and acknowledged with a repetition."""
    ledger = Ledger(tmp_path / "ledger.jsonl")

    def sent(marker: str, outcome: Outcome, attempt: int = 1, replayed: bool = False) -> None:
        noted = ledger.intend(marker, attempt, marker, "intake", TYPE, told(marker))
        if outcome is not Outcome.unknown:
            ledger.settle(noted, outcome, 201, f"answer to {marker}".encode(), replayed)

    sent(ACKNOWLEDGED, Outcome.acknowledged)
    sent(REFUSED, Outcome.refused)
    sent(UNKNOWN, Outcome.unknown)
    sent(REPEATED, Outcome.acknowledged)
    sent(REPEATED, Outcome.acknowledged, attempt=2, replayed=True)
    ledger.close()
    return ledger.path


EVENTS = [event(ACKNOWLEDGED), event(UNKNOWN), event(REPEATED)]


def broken(lines: Sequence[bytes], events: Sequence[Recorded]) -> set[str]:
    i1, i2 = Invariant(), Invariant()
    check_requests(read(lines), events, i1, i2)
    assert i1.checked == i2.checked > 0
    return {name for name, found in (("I1", i1), ("I2", i2)) if not found.ok}


def test_sound_ledger_passes_unbroken(file: Path) -> None:
    lines = file.read_bytes().splitlines()
    assert broken(lines, EVENTS) == set()
    assert broken(lines, [event(ACKNOWLEDGED), event(REPEATED)]) == set()  # what is unknown need not have happened


def edited(found: Recorded) -> Recorded:
    return replace(found, body=found.body | {"title": "电压正常"})


@pytest.mark.parametrize(
    ("mutate", "invariant"),
    [
        pytest.param(lambda e: e[1:], "I1", id="dropped"),
        pytest.param(lambda e: [*e, e[0]], "I2", id="duplicated"),
        pytest.param(
            lambda e: [replace(e[0], body=e[2].body), replace(e[2], body=e[0].body), e[1]], "I1", id="swapped"
        ),
        pytest.param(lambda e: [edited(e[0]), *e[1:]], "I1", id="edited"),
        pytest.param(lambda e: [replace(e[0], occurred_at=AT + timedelta(seconds=1)), *e[1:]], "I1", id="re-dated"),
        pytest.param(lambda e: [*e, event(REFUSED)], "I1", id="refused and recorded"),
        pytest.param(lambda e: [*e, event("run-9")], "I1", id="never asked for"),
    ],
)
def test_mutated_event_is_found(file: Path, mutate: Callable[[list[Recorded]], list[Recorded]], invariant: str) -> None:
    assert broken(file.read_bytes().splitlines(), mutate(list(EVENTS))) == {invariant}


@pytest.mark.parametrize("dropped", ["case_opened", "watch_opened"])
def test_dropped_effect_is_found(dropped: str) -> None:
    """Every request was acknowledged and every event received: what is missing came of none of them."""
    recorder = Recorder()
    recorder.report_issue()
    recorder.route("case_opened", 0)
    recorder.watch("watch_opened", 0)
    assert System(recorder.events).verify().ok
    lost = System([event for event in recorder.events if event.short_type != dropped]).verify()
    assert not lost.invariants["I5"].ok
    assert f"has 0 {dropped}, where 1 belong" in lost.invariants["I5"].faults[0]


def with_digest(line: bytes) -> bytes:
    return orjson.dumps(orjson.loads(line) | {"digest": "0" * 64})


@pytest.mark.parametrize(
    ("mutate", "invariant"),
    [
        pytest.param(lambda x: x[2:], "I1", id="dropped"),
        pytest.param(lambda x: [*x, *x[:2]], "I2", id="duplicated"),
        pytest.param(lambda x: [x[0], _renumbered(x[3], 1), x[2], _renumbered(x[1], 2), *x[4:]], "I1", id="swapped"),
        pytest.param(lambda x: [with_digest(x[0]), *x[1:]], "I1", id="edited"),
        pytest.param(lambda x: [*x[:5], with_digest(x[5]), *x[6:]], "I2", id="repetition edited"),
        pytest.param(lambda x: [*x[:8], _answering(x[8], "else")], "I2", id="answer edited"),
        pytest.param(lambda x: [*x[:8], _refusing(x[8])], "I2", id="refused after it was acknowledged"),
        pytest.param(lambda x: [*x[:6], *x[7:8], _refusing(x[8])], "I2", id="refused after it was recorded"),
    ],
)
def test_mutated_ledger_is_found(file: Path, mutate: Callable[[list[bytes]], list[bytes]], invariant: str) -> None:
    assert invariant in broken(mutate(file.read_bytes().splitlines()), EVENTS)


@pytest.mark.parametrize(("status", "found"), [(409, {"I2"}), (422, {"I2"}), (401, set())])
def test_refusal_of_the_unheard_is_no_answer(file: Path, status: int, found: set[str]) -> None:
    """A token that a wrong clock does not take says nothing of the request."""
    lines = file.read_bytes().splitlines()
    assert broken([*lines[:8], _refusing(lines[8], status)], EVENTS) == found


@pytest.mark.parametrize("earlier", [[], [Outcome.unknown], [Outcome.unknown, Outcome.unknown]])
def test_refusal_of_what_never_happened_passes(tmp_path: Path, earlier: list[Outcome]) -> None:
    ledger = Ledger(tmp_path / "other.jsonl")
    for attempt, outcome in enumerate([*earlier, Outcome.refused], start=1):
        noted = ledger.intend(REFUSED, attempt, REFUSED, "intake", TYPE, told(REFUSED))
        ledger.settle(noted, outcome, 422 if outcome is Outcome.refused else 503, b"", False)
    ledger.close()
    assert broken(ledger.path.read_bytes().splitlines(), []) == set()


def _renumbered(line: bytes, n: int) -> bytes:
    return orjson.dumps(orjson.loads(line) | {"n": n})


def _refusing(line: bytes, status: int = 409) -> bytes:
    told = {"outcome": Outcome.refused, "status": status, "answer": None, "replayed": False}
    return orjson.dumps(orjson.loads(line) | told)


def _answering(line: bytes, answer: str) -> bytes:
    return orjson.dumps(orjson.loads(line) | {"answer": answer})


@pytest.mark.parametrize("line", [b"{", b'{"n": 99, "outcome": "refused"}', b'{"n": 1}'])
def test_line_of_another_is_spoilt(file: Path, line: bytes) -> None:
    with pytest.raises(Spoilt, match="line 10"):
        read([*file.read_bytes().splitlines(), line])


STAGES = [
    {"stage": 0, "kind": "reminder", "level": None, "due_at": at(3).isoformat()},
    {"stage": 1, "kind": "miss", "level": None, "due_at": at(4).isoformat()},
    {"stage": 2, "kind": "escalation", "level": 1, "due_at": at(5).isoformat()},
]
ABOUT = {"case": CASE, "clock": "contact", "generation": 1}
GRACE = timedelta(seconds=1)
LATER = at(24)


def missed_clock() -> list[Event]:
    """Reminded, missed with a card, escalated."""
    recorder = Recorder()
    recorder.watch("clock_started", 0, **ABOUT, stages=STAGES, card="yellow", known_at=at(0).isoformat())
    recorder.watch("reminder_sent", 3, **ABOUT, stage=0, due_at=at(3).isoformat())
    recorder.watch("deadline_missed", 4, **ABOUT, stage=1, due_at=at(4).isoformat())
    recorder.watch("card_issued", 4, **ABOUT, stage=1)
    recorder.watch("case_escalated", 5, **ABOUT, stage=2)
    return recorder.events


def clock_faults(events: list[Event], upto: datetime = LATER) -> list[str]:
    i7 = Invariant()
    check_clocks(events, upto, GRACE, i7)
    assert i7.checked
    return i7.faults


def test_clock_that_fired_once_passes() -> None:
    assert clock_faults(missed_clock()) == []
    assert clock_faults(missed_clock()[:4], at(4.5)) == []


@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_stage_that_never_fired_is_found(missing: int) -> None:
    events = missed_clock()
    del events[missing]
    assert len(clock_faults(events)) == 1


@pytest.mark.parametrize("twice", [1, 2, 3, 4])
def test_stage_that_fired_twice_is_found(twice: int) -> None:
    events = missed_clock()
    assert len(clock_faults([*events, events[twice]])) == 1


def test_clock_that_fired_falsely_is_found() -> None:
    assert "before it was due" in clock_faults(missed_clock(), at(4.5))[0]
    recorder = Recorder(missed_clock()[:4])
    recorder.watch("clock_stopped", 1, **ABOUT, stopped_at=at(1).isoformat())
    assert len(clock_faults(recorder.events)) == 3
    withdrawn = [{"stage": 0, "kind": "reminder"}, {"stage": 1, "kind": "miss"}, {"stage": 1, "kind": "card"}]
    recorder.watch("misses_rescinded", 4, **ABOUT, withdrawn=withdrawn)
    assert clock_faults(recorder.events) == []


@pytest.mark.parametrize("card", [2, 3])
def test_firing_left_standing_is_found(card: int) -> None:
    """The rescission forgets the miss, or the card that came with it."""
    kinds = [{"stage": 0, "kind": "reminder"}, {"stage": 1, "kind": "miss"}, {"stage": 1, "kind": "card"}]
    del kinds[card - 1]
    recorder = Recorder(missed_clock()[:4])
    recorder.watch("clock_stopped", 1, **ABOUT, stopped_at=at(1).isoformat())
    recorder.watch("misses_rescinded", 4, **ABOUT, withdrawn=kinds)
    assert len(clock_faults(recorder.events)) == 1


def recorded_early(fired: Event) -> Event:
    return replace(fired, recorded_at=fired.occurred_at - timedelta(microseconds=1))


def dated_early(fired: Event) -> Event:
    return replace(fired, occurred_at=fired.occurred_at - timedelta(microseconds=1))


def due_early(fired: Event) -> Event:
    return replace(fired, data=orjson.dumps(fired.body | {"due_at": at(2).isoformat()}))


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
@pytest.mark.parametrize("mutate", [recorded_early, dated_early, due_early])
def test_stage_that_fired_early_is_found(stage: int, mutate: Callable[[Event], Event]) -> None:
    events = missed_clock()
    events[stage] = mutate(events[stage])
    assert len(clock_faults(events)) == 1


def test_firing_before_grace_is_found() -> None:
    """The clock became known after its due time: it is given the grace before it fires."""
    events = missed_clock()
    known = events[1].recorded_at - GRACE
    events[0] = replace(events[0], data=orjson.dumps(events[0].body | {"known_at": known.isoformat()}))
    assert clock_faults(events, known + timedelta(days=1)) == []
    events[0] = replace(events[0], data=orjson.dumps(events[0].body | {"known_at": events[1].recorded_at.isoformat()}))
    assert "before it could fire" in clock_faults(events, known + timedelta(days=1))[0]


def test_card_of_no_rule_is_found() -> None:
    events = missed_clock()
    events[0] = replace(events[0], data=orjson.dumps(events[0].body | {"card": None}))
    assert clock_faults(events) == [
        f"clock contact 1 of case {CASE}: card of stage 1 fired, which the clock does not have"
    ]
