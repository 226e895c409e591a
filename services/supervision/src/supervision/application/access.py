"""Who may see a watch."""

from __future__ import annotations

from eventkit.caller import Caller
from supervision.domain.errors import UnknownCase
from supervision.domain.watch import Watch

WHOLE_AGENCY = frozenset({"office", "leader", "operator"})
"""Roles that see every watch of their agency; a department sees those it has a part in, an enterprise its own."""


def seen(watch: Watch, caller: Caller) -> Watch:
    """The watch; UnknownCase when the caller may not know of it."""
    if not watch.opened or not (_in_office(watch, caller) or _concerned(watch, caller)):
        raise UnknownCase
    return watch


def _in_office(watch: Watch, caller: Caller) -> bool:
    return caller.acts_for(watch.agency) and not caller.roles.isdisjoint(WHOLE_AGENCY)


def _concerned(watch: Watch, caller: Caller) -> bool:
    helps = "department" in caller.roles and caller.acts_for(watch.agency) and caller.department in watch.concerned()
    owns = "enterprise" in caller.roles and caller.enterprise == watch.enterprise
    return helps or owns
