"""Which clocks have made way for others: reporting's reading held against supervision's, over whole histories."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from eventkit.envelope import Envelope
from eventkit.ids import uid
from reporting.whatif.generations import REPLACING, replaced
from supervision.adapters.messages import CODEC
from supervision.domain import clock
from supervision.domain.naming import event_ids
from supervision.domain.watch import Watch
from tests.unit.supervision import made
from tests.unit.supervision.made import LEARNT, Life, china
from tests.unit.supervision.test_decisions import FED_BACK
from tests.unit.supervision.test_leave import LATER, ask, decide, given_back, pause, received
from tests.unit.supervision.test_two_answers import adopted, answered, interrupted_by_merger, paused


def stepped(life: Life, *steps: tuple[str, str]) -> Life:
    """What happened to the case next, told at once; what runs out meanwhile is fired first."""
    for fact, at in steps:
        life.sweep(china(at))
        life.step(fact, china(at), learnt_at=china(at))
    return life


def after_a_pause() -> Life:
    life = received()
    pause(life, "2021-03-12T10:00", "2021-03-14")
    return stepped(life, ("contacted", "2021-03-17T12:00"))


def extended() -> Life:
    life = received()
    ask(life, "2021-03-12T10:00")
    decide(life, "2021-03-15T10:00")
    return stepped(life, ("contacted", "2021-03-18T12:00"))


def extended_afterwards() -> Life:
    """Late when the extension was granted for which it had asked in time."""
    life = received()
    ask(life, "2021-03-12T10:00")
    stepped(life, ("contacted", "2021-03-17T12:00"))
    decide(life, "2021-03-18T10:00")
    return life


def paused_and_withdrawn() -> Life:
    return stepped(after_a_pause_alone(), ("withdrawn", "2021-03-16T10:00"))


def after_a_pause_alone() -> Life:
    life = received()
    pause(life, "2021-03-12T10:00", "2021-03-14")
    return life


def two_answers() -> Life:
    life = answered(31)
    adopted(life, 40)
    return life


def two_answers_at_once() -> Life:
    life = answered(0)
    interrupted_by_merger(life, 10)
    return life


def two_answers_paused() -> Life:
    life = answered(31)
    paused(life, 32)
    return life


HISTORIES: dict[str, Callable[[], Life]] = {
    "kept": lambda: stepped(received(), ("contacted", "2021-03-15T12:00")),
    "late": lambda: stepped(received(), ("contacted", "2021-03-18T12:00")),
    "missed": received,
    "withdrawn": lambda: stepped(received(), ("withdrawn", "2021-03-13T10:00")),
    "merged after a miss": lambda: stepped(received(), ("merged", "2021-03-18T10:00")),
    "merged for a while": lambda: stepped(received(), ("merged", "2021-03-12T10:00"), ("unmerged", "2021-03-30T10:00")),
    "missed and merged for a while": lambda: stepped(
        received(), ("merged", "2021-03-18T10:00"), ("unmerged", "2021-03-22T10:00")
    ),
    "given back": lambda: given_back(received()),
    "paused": after_a_pause,
    "paused and withdrawn": paused_and_withdrawn,
    "extended": extended,
    "extended afterwards": extended_afterwards,
    "two answers": two_answers,
    "two answers at once": two_answers_at_once,
    "two answers paused": two_answers_paused,
}


def case_of(name: str) -> str:
    return str(uid("what became of", name))


def lived(monkeypatch: pytest.MonkeyPatch, name: str) -> Life:
    """A case of its own with this history, of which all has run out."""
    monkeypatch.setattr(made, "CASE", case_of(name))
    life = HISTORIES[name]()
    life.sweep(max(LATER, FED_BACK + timedelta(days=120)))
    return life


def published(life: Life) -> Iterator[Envelope]:
    """What supervision tells of it."""
    case = life.watch.case
    for version, (id, event) in enumerate(zip(event_ids(Watch(), life.happened), life.happened, strict=True), start=1):
        told = CODEC.encode(event)
        yield Envelope(
            id=id,
            type=told.type,
            source="/bugle/supervision",
            stream=f"watch-{case}",
            version=version,
            key=case,
            occurred_at=told.occurred_at,
            recorded_at=LEARNT,
            data=told.data,
            sequenced_at=LEARNT,
            log_seq=version,
        )


@pytest.mark.parametrize("name", HISTORIES)
def test_clocks_make_way_as_supervision_says(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    life = lived(monkeypatch, name)
    told: dict[str, list[dict[str, object]]] = {"clock_started": [], "clock_cancelled": []}
    for event in published(life):
        told.setdefault(event.type.split(".")[2], []).append(event.json())
    theirs = {(life.watch.case, one.name, one.generation) for one in life.watch.clocks if one.replaced}
    assert replaced(told["clock_started"], told["clock_cancelled"]) == theirs


def test_histories_replace_clocks_and_leave_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = [one for name in HISTORIES for one in lived(monkeypatch, name).watch.clocks]
    assert {one.cancelled for one in clocks if one.replaced} >= {"paused", "extended", "merged", "policy"}
    assert {one.cancelled for one in clocks if not one.replaced} >= {None, "merged", "withdrawn", "returned"}


def test_grounds_are_those_of_supervision() -> None:
    assert REPLACING == clock.REPLACING
