"""An agency as a caller of intake's HTTP, and what it finds recorded afterwards."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Engine, text

from contracts import DOCUMENTS
from tests.support.http import TestClient
from tests.support.tokens import Issuer

ENTERPRISE = "荣鑫实业"
_EVENTS = text(
    "SELECT type, stream, key, version, occurred_at, data FROM events WHERE stream LIKE :like ORDER BY position"
)


def ago(**span: float) -> str:
    """An instant of the past as text."""
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


@dataclass(frozen=True)
class Agency:
    """`name` is the agency's id and that of its programme."""

    name: str
    client: TestClient
    issuer: Issuer
    engine: Engine

    def set_up(self) -> None:
        """Publish directory and programme, register one enterprise."""
        units = [{"id": id, "name": id} for id in ("power-company", "dept-01")]
        for answer in (
            self.send("PUT", f"/directories/{self.name}", {"units": units, "people": [{"id": "p1", "name": "某"}]}),
            self.publish(self.document()),
            self.register(),
        ):
            assert answer.status_code == 201, answer.text

    def document(self, **changes: Any) -> dict[str, Any]:
        """The programme document: the contract's example with this agency's names."""
        document = copy.deepcopy(DOCUMENTS["bugle.documents.programme.v1"].example)
        mine = {"id": self.name, "agency": self.name, "version": 1, "backdating_days": 7, "rules": []}
        kinds = [{"id": id, "zh": id, "en": id} for id in ("power", "traffic")]
        return {**document, **mine, "kinds": kinds, **changes}

    def publish(self, document: dict[str, Any], role: str = "office") -> httpx.Response:
        body = {"version": document["version"], "document": document}
        return self.send("PUT", f"/programmes/{self.name}", body, role=role)

    def register(self, name: str = ENTERPRISE, **more: Any) -> httpx.Response:
        return self.send("POST", "/enterprises", {"agency": self.name, "name": name, "tier": "key", **more})

    def report(self, *, role: str = "frontend", key: str | None = None, **more: Any) -> httpx.Response:
        body = {"programme": self.name, "enterprise": ENTERPRISE, "title": "变压器容量不足", **more}
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.send("POST", "/issues", body, role=role, headers=headers)

    def row(self, number: int, **more: Any) -> dict[str, Any]:
        """A ledger row as report_issue takes it."""
        ledger = {"name": "issues", "row": str(number)}
        return {"programme": self.name, "enterprise": ENTERPRISE, "title": f"第{number}件", "ledger": ledger, **more}

    def bring_in(self, rows: list[tuple[str, dict[str, Any]]], time: str) -> list[dict[str, Any]]:
        """Rows by CloudEvent id in one batch; the answer to each."""
        events = [
            {
                "specversion": "1.0",
                "id": id,
                "source": f"/ledger/{self.name}/issues",
                "type": "bugle.intake.report_issue.v1",
                "time": time,
                "data": data,
            }
            for id, data in rows
        ]
        headers = {"Content-Type": "application/cloudevents-batch+json"}
        answer = self.send("POST", "/events", events, role="office", headers=headers)
        assert answer.status_code == 200, answer.text
        answers: list[dict[str, Any]] = answer.json()
        return answers

    def send(
        self, method: str, path: str, body: Any, *, role: str = "office", headers: dict[str, str] | None = None
    ) -> httpx.Response:
        held = {"Content-Type": "application/json", **self.token(role), **(headers or {})}
        return self.client.request(method, f"/v1{path}", content=json.dumps(body), headers=held)

    def get(self, path: str, role: str = "frontend", **query: Any) -> httpx.Response:
        return self.client.get(f"/v1{path}", headers=self.token(role), params=query)

    def token(self, role: str) -> dict[str, str]:
        return self.issuer.headers(role, agency=self.name)

    def events(self, stream: str = "%") -> list[dict[str, Any]]:
        """What is recorded in the streams like this, type without prefix, payload read."""
        with self.engine.connect() as connection:
            rows = connection.execute(_EVENTS, {"like": stream}).mappings().all()
        return [
            {**row, "type": row["type"].removeprefix("bugle.intake."), "data": json.loads(row["data"])} for row in rows
        ]


def fault(answer: httpx.Response, status: int, field: str) -> dict[str, Any]:
    """The one fault of a problem, which must have this status, name this field and say how to mend it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    [found] = answer.json()["errors"]
    assert found["field"] == field
    assert found["mend"]
    return dict(found)
