"""Supervision's tables on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

import orjson
from sqlalchemy import Connection, text

from eventkit.envelope import partition_of
from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.application.ports import WatchRow
from supervision.domain.policy import Policy

_POLICY = text("SELECT document FROM programmes WHERE programme = :programme AND version = :version")
_NEWEST = text(
    "SELECT version, learnt_at FROM programmes WHERE programme = :programme AND learnt_at IS NOT NULL"
    " ORDER BY version DESC LIMIT 1"
)
_IN_FORCE = text(
    "SELECT version FROM programmes WHERE programme = :programme ORDER BY coalesce(learnt_at, '-infinity') <= :at DESC,"
    " CASE WHEN coalesce(learnt_at, '-infinity') <= :at THEN -version ELSE version END LIMIT 1"
)
_ADOPT = text(
    "INSERT INTO programmes (programme, version, document, learnt_at)"
    " VALUES (:programme, :version, CAST(:document AS jsonb), :learnt_at) ON CONFLICT DO NOTHING"
)
_NOTIFY = text(
    "INSERT INTO notify_names (programme, name) SELECT :programme, notice->>'on'"
    " FROM jsonb_array_elements(CAST(:document AS jsonb)->'notify') AS notice ON CONFLICT DO NOTHING"
)
_KEEP = text(
    """
    INSERT INTO watches AS w (
        case_id, programme, agency, enterprise, lead, units, closed, partition, ripe_at, calendar, is_provisional
    )
    SELECT case_id, programme, agency, enterprise, lead, string_to_array(units, ','), closed, partition, ripe_at,
        calendar, is_provisional
    FROM unnest(
        CAST(:case AS text[]), CAST(:programme AS text[]), CAST(:agency AS text[]), CAST(:enterprise AS text[]),
        CAST(:lead AS text[]), CAST(:units AS text[]), CAST(:closed AS boolean[]), CAST(:partition AS integer[]),
        CAST(:ripe_at AS timestamptz[]), CAST(:calendar AS text[]), CAST(:provisional AS boolean[])
    ) AS n(case_id, programme, agency, enterprise, lead, units, closed, partition, ripe_at, calendar, is_provisional)
    ON CONFLICT (case_id) DO UPDATE SET lead = excluded.lead, units = excluded.units, closed = excluded.closed,
        ripe_at = excluded.ripe_at, calendar = excluded.calendar, is_provisional = excluded.is_provisional
    """
)
_WAKE = text("UPDATE watches SET ripe_at = least(ripe_at, :at) WHERE calendar = :calendar")
_WAKE_PROGRAMME = text("UPDATE watches SET ripe_at = least(ripe_at, :at) WHERE programme = :programme AND NOT closed")

_COLUMNS = ("case", "programme", "agency", "enterprise", "lead", "closed", "ripe_at", "calendar", "provisional")


class PostgresReads:
    """Gives the tables of a transaction. Programme versions never change, so they are parsed once per process."""

    def __init__(self) -> None:
        self._policies: dict[tuple[str, int], Policy] = {}

    def __call__(self, tx: Transaction) -> PostgresReadModel:
        return PostgresReadModel(cast(PostgresTransaction, tx).connection, self._policies)


class PostgresReadModel:
    """Implements `ports.ReadModel`."""

    def __init__(self, connection: Connection, policies: dict[tuple[str, int], Policy]) -> None:
        self._connection = connection
        self._policies = policies

    def policy(self, programme: str, version: int) -> Policy | None:
        known = self._policies.get((programme, version))
        if known is None:
            about = {"programme": programme, "version": version}
            document = self._connection.execute(_POLICY, about).scalar_one_or_none()
            if document is None:
                return None
            known = self._policies[programme, version] = Policy.of(programme, version, document)
        return known

    def newest(self, programme: str) -> tuple[Policy, datetime] | None:
        row = self._connection.execute(_NEWEST, {"programme": programme}).one_or_none()
        policy = None if row is None else self.policy(programme, row.version)
        return None if row is None or policy is None else (policy, row.learnt_at)

    def in_force(self, programme: str, at: datetime) -> Policy | None:
        about = {"programme": programme, "at": at}
        version = self._connection.execute(_IN_FORCE, about).scalar_one_or_none()
        return None if version is None else self.policy(programme, version)

    def adopt(self, programme: str, version: int, document: Mapping[str, Any], learnt_at: datetime) -> None:
        about = {
            "programme": programme,
            "version": version,
            "document": orjson.dumps(document).decode(),
            "learnt_at": learnt_at,
        }
        self._connection.execute(_ADOPT, about)
        self._connection.execute(_NOTIFY, about)

    def keep(self, rows: Sequence[WatchRow]) -> None:
        if not rows:
            return
        columns: dict[str, list[Any]] = {name: [getattr(row, name) for row in rows] for name in _COLUMNS}
        columns["partition"] = [partition_of(row.case) for row in rows]
        columns["units"] = [",".join(row.units) for row in rows]  # an array of arrays would have to be rectangular
        self._connection.execute(_KEEP, columns)

    def wake(self, calendar: str, at: datetime) -> None:
        self._connection.execute(_WAKE, {"calendar": calendar, "at": at})

    def wake_programme(self, programme: str, at: datetime) -> None:
        self._connection.execute(_WAKE_PROGRAMME, {"programme": programme, "at": at})
