"""A case as the visitor may know it: what intake, routing and supervision each say of it, and what may be done next."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from console.actions import ACTIONS, COURSE, Action
from console.names import Names, names_of
from console.services import Away, Refused, Services
from eventkit.caller import Caller
from eventkit.errors import Problem

READS_ISSUES = frozenset({"frontend", "office", "leader"})
READS_CASES = frozenset({"office", "leader", "department"})
_GONE_BY = (
    *("title", "text", "state", "round", "kind", "grade", "lead", "supporting", "owner", "passed_to", "transfers"),
    *("merged_into", "outcome", "milestones", "due_at", "closed", "gone", "level", "pauses", "extensions", "facts"),
    *("jurisdiction", "batch", "answer", "merger", "withdrawal", "parts"),
)
_UNSEEN = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class UnknownCase(Problem):
    """There is no such case, or it is not yours to see."""

    slug = "unknown-case"
    status = 404


@dataclass(frozen=True, slots=True)
class CaseView:
    """None: the service does not know it yet, or not for this visitor. `away`: the services that do not answer."""

    case: str
    issue: Mapping[str, Any] | None
    course: Mapping[str, Any] | None
    watch: Mapping[str, Any] | None
    names: Names
    enterprise: str
    away: tuple[Away, ...]

    @classmethod
    def unseen(cls, case: str, language: str) -> CaseView:
        """A case of which the visitor may know nothing but its id."""
        return cls(case, None, None, None, Names({}, {}, language), "", ())

    @property
    def about(self) -> Mapping[str, Any]:
        """What intake and routing both say: title, text, programme, agency, enterprise."""
        return self.course or self.issue or {}

    @property
    def moves(self) -> dict[str, Action]:
        """What the visitor may do with it now, as the services say."""
        said = (self.course, self.watch, self.issue)
        told = {move for held in said if held is not None for move in held["moves"]}
        return {name: action for name, action in ACTIONS.items() if name in told}

    @property
    def next(self) -> str | None:
        """The move that the case waits for."""
        return next((name for name in COURSE if name in self.moves), None)

    @property
    def state(self) -> str:
        """Routing's; what was fed back is verified once supervision knows the enterprise's answer of this round."""
        course, facts = self.course or {}, (self.watch or {}).get("facts", ())
        answered = ("verified", course.get("round")) in {(fact["fact"], fact["round"]) for fact in facts}
        return "verified" if answered and course["state"] == "fed_back" else str(course["state"])

    @property
    def blocked(self) -> list[tuple[Action, str]]:
        """What is not possible yet, and what the service says of it."""
        told = (self.watch or {}).get("blocked", {})
        return [(ACTIONS[name], why) for name, why in told.items() if name in ACTIONS]

    @property
    def zone(self) -> ZoneInfo:
        """The programme's."""
        return self.names.zone

    def version(self, service: str) -> str:
        """What the service's next command is decided on; "" where it does not know the case."""
        held = self._held(service)
        return "" if held is None else str(held["version"])

    def seen(self, service: str) -> str:
        """A digest of what a visitor goes by when deciding; a version also grows by what only machines need."""
        held = self._held(service) or {}
        told = [held.get(name) for name in _GONE_BY]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]

    def _held(self, service: str) -> Mapping[str, Any] | None:
        return {"intake": self.issue, "routing": self.course, "supervision": self.watch}[service]


def case_of(services: Services, caller: Caller, case: str) -> CaseView:
    """UnknownCase when nobody knows it; Away when nobody answers."""
    away: list[Away] = []

    def ask(service: str, path: str) -> dict[str, Any] | None:
        try:
            return services.get(service, path)
        except Away as error:
            away.append(error)
        except Refused as error:
            if error.status not in _UNSEEN:
                raise
        return None

    issue = ask("intake", f"/issues/{case}") if caller.roles & READS_ISSUES else None
    reads = bool(caller.roles & READS_CASES)
    course = ask("routing", f"/cases/{case}") if reads else None
    watch = ask("supervision", f"/watches/{case}") if reads else None
    about = course or issue
    if about is None:
        raise away[0] if away else UnknownCase
    names = names_of(services, about["programme"], about["agency"], away)
    enterprise = ask("intake", f"/enterprises/{about['enterprise']}")
    name = about["enterprise"] if enterprise is None else enterprise["name"]
    return CaseView(case, issue, course, watch, names, name, tuple(away))
