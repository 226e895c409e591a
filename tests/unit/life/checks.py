"""What holds after every step, and what holds once everything has arrived: read from the events, not from states."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any

from eventkit.envelope import Envelope
from intake.adapters.messages import CODEC as INTAKE
from intake.domain import issue
from routing.adapters.messages import CASES
from tests.unit.life import legal, made
from tests.unit.life.counting import Counting, Lap
from tests.unit.life.courses import REPLACING, courses, name
from tests.unit.life.world import World

FIRED = ("reminder_sent", "deadline_missed", "card_issued", "case_escalated")
AFTER = {"clock_started": "running", "clock_stopped": "stopped", "clock_cancelled": "ended"}
REMINDER = {0}
"""The stage that a sweep may leave out which comes only after the clock was counted anew."""


class Watcher:
    """Looks at each event once, when it is new; what it has seen it keeps by stream.

    `apart`: by service, cases of which it decides something that depends on which of several lanes it hears first:
    whether a merger or withdrawal comes before the result, whether a case ends with its parts.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self._seen: Counter[str] = Counter()
        self._versions: Counter[str] = Counter()
        self._states: dict[Any, str] = {}
        self._folds: dict[str, Any] = {}
        self._fired: Counter[tuple[Any, ...]] = Counter()
        self._standing: set[str] = set()
        self.apart: dict[str, set[str]] = {"intake": set(), "routing": set(), "supervision": set()}
        self._counting, self._newest = Counting(), 0
        self._plans: dict[tuple[str, int], list[dict[str, Any]]] = {}
        self._adopted: dict[str, datetime] = {}
        self._cancelled: dict[tuple[str, str], str] = {}
        self._begun: dict[tuple[str, str, int], tuple[Lap, datetime]] = {}
        self._ended: dict[tuple[str, str, Lap], datetime] = {}
        self._levels: dict[str, dict[str, int]] = defaultdict(dict)
        self._results: dict[tuple[str, int], list[str]] = defaultdict(list)
        self._copied: set[tuple[str, int]] = set()
        self._satisfied: set[tuple[str, int]] = set()
        self._divided: set[str] = set()
        self.answered_again = 0
        self._of_version: dict[str, int] = {}

    def look(self) -> None:
        """At everything recorded since the last look."""
        for service in self.world.services:
            assert service.aside()[0] == 0, [held.reason for _, held in service.store.tables.parked]
            for event in service.store.tables.events[self._seen[service.name] :]:
                self._seen[service.name] += 1
                self._versions[event.stream] += 1
                assert event.version == self._versions[event.stream], event
                _LOOKS[service.name](self, event)

    def of_intake(self, event: Envelope) -> None:
        """An issue goes its way."""
        if name(event) == "programme_published":
            self._newest = event.json()["version"]
        if event.stream.startswith("issue-"):
            held = issue.apply(self._folds.get(event.stream, issue.Issue()), INTAKE.decode(event))
            self._folds[event.stream] = held
            if name(event) == "issue_divided":
                self.apart["supervision"].add(event.key)
            if name(event) in ("merger_requested", "withdrawal_requested"):
                self.apart["routing"].add(event.key)
            state = "withdrawn" if held.withdrawn else "merging" if held.merged_into else "reported"
            self._move(legal.INTAKE, event.stream, name(event), state)

    def of_routing(self, event: Envelope) -> None:
        """A case goes its way."""
        before = self._folds.get(event.stream, CASES.initial())
        over = before.outcome not in (None, "long_term")
        assert not over or name(event) not in legal.GOING_ON, f"{event.key}: {name(event)} after {before.outcome}"
        assert before.transfers or name(event) != "case_arbitrated", f"{event.key} is arbitrated undisputed"
        if name(event) == "result_reported" and before.state == "fed_back":
            self.answered_again += 1
        held = CASES.apply(before, CASES.codec.decode(event))
        self._folds[event.stream] = held
        moves = legal.WITH_PARTS if event.key in self.apart["supervision"] else legal.ROUTING
        self._move(moves, event.stream, name(event), held.state)

    def of_supervision(self, event: Envelope) -> None:
        """A watch and each of its clocks go their way; nothing fires twice, and what is withdrawn stood."""
        data, what = event.json(), name(event)
        if what == "clock_started":
            self._check_terms(data)
        self._counting.hear(what, event)
        told = data["fact"] if what == "fact_learnt" else what
        if told == "planned":
            self._plans[event.key, data["round"]] = data["parts"]
        if what == "policy_adopted":
            self._adopted[event.key] = event.occurred_at
        if what == "clock_cancelled":
            self._cancelled[event.key, data["clock"]] = data["reason"]
        if what in ("clock_stopped", "clock_cancelled") and data.get("reason") not in REPLACING:
            lap, due = self._begun[event.key, data["clock"], data["generation"]]
            if (event.occurred_at > due) == (data.get("reason") == "merged"):
                self._ended[event.key, data["clock"], lap] = due
        self._climb(event, data, what)
        self._answer(event, data, what)
        if event.stream.startswith("watch-") and told in legal.WATCHED:
            before = self._states.get(event.stream, "")
            by_hand = told != "case_raised" or data["ground"] == "request"
            if by_hand:
                self._move(legal.WATCHED, event.stream, told, _after(told, before))
        if "generation" in data and what in legal.CLOCK:
            clock = (event.key, data["clock"], data["generation"])
            before = self._states.get(clock, "")
            after = before if before == "ended" else AFTER.get(what, before)
            self._move(legal.CLOCK, clock, what, after)
            self._fire(event, data, what)

    def _check_terms(self, clock: dict[str, Any]) -> None:
        """A clock is due when a count by hand says so; its levels climb in order to whoever the ladder has there.

        One that had ended before it was due is not counted anew: what a merger withdrew of it is due when it was. So is
        one that was over before the merger. No level is reached while the case is merged.
        """
        case, lap = clock["case"], self._counting.lap(clock)
        line = self._plans.get((case, clock["round"]), [])
        part = line[int(clock["clock"].split(":")[1]) - 1] if clock["clock"].startswith("milestone:") else None
        anew = self._cancelled.pop((case, clock["clock"]), None) == "policy"
        due = self._counting.due(clock, None if part is None else part["due_on"], self._adopted[case] if anew else None)
        due = self._ended.pop((case, clock["clock"], lap), due)
        assert datetime.fromisoformat(clock["due_at"]) == due, f"{clock}, by hand {due}"
        self._begun[case, clock["clock"], clock["generation"]] = lap, due
        climbs = [stage for stage in clock["stages"] if stage["kind"] == "escalation"]
        reached = [datetime.fromisoformat(stage["due_at"]) for stage in climbs]
        assert not any(self._counting.merged(case, at) for at in reached), f"{clock} climbs while merged"
        assert [(stage["level"], stage["role"]) for stage in climbs] == [(1, "head"), (2, "leader")][: len(climbs)]
        dues = [stage["due_at"] for stage in clock["stages"]]
        assert dues == sorted(dues), clock

    def _fire(self, event: Envelope, data: dict[str, Any], what: str) -> None:
        if what in FIRED:
            stage = (event.key, data["clock"], data["generation"], data["stage"], what)
            self._fired[stage] += 1
            assert self._fired[stage] == 1, f"{stage} fired twice"
            self._standing.add(str(event.id))
        for gone in data.get("withdrawn", ()):
            assert gone["event"] in self._standing, f"{gone} did not fire, or was withdrawn before"
            self._standing.remove(gone["event"])

    def _climb(self, event: Envelope, data: dict[str, Any], what: str) -> None:
        """Each level is new to the case, unless whatever brought it there was withdrawn."""
        if what in ("case_escalated", "case_raised"):
            assert data["level"] > self._level(event.key), f"{data} climbs no higher than {self._level(event.key)}"
            self._levels[event.key][str(event.id)] = data["level"]
        for gone in data.get("withdrawn", ()):
            self._levels[event.key].pop(gone["event"], None)

    def _answer(self, event: Envelope, data: dict[str, Any], what: str) -> None:
        """A case is closed out with all that its version asks for; a day from outside waits for what solves it."""
        if what in ("watch_opened", "policy_adopted"):
            self._of_version[event.key] = data["programme_version"]
        if what == "part_closed":
            self._divided.add(event.key)
        if "round" in data:
            self._note_answer((event.key, data["round"]), data, what)
        if what == "case_closed_out" and event.key not in self._divided:
            self._check_answer((event.key, data["round"]))
        if what == "clock_stopped" and data["fact"] == "result" and data["clock"] == "wanted":
            told = [outcomes for (case, _), outcomes in self._results.items() if case == event.key]
            assert any(set(outcomes) - {"long_term"} for outcomes in told), f"{data} by what takes long"

    def _note_answer(self, about: tuple[str, int], data: dict[str, Any], what: str) -> None:
        if what == "fact_learnt" and data["fact"] == "result":
            if self._results[about]:  # what was said of the answer before counts no more
                self._copied.discard(about)
                self._satisfied.discard(about)
            self._results[about].append(data["outcome"])
        if what == "fact_learnt" and data["copied_to_office"]:
            self._copied.add(about)
        if what == "enterprise_verified" and data["satisfaction"] != "unsatisfied":
            self._satisfied.add(about)

    def _check_answer(self, about: tuple[str, int]) -> None:
        wants = made.document(self._of_version[about[0]])["verification"]
        assert self._results[about], f"{about} was closed out without a result"
        assert self._results[about][-1] != "long_term", f"{about} was closed out while it takes long"
        assert about in self._copied or not wants["copy_to_office"], f"{about} was closed out without a copy"
        assert about in self._satisfied or not wants["required"], f"{about} was closed out unasked"

    def _level(self, case: str) -> int:
        """How high the case stands."""
        return max(self._levels[case].values(), default=0)

    def _move(self, moves: legal.Moves, thing: Any, what: str, after: str) -> None:
        before = self._states.get(thing, "")
        assert after in moves.get(what, {}).get(before, ()), f"{thing}: {what} led from {before!r} to {after!r}"
        self._states[thing] = after

    # --- once everything has arrived

    def quiet(self) -> None:
        """Nothing waits, and the three services are of one mind about every case."""
        for service in self.world.services:
            assert service.aside() == (0, 0), [held.reason for _, held in service.store.tables.waiting]
        for case in self.world.supervision.rows:
            held, watched = self._folds[f"case-{case}"], self._states[f"watch-{case}"]
            assert held.concluded == (watched == "closed_out"), (case, held.state, watched)
            if watched != "closed_out":
                agreed = {"merged": "merged", "withdrawn": "withdrawn"}.get(held.state, "watched")
                assert watched == agreed, (case, held.state, watched)
            watch = self.world.watch(case)
            assert (watch.round, watch.course) == (held.round, held.round), (case, watch.round, held.round)
            assert watch.lead() == held.lead or held.lead is None, case
            assert watch.over or watch.programme_version == self._newest, (case, watch.programme_version)

    def fired_as_due(self) -> None:
        """Every stage that was due before its clock came to its end has fired and stands, and no other.

        But for the levels that the case has reached by another way.
        """
        for (case, *_), course in courses(self.world.supervision).items():
            reached = course.standing | course.levels(self._level(case))
            owed = course.owed()
            assert course.standing <= owed and (course.replaced or owed <= reached), course
            if course.replaced and not course.corrected:
                assert owed <= REMINDER, f"a deadline that was over has been moved: {course}"

    def what_was_missed_counts(self) -> None:
        """A deadline that passed before its clock came to its end is missed or late, whatever has ended the clock."""
        for (case, clock, generation), course in courses(self.world.supervision).items():
            if not course.replaced:
                status = self.world.watch(case).clock(clock, generation).status
                assert (status in ("missed", "late")) == course.overran, f"{status}: {course}"

    def cases_that_are_over_have_no_clocks(self) -> None:
        """With the close-out or the withdrawal every clock has come to its end."""
        for (case, *_), course in courses(self.world.supervision).items():
            if self._states[f"watch-{case}"] in ("closed_out", "withdrawn"):
                assert course.end is not None or course.replaced, course


def _after(told: str, before: str) -> str:
    if before == "closed_out":
        return before
    if before == "withdrawn":
        return before
    return {
        "watch_opened": "watched",
        "merged": "merged",
        "unmerged": "watched",
        "withdrawn": "withdrawn",
        "case_closed_out": "closed_out",
    }.get(told, before)


_LOOKS: dict[str, Callable[[Watcher, Envelope], None]] = {
    "intake": Watcher.of_intake,
    "routing": Watcher.of_routing,
    "supervision": Watcher.of_supervision,
}
