"""Playing one scenario: publish its programme, take its steps, compare what is seen with what is expected."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from bugle.importing.run import calendar_of
from bugle.scenarios.document import staged, without
from bugle.scenarios.files import Scenario, Step
from bugle.scenarios.matching import at, chosen, expected_event, filled, has, lacking, short, standing
from bugle.scenarios.seen import seen
from bugle.scenarios.settling import settled
from bugle.scenarios.stage import Stage, has_field, known, new_id
from bugle.stack.home import ROOT

CALENDARS = ROOT / "programmes" / "calendars"
PATIENCE = 30.0  # seconds for what comes of itself: events on their way, clocks whose grace is running
_POLL = 0.15
CATCHING_UP = 240.0  # seconds for all that is on its way: it ends by itself, but where something stands still
REASON = "entered afterwards"
PLAYS = "play-"
"""How the agencies of plays begin."""


class Failed(Exception):
    """A step did not come out as expected; the message names the step and what was seen instead.

    `lacks`: the short type of the event that did not come.
    """

    def __init__(self, fault: str, lacks: str | None = None) -> None:
        super().__init__(fault)
        self.lacks = lacks


class Broken(Failed):
    """The system could not be asked: that says nothing of the mechanism."""


@dataclass(slots=True)
class Played:
    """What came of a scenario. `step` is the number of the one that failed; `events`: short types, each once.

    `lacks`: the event for which that step waited; `broken`: whether it failed because the system could not be asked.
    """

    row: str
    title: Mapping[str, str]
    events: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    step: int | None = None
    fault: str | None = None
    lacks: str | None = None
    broken: bool = False
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        """Whether every step came out as expected."""
        return self.fault is None


def play(
    stage: Stage,
    scenario: Scenario,
    removed: str | None = None,
    patience: float = PATIENCE,
    catching_up: float = CATCHING_UP,
) -> Played:
    """Play a scenario; with `removed`, under a programme without that key."""
    played = Played(scenario.row, scenario.title)
    began = time.monotonic()
    actor = _Actor(stage, scenario, played, patience, catching_up)
    try:
        actor.set_up(removed)
        for number, step in enumerate(scenario.steps, start=1):
            played.step = number
            actor.take(step)
        played.step = None
    except Failed as failure:
        played.fault, played.lacks = str(failure), failure.lacks
        played.broken = isinstance(failure, Broken)
    played.events = actor.seen()
    played.seconds = time.monotonic() - began
    return played


class _Actor:
    """One play under way: the names saved so far and the day it is."""

    def __init__(self, stage: Stage, scenario: Scenario, played: Played, patience: float, catching_up: float) -> None:
        self._stage = stage
        self._scenario = scenario
        self._played = played
        self._patience = patience
        self._catching_up = catching_up
        run = new_id()[:8]
        self._zone = ZoneInfo(scenario.folder.programme["zone"])
        self._now: str | None = None
        self._grace = 0.0
        self._names: dict[str, Any] = {
            "agency": f"{PLAYS}{scenario.row.lower()}-{run}",
            "programme": f"{scenario.folder.id}-{run}",
        }

    def set_up(self, removed: str | None) -> None:
        """Publish calendar, directory and programme, and register the enterprises."""
        names, scenario, folder = self._names, self._scenario, self._scenario.folder
        document = staged(folder.programme, names["agency"], names["programme"], filled(scenario.changes, names))
        self._grace = document["grace_seconds"]
        if removed is not None:
            document = without(document, removed)
        if folder.calendar_file is not None:
            file = folder.calendar_file if folder.calendar_file.exists() else CALENDARS / folder.calendar_file.name
            about = {"calendar": folder.programme["calendar"], **calendar_of(file)}
            self._do({"do": "supervision.publish_calendar", "as": "operator", "data": about})
        directory = {
            "agency": names["agency"],
            "version": 1,
            "units": [*folder.directory["units"], *scenario.units],
            "people": [*folder.directory.get("people", []), *scenario.people],
        }
        self._do({"do": "intake.publish_directory", "data": directory})
        published = {"programme": names["programme"], "version": 1, "document": document}
        self._do({"do": "intake.publish_programme", "data": published})
        for number, enterprise in enumerate(scenario.enterprises, start=1):
            data = {"agency": names["agency"], **enterprise}
            self._do({"do": "intake.register_enterprise", "data": data, "save": {f"enterprise_{number}": "id"}})

    def seen(self) -> list[str]:
        """The short types of all events that public reads show of this play."""
        return seen(self._as("office"), self._names["programme"])

    def take(self, step: Step) -> None:
        """One step; raises Failed."""
        if "do" in step:
            self._do(step)
        elif "read" in step:
            self._read(step)
        else:
            self._see(step)

    def _do(self, step: Step) -> None:
        service, _, command = step["do"].partition(".")
        data = self._filled(step.get("data", {}))
        self._now = step.get("at", self._now)
        moment = None if self._now is None or command in _UNTIMED else self._moment(self._now)
        if not known(service, command):
            raise Failed(f"there is no command {step['do']}")
        if moment is not None and has_field(service, command, "reason"):
            data.setdefault("reason", REASON)
        headers = self._stage.headers(self._names["agency"], self._filled(step.get("as", "office")))
        id, wanted = new_id(), step.get("refused")

        def attempt() -> httpx.Response:
            return self._stage.command(step["do"], data, headers, moment, id)

        def fits(answer: httpx.Response) -> bool:
            return answer.is_success or (wanted is not None and _slug(answer) == wanted)

        answer = self._until(attempt, fits)
        if answer.is_success != (wanted is None) or not fits(answer):
            expected = "it to be taken" if wanted is None else f"the refusal {wanted}"
            raise Failed(f"{step['do']}: expected {expected}, got {answer.status_code} {answer.text[:400]}")
        if wanted is not None:
            self._played.refused.append(wanted)
            return
        self._save(step, answer.json())

    def _read(self, step: Step) -> None:
        address, read = self._filled(step["read"]), self._as(self._filled(step.get("as", "office")))
        expected, unwanted = (self._filled(step.get(key)) for key in ("has", "lacks"))
        texts, refusal = self._filled(step.get("text", [])), step.get("refused")

        def fits(answer: httpx.Response) -> bool:
            if refusal is not None:
                return not answer.is_success and _slug(answer) == refusal
            if not answer.is_success or texts:
                return answer.is_success and all(text in answer.text for text in texts)
            return expected is None or has(answer.json(), expected)

        answer = self._until(lambda: read(address), fits)
        if unwanted is not None and fits(answer):
            answer = self._at_last(lambda: read(address))
        if not fits(answer) or (unwanted is not None and has(answer.json(), unwanted)):
            raise Failed(f"read {address}: {answer.status_code} {answer.text[:1500]}")
        if refusal is not None:
            self._played.refused.append(refusal)
        elif not texts:
            self._save(step, answer.json())

    def _see(self, step: Step) -> None:
        address = f"reporting:/issues/{self._filled(step.get('of', '$case'))}/timeline"
        wanted: Sequence[Any] = [expected_event(one) for one in self._filled(step["see"])]
        never = [expected_event(one) for one in self._filled(step.get("never", []))]
        read = self._as("office")

        def fits(answer: httpx.Response) -> bool:
            return answer.is_success and not lacking(answer.json()["items"], wanted)

        answer = self._until(lambda: read(address), fits)
        if never and fits(answer):
            answer = self._at_last(lambda: read(address))
        items = answer.json()["items"] if answer.is_success else []
        came = [short(item) for item in items]
        if missing := next((one for one in wanted if lacking(items, [one])), None):
            told = f"see: {missing} did not come; there are {', '.join(came) or 'no events'}"
            raise Failed(told, missing["type"])
        for one in never:
            if not lacking(standing(items), [one]):
                raise Failed(f"see: {one} came, which must never come")
        for name, type in step.get("save", {}).items():
            self._names[name] = chosen(items, wanted, type)

    def _as(self, who: Mapping[str, Any] | str) -> Callable[[str], httpx.Response]:
        """Reading as a caller."""
        headers = self._stage.headers(self._names["agency"], who)
        return lambda address: self._stage.read(address, headers)

    def _at_last(self, attempt: Callable[[], httpx.Response]) -> httpx.Response:
        """The answer when everything has been applied that was sequenced before, and what follows from it.

        What is not there yet when that is not so may be on its way: that it has not come says nothing.
        """
        read, programme = self._as("office"), self._names["programme"]
        if not settled(self._stage.applied_until, read, programme, self._grace, self._catching_up):
            raise Broken("a worker or the sweep of supervision has not caught up; see `bugle status`")
        return _telling(attempt())

    def _until(self, attempt: Callable[[], httpx.Response], fits: Callable[[httpx.Response], bool]) -> httpx.Response:
        """The first answer that fits, or the one when all has been applied; Broken if that is no answer.

        While a play is being set up its last answer stands: a document that is refused stays so. What nobody knows yet
        is on its way then.
        """
        began = time.monotonic()
        while True:
            answer = attempt()
            if fits(answer):
                return answer
            unheard = self._played.step is None and answer.status_code == httpx.codes.NOT_FOUND
            if time.monotonic() > began + (self._catching_up if unheard else self._patience):
                return _telling(answer) if self._played.step is None else self._at_last(attempt)
            time.sleep(_POLL)

    def _save(self, step: Step, body: Any) -> None:
        for name, path in step.get("save", {}).items():
            try:
                self._names[name] = at(body, path)
            except (KeyError, IndexError, TypeError):
                raise Failed(f"the answer has no {path}: {str(body)[:400]}") from None

    def _filled(self, value: Any) -> Any:
        try:
            return filled(value, self._names)
        except KeyError as name:
            raise Failed(f"no step has saved {name}") from None

    def _moment(self, local: str) -> str:
        return datetime.fromisoformat(local).replace(tzinfo=self._zone).isoformat()


_UNTIMED = ("publish_programme", "publish_directory", "publish_calendar")
"""Documents hold from when they are published, which is the moment of the play."""


_OF_THE_RULES = frozenset((httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY))
_NOT_IN_PROGRAMME = frozenset(("unknown-list", "no-service-card"))
"""Not found because the programme does not have it. Whatever else is not found may be so for any reason."""


def _telling(answer: httpx.Response) -> httpx.Response:
    """An answer that nobody expected, which tells of the mechanism: taken, or refused by a rule; Broken if it is none.

    Who may not ask, asks too often or at a wrong address, learns nothing of what the key does.
    """
    if answer.is_success or answer.status_code in _OF_THE_RULES or _slug(answer) in _NOT_IN_PROGRAMME:
        return answer
    raise Broken(f"that is no answer: {answer.status_code} {answer.text[:400]}")


def _slug(answer: httpx.Response) -> str:
    try:
        return str(answer.json().get("type", "")).rpartition("/")[2].rpartition(":")[2]
    except ValueError:
        return ""
