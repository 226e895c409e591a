"""Supervision's tables of watches and programmes in memory; they pass the same behaviour suite as on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from eventkit.memory import MemoryStore, MemoryTransaction
from eventkit.store import Transaction
from supervision.application.ports import WatchRow
from supervision.domain.policy import Policy


class MemoryReads:
    """Gives the tables of a transaction; outside of one `rows` and `policies` show what stands."""

    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def __call__(self, tx: Transaction) -> MemoryReadModel:
        return MemoryReadModel(cast(MemoryTransaction, tx))

    @property
    def rows(self) -> dict[str, WatchRow]:
        """The watches by case."""
        return self._store.tables.own.get("watches", {})


class MemoryReadModel:
    """Implements `ports.ReadModel`."""

    def __init__(self, tx: MemoryTransaction) -> None:
        self._programmes = tx.table("programmes")
        self._watches = tx.table("watches")

    def policy(self, programme: str, version: int) -> Policy | None:
        found = self._programmes.get((programme, version))
        return None if found is None else cast(Policy, found[0])

    def newest(self, programme: str) -> tuple[Policy, datetime] | None:
        versions = [version for id, version in self._programmes if id == programme]
        return cast("tuple[Policy, datetime]", self._programmes[programme, max(versions)]) if versions else None

    def in_force(self, programme: str, at: datetime) -> Policy | None:
        versions = sorted((version, *held) for (id, version), held in self._programmes.items() if id == programme)
        learnt = [policy for _, policy, learnt_at in versions if learnt_at <= at]
        return learnt[-1] if learnt else versions[0][1] if versions else None

    def adopt(self, programme: str, version: int, document: Mapping[str, Any], learnt_at: datetime) -> None:
        self._programmes.setdefault((programme, version), (Policy.of(programme, version, document), learnt_at))

    def keep(self, rows: Sequence[WatchRow]) -> None:
        for row in rows:
            known = self._watches.get(row.case, row)
            fixed = {name: getattr(known, name) for name in ("programme", "agency", "enterprise")}
            self._watches[row.case] = replace(row, **fixed)

    def wake(self, calendar: str, at: datetime) -> None:
        self._wake(at, (row for row in self._watches.values() if row.calendar == calendar))

    def wake_programme(self, programme: str, at: datetime) -> None:
        self._wake(at, (row for row in self._watches.values() if row.programme == programme and not row.closed))

    def _wake(self, at: datetime, rows: Any) -> None:
        for row in list(rows):
            self._watches[row.case] = replace(row, ripe_at=at if row.ripe_at is None else min(at, row.ripe_at))
