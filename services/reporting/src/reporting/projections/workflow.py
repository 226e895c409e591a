"""The course of one case: what its facts and descriptions have made of it after each instant.

The walk stands still at the end of every instant, never within one, so what it shows there is a function of the set of
events and holds as "valid at that instant" too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from reporting.projections.case_event import CaseEvent

STATES = (
    "reported",
    "classified",
    "returned",
    "assigned",
    "received",
    "accepted",
    "contacted",
    "planned",
    "in_progress",
    "result_reported",
    "fed_back",
    "verified",
    "closed_out",
)
"""From the first to the last; within a round a case moves only towards the end."""

DATED = {
    "case_assigned": "assigned_at",
    "letter_received": "received_at",
    "case_accepted": "accepted_at",
    "enterprise_contacted": "contacted_at",
    "case_planned": "planned_at",
    "result_reported": "result_at",
    "result_fed_back": "fed_back_at",
    "enterprise_verified": "verified_at",
    "case_closed_out": "closed_at",
}
"""The column that bears the first such fact of the current round."""

LONG_TERM, UNSATISFIED = "long_term", "unsatisfied"
ANSWERED = ("result_at", "fed_back_at", "verified_at")
"""Columns that a result after a long-term one begins anew."""

_ENTERS = {
    "issue_reported": "reported",
    "case_classified": "classified",
    "case_returned": "returned",
    "case_transferred": "returned",
    "case_arbitrated": "returned",
    "case_assigned": "assigned",
    "letter_received": "received",
    "case_accepted": "accepted",
    "enterprise_contacted": "contacted",
    "case_planned": "planned",
    "progress_reported": "in_progress",
    "result_reported": "result_reported",
    "result_fed_back": "fed_back",
    "enterprise_verified": "verified",
    "case_closed_out": "closed_out",
    "case_reopened": "assigned",
}
FACTS = tuple(_ENTERS)
"""Events that move a case, each within its round."""
BEGINNING = ("case_reopened", "case_returned", "case_transferred", "case_arbitrated")
"""Facts with which a round begins: later ones that do not tell their round are of it."""

_RANK = {name: STATES.index(state) for name, state in _ENTERS.items()}
_AMENDABLE = ("title", "batch", "jurisdiction")

Span = tuple[datetime, str]
Traits = tuple[Any, ...]
TRAITS = (
    *("kind", "batch", "jurisdiction", "lead", "supporting", "outcome", "satisfaction", "round", "closed_at"),
    *("grade", "merged_into", "withdrawn"),
)
"""What a case is filtered and counted by, beside its state, and what may change while it runs."""


@dataclass(slots=True)
class Course:
    """Where a case stands while its events are walked through. `round` is 0 before the first fact, `answered` the round
    that the enterprise answered last.

    `grounds`: ids of the events behind title, batch, jurisdiction, state, kind, lead, closed_at, outcome, satisfaction,
    merged_into, withdrawn and passed_to, by these names.
    """

    issue: CaseEvent | None = None
    title: str | None = None
    kind: str | None = None
    batch: str | None = None
    jurisdiction: str | None = None
    lead: str | None = None
    supporting: list[str] = field(default_factory=list)
    letter: str | None = None
    meeting: str | None = None
    round: int = 0
    rank: int = -1
    dates: dict[str, datetime] = field(default_factory=dict)
    outcome: str | None = None
    satisfaction: str | None = None
    answered: int = 0
    grade: str | None = None
    owner: str | None = None
    passed_to: str | None = None
    cause: str | None = None
    links: dict[str, str] = field(default_factory=dict)
    merged_into: str | None = None
    withdrawn: bool = False
    transfers: int = 0
    grounds: dict[str, str] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    traits: list[tuple[datetime, Traits]] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The state after the last fact."""
        return STATES[self.rank]


def walk(timeline: Iterable[CaseEvent]) -> Course:
    """The course of a case after all its events, given in timeline order."""
    course, reopened = Course(), 1
    for at, instant in groupby(timeline, key=attrgetter("occurred_at")):
        facts: list[tuple[int, CaseEvent]] = []
        for event in instant:
            _describe(course, event)
            _remark(course, event)
            if event.name in _RANK:
                facts.append((event.data.get("round", reopened), event))
            if event.name in BEGINNING:
                reopened = event.data["round"]
        facts.sort(key=lambda fact: fact[0])  # stable: within a round timeline order stays
        for round_, event in facts:
            _move(course, round_, event)
        _stand(course, at)
    return course


def _describe(course: Course, event: CaseEvent) -> None:
    """What intake says of the issue, and its kind as intake or routing said last."""
    if event.name == "issue_reported":
        course.issue, said = event, event.data
        told = {name: said.get(name) for name in _AMENDABLE}
    elif event.name == "issue_amended":
        said = event.data["changes"]
        told = {name: said[name] for name in _AMENDABLE if name in said}
    elif event.name == "case_classified":
        said, told = event.data, {}
    else:
        return
    for name, value in told.items():
        setattr(course, name, value)
        course.grounds[name] = event.id
    if said.get("kind"):
        course.kind = said["kind"]
        course.grounds["kind"] = event.id


def _remark(course: Course, event: CaseEvent) -> None:
    """What is said of the case beside its course."""
    said = event.data
    match event.name:
        case "case_graded":
            course.grade = said["grade"]
        case "owner_named":
            course.owner = said["unit"]
        case "case_accepted":
            course.owner = None
        case "case_passed_on":
            course.passed_to = said["body"]
            course.grounds["passed_to"] = event.id
        case "cause_named":
            course.cause = said["cause"]
        case "issue_linked":
            course.links[said["relation"]] = said["to"]
        case "issue_unlinked" if course.links.get(said["relation"]) == said["to"]:
            del course.links[said["relation"]]
        case "case_merged":
            course.merged_into = said["into"]
            course.grounds["merged_into"] = event.id
        case "case_unmerged":
            course.merged_into = None
            course.grounds.pop("merged_into", None)
        case "case_withdrawn":
            course.withdrawn = True
            course.grounds["withdrawn"] = event.id
        case "case_returned" | "case_transferred":
            course.transfers = said["transfers"]


def _answer_anew(course: Course, rank: int, event: CaseEvent) -> None:
    """A result after one that put the case off for long takes its place: feedback and verification are to come.

    Who was content with the deferral has not been asked about this result; who was not stays so until asked again.
    """
    if course.outcome != LONG_TERM or "closed_at" in course.dates:
        return
    course.rank = rank
    for column in ANSWERED:
        course.dates.pop(column, None)
    course.grounds["state"] = event.id
    if course.answered == course.round and course.satisfaction != UNSATISFIED:
        course.satisfaction = None
        course.grounds.pop("satisfaction", None)


def _move(course: Course, round_: int, event: CaseEvent) -> None:
    """Take a fact in; facts come in fact order."""
    rank = _RANK[event.name]
    if round_ > course.round:
        course.round, course.rank = round_, rank
        course.dates, course.outcome = {}, None
        for answer in ("outcome", "closed_at"):
            course.grounds.pop(answer, None)
        course.grounds["state"] = event.id
    elif round_ == course.round and rank > course.rank:
        course.rank = rank
        course.grounds["state"] = event.id
    if round_ == course.round and event.name == "result_reported":
        _answer_anew(course, rank, event)
    _hold(course, round_, event)
    if round_ == course.round:
        _date(course, event)


def _hold(course: Course, round_: int, event: CaseEvent) -> None:
    """Who has the case, and the enterprise's answer: they stand, whatever the round, until the next."""
    if event.name == "case_assigned":
        course.lead, course.letter, course.meeting = map(event.data.get, ("lead", "letter", "meeting"))
        course.supporting = event.data.get("supporting") or []
        course.grounds["lead"] = event.id
    elif event.name == "case_returned":
        course.lead, course.supporting, course.letter, course.meeting = None, [], None, None
        course.grounds["lead"] = event.id
    elif event.name == "enterprise_verified":
        course.satisfaction, course.answered = event.data.get("satisfaction"), round_
        course.grounds["satisfaction"] = event.id


def _date(course: Course, event: CaseEvent) -> None:
    """Dates and outcome of a fact of the current round."""
    if event.name in DATED:
        course.dates.setdefault(DATED[event.name], event.occurred_at)
    if event.name == "case_closed_out":
        course.grounds.setdefault("closed_at", event.id)
    if event.name == "result_reported":
        course.outcome = event.data.get("outcome")
        course.grounds["outcome"] = event.id


def _stand(course: Course, at: datetime) -> None:
    """Note state and traits at the end of an instant, where they have changed."""
    if course.rank >= 0 and (not course.spans or course.spans[-1][1] != course.state):
        course.spans.append((at, course.state))
    traits = (
        course.kind,
        course.batch,
        course.jurisdiction,
        course.lead,
        course.supporting,
        course.outcome,
        course.satisfaction,
        course.round,
        course.dates.get("closed_at"),
        course.grade,
        course.merged_into,
        course.withdrawn,
    )
    if course.issue is not None and (not course.traits or course.traits[-1][1] != traits):
        course.traits.append((at, traits))
