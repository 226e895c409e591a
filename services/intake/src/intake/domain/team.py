"""A team and the enterprises it is paired with. What the pairing lacks is a finding, never a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain.commands import FormTeam
from intake.domain.directory import Directory
from intake.domain.errors import AlreadyRegistered
from intake.domain.events import Finding, TeamFormed
from intake.domain.programme import Programme
from intake.domain.timing import backdating_reason


@dataclass(frozen=True, slots=True)
class Team:
    """`formed` is None before the team exists."""

    formed: TeamFormed | None = None


def apply(state: Team, event: TeamFormed) -> Team:
    """The team after an event."""
    return Team(event)


def form(state: Team, command: FormTeam, programme: Programme, directory: Directory) -> list[TeamFormed]:
    """Nothing when the same import reference formed the same team before.

    Raises UnknownUnit, UnknownPerson, FutureDate, BackDated, or AlreadyRegistered when the content differs.
    """
    for index, member in enumerate(command.members):
        directory.require_unit(member.unit, f"members/{index}/unit")
        directory.require_person(member.person, f"members/{index}/person")
    event = _formed(command, programme)
    if state.formed is None:
        backdating_reason(command.timing, programme.backdating_days)
        return [event]
    for field in ("programme", "name", "tier", "batch", "enterprises", "members", "synthetic"):
        if getattr(event, field) != getattr(state.formed, field):
            raise AlreadyRegistered(
                f"The team {state.formed.name} was formed with another {field}.",
                field=field,
                mend="repeat the first content, or form a new team under another ref",
            )
    return []


def _formed(command: FormTeam, programme: Programme) -> TeamFormed:
    return TeamFormed(
        command.team,
        programme.id,
        programme.version,
        programme.agency,
        command.name,
        command.tier,
        command.batch,
        command.enterprises,
        command.members,
        tuple(_findings(command, programme.document.get("teams", {}).get(command.tier))),
        command.synthetic,
        command.timing.at,
    )


def _findings(command: FormTeam, pattern: Mapping[str, Any] | None) -> Iterator[Finding]:
    if pattern is None:
        yield Finding("no-pattern", f"the programme has no teams of the tier {command.tier}")
        return
    yield from _within(pattern.get("enterprises", {}), len(command.enterprises), "enterprises", "enterprises")
    counts = Counter(member.role for member in command.members)
    for place in pattern["members"]:
        yield from _within(place, counts.pop(place["role"], 0), "members", place["role"])
    for role in sorted(counts):
        yield Finding("role-outside-pattern", f"{role}: not in the pattern of the tier {command.tier}")


def _within(limits: Mapping[str, Any], count: int, what: str, name: str) -> Iterator[Finding]:
    least, most = limits.get("min", 0), limits.get("max")
    if count < least:
        yield Finding(f"too-few-{what}", f"{name}: {count} of at least {least}")
    elif most is not None and count > most:
        yield Finding(f"too-many-{what}", f"{name}: {count} of at most {most}")
