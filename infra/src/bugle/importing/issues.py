"""An issue's row: the report, and the dated facts of its course as far as the ledger has them."""

from __future__ import annotations

from dataclasses import replace

from bugle.importing import values
from bugle.importing.history import FACTS, FIRST, LATER, TURNS, further, history, moment
from bugle.importing.late import in_time
from bugle.importing.rounds import ROUNDS, mark
from bugle.importing.rows import Command, Row

FIELDS = (
    "visit", "enterprise", "title", "text", "kind", "jurisdiction", "batch", "channel", "reported_at", "due_at",
    *FIRST, "synthetic", "note", *LATER,
)  # fmt: skip

_FURTHER = {
    *(f"{turn}_at" for turn in TURNS),
    *(mark(f"{fact}_at", round) for fact in (*FACTS, *TURNS) for round in range(2, ROUNDS + 1)),
}
"""Dates to which a part of the note belongs only where the row has them: before there were such columns none did."""


def issue(row: Row) -> Command:
    """One request: the issue and its history; where some of it was shown late, also the row without that."""
    notes = _notes(row)
    told = history(row, notes)
    command = row.command(
        "report_issue",
        "reported_at",
        version=3 if any(map(further, told)) else 1,
        programme=row.folder.id,
        enterprise=row.needed("enterprise"),
        title=row.needed("title"),
        text=_told(row.text("text"), notes),
        kind=row.read("kind", row.folder.kind),
        visit=row.read("visit", lambda key: f"{row.folder.id}/visits/{key}"),
        jurisdiction=row.text("jurisdiction"),
        batch=row.text("batch"),
        channel=row.text("channel"),
        due_at=moment(row, "due_at", "/due_at"),
        ledger={"name": row.ledger, "row": row.key},
        history=told,
        synthetic=row.read("synthetic", values.flag),
    )
    early = in_time(told)
    return command if early is None else replace(command, early={**command.data, "history": early})


def _notes(row: Row) -> dict[str, str]:
    """The note's parts by the field they begin with (`result_at: …`); under "" those that begin with none."""
    notes: dict[str, str] = {}
    for part in (row.text("note") or "").split("; "):
        name, colon, said = part.partition(":")
        place, text = (name.strip(), said.strip()) if colon and _dated(row, name.strip()) else ("", part.strip())
        if text:
            notes[place] = f"{notes[place]}; {text}" if place in notes else text
    return notes


def _told(text: str | None, notes: dict[str, str]) -> str | None:
    """The issue's text and what the row remarks about the row itself, told apart."""
    return "\n".join(filter(None, [text, notes.get("") and f"[{notes['']}]"])) or None


def _dated(row: Row, name: str) -> bool:
    return name.removesuffix("_at") in FACTS or (name in _FURTHER and row.text(name) is not None)
