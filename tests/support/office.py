"""A county's office as a test needs it: an agency of its own, its programme, and callers of every role."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx

from bugle.stack import Stack, System

Json = dict[str, Any]


@dataclass
class Office:
    """An agency on a running system; `call` acts for one of its roles and fails the test on an unexpected status."""

    stack: Stack
    system: System
    agency: str
    programme: str = field(init=False)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def __post_init__(self) -> None:
        self.programme = f"{self.agency}-help"

    def __enter__(self) -> Office:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def headers(self, role: str, department: str | None = None, agency: str | None = None) -> dict[str, str]:
        token = self.stack.keys.token([role], agency=agency or self.agency, department=department)
        return {"Authorization": f"Bearer {token}"}

    def call(
        self,
        service: str,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        role: str = "office",
        department: str | None = None,
        agency: str | None = None,
        expect: int | Sequence[int] = (200, 201),
        headers: dict[str, str] | None = None,
    ) -> Json:
        wanted = [expect] if isinstance(expect, int) else expect
        answer = self.http.request(
            method,
            f"{self.system.url(service)}/v1{path}",
            json=body,
            headers={**self.headers(role, department, agency), **(headers or {})},
        )
        assert answer.status_code in wanted, (answer.status_code, path, answer.text)
        found: Json = answer.json()
        return found

    def open(self, **changes: Any) -> None:
        """Publish the directory and the programme, and register one enterprise."""
        units = [
            {"id": id, "name": id, "kind": "department", "synthetic": True} for id in ("industry", "power", "roads")
        ]
        directory = {"version": 1, "units": units, "people": []}
        self.call("intake", "PUT", f"/directories/{self.agency}", directory)
        document = programme(self.agency, self.programme) | changes
        self.call("intake", "PUT", f"/programmes/{self.programme}", {"version": 1, "document": document})
        self.register("企业001")

    def register(self, name: str) -> str:
        body = {"agency": self.agency, "name": name, "tier": "key", "synthetic": True}
        return str(self.call("intake", "POST", "/enterprises", body)["id"])

    def report(self, title: str = "电压不稳", ago: timedelta = timedelta(0), **more: Any) -> str:
        body = {"programme": self.programme, "enterprise": "企业001", "title": title, **more}
        if ago:
            body |= {"occurred_at": _ago(ago), "reason": "taken down on paper first"}
        return str(self.call("intake", "POST", "/issues", body)["id"])

    def move(
        self, case: str, step: str, body: Json | None = None, *, ago: timedelta = timedelta(0), **options: Any
    ) -> Json:
        """A command of routing or supervision on the case; waits until the service knows the case."""
        service = "supervision" if step in ("verification", "close-out") else "routing"
        asked = dict(body or {})
        if ago:
            asked |= {"occurred_at": _ago(ago), "reason": "taken down on paper first"}
        return self.call(service, "POST", f"/cases/{case}/{step}", asked, **options)

    def case(self, case: str) -> Json:
        return self.call("routing", "GET", f"/cases/{case}")

    def timeline(self, case: str) -> list[Json]:
        """The case's events; none while reporting has not heard of it."""
        return list(self.call("reporting", "GET", f"/issues/{case}/timeline", expect=(200, 404)).get("items", []))

    def happened(self, case: str) -> list[str]:
        """The types of the case's events, without service and version, in the order of the timeline."""
        return [item["type"].split(".")[2] for item in self.timeline(case)]


def programme(agency: str, id: str) -> Json:
    """A small programme with a contact clock of 4 hours that climbs two levels, every day counting."""
    return {
        "id": id,
        "version": 1,
        "agency": agency,
        "title": {"zh": "助企", "en": "Help"},
        "zone": "Asia/Shanghai",
        "calendar": "none",
        "starts_on": "2020-01-01",
        "report_date": "2020-12-31",
        "grace_seconds": 1,
        "backdating_days": 30,
        "assignment": "office",
        "verification": {"required": True, "copy_to_office": True},
        "roles": [
            {"id": "head", "zh": "部门负责人", "en": "Head", "access": "department"},
            {"id": "leader", "zh": "县领导", "en": "Leader", "access": "leader"},
        ],
        "ladder": [{"level": 1, "role": "head"}, {"level": 2, "role": "leader"}],
        "kinds": [{"id": "power", "zh": "用电", "en": "Power"}, {"id": "roads", "zh": "道路", "en": "Roads"}],
        "rules": [
            {
                "id": "power",
                "kind": "power",
                "keywords": ["电压", "变压器"],
                "lead": "power",
                "supporting": ["industry"],
            },
            {"id": "roads", "kind": "roads", "keywords": ["道路"], "lead": "roads", "supporting": []},
        ],
        "clocks": [
            {
                "id": "contact",
                "zh": "对接",
                "en": "Contact",
                "starts": "received",
                "stops": ["contacted"],
                "limit": "4h",
                "remind": "1h",
                "card": "yellow",
                "escalate": [{"level": 1, "after": "1h"}, {"level": 2, "after": "2h"}],
            },
            {
                "id": "milestone",
                "zh": "节点",
                "en": "Milestone",
                "starts": "planned",
                "stops": ["milestone"],
                "limit": "external",
                "each": "milestone",
            },
        ],
        "teams": {"key": {"members": [{"role": "leader", "min": 1}]}},
    }


def until(condition: Callable[[], Any], seconds: float = 30, what: str = "the condition") -> Any:
    """Poll a condition of a running system, of whose steps the test knows only that they come."""
    end = monotonic() + seconds
    while not (found := condition()):
        assert monotonic() < end, f"{what} did not come within {seconds:.0f} s"
        sleep(0.1)
    return found


def _ago(span: timedelta) -> str:
    return (datetime.now(UTC) - span).isoformat()


def new_agency(name: str) -> str:
    """An agency that no other test uses."""
    return f"{name}-{uuid4().hex[:8]}"
