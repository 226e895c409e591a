"""An issue's row: the report, and the dated facts of its course as far as the ledger has them."""

from __future__ import annotations

from typing import Any

from bugle.importing import values
from bugle.importing.faults import BadValue
from bugle.importing.rows import Command, Row
from eventkit.text import Text

FACTS = (
    "assigned", "received", "accepted", "contacted", "planned", "progressed", "result", "fed_back", "verified",
    "closed",
)  # fmt: skip
"""In the order of the workflow, which also orders facts of the same moment. Field `<fact>_at` says when."""

FIELDS = (
    "visit", "enterprise", "title", "text", "kind", "jurisdiction", "batch", "channel", "reported_at", "due_at",
    *(f"{fact}_at" for fact in FACTS),
    "lead", "supporting", "letter", "meeting", "milestones", "outcome", "policy", "copied_to_office", "satisfaction",
    "synthetic", "note",
)  # fmt: skip

_NAMES = {"closed": "closed_out"}
"""Facts whose name differs from their column's."""

_OFFICE = {"verified", "closed"}
"""Facts of the office and the enterprise: no unit acts in them."""


def issue(row: Row) -> Command:
    """One request: the issue and its history. An empty fact column stays `not recorded`."""
    notes = _notes(row)
    return row.command(
        "report_issue",
        "reported_at",
        programme=row.folder.id,
        enterprise=row.needed("enterprise"),
        title=row.needed("title"),
        text=_told(row.text("text"), notes),
        kind=row.read("kind", row.folder.kind),
        visit=row.read("visit", lambda key: f"{row.folder.id}/visits/{key}"),
        jurisdiction=row.text("jurisdiction"),
        batch=row.text("batch"),
        channel=row.text("channel"),
        due_at=_moment(row, "due_at", "/due_at"),
        ledger={"name": row.ledger, "row": row.key},
        history=_history(row, notes),
        synthetic=row.read("synthetic", values.flag),
    )


def _history(row: Row, notes: dict[str, str]) -> list[dict[str, Any]]:
    history: list[dict[str, Any]] = []
    for fact in FACTS:
        place = f"/history/{len(history)}"
        at = _moment(row, f"{fact}_at", f"{place}/at")
        if at is not None:
            row.columns[place] = row.mapping.column(f"{fact}_at")
            said: dict[str, Any] = {"fact": _NAMES.get(fact, fact), "at": at, "note": notes.get(f"{fact}_at")}
            said |= _particulars(row, fact, place)
            history.append({name: value for name, value in said.items() if value is not None and value != []})
    return history


def _particulars(row: Row, fact: str, place: str) -> dict[str, Any]:
    """What the row tells about one fact beside its moment."""
    unit = None if fact in _OFFICE else row.read("lead", row.folder.unit, f"{place}/unit")
    match fact:
        case "assigned":
            row.columns[f"{place}/supporting"] = row.mapping.column("supporting")
            return {
                "unit": unit,
                "supporting": row.each("supporting", row.folder.unit),
                "letter": row.text("letter", f"{place}/letter"),
                "meeting": row.text("meeting", f"{place}/meeting"),
            }
        case "planned":
            row.columns[f"{place}/milestones"] = row.mapping.column("milestones")
            return {"unit": unit, "milestones": row.each("milestones", _milestone)}
        case "result":
            outcome, policy = row.text("outcome", f"{place}/outcome"), row.text("policy", f"{place}/policy")
            return {"unit": unit, "outcome": outcome, "policy": policy}
        case "fed_back":
            return {"unit": unit, "copied_to_office": row.read("copied_to_office", values.flag)}
        case "verified":
            return {"satisfaction": row.text("satisfaction", f"{place}/satisfaction")}
    return {"unit": unit}


def _moment(row: Row, name: str, pointer: str) -> str | None:
    at = row.at(name, pointer)
    return None if at is None else at.isoformat()


def _milestone(text: str) -> dict[str, str]:
    name, at, due = text.rpartition("@")
    if not at or not name:
        raise BadValue(
            Text("{text!r} is no milestone", text=text),
            Text("write name@2021-12-31, several separated by semicolons"),
        )
    return {"name": name, "due_on": values.day(due).isoformat()}


def _notes(row: Row) -> dict[str, str]:
    """The note's parts by the field they begin with (`result_at: …`); under "" those that begin with none."""
    notes: dict[str, str] = {}
    for part in (row.text("note") or "").split("; "):
        name, colon, said = part.partition(":")
        fact = bool(colon) and name.strip().removesuffix("_at") in FACTS
        place, text = (name.strip(), said.strip()) if fact else ("", part.strip())
        if text:
            notes[place] = f"{notes[place]}; {text}" if place in notes else text
    return notes


def _told(text: str | None, notes: dict[str, str]) -> str | None:
    """The issue's text and what the row remarks about the row itself, told apart."""
    return "\n".join(filter(None, [text, notes.get("") and f"[{notes['']}]"])) or None
