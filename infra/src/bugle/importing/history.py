"""The dated facts of an issue's row, round by round. A return or a reopening ends a round; `_2` marks the second."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from bugle.importing import values
from bugle.importing.faults import BadValue
from bugle.importing.late import Told, check_late
from bugle.importing.rounds import ROUNDS, mark
from bugle.importing.rows import Row
from eventkit.text import Text

FACTS = (
    "assigned", "received", "accepted", "contacted", "planned", "progressed", "result", "fed_back", "verified",
    "closed",
)  # fmt: skip
"""In the order of the workflow, which also orders facts of the same moment. Field `<fact>_at` says when."""

TURNS = ("returned", "extended", "reopened")
"""What moves an issue beside its workflow."""

_TOLD = (*FACTS[:6], "extended", "returned", *FACTS[6:], "reopened")
_OF_TURNS = {
    "returned": ("return_reason",),
    "extended": ("extended_to", "extension_reason", "extension_asked_at"),
    "reopened": ("reopening_reason",),
}
_LATE = FACTS[1:8]
"""The facts of a unit, which may have been shown after they happened."""

FIRST = (
    *(f"{fact}_at" for fact in FACTS),
    "lead", "supporting", "letter", "meeting", "milestones", "outcome", "policy", "copied_to_office", "satisfaction",
    *(name for turn, more in _OF_TURNS.items() for name in (f"{turn}_at", *more)),
    *(f"{fact}_evidence_at" for fact in _LATE),
)  # fmt: skip
"""Fields of the first round."""
_LATER = {round: tuple(mark(name, round) for name in FIRST) for round in range(2, ROUNDS + 1)}
LATER = tuple(chain.from_iterable(_LATER.values()))
"""Fields of the rounds after it."""

_NAMES = {"closed": "closed_out"}
"""Facts whose name differs from their column's."""

_OFFICE = {"verified", "closed", "reopened"}
"""Facts of the office and the enterprise: no unit acts in them."""

_UNLISTED = "other"
"""The reason of a return where the programme lists none: the ledger's words stand in the note."""


def history(row: Row, notes: Mapping[str, str]) -> list[Told]:
    """Every fact that has a date. An empty column stays `not recorded`; what belongs to no date is a fault."""
    told = _round(row, notes, 1, 0)
    for round, names in _LATER.items():
        if any(row.line.cells.get(row.mapping.columns.get(name, "")) for name in names):
            told += _round(row, notes, round, len(told))
    check_late(row, told)
    return told


def further(told: Told) -> bool:
    """Whether it says what version 1 of the command cannot."""
    return told["fact"] in TURNS or "round" in told or "evidence_at" in told


def moment(row: Row, name: str, pointer: str) -> str | None:
    """The field as an ISO 8601 text."""
    at = row.at(name, pointer)
    return None if at is None else at.isoformat()


def _round(row: Row, notes: Mapping[str, str], round: int, before: int) -> list[Told]:
    told: list[Told] = []
    for fact in _TOLD:
        field, place = mark(f"{fact}_at", round), f"/history/{before + len(told)}"
        at = moment(row, field, f"{place}/at")
        if at is None:
            _check_undated(row, fact, round)
            continue
        row.columns[place] = row.mapping.column(field)
        said: Told = {"fact": _NAMES.get(fact, fact), "at": at, "round": round if round > 1 else None}
        said |= _particulars(row, fact, round, place)
        said["note"] = "; ".join(filter(None, [said.get("note"), notes.get(field)])) or None
        told.append({name: value for name, value in said.items() if value is not None and value != []})
    return told


def _particulars(row: Row, fact: str, round: int, place: str) -> Told:
    """What the row tells about one fact beside its moment."""
    unit = None if fact in _OFFICE else row.read(mark("lead", round), row.folder.unit, f"{place}/unit")
    late = moment(row, mark(f"{fact}_evidence_at", round), f"{place}/evidence_at") if fact in _LATE else None
    said: Told = {"unit": unit, "evidence_at": late}
    match fact:
        case "assigned":
            row.columns[f"{place}/supporting"] = row.mapping.column(mark("supporting", round))
            said["supporting"] = row.each(mark("supporting", round), row.folder.unit)
            said |= {name: row.text(mark(name, round), f"{place}/{name}") for name in ("letter", "meeting")}
        case "planned":
            row.columns[f"{place}/milestones"] = row.mapping.column(mark("milestones", round))
            said["milestones"] = row.each(mark("milestones", round), _milestone)
        case "result":
            said |= {name: row.text(mark(name, round), f"{place}/{name}") for name in ("outcome", "policy")}
        case "fed_back":
            said["copied_to_office"] = row.read(mark("copied_to_office", round), values.flag)
        case "verified":
            said["satisfaction"] = row.text(mark("satisfaction", round), f"{place}/satisfaction")
        case "returned" | "extended" | "reopened":
            said |= _turn(row, fact, round, place)
    return said


def _turn(row: Row, fact: str, round: int, place: str) -> Told:
    match fact:
        case "returned":
            words = row.text(mark("return_reason", round), f"{place}/reason")
            listed = row.read(mark("return_reason", round), row.folder.return_reason, f"{place}/reason")
            return {"reason": listed} if listed or not words else {"reason": _UNLISTED, "note": words}
        case "extended":
            due_on = row.read(mark("extended_to", round), values.day, f"{place}/due_on")
            return {
                "due_on": None if due_on is None else due_on.isoformat(),
                "reason": row.text(mark("extension_reason", round), f"{place}/reason"),
                "asked_at": moment(row, mark("extension_asked_at", round), f"{place}/asked_at"),
            }
    return {"reason": row.text(mark("reopening_reason", round), f"{place}/reason")}


def _check_undated(row: Row, fact: str, round: int) -> None:
    """What belongs to a date that is missing would be lost without a word."""
    belonging = [mark(name, round) for name in (*_OF_TURNS.get(fact, ()), f"{fact}_evidence_at")]
    for name in belonging:
        if name in row.mapping.columns and row.text(name):
            date = row.mapping.column(mark(f"{fact}_at", round))
            row.fault(name, Text("is given without its date"), Text("fill in {column}, or empty it", column=date))


def _milestone(text: str) -> dict[str, str]:
    name, at, due = text.rpartition("@")
    if not at or not name:
        raise BadValue(
            Text("{text!r} is no milestone", text=text),
            Text("write name@2021-12-31, several separated by semicolons"),
        )
    return {"name": name, "due_on": values.day(due).isoformat()}
