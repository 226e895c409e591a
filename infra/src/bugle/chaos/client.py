"""The outside client: a frontend and a department that send requests, and note each in the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import orjson

from bugle.chaos.ledger import Attempt, Ledger, Outcome
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.verify.hashing import instant

AGENCY, PROGRAMME, ENTERPRISE, UNIT = "chaos", "chaos", "演练企业", "power"
_AGAIN = {httpx.codes.REQUEST_TIMEOUT, httpx.codes.TOO_MANY_REQUESTS}
_SECONDS = httpx.Timeout(10, connect=2)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Request:
    """A back-dated command, whose reason is the `marker`, and the event that is to come of it.

    `told`: further fields of the event that the command decides. The marker is its idempotency key too.
    """

    marker: str
    at: datetime
    service: str
    path: str
    event: str
    body: Json = field(default_factory=dict)
    told: Json = field(default_factory=dict)
    role: str = "office"
    unit: str | None = None

    @property
    def content(self) -> bytes:
        """The body as it is sent."""
        return orjson.dumps(self.body | {"occurred_at": instant(self.at), "reason": self.marker})

    @property
    def expected(self) -> Json:
        """The fields of its event that are known beforehand."""
        return self.told | {"occurred_at": instant(self.at), "backdating_reason": self.marker}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, if anything did."""

    outcome: Outcome
    status: int | None
    body: Json


class Client:
    """Sends, asks, and gives up nothing: one of these per thread."""

    def __init__(self, system: Place, ledger: Ledger) -> None:
        self._system = system
        self._ledger = ledger
        self._keys = Keys(system.home)
        self._http = httpx.Client(timeout=_SECONDS)

    def send(self, request: Request, attempt: int = 1) -> Answer:
        """Note the request, send it, and note what came of it."""
        key = request.marker
        noted = self._ledger.intend(key, attempt, key, request.service, request.event, request.expected)
        try:
            answer = self._http.post(
                f"{self._system.url(request.service)}/v1{request.path}",
                content=request.content,
                headers=self._token(request.role, request.unit)
                | {"Idempotency-Key": key, "Content-Type": "application/json"},
            )
        except httpx.TransportError:
            self._ledger.settle(noted, Outcome.unknown, None, b"", False)
            return Answer(Outcome.unknown, None, {})
        return self._noted(noted, answer)

    def put(self, service: str, path: str, body: Json, role: str = "office") -> None:
        """Publish a document, which is in no ledger. httpx.HTTPStatusError when it is not taken."""
        url = f"{self._system.url(service)}/v1{path}"
        self._http.put(url, json=body, headers=self._token(role, None)).raise_for_status()

    def register(self, enterprise: str) -> None:
        """Register an enterprise, which is in no ledger either; again is fine."""
        body = {"agency": AGENCY, "name": enterprise, "tier": "key", "synthetic": True}
        url = f"{self._system.url('intake')}/v1/enterprises"
        headers = self._token("office", None) | {"Idempotency-Key": f"enterprise-{AGENCY}"}
        self._http.post(url, json=body, headers=headers).raise_for_status()

    def ask(self, service: str, path: str) -> Json | None:
        """What a read gives; None while it gives nothing."""
        try:
            answer = self._http.get(f"{self._system.url(service)}/v1{path}", headers=self._token("office", None))
        except httpx.TransportError:
            return None
        found: Json | None = answer.json() if answer.is_success else None
        return found

    def status(self, service: str, path: str) -> int | None:
        """The status of an answer outside /v1, such as /ready; None without one."""
        try:
            return self._http.get(f"{self._system.url(service)}{path}").status_code
        except httpx.TransportError:
            return None

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def _noted(self, noted: Attempt, answer: httpx.Response) -> Answer:
        outcome = _outcome(answer.status_code)
        replayed = answer.headers.get("idempotency-replayed") == "true"
        self._ledger.settle(noted, outcome, answer.status_code, answer.content, replayed)
        return Answer(outcome, answer.status_code, answer.json() if outcome is Outcome.acknowledged else {})

    def _token(self, role: str, unit: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._keys.token([role], agency=AGENCY, department=unit)}"}


def report(marker: str, at: datetime, enterprise: str = ENTERPRISE, programme: str = PROGRAMME) -> Request:
    """An issue that comes to the power company by the programme's rule."""
    title = f"电压不稳 {marker}"
    body = {"programme": programme, "enterprise": enterprise, "title": title}
    return Request(marker, at, "intake", "/issues", "bugle.intake.issue_reported.v1", body, {"title": title})


def step(marker: str, at: datetime, case: str, name: str, event: str, unit: str | None = None) -> Request:
    """A command of routing on a case, by its department or by the office."""
    type, role = f"bugle.routing.{event}.v1", "office" if unit is None else "department"
    return Request(marker, at, "routing", f"/cases/{case}/{name}", type, {}, {"case": case}, role, unit)


def _outcome(status: int) -> Outcome:
    if httpx.codes.is_success(status):
        return Outcome.acknowledged
    return Outcome.refused if httpx.codes.is_client_error(status) and status not in _AGAIN else Outcome.unknown
