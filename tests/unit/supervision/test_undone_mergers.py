"""A merger that is undone: what ran out around it stands exactly once, whenever the sweep and the news of it came."""

from __future__ import annotations

from datetime import timedelta

import pytest

from supervision.domain.events import CaseEscalated, DeadlineMissed, MissesRescinded
from tests.unit.supervision.made import EXTERNAL, Life, china, policy
from tests.unit.supervision.test_leave import LATER, received

SWEEPS = [timedelta(0), timedelta(seconds=60), timedelta(days=2)]
"""How long after the news of the merger, and before that of its undoing, a sweep comes: it finds nothing new,
withdraws misses, cancels clocks too."""


def merged(life: Life, at: str, told: str, undone: str, swept: timedelta) -> None:
    """A merger that is told late, when misses have fired that lie after it, and undone."""
    life.sweep(china(told))
    life.step("merged", china(at), learnt_at=china(told))
    life.sweep(china(told) + swept)
    life.step("unmerged", china(undone), learnt_at=china(undone))
    life.sweep(LATER)


def contacted(at: str) -> Life:
    """Received, swept an hour before, and contacted then."""
    life, instant = received(), china(at)
    life.sweep(instant - timedelta(hours=1))
    life.step("contacted", instant, learnt_at=instant)
    return life


def in_time(life: Life) -> bool | None:
    """What the newest clock of the contact says."""
    newest = life.watch.newest("contact")
    assert newest is not None
    return newest.in_time


def standing(life: Life) -> list[tuple[str, int, int]]:
    """By clock and generation, the stages that fired and were not withdrawn, by the watch."""
    return [(c.name, c.generation, stage) for c in life.watch.clocks for stage in sorted(c.standing)]


def stages(life: Life) -> list[int]:
    return sorted(stage for _, _, stage in standing(life))


def fired_and_not_withdrawn(life: Life, kind: type) -> int:
    """By the events alone."""
    fired = sum(isinstance(event, kind) for event in life.happened)
    told = {"DeadlineMissed": "miss", "CaseEscalated": "escalation"}[kind.__name__]
    gone = (one for event in life.happened if isinstance(event, MissesRescinded) for one in event.withdrawn)
    return fired - sum(one.kind == told for one in gone)


@pytest.mark.parametrize("swept", SWEEPS)
def test_miss_of_merged_time_stands_once(swept: timedelta) -> None:
    """Due at the end of the 16th and missed; merged on the 12th, which is told on the 18th; undone on the 30th."""
    life = received()
    merged(life, "2021-03-12T10:00", "2021-03-18T10:00", "2021-03-30T10:00", swept)
    assert {generation for _, generation, _ in standing(life)} == {2}
    assert fired_and_not_withdrawn(life, DeadlineMissed) == 1
    assert life.watch.clocks[-1].due_at == china("2021-04-02T00:00"), "12th to 29th are left out"


@pytest.mark.parametrize("swept", SWEEPS)
def test_day_that_does_not_move_is_missed_once(swept: timedelta) -> None:
    """A duty of a body outside is due on its day, whether the case is merged then or not."""
    life = Life(policy(EXTERNAL), due_at=china("2021-03-16T10:00"))
    life.step("assigned", china("2021-03-11T10:00"), learnt_at=china("2021-03-11T10:00"))
    merged(life, "2021-03-12T10:00", "2021-03-18T10:00", "2021-03-30T10:00", swept)
    assert fired_and_not_withdrawn(life, DeadlineMissed) == len(standing(life)) == 1


@pytest.mark.parametrize("swept", SWEEPS)
def test_levels_of_what_was_over_stand_once(swept: timedelta) -> None:
    """Missed on the 16th, merged only after that: its levels were withdrawn, and are climbed for good."""
    life = received()
    merged(life, "2021-03-17T10:00", "2021-03-25T10:00", "2021-03-30T10:00", swept)
    assert fired_and_not_withdrawn(life, DeadlineMissed) == 1
    assert fired_and_not_withdrawn(life, CaseEscalated) == life.watch.level == 2
    assert len(stages(life)) == len(set(stages(life)))


@pytest.mark.parametrize("swept", SWEEPS)
def test_work_done_while_merged_is_in_time(swept: timedelta) -> None:
    """Contacted on the 17th, a day after it was due; as is told later, the case had been merged from the 12th on."""
    life = contacted("2021-03-17T10:00")
    merged(life, "2021-03-12T10:00", "2021-03-18T10:00", "2021-03-30T10:00", swept)
    assert (in_time(life), standing(life)) == (True, [])


@pytest.mark.parametrize("swept", SWEEPS)
def test_work_done_too_late_before_stays_late(swept: timedelta) -> None:
    """Over on the 16th, merged on the 17th, contacted on the 18th: the miss stands, and no level that came later."""
    life = contacted("2021-03-18T10:00")
    merged(life, "2021-03-17T10:00", "2021-03-25T10:00", "2021-03-30T10:00", swept)
    assert in_time(life) is False
    assert fired_and_not_withdrawn(life, DeadlineMissed) == 1
    assert fired_and_not_withdrawn(life, CaseEscalated) == life.watch.level


@pytest.mark.parametrize("swept", [*SWEEPS, timedelta(days=9)])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    ("at", "levels"),
    [
        ("17T10", ["2021-03-30T00:00", "2021-03-31T00:00"]),
        ("18T10", ["2021-03-18T00:00", "2021-03-30T00:00"]),
        ("19T10", ["2021-03-18T00:00", "2021-03-19T00:00"]),
    ],
)
def test_miss_before_the_merger_is_owed_again(at: str, levels: list[str], known: bool, swept: timedelta) -> None:
    """Due at the end of the 16th; merged later, undone on the 29th: what is left of the ladder waits that long."""
    life = received()
    told = at if known else "20T10"
    merged(life, f"2021-03-{at}:00", f"2021-03-{told}:00", "2021-03-29T10:00", swept)
    contact = life.watch.newest("contact")
    assert contact is not None
    assert (contact.status, contact.cancelled, contact.due_at) == ("missed", None, china("2021-03-17T00:00"))
    assert fired_and_not_withdrawn(life, DeadlineMissed) == len([s for s in stages(life) if s == 1]) == 1
    assert fired_and_not_withdrawn(life, CaseEscalated) == life.watch.level == 2
    assert [stage.due_at for stage in contact.stages if stage.level] == [china(level) for level in levels]
    [first, *_] = life.watch.clocks
    assert (first.status, first.cancelled_at) == ("cancelled", china(f"2021-03-{at}:00"))
    life.step("contacted", LATER, learnt_at=LATER)
    assert in_time(life) is False


@pytest.mark.parametrize("swept", [*SWEEPS, timedelta(days=9)])
def test_no_level_is_dated_while_merged(swept: timedelta) -> None:
    """Missed on the 16th, merged from the 17th to the 29th, contacted between: it was late, and climbed nowhere."""
    life = received()
    told = china("2021-03-17T10:00")
    life.sweep(told)
    for fact, at in (("merged", told), ("contacted", china("2021-03-20T10:00"))):
        life.step(fact, at, learnt_at=at)
        life.sweep(at + swept)
    undone = china("2021-03-29T10:00")
    life.step("unmerged", undone, learnt_at=undone)
    life.sweep(LATER)
    contact = life.watch.newest("contact")
    assert contact is not None and (contact.status, contact.cancelled) == ("late", None)
    assert fired_and_not_withdrawn(life, DeadlineMissed) == 1
    assert (fired_and_not_withdrawn(life, CaseEscalated), life.watch.level) == (0, 0)


def test_merger_undone_after_the_withdrawal_brings_nothing_back() -> None:
    """Due on the 16th, merged from the 12th on and withdrawn as such: the case was never worked on again."""
    life = Life(policy(EXTERNAL), due_at=china("2021-03-16T10:00"))
    for fact, at in (("assigned", "11"), ("merged", "12"), ("withdrawn", "20"), ("unmerged", "22")):
        moment = china(f"2021-03-{at}T10:00")
        life.step(fact, moment, learnt_at=moment)
        life.sweep(moment + timedelta(hours=1))
    life.sweep(LATER)
    assert fired_and_not_withdrawn(life, DeadlineMissed) == 0
    assert [clock.generation for clock in life.watch.clocks] == [1]
