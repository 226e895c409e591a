"""The machine: Hypothesis chooses who does what and when, what is late, and what comes twice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from eventkit.http.desk import Answer, Outcome
from eventkit.problems import Contended, is_refusal
from tests.unit.life import made
from tests.unit.life.checks import Watcher
from tests.unit.life.moves import ASIDE, FAMILY, HANDING_OVER, MOVES, TIMES, WAY, Move, Scene
from tests.unit.life.twins import Twin, noted, said
from tests.unit.life.world import World

places = st.integers(0, 9)
seeds = st.integers(0, 99)
"""Above 99 Hypothesis also draws constants of whatever modules are loaded: lives would not be the same each time."""
RARE = ("close_out", "withdraw_issue", "divide_issue", "merge_issue")
"""A life that ends at once would show little."""


class WholeLife(RuleBasedStateMachine):
    """Up to four issues reported, and the parts of those that are divided."""

    @initialize(far=st.integers(0, 14), seed=seeds)
    def begin(self, far: int, seed: int) -> None:
        """Two issues, of which one has gone some way already: a life that only ever begins would show little."""
        self.world = World()
        self.watcher = Watcher(self.world)
        self.issues: list[str] = []
        self.drawn = count()
        self.programme = self.calendar = 1
        for kind in ("energy", None):
            self.report(kind, 0, False)
        for _ in range(far):
            self.flow(seed)
            self.go_on(0, 0, seed)
            self.world.now += timedelta(hours=seed % 20)

    # --- what people do

    @precondition(lambda self: len(self.issues) < 4)
    @rule(kind=st.sampled_from(("energy", "money", None)), ago=st.integers(0, 99), asked=st.booleans())
    def report(self, kind: str | None, ago: int, asked: bool) -> None:
        """An issue, perhaps told days late, with a day by which it is wanted."""
        told: dict[str, Any] = {"programme": made.PROGRAMME, "enterprise": made.ENTERPRISE, "title": "变压器容量不足"}
        told |= {} if kind is None else {"kind": kind}
        told |= {"first_asked": "bank"} if asked else {"due_at": (self.world.now + timedelta(days=9)).isoformat()}
        at = self._ago(2 * ago, told)
        outcome = self.world.tell("intake", "report_issue", told, made.office(), at)
        assert isinstance(outcome, Answer), outcome
        self.issues.append(outcome.body["id"])

    @rule(place=places, ago=st.sampled_from((0, 0, 0, 2, 30, 100)), seed=seeds)
    def go_on(self, place: int, ago: int, seed: int) -> None:
        """The next step of the case's way, wherever routing has it."""
        self.try_fitting(place, WAY, ago, seed)

    @rule(place=places, ago=st.sampled_from((0, 0, 0, 1, 20)), seed=seeds)
    def go_further(self, place: int, ago: int, seed: int) -> None:
        """A rule is as likely as any other: cases must go on more often than things happen beside their way."""
        for _ in range(3):
            self.go_on(place, ago, seed)
            self.some(seed)

    @rule(place=places, ago=st.sampled_from((0, 0, 5)), seed=seeds)
    def hand_over(self, place: int, ago: int, seed: int) -> None:
        """Twice: a case is transferred before it is arbitrated."""
        for _ in range(2):
            self.try_fitting(place, HANDING_OVER, ago, seed)
            self.some(seed)

    @rule(place=places, ago=st.sampled_from((0, 0, 40)), seed=seeds)
    def change_times(self, place: int, ago: int, seed: int) -> None:
        """Pauses, extensions, grades, reports upwards; twice, as an extension is asked for before it is decided."""
        for _ in range(2):
            self.try_fitting(place, TIMES, ago, seed)
            self.some(seed)

    @rule(place=places, seed=seeds)
    def relate(self, place: int, seed: int) -> None:
        """Amended, merged, parted again, divided, withdrawn."""
        self.try_fitting(place, FAMILY, 0, seed)

    @rule(place=places, ago=st.sampled_from((20, 60, 130)), between=st.booleans(), seed=seeds)
    def merge_for_a_while(self, place: int, ago: int, between: bool, seed: int) -> None:
        """Told late, when the sweep has found what ran out since, and undone before or after it comes again."""
        self.flow(seed)
        self.try_move(place, "merge_issue", ago, seed)
        for _ in range(8):
            self.some(seed)
        if between:
            self.sweep()
        self.try_move(place, "undo_merge", 0, seed)

    @rule(place=places, what=st.sampled_from(("merge_issue", "withdraw_issue")), before=st.booleans(), seed=seeds)
    def cross_the_result(self, place: int, what: str, before: bool, seed: int) -> None:
        """A merger or withdrawal is asked for, and a result reported, before either has been heard of."""
        self.flow(seed)
        for name in (what, "report_result") if before else ("report_result", what):
            self.try_move(place, name, 0, seed)
        self.some(seed)

    @rule(place=places, seed=seeds)
    def close_too_early(self, place: int, seed: int) -> None:
        """Before there is a result, by a version that asks nobody or by another."""
        if self._scene(place, seed).case.state not in ("result_reported", "fed_back"):
            self.try_move(place, "close_out", 0, seed)

    @rule(place=places, name=st.sampled_from((*WAY, *WAY, *ASIDE)), ago=st.sampled_from((0, 0, 300, -2)), seed=seeds)
    def try_anything(self, place: int, name: str, ago: int, seed: int) -> None:
        """Whatever it is and wherever the case stands: most of it is refused."""
        if name not in RARE:
            self.try_move(place, name, ago, seed)

    @rule(place=places, seed=seeds)
    def try_out_of_turn(self, place: int, seed: int) -> None:
        """A step of the way where it makes no sense."""
        scene = self._scene(place, seed)
        odd = [name for name, move in WAY.items() if name not in RARE and not move.fits(scene)]
        self.try_move(place, scene.random.choice(odd), 0, seed)

    def try_fitting(self, place: int, moves: Mapping[str, Move], ago: int, seed: int) -> None:
        """One of the moves that make sense where the case stands, if any does."""
        scene = self._scene(place, seed)
        fitting = [name for name, move in moves.items() if move.fits(scene)]
        if fitting:
            self.try_move(place, scene.random.choice(fitting), ago, seed)

    def try_move(self, place: int, name: str, ago: int, seed: int) -> None:
        """A command on one of the issues, `ago` hours back-dated; what is refused changes nothing."""
        scene, move = self._scene(place, seed), MOVES[name]
        data = {("issue" if move.service == "intake" else "case"): scene.id, **move.data(scene)}
        about = (move.service, move.command, data, move.by(scene), self._ago(ago, data))
        outcome = self._unless_refused(move.service, lambda: self.world.tell(*about))
        if isinstance(outcome, Answer):
            self.issues += outcome.body.get("parts", ())
            if scene.random.random() < 0.2:
                assert self._unchanged(move.service, lambda: self.world.repeat(*about)).replayed

    def _scene(self, place: int, seed: int) -> Scene:
        issue = self.issues[place % len(self.issues)]
        others = tuple(other for other in self.issues if other != issue)
        return Scene(issue, self.world.case(issue), self.world.watch(issue), others, self.world.now, self._random(seed))

    def _random(self, seed: int) -> Random:
        """Another one each time."""
        return Random(f"{seed} {next(self.drawn)}")

    def _ago(self, hours: int, data: dict[str, Any]) -> datetime | None:
        """The moment, with the reason it needs where the command takes one."""
        if hours > 0 and "reason" not in data:
            data["reason"] = "told late"
        return self.world.now - timedelta(hours=hours) if hours else None

    def _unless_refused(self, service: str, act: Any) -> Outcome:
        """Somebody's act; a refusal has a name and leaves nothing behind."""
        store = self.world.service(service).store
        before = store.tables.copy()
        outcome: Outcome = act()
        if isinstance(outcome, Answer):
            return outcome
        assert is_refusal(outcome) and not isinstance(outcome, Contended), repr(outcome)  # nobody else writes here
        assert store.tables == before, outcome
        return outcome

    def _unchanged(self, service: str, act: Any) -> Any:
        """An act that must leave everything as it is."""
        store = self.world.service(service).store
        before = store.tables.copy()
        outcome = act()
        assert store.tables == before
        return outcome

    # --- what the world does

    @rule(hours=st.integers(1, 40))
    def pass_hours(self, hours: int) -> None:
        self.world.now += timedelta(hours=hours)

    @rule(days=st.integers(1, 9), seed=seeds)
    def pass_days(self, days: int, seed: int) -> None:
        self.world.now += timedelta(days=days)
        self.flow(seed)

    @rule(seed=seeds)
    def some(self, seed: int) -> None:
        """A little of what is under way arrives."""
        random = self._random(seed)
        for _ in range(random.randint(1, 8)):
            self.world.some(random)

    @rule(seed=seeds)
    def flow(self, seed: int) -> None:
        """All of it arrives, and what is due fires."""
        self.world.settle(self._random(seed))
        self.watcher.look()
        self.watcher.quiet()

    @rule()
    def sweep(self) -> None:
        self.world.supervision.sweep()

    @rule(seed=seeds)
    def deliver_again(self, seed: int) -> None:
        """What was consumed comes again and changes nothing."""
        random = self._random(seed)
        service = random.choice(self.world.services)
        while service.consume(random):
            pass
        before = len(service.store.tables.events)
        service.go_back(random)
        while service.consume(random):
            pass
        assert len(service.store.tables.events) == before

    @rule(what=st.sampled_from(("programme", "calendar", "")), seed=seeds)
    def publish(self, what: str, seed: int) -> None:
        """A newer version of the programme; or days off at short notice, and 2022 from the second calendar on.

        And something happens before anybody has looked at the cases for it.
        """
        if what == "programme":
            self.programme += 1
            assert isinstance(self.world.publish_programme(self.programme), Answer)
        elif what == "calendar":
            self.calendar += 1
            told = made.calendar(self.calendar, self.world.now.date())
            assert isinstance(self.world.tell("supervision", "publish_calendar", told, made.operator()), Answer)
        self.some(seed)
        self.go_on(seed % 10, 0, seed)
        self.some(seed)

    # --- what holds

    @invariant()
    def nothing_illegal_was_recorded(self) -> None:
        if hasattr(self, "watcher"):
            self.watcher.look()

    def teardown(self) -> None:
        """Once everything has arrived and all that was due is past."""
        if hasattr(self, "watcher"):
            self.world.settle(Random(1))
            self.world.now += timedelta(days=400)
            self.world.settle(Random(2))
            self.watcher.look()
            self.watcher.quiet()
            self.watcher.cases_that_are_over_have_no_clocks()
            self.watcher.fired_as_due()
            self.watcher.what_was_missed_counts()
            self.twins_agree()

    def twins_agree(self) -> None:
        """Whoever hears the topics in another order comes to the same."""
        service = self.world.services[min(self.world.commands % 4, 2)]  # one in each life; supervision most often
        twin, apart = Twin(service, self.world.commands).live(), self.watcher.apart[service.name]
        assert said(twin, apart) == said(service, apart)
        assert noted(twin) == noted(service)
