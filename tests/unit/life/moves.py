"""Every move that somebody may try on a case: which command of which service, by whom, with what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from eventkit.caller import Caller
from routing.domain.case import Case
from supervision.domain.watch import Watch
from tests.unit.life import made


@dataclass(frozen=True)
class Scene:
    """What somebody sees who tries something: the case, its watch, the other cases, the day."""

    id: str
    case: Case
    watch: Watch
    others: tuple[str, ...]
    now: datetime
    random: Random

    @property
    def done(self) -> set[str]:
        """The steps of this round."""
        return {step.name.lower() for step in self.case.done}

    @property
    def runs(self) -> bool:
        """Whether a clock runs."""
        return any(clock.runs for clock in self.watch.clocks)

    @property
    def pausing(self) -> bool:
        """Whether the case is paused now."""
        return any(pause.span.from_at <= self.now < pause.span.to_at for pause in self.watch.pauses)

    @property
    def lead(self) -> Caller:
        return made.unit(self.case.lead or "power")

    @property
    def owner(self) -> Caller:
        return made.unit(self.case.owner or self.case.lead or "power")

    def another(self) -> str:
        """A unit that does not lead."""
        return self.random.choice([unit for unit in made.UNITS if unit != self.case.lead])

    def day(self, days: int) -> str:
        """A day from now on, in China."""
        return (self.now.astimezone(made.START.tzinfo) + timedelta(days=days)).date().isoformat()


WORKED_ON = {"assigned", "received", "accepted", "contacted", "planned", "in_progress"}
BEFORE = {"assigned", "received", "contacted"}

Data = Callable[[Scene], Mapping[str, Any]]
By = Callable[[Scene], Caller]


@dataclass(frozen=True)
class Move:
    """A command. `fits`: where it makes sense, for who drives a case on; anywhere else it may be tried too."""

    service: str
    command: str
    by: By
    data: Data = lambda scene: {}
    fits: Callable[[Scene], bool] = lambda scene: True


def _office(_: Scene) -> Caller:
    return made.office()


def _lead(scene: Scene) -> Caller:
    return scene.lead


def _owner(scene: Scene) -> Caller:
    return scene.owner


def _enterprise(_: Scene) -> Caller:
    return made.enterprise()


def _supporter(scene: Scene) -> Caller:
    silent = sorted(set(scene.case.supporting) - scene.case.supported)
    return made.unit(scene.random.choice(silent or made.UNITS))


def _answering(scene: Scene) -> Caller:
    return made.office() if scene.case.passed_to else scene.lead


def _units(scene: Scene) -> Mapping[str, Any]:
    lead = scene.another()
    others = [unit for unit in made.UNITS if unit != lead]
    return {"lead": lead, "supporting": scene.random.sample(others, scene.random.randint(0, 2))}


def _plan(scene: Scene) -> Mapping[str, Any]:
    days = sorted(scene.random.sample(range(12), scene.random.randint(1, 3)))
    return {"milestones": [{"name": f"step {n}", "due_on": scene.day(day)} for n, day in enumerate(days, start=1)]}


def _progress(scene: Scene) -> Mapping[str, Any]:
    names = [line.name for line in scene.case.milestones]
    named = names and scene.random.random() < 0.8
    return {"milestone": scene.random.choice(names)} if named else {"note": "on the way"}


def _result(scene: Scene) -> Mapping[str, Any]:
    final = ({"outcome": "solved"}, {"outcome": "explained", "policy": "rules of 2019"})
    return scene.random.choice(final if _takes_long(scene) else (*final, {"outcome": "long_term"}))


def _extension(scene: Scene) -> Mapping[str, Any]:
    running = sorted({clock.name for clock in scene.watch.clocks if clock.runs and clock.due_at > scene.now})
    clock = scene.random.choice(running or ["contact"])
    return {"clock": clock, "limit": f"{scene.random.randint(1, 4)}wd", "reason": "waits for the makers"}


def _decision(scene: Scene) -> Mapping[str, Any]:
    open_ones = [asked.number for asked in scene.watch.extensions if not asked.decided]
    decision = scene.random.choice(("granted", "granted", "changed", "refused"))
    told = {"extension": str(open_ones[0] if open_ones else 1), "decision": decision}
    return {**told, "limit": f"{scene.random.randint(1, 5)}wd"} if decision == "changed" else told


def _pause(scene: Scene) -> Mapping[str, Any]:
    until = scene.random.choice(({}, {"until": scene.day(scene.random.randint(0, 12))}))
    return {"reason": "enterprise", **until}


def _feedback(scene: Scene) -> Mapping[str, Any]:
    return {"copied_to_office": scene.random.random() < 0.5}


def _answer(scene: Scene) -> Mapping[str, Any]:
    return {"satisfaction": scene.random.choice(("satisfied", "basically_satisfied", "unsatisfied"))}


def _into(scene: Scene) -> Mapping[str, Any]:
    return {"into": scene.random.choice(scene.others or (scene.id,))}


def _parts(scene: Scene) -> Mapping[str, Any]:
    return {"parts": [{"title": f"part {n}", "kind": "energy"} for n in range(scene.random.randint(1, 2))]}


def _always(**data: Any) -> Data:
    return lambda scene: data


def _next(after: set[str], step: str) -> Callable[[Scene], bool]:
    return lambda scene: scene.case.state in after and step not in scene.done


def _answerable(scene: Scene) -> bool:
    """What takes long has its end reported once it comes, before or after the enterprise has heard of that."""
    return scene.case.state in {"in_progress", "contacted", "passed_on"} or (
        _takes_long(scene) and scene.random.random() < 0.5
    )


def _takes_long(scene: Scene) -> bool:
    return scene.case.state in {"result_reported", "fed_back"} and scene.case.outcome == "long_term"


def _beside(after: set[str], step: str) -> Callable[[Scene], bool]:
    """The next step, or one that is made up for while the case takes long."""
    late = lambda scene: _takes_long(scene) and step not in scene.done and scene.random.random() < 0.3  # noqa: E731
    return lambda scene: _next(after, step)(scene) or late(scene)


def _in_work(scene: Scene) -> bool:
    return scene.case.state in WORKED_ON or _takes_long(scene)


def _progressing(scene: Scene) -> bool:
    return scene.case.state == "planned" or (_takes_long(scene) and scene.random.random() < 0.3)


def _closable(scene: Scene) -> bool:
    """A version that asks nobody closes out what has a result."""
    return scene.case.state == "fed_back" or (scene.case.state == "result_reported" and scene.random.random() < 0.3)


WAY = {
    "classify": Move("routing", "classify", _office, _always(kind="money"), _next({"opened"}, "classified")),
    "assign": Move("routing", "assign", _office, _units, _next({"classified", "returned", "reopened"}, "assigned")),
    "receive": Move("routing", "receive", _lead, fits=_next({"assigned", "contacted"}, "received")),
    "accept": Move("routing", "accept", _lead, fits=_next({"received", "contacted"}, "accepted")),
    "contact": Move("routing", "contact", _owner, fits=_beside({"received", "accepted", "planned"}, "contacted")),
    "plan": Move("routing", "plan", _lead, _plan, _beside({"accepted", "contacted"}, "planned")),
    "report_progress": Move("routing", "report_progress", _owner, _progress, _progressing),
    "report_result": Move("routing", "report_result", _answering, _result, _answerable),
    "feed_back": Move("routing", "feed_back", _answering, _feedback, _next({"result_reported"}, "")),
    "hand_in_copy": Move(
        "routing",
        "feed_back",
        _answering,
        _always(copied_to_office=True),
        lambda scene: scene.case.state == "fed_back" and not scene.case.copied,
    ),
    "verify": Move("supervision", "verify", _enterprise, _answer, _next({"fed_back"}, "")),
    "close_out": Move("supervision", "close_out", _office, fits=_closable),
}
"""The way of a case, in order."""


HANDING_OVER = {
    "return_case": Move("routing", "return_case", _lead, _always(reason="not_ours"), _next(BEFORE, "accepted")),
    "transfer": Move("routing", "transfer", _office, _units, _in_work),
    "arbitrate": Move("routing", "arbitrate", _office, _units, lambda scene: scene.case.transfers > 0),
    "pass_on": Move(
        "routing",
        "pass_on",
        _office,
        _always(body="city"),
        lambda scene: scene.case.state in {"classified", "returned"} and scene.random.random() < 0.2,
    ),
    "report_support": Move(
        "routing", "report_support", _supporter, fits=lambda scene: bool(scene.case.supporting) and scene.runs
    ),
}
TIMES = {
    "grade": Move(
        "routing",
        "grade",
        _office,
        lambda scene: {"grade": scene.random.choice(("ordinary", "key"))},
        lambda scene: _in_work(scene) and scene.case.grade != "key",
    ),
    "pause_case": Move("supervision", "pause_case", _office, _pause, lambda scene: scene.runs and not scene.pausing),
    "resume_case": Move("supervision", "resume_case", _office, fits=lambda scene: scene.pausing),
    "ask_extension": Move(
        "supervision", "ask_extension", _lead, _extension, lambda scene: scene.runs and scene.case.lead in made.UNITS
    ),
    "decide_extension": Move(
        "supervision",
        "decide_extension",
        _office,
        _decision,
        lambda scene: any(not asked.decided for asked in scene.watch.extensions),
    ),
    "raise_case": Move("supervision", "raise_case", _office, fits=lambda scene: scene.watch.level < 2),
}
FAMILY = {
    "amend_issue": Move(
        "intake", "amend_issue", _office, lambda scene: {"kind": scene.random.choice(["energy", "money"])}
    ),
    "merge_issue": Move(
        "intake",
        "merge_issue",
        _office,
        _into,
        lambda scene: not scene.case.merged_into and scene.random.random() < 0.6,
    ),
    "undo_merge": Move(
        "intake", "undo_merge", _office, _always(reason="two after all"), lambda scene: bool(scene.case.merged_into)
    ),
    "withdraw_issue": Move(
        "intake", "withdraw_issue", _office, _always(reason="done by itself"), lambda scene: scene.random.random() < 0.2
    ),
    "divide_issue": Move("intake", "divide_issue", _office, _parts, lambda scene: len(scene.others) < 3),
}
ASIDE = {**HANDING_OVER, **TIMES, **FAMILY}
MOVES = {**WAY, **ASIDE}
