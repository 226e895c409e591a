"""A team and the enterprises it is paired with. What the pairing lacks is a finding, never a refusal.

A team never changes: it is formed, stands, and may be disbanded once. Another pairing is another team.

A place is filled by a person, so whoever is named twice in a role counts once there. Who alone fills a place of a team
leads it: the pattern's enterprises are then what that person may have in all teams of the programme together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from intake.domain.commands import DisbandTeam, FormTeam
from intake.domain.directory import Directory
from intake.domain.errors import AlreadyRegistered, BeforeFormation, DisbandedAlready, NotFound
from intake.domain.events import Finding, Person, TeamDisbanded, TeamFormed
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import backdating_reason


@dataclass(frozen=True, slots=True)
class Team:
    """`formed` is None before the team exists, `disbanded` until its end is told."""

    formed: TeamFormed | None = None
    disbanded: TeamDisbanded | None = None

    def stands(self, at: datetime) -> bool:
        """Whether it had not ended by then."""
        return self.disbanded is None or at < self.disbanded.at


def apply(state: Team, event: TeamFormed | TeamDisbanded) -> Team:
    """The team after an event."""
    match event:
        case TeamFormed():
            return replace(state, formed=event)
        case TeamDisbanded():
            return replace(state, disbanded=event)


Led = Mapping[tuple[str, str], Collection[str]]
"""Enterprises of other teams by (role, person) of who leads there."""


def leaders(command: FormTeam, programme: Programme) -> list[tuple[str, str]]:
    """(role, person) of whoever leads the team, where the programme bounds how many enterprises that may be."""
    pattern = _pattern(command, programme) or {"members": ()}
    if pattern.get("enterprises", {}).get("max") is None:
        return []
    alone = {place["role"] for place in pattern["members"] if place.get("max") == 1}
    named = ((member.role, member.person) for member in command.members)
    return list(dict.fromkeys((role, person) for role, person in named if role in alone and person is not None))


def form(
    state: Team, command: FormTeam, programme: Programme, directory: Directory, led: Led | None = None
) -> list[TeamFormed]:
    """Nothing when the same import reference formed the same team before. `led`: what its leaders have elsewhere.

    Raises UnknownUnit, UnknownPerson, FutureDate, BackDated, or AlreadyRegistered when the content differs.
    """
    for index, member in enumerate(command.members):
        directory.require_unit(member.unit, f"members/{index}/unit")
        directory.require_person(member.person, f"members/{index}/person")
    event = _formed(command, programme, directory, led or {})
    if state.formed is None:
        backdating_reason(command.timing, programme.backdating_days)
        return [event]
    known = replace(state.formed, enterprises=_once(state.formed.enterprises))  # some were recorded twice once
    for field in ("programme", "name", "tier", "batch", "enterprises", "members", "synthetic"):
        if getattr(event, field) != getattr(known, field):
            raise AlreadyRegistered(
                Text("The team {name} was formed with another {field}.", name=state.formed.name, field=field),
                field=field,
                mend=Text("repeat the first content, or form a new team under another ref"),
            )
    return []


def disband(state: Team, command: DisbandTeam, programme: Programme) -> list[TeamDisbanded]:
    """Nothing when it was disbanded then already, or was and the command names no date.

    Raises NotFound, DisbandedAlready, BeforeFormation, FutureDate or BackDated.
    """
    formed, timing = state.formed, command.timing
    if formed is None:
        raise NotFound(field="team")
    if state.disbanded is not None:
        if timing.given and timing.at != state.disbanded.at:
            raise DisbandedAlready(field="occurred_at")
        return []
    backdating_reason(timing, programme.backdating_days)
    if timing.at < formed.at:
        raise BeforeFormation(field="occurred_at")
    return [TeamDisbanded(formed.team, formed.programme, formed.agency, command.reason, command.by, timing.at)]


def _formed(command: FormTeam, programme: Programme, directory: Directory, led: Led) -> TeamFormed:
    command = replace(command, enterprises=_once(command.enterprises))
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
        (
            *_findings(command, _pattern(command, programme)),
            *_repeated(command, directory),
            *_people(command, programme, directory),
            *_overburdened(command, programme, directory, led),
        ),
        command.synthetic,
        command.timing.at,
    )


def _once(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _pattern(command: FormTeam, programme: Programme) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = programme.document.get("teams", {}).get(command.tier)
    return found


def _findings(command: FormTeam, pattern: Mapping[str, Any] | None) -> Iterator[Finding]:
    if pattern is None:
        yield Finding("no-pattern", f"the programme has no teams of the tier {command.tier}")
        return
    yield from _within(pattern.get("enterprises", {}), len(command.enterprises), "enterprises", "enterprises")
    filled = {(member.role, member.person or place) for place, member in enumerate(command.members)}
    counts = Counter(role for role, _ in filled)
    for place in pattern["members"]:
        yield from _within(place, counts.pop(place["role"], 0), "members", place["role"])
    for role in sorted(counts):
        yield Finding("role-outside-pattern", f"{role}: not in the pattern of the tier {command.tier}")


def _repeated(command: FormTeam, directory: Directory) -> Iterator[Finding]:
    places = Counter(member.person for member in command.members if member.person is not None)
    for person, count in places.items():
        if count > 1:
            yield Finding("person-repeated", f"{directory.people[person].name}: named for {count} places")


def _overburdened(command: FormTeam, programme: Programme, directory: Directory, led: Led) -> Iterator[Finding]:
    pattern = _pattern(command, programme) or {}
    for role, person in leaders(command, programme):
        elsewhere, most = led.get((role, person), ()), pattern["enterprises"]["max"]
        count = len({*command.enterprises, *elsewhere})
        if elsewhere and count > most:
            name = directory.people[person].name
            yield Finding("leader-of-too-many", f"{name}: {count} of at most {most} enterprises in all teams")


def _people(command: FormTeam, programme: Programme, directory: Directory) -> Iterator[Finding]:
    """Age and rank of the members, where the pattern asks for them; those without a name have neither."""
    pattern = _pattern(command, programme) or {"members": ()}
    year = command.timing.at.astimezone(programme.zone).year
    order = [rank["id"] for rank in programme.document.get("ranks", ())]
    for place in pattern["members"]:
        nameless = sum(member.role == place["role"] and member.person is None for member in command.members)
        if nameless:
            yield from _nameless(place, nameless)
        named = _once([m.person for m in command.members if m.role == place["role"] and m.person is not None])
        for person in (directory.people[id] for id in named):
            yield from _age(person, place.get("ages", ()), year)
            yield from _rank(person, place.get("min_rank"), order)


def _nameless(place: Mapping[str, Any], count: int) -> Iterator[Finding]:
    without = f"{place['role']}: {count} without a name, so without"
    if place.get("ages"):
        yield Finding("age-unknown", f"{without} an age")
    if place.get("min_rank") is not None:
        yield Finding("rank-unknown", f"{without} a rank")


def _age(person: Person, ages: Sequence[Mapping[str, Any]], year: int) -> Iterator[Finding]:
    if not ages:
        return
    limit = next((age["max"] for age in ages if age["rank"] == person.rank), None)
    if person.born is None or person.rank is None:
        yield Finding("age-unknown", f"{person.name}: the directory tells no year of birth or no rank")
    elif limit is None:
        yield Finding("wrong-rank", f"{person.name}: the pattern has no members of the rank {person.rank}")
    elif year - person.born > limit:
        yield Finding("too-old", f"{person.name}: {year - person.born} of at most {limit} years")


def _rank(person: Person, least: str | None, order: Sequence[str]) -> Iterator[Finding]:
    if least is None:
        return
    if person.rank not in order:
        yield Finding("rank-unknown", f"{person.name}: the directory tells no rank of the programme")
    elif order.index(person.rank) > order.index(least):
        yield Finding("too-low", f"{person.name}: {person.rank}, below {least}")


def _within(limits: Mapping[str, Any], count: int, what: str, name: str) -> Iterator[Finding]:
    least, most = limits.get("min", 0), limits.get("max")
    if count < least:
        yield Finding(f"too-few-{what}", f"{name}: {count} of at least {least}")
    elif most is not None and count > most:
        yield Finding(f"too-many-{what}", f"{name}: {count} of at most {most}")
