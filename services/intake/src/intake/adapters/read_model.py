"""Keeps intake's read model level with its events, in the transaction that records them.

A batch of events goes to each table as one JSON array, which PostgreSQL turns into rows: the work of a batch is a few
statements however many events it has. Payloads are read as they are: what has just been recorded has today's form.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, Table, text, update

from eventkit.envelope import Envelope, instant
from eventkit.store import Transaction
from intake.adapters.relations import relate
from intake.adapters.tables import (
    connection_of,
    directories,
    enterprises,
    issues,
    policies,
    programmes,
    suggestions,
    teams,
    visits,
)

Row = dict[str, Any]

_CREATED = {
    "bugle.intake.enterprise_registered.v1": (enterprises, "registered_at"),
    "bugle.intake.team_formed.v1": (teams, "formed_at"),
    "bugle.intake.visit_recorded.v2": (visits, "visited_at"),
    "bugle.intake.issue_reported.v1": (issues, "reported_at"),
    "bugle.intake.suggestion_recorded.v1": (suggestions, "suggested_at"),
}
_PUBLISHED = {
    "bugle.intake.programme_published.v1": programmes,
    "bugle.intake.directory_published.v2": directories,
    "bugle.intake.policy_published.v1": policies,
}
_AMENDED = "bugle.intake.issue_amended.v1"

_AMEND = text(
    "UPDATE issues i SET (title, text, kind, jurisdiction, batch) = (SELECT n.title, n.text, n.kind, n.jurisdiction,"
    " n.batch FROM jsonb_populate_record(i, CAST(:changes AS jsonb)) AS n) WHERE issue = CAST(:issue AS uuid)"
)
_ANSWER = text(
    "UPDATE suggestions SET unit = :unit, answer = :answer, answered_at = :at"
    " WHERE suggestion = CAST(:suggestion AS uuid)"
)
_DISBAND = text("UPDATE teams SET disbanded_at = :at WHERE team = CAST(:team AS uuid)")
_ENDING = {"bugle.intake.suggestion_answered.v1": _ANSWER, "bugle.intake.team_disbanded.v1": _DISBAND}
"""What is done with the row that an event ends: a suggestion that is answered, a team that is disbanded."""
_MOVE_ON = text(
    "UPDATE issues i SET version = n.version FROM unnest(CAST(:issues AS uuid[]), CAST(:versions AS integer[]))"
    " AS n(issue, version) WHERE i.issue = n.issue"
)


def project(tx: Transaction, written: list[Envelope]) -> None:
    """Bring all tables up to the newly recorded events."""
    connection = connection_of(tx)
    versions = {event.key: event.version for event in written if event.stream.startswith("issue-")}
    for type, (table, time) in _CREATED.items():
        _insert(connection, table, [_row(event, time, versions) for event in written if event.type == type])
    for type, table in _PUBLISHED.items():
        newest = {event.stream: event for event in written if event.type == type}
        _insert(connection, table, [_row(event, "published_at", versions) for event in newest.values()])
    _amend(connection, [event for event in written if event.type == _AMENDED])
    for event in written:
        if event.type in _ENDING:
            connection.execute(_ENDING[event.type], {**event.json(), "at": instant(event.occurred_at)})
    relate(connection, written)
    _move_on(connection, versions, written)


def _row(event: Envelope, time: str, versions: dict[str, int]) -> Row:
    row = {**event.json(), time: instant(event.occurred_at)}
    if time == "reported_at":
        ledger = row["ledger"] or {"name": None, "row": None}
        row |= {"ledger_name": ledger["name"], "ledger_row": ledger["row"]}
        row |= {"answer": "pending", "version": versions[event.key], "parts": []}
    return row


def _insert(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Insert rows, whose further fields fall away; a row that is published again replaces the one before."""
    if rows:
        kind = f"CAST(NULL AS {table.name})"
        statement = f"INSERT INTO {table.name} SELECT * FROM jsonb_populate_recordset({kind}, CAST(:rows AS jsonb))"
        if table in _PUBLISHED.values():
            key, *others = table.columns.keys()
            newer = ", ".join(f"{name} = excluded.{name}" for name in others)
            statement += f" ON CONFLICT ({key}) DO UPDATE SET {newer}"
        connection.execute(text(statement), {"rows": orjson.dumps(rows).decode()})


def _amend(connection: Connection, amendments: Iterable[Envelope]) -> None:
    changes = [{"issue": e.key, "changes": orjson.dumps(e.json()["changes"]).decode()} for e in amendments]
    if changes:
        connection.execute(_AMEND, changes)


def _move_on(connection: Connection, versions: dict[str, int], written: list[Envelope]) -> None:
    """Versions of issues that were there before; a new one was inserted with its last."""
    known = versions.keys() - {event.key for event in written if event.version == 1}
    if known:
        parameters = {"issues": list(known), "versions": [versions[issue] for issue in known]}
        connection.execute(_MOVE_ON, parameters)


class IssueNotes:
    """Implements `application.reactions.Notes`."""

    def answer(self, tx: Transaction, issue: str, answer: str, at: datetime) -> None:
        """See the port."""
        statement = update(issues).where(issues.c.issue == issue).values(answer=answer, answered_at=at)
        connection_of(tx).execute(statement)

    def settle(self, tx: Transaction, issue: str, what: str, state: str) -> None:
        """See the port. What is no longer asked for stays as it is."""
        column = issues.c[what]
        statement = update(issues).where(issues.c.issue == issue, column.is_not(None)).values({what: state})
        connection_of(tx).execute(statement)
