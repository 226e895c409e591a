"""A policy of an agency's library: whom it may help and when it applies. Published again, it stands as told last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from intake.domain.commands import PublishPolicy
from intake.domain.errors import BadPeriod, HelpsNobody, UnknownKind, UnknownProgramme
from intake.domain.events import PolicyPublished
from intake.domain.programme import Programme
from intake.domain.text import Text
from intake.domain.timing import check_moment


@dataclass(frozen=True, slots=True)
class Policy:
    """`published`: as told last; None before the first time."""

    published: PolicyPublished | None = None


def apply(state: Policy, event: PolicyPublished) -> Policy:
    """The policy after a publication."""
    return Policy(event)


def publish(state: Policy, command: PublishPolicy, programmes: Mapping[str, Programme]) -> list[PolicyPublished]:
    """Nothing when it stands in the library so. `programmes`: those it names, as far as the agency has them.

    Raises UnknownProgramme, UnknownKind, HelpsNobody, BadPeriod, FutureDate or TooEarly.
    """
    _check_reach(command, programmes)
    if command.valid_to is not None and command.valid_to < command.valid_from:
        raise BadPeriod(field="valid_to")
    event = PolicyPublished(
        policy=command.policy,
        agency=command.agency,
        title=command.title,
        programmes=command.programmes,
        kinds=command.kinds,
        keywords=command.keywords,
        valid_from=command.valid_from,
        valid_to=command.valid_to,
        text=command.text,
        by=command.by,
        at=command.timing.at,
    )
    if state.published and replace(event, at=state.published.at, by=state.published.by) == state.published:
        return []
    check_moment(command.timing.at, command.timing.now)
    return [event]


def _check_reach(command: PublishPolicy, programmes: Mapping[str, Programme]) -> None:
    """A kind is looked for only where programmes are named; those of the whole agency may still be to come."""
    for place, programme in enumerate(command.programmes):
        if programme not in programmes:
            raise UnknownProgramme(field=f"programmes/{place}")
    known = {kind["id"] for programme in programmes.values() for kind in programme.document.get("kinds", ())}
    for place, kind in enumerate(command.kinds):
        if command.programmes and kind not in known:
            raise UnknownKind(Text("None of these programmes has the kind {kind}.", kind=kind), field=f"kinds/{place}")
    if not command.kinds and not command.keywords:
        raise HelpsNobody(field="kinds")
