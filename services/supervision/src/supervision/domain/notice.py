"""Who is told of what, and how: `notify` of a programme document, resolved for one event."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Channel = Literal["inbox", "email", "webhook"]
RecipientKind = Literal["unit", "office", "enterprise", "person", "role"]

CHANNELS: tuple[Channel, ...] = ("inbox", "email", "webhook")

HEARD: Mapping[str, str] = {
    "assigned": "case_assigned",
    "received": "letter_received",
    "accepted": "case_accepted",
    "contacted": "enterprise_contacted",
    "planned": "case_planned",
    "result": "result_reported",
    "fed_back": "result_fed_back",
    "reopened": "case_reopened",
    "returned": "case_returned",
    "transferred": "case_transferred",
    "merged": "case_merged",
    "withdrawn": "case_withdrawn",
}
"""Routing's events by the fact that supervision learns of them: a programme names what happened, not our copy."""

OWN = (
    *("reminder_sent", "deadline_missed", "card_issued", "case_escalated", "case_raised", "misses_rescinded"),
    *("case_paused", "case_resumed", "extension_asked", "extension_decided", "policy_matched", "help_given"),
    *("enterprise_verified", "case_closed_out", "reopening_ordered"),
    *(
        "duty_opened",
        "duty_reminded",
        "duty_missed",
        "duty_card_issued",
        "duty_broken",
        "duty_fulfilled",
        "duty_rescinded",
    ),
    *("dispatch_held", "accountability_recorded", "report_published"),
    *("supervision_letter_issued", "supervision_letter_answered", "supervision_letter_withdrawn"),
)
"""Supervision's own events that somebody can be told of."""

NAMES = frozenset((*OWN, *HEARD.values()))

_ROLE = "role:"
_LABELLED = ("clocks", "roles", "reports")


@dataclass(frozen=True, slots=True)
class Notice:
    """An event's name, whom it concerns (unit, supporting, office, enterprise, role:X), and the ways to them."""

    on: str
    to: tuple[str, ...]
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class Telling:
    """What a programme version says of it. `access`: of each role; `labels`: names by part, id and language."""

    notices: tuple[Notice, ...]
    access: Mapping[str, str]
    ladder: frozenset[str]
    labels: Mapping[tuple[str, str], Mapping[str, str]]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Telling:
        """Read a published document."""
        reasons = document.get("pause", {}).get("reasons", ())
        entries = [(part, entry) for part in _LABELLED for entry in document.get(part, ())]
        entries += (("reasons", entry) for entry in reasons)
        labels = {(part, e["id"]): {"zh": e["zh"], "en": e["en"]} for part, e in entries if "zh" in e and "en" in e}
        return cls(
            notices=tuple(
                Notice(told["on"], tuple(told["to"]), frozenset(told["channels"]))
                for told in document.get("notify", ())
            ),
            access={role["id"]: role["access"] for role in document.get("roles", ())},
            ladder=frozenset(rung["role"] for rung in document["ladder"]),
            labels=labels | {("title", ""): document.get("title", {})},
        )

    def asks_for_roles(self, name: str) -> bool:
        """Whether whoever holds a role is told of it."""
        return any(to.startswith(_ROLE) for notice in self.notices if notice.on == name for to in notice.to)

    def label(self, part: str, id: str, language: str) -> str:
        """The name of a part of the programme; its id where the programme has no name for it."""
        return self.labels.get((part, id), {}).get(language, id)


@dataclass(frozen=True, slots=True)
class Affair:
    """What an event is about. `role`: that it names itself; `person`: whose duty it is."""

    agency: str
    units: tuple[str, ...] = ()
    supporting: tuple[str, ...] = ()
    enterprise: str | None = None
    person: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """Somebody of the directory. `paired`: serves in a team of the enterprise."""

    id: str
    role: str | None
    unit: str | None
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told. `unit` is the person's, or that whose people read for a role; `access` the role's access role."""

    kind: RecipientKind
    id: str
    unit: str | None = None
    access: str | None = None


def recipients(
    name: str, affair: Affair, telling: Telling, officials: Sequence[Official]
) -> dict[Recipient, tuple[Channel, ...]]:
    """Everybody who is told of the event, each once with all their channels."""
    found: dict[Recipient, set[Channel]] = {}
    for notice in telling.notices:
        for to in notice.to if notice.on == name else ():
            for recipient in _resolved(to, affair, telling, officials):
                found.setdefault(recipient, set()).update(notice.channels)
    return {who: tuple(channel for channel in CHANNELS if channel in ways) for who, ways in found.items()}


def _resolved(to: str, affair: Affair, telling: Telling, officials: Sequence[Official]) -> Iterator[Recipient]:
    match to:
        case "unit":
            yield from (Recipient("unit", unit, unit) for unit in affair.units)
        case "supporting":
            yield from (Recipient("unit", unit, unit) for unit in affair.supporting)
        case "office":
            yield Recipient("office", affair.agency)
        case "enterprise":
            if affair.enterprise is not None:
                yield Recipient("enterprise", affair.enterprise)
        case _:
            yield from _holders(to.removeprefix(_ROLE), affair, telling, officials)


def _holders(role: str, affair: Affair, telling: Telling, officials: Sequence[Official]) -> Iterator[Recipient]:
    """Those who answer for it with this role: first they themselves, then the team, the units, the whole agency.

    An event that names a rung of the ladder is no matter of the others on it. Where the directory names nobody, the
    role itself is told, for whoever may read as such.
    """
    if affair.role is not None and role in telling.ladder and role != affair.role:
        return
    held = [one for one in officials if one.role == role]
    if not held:
        unit = affair.units[0] if affair.units else None
        yield Recipient("role", role, unit, telling.access.get(role))
        return
    concerned: Collection[str] = (*affair.units, *affair.supporting)
    for near in (
        [one for one in held if one.id == affair.person],
        [one for one in held if one.paired],
        [one for one in held if one.unit is not None and one.unit in concerned],
        held,
    ):
        if near:
            yield from (Recipient("person", one.id, one.unit) for one in near)
            return
