"""Routing on a real database: its HTTP application, its reactions without Kafka, and what both have recorded."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Engine, text

from eventkit.arrivals import Arrival, read
from eventkit.envelope import Envelope, partition_of, to_record
from eventkit.postgres import PostgresStore
from eventkit.processing import Processor
from eventkit.sequencer import lead
from routing.bootstrap import Routing, reactions_of
from tests.support.heard import heard
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.routing import made

REPORTED = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
_offsets = count()


def told(type_: str, key: str, *, at: datetime = REPORTED, id: UUID | None = None, **data: Any) -> Envelope:
    """An event of another service as routing hears it."""
    prefix = {"intake": "issue", "supervision": "watch"}[type_.split(".")[0]]
    return heard(type_, key, at, data, id=id or uuid4(), stream=f"{prefix}-{key}")


def programme(id: str, version: int = 1, **changes: Any) -> Envelope:
    """A published programme."""
    document = {**made.DOCUMENT, "id": id, **changes}
    return told("intake.programme_published.v1", id, programme=id, version=version, agency="jinxian", document=document)


def directory(agency: str = "jinxian", version: int = 1, units: Iterable[str] = made.DIRECTORY.units) -> Envelope:
    """A published directory."""
    listed = [{"id": unit, "name": unit, "kind": "department", "synthetic": False} for unit in units]
    return told("intake.directory_published.v1", agency, agency=agency, version=version, units=listed, people=[])


def issue(programme: str, case: str | None = None, **changes: Any) -> Envelope:
    """A reported issue, which the rules know for power."""
    data: dict[str, Any] = {
        "issue": case or str(uuid4()),
        "programme": programme,
        "programme_version": 1,
        "agency": "jinxian",
        "enterprise": made.ENTERPRISE,
        "title": "变压器容量不足",
        "text": None,
        "kind": None,
        "visit": None,
        "jurisdiction": "own",
        "batch": None,
        "channel": "frontend",
        "due_at": None,
        "ledger": None,
        "reported_by": "frontend",
        "backdating_reason": None,
        "synthetic": False,
        **changes,
    }
    return told("intake.issue_reported.v1", data["issue"], **data)


def arrival(event: Envelope) -> Arrival:
    """The event as a record of its service's topic."""
    key, value, headers = to_record(event)
    return read(f"{event.service}.events", partition_of(event.key), next(_offsets), key, value, headers)


@dataclass(frozen=True)
class Desk:
    """One running routing service. `hear` is its worker, `post` its HTTP process."""

    engine: Engine
    http: TestClient
    issuer: Issuer
    store: PostgresStore
    processor: Processor = field(init=False)

    def __post_init__(self) -> None:
        routing = Routing()
        processor = Processor(self.store, reactions_of(routing.desk), routing.projectors)
        object.__setattr__(self, "processor", processor)

    def hear(self, *events: Envelope) -> None:
        """Let the worker have one batch."""
        self.processor.process([arrival(event) for event in events])

    def open(self, programme: str, **changes: Any) -> str:
        """The id of a new case of a programme that has arrived."""
        event = issue(programme, **changes)
        self.hear(event)
        return event.key

    def sequence(self) -> int:
        """Be the relay for a moment: everything recorded goes into the log; its last number."""
        with self.engine.connect() as connection:
            connection.detach()  # the lock of a leader ends with its connection, which the pool would keep
            with lead(connection, "routing") as sequencer:
                assert sequencer is not None
                while sequencer.sequence(1000, 0):
                    pass
                return sequencer.head.log_seq

    def ask(self, path: str, body: Mapping[str, Any], headers: Any = None, **parameters: Any) -> Any:
        return self.http.post(f"/v1{path}", json=body, headers=headers or self.office(), params=parameters)

    def office(self, **claims: Any) -> dict[str, str]:
        return self.issuer.headers("office", **claims)

    def officer(self, department: str = made.LEAD, **claims: Any) -> dict[str, str]:
        return self.issuer.headers("department", department=department, **claims)

    def post(self, case: str, move: str, body: Mapping[str, Any] | None = None, headers: Any = None) -> Any:
        return self.http.post(f"/v1/cases/{case}/{move}", json=body or {}, headers=headers or self.officer())

    def batch(self, events: list[dict[str, Any]], headers: dict[str, str]) -> list[dict[str, Any]]:
        media = {"Content-Type": "application/cloudevents-batch+json"}
        answer = self.http.post("/v1/events", content=json.dumps(events), headers=headers | media)
        assert answer.status_code == 200, answer.text
        return list(answer.json())

    def events(self, case: str) -> list[Envelope]:
        with self.store.transaction() as tx:
            return list(tx.load([f"case-{case}"]).get(f"case-{case}", ()))

    def names(self, case: str) -> list[str]:
        return [event.type.split(".")[2] for event in self.events(case)]

    def column(self, query: str, **parameters: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(text(query), parameters).scalars())

    def letters(self, programme: str) -> list[str]:
        query = "SELECT data::json->>'letter' FROM events WHERE type = 'bugle.routing.case_assigned.v1'"
        numbered = self.column(
            f"{query} AND data::json->>'letter' LIKE :start ORDER BY position", start=f"{programme}-%"
        )
        return [letter.split("〕")[1].removesuffix("号") for letter in numbered]
