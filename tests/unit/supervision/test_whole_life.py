"""A watch through its whole life, whatever happens: Hypothesis chooses the steps and shrinks what goes wrong.

100 lives of 100 steps. Nothing illegal may be recorded: no stage of a clock fires twice, at most one generation of a
clock runs in a round, nothing fires that is over, and the fold of the events is the state that was decided on.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from supervision.domain import decisions, leave
from supervision.domain.clock import REPLACING
from supervision.domain.commands import (
    Act,
    AskExtension,
    CloseOut,
    DecideExtension,
    PauseCase,
    RaiseCase,
    Verify,
)
from supervision.domain.errors import Refusal
from supervision.domain.events import CaseClosedOut, ClockCancelled, ClockStopped, Part, PolicyAdopted, WatchEvent
from supervision.domain.limits import parse_limit
from supervision.domain.policy import Policy
from supervision.domain.renewal import Cause, renew
from supervision.domain.watch import Watch, apply
from tests.unit.supervision.made import CONTACT, Life, china, document

RULES: dict[str, Any] = {
    "pause": {"reasons": [{"id": "enterprise"}], "max": "10wd"},
    "extension": {"ask_before": "1wd", "max": "5wd", "times": 2, "decides": "office"},
    "grades": [{"id": "ordinary"}, {"id": "key", "report_to": "county_leader"}],
    "quiet": {"from": "20:00", "to": "08:00"},
    "verification": {"required": False, "copy_to_office": False},
}
SETTLE: dict[str, Any] = {
    "id": "settle",
    "starts": "assigned",
    "stops": ["result"],
    "limit": "7d",
    "limits": [{"grade": "key", "limit": "2wd"}],
    "remind": "1d",
    "card": "red",
    "escalate": [{"level": 1, "after": "1wd"}],
}
SUPPORT: dict[str, Any] = {
    "id": "support",
    "starts": "assigned",
    "stops": ["supported"],
    "limit": "3wd",
    "each": "supporting",
}
FACTS = ("assigned", "received", "accepted", "contacted", "planned", "result", "fed_back", "graded", "supported")
STOPPING = ("contacted", "result", "supported")
ENDS = ("returned", "merged", "unmerged", "unmerged")
FIRED = ("ReminderSent", "DeadlineMissed", "CardIssued", "CaseEscalated")


class WholeLife(RuleBasedStateMachine):
    """The day moves on by itself with each step; facts may be learnt days after they happened."""

    @initialize()
    def open(self) -> None:
        self.version = 1
        self.life = Life(self._policy())
        self.now = china("2021-03-11T09:30")
        for fact in ("assigned", "received"):  # a life without clocks would show little
            self.learn(fact, 0, "ordinary")

    def _policy(self, limit: str = "3wd") -> Policy:
        clocks = ({**CONTACT, "limit": limit}, SETTLE, SUPPORT)
        return Policy.of("jinxian", self.version, document(*clocks, **RULES))

    def _act(self, ago: int) -> Act:
        return Act("office", self.now - timedelta(hours=ago), self.now)

    def _try(self, decide: Any) -> None:
        """A refusal leaves nothing behind; anything else that is raised is a fault."""
        try:
            self.life.record(decide())
        except Refusal:
            return

    @rule(hours=st.integers(1, 30))
    def pass_hours(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self.life.sweep(self.now)

    @rule(days=st.integers(1, 12))
    def pass_days(self, days: int) -> None:
        self.pass_hours(24 * days)

    @rule(days=st.integers(1, 12))
    def pass_more_days(self, days: int) -> None:
        """A rule is as likely as any other: time must pass more often than things happen."""
        self.pass_hours(24 * days)

    @rule(
        fact=st.sampled_from(FACTS),
        ago=st.integers(0, 100),
        grade=st.sampled_from(("ordinary", "key")),
        chance=st.booleans(),
    )
    def hear(self, fact: str, ago: int, grade: str, chance: bool) -> None:
        if chance or fact not in STOPPING:
            self.learn(fact, ago, grade)

    def learn(self, fact: str, ago: int, grade: str) -> None:
        more: dict[str, Any] = {"grade": grade} if fact == "graded" else {}
        if fact == "assigned":
            more = {"parts": (Part("bank", unit="bank"), Part("school", unit="school"))}
        if fact == "supported":
            more = {"about": "bank", "unit": "bank"}
        self._step(fact, ago, round=self.life.watch.course, **more)

    @rule(fact=st.sampled_from(ENDS), ago=st.integers(0, 20))
    def end(self, fact: str, ago: int) -> None:
        self._step(fact, ago, round=self.life.watch.course)

    @rule(chance=st.integers(0, 19))
    def withdraw(self, chance: int) -> None:
        if chance == 0:
            self._step("withdrawn", 0, round=self.life.watch.course)

    def _step(self, fact: str, ago: int, **told: Any) -> None:
        if not self.life.watch.closed:  # routing says nothing more of a case that is closed out
            self.life.step(fact, self.now - timedelta(hours=ago), learnt_at=self.now, **told)
        self.now += timedelta(minutes=7)

    @rule(ago=st.integers(0, 60), days=st.integers(0, 10))
    def pause(self, ago: int, days: int) -> None:
        until = (self.now + timedelta(days=days)).date()
        wanted = PauseCase("enterprise", None, until, self._act(ago))
        self._try(lambda: leave.pause(self.life.watch, wanted, self.life.policy, self.life.calendar))

    @rule()
    def resume(self) -> None:
        self._try(lambda: leave.resume(self.life.watch, self._act(0), self.life.policy, self.life.calendar))

    @rule(clock=st.sampled_from(("contact", "settle", "support:1")), days=st.integers(1, 6))
    def ask(self, clock: str, days: int) -> None:
        wanted = AskExtension(clock, parse_limit(f"{days}wd"), "x", "power", self._act(0))
        self._try(lambda: leave.ask_extension(self.life.watch, wanted, self.life.policy, self.life.calendar))

    @rule(decision=st.sampled_from(("granted", "changed", "refused")), days=st.integers(1, 6))
    def decide(self, decision: Any, days: int) -> None:
        number, limit = len(self.life.watch.extensions), parse_limit(f"{days}wd")
        wanted = DecideExtension(number, decision, limit, None, frozenset({"office"}), self._act(0))
        self._try(lambda: leave.decide_extension(self.life.watch, wanted, self.life.policy, self.life.calendar))

    @rule(limit=st.sampled_from(("1wd", "3wd", "6wd", "4h")), chance=st.integers(0, 3))
    def adopt(self, limit: str, chance: int) -> None:
        if self.life.watch.over or chance:
            return
        self.version += 1
        self.life.policy = self._policy(limit)
        self.life.record([PolicyAdopted(self.life.watch.case, self.version, self.now, self.now)])
        cause = Cause("policy", self.now, self.now, "policy_adopted")
        self.life.record(renew(self.life.watch, self.life.policy, self.life.calendar, cause))

    @rule()
    def raise_up(self) -> None:
        self._try(lambda: leave.raise_case(self.life.watch, RaiseCase(None, self._act(0)), self.life.policy))

    @rule(answer=st.sampled_from(("satisfied", "unsatisfied")))
    def verify(self, answer: Any) -> None:
        wanted = Verify(answer, None, self._act(0))
        self._try(lambda: decisions.verify(self.life.watch, wanted, self.life.policy, self.life.calendar))

    @rule(chance=st.integers(0, 9))
    def close_out(self, chance: int) -> None:
        if chance == 0:  # a life that ends at once would show little
            wanted = CloseOut(self._act(0))
            self._try(lambda: decisions.close_out(self.life.watch, wanted, self.life.policy, self.life.calendar))

    @invariant()
    def fold_of_the_events_is_the_state(self) -> None:
        watch = Watch()
        for event in self.life.happened:
            watch = apply(watch, event)
        assert watch == self.life.watch

    @invariant()
    def no_stage_fires_twice(self) -> None:
        fired = Counter(map(_stage, (e for e in self.life.happened if type(e).__name__ in FIRED)))
        assert [stage for stage, times in fired.items() if times > 1] == []

    @invariant()
    def one_generation_runs_in_a_round(self) -> None:
        running = Counter((c.name, c.round) for c in self.life.watch.clocks if c.runs and not c.replaced)
        assert [clock for clock, count in running.items() if count > 1] == []

    @invariant()
    def one_miss_stands_in_a_round(self) -> None:
        """However often a clock was counted anew: what was replaced does not go on firing beside its successor."""
        missed = (
            c for c in self.life.watch.clocks if any(s.kind == "miss" and s.stage in c.standing for s in c.stages)
        )
        assert [clock for clock, n in Counter((c.name, c.round) for c in missed).items() if n > 1] == []

    @invariant()
    def replaced_generation_is_never_stopped(self) -> None:
        """It may have been stopped before: late, and then counted anew in its favour."""
        replaced = set()
        for event in self.life.happened:
            if isinstance(event, ClockCancelled) and event.reason in REPLACING:
                replaced.add((event.clock, event.generation))
            assert not isinstance(event, ClockStopped) or (event.clock, event.generation) not in replaced

    @invariant()
    def no_level_is_reached_that_the_case_has(self) -> None:
        """Each escalation that stands is of another level."""
        levels = [s.level for c in self.life.watch.clocks for s in c.stages if s.level and s.stage in c.standing]
        assert len(levels) == len(set(levels))

    @invariant()
    def case_is_closed_out_once(self) -> None:
        assert sum(isinstance(event, CaseClosedOut) for event in self.life.happened) <= 1

    @invariant()
    def level_stays_on_the_ladder(self) -> None:
        assert 0 <= self.life.watch.level <= 2


def _stage(event: WatchEvent) -> tuple[str, Any, Any, Any]:
    about = (getattr(event, name) for name in ("clock", "generation", "stage"))
    clock, generation, stage = about
    return type(event).__name__, clock, generation, stage


@pytest.mark.timeout(240)
class TestWholeLife(WholeLife.TestCase):  # type: ignore[name-defined, misc]
    settings = settings(max_examples=100, stateful_step_count=100, derandomize=True)
