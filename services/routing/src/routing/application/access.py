"""Who may see a case and who may move it."""

from __future__ import annotations

from eventkit.caller import Caller
from routing.domain.case import Case
from routing.domain.errors import NotYourCase, UnknownCase

WHOLE_AGENCY = frozenset({"office", "leader", "operator"})
"""Roles that see every case of their agency; a department sees those it leads or supports."""


def seen(case: Case, caller: Caller) -> Case:
    """The case; UnknownCase when the caller may not know of it."""
    whole = not caller.roles.isdisjoint(WHOLE_AGENCY)
    if not case.opened or not caller.acts_for(case.agency) or not (whole or case.concerns(caller.department)):
        raise UnknownCase
    return case


def acting_unit(case: Case, caller: Caller, *, supporting: bool = False, owner: bool = False) -> str:
    """The caller's department, which must lead the case, or may support it or own it first-asked where that is enough.

    UnknownCase for a department with no part in the case, NotYourCase for one whose part is not enough. An unassigned
    case is nobody's yet: to those who see it the workflow says that the move needs an assignment.
    """
    seen(case, caller)
    department = caller.department or ""
    assigned = case.lead is not None or case.supporting
    helps = (supporting and department in case.supporting) or (owner and department == case.owner)
    if assigned and department != case.lead and not helps:
        raise NotYourCase
    return department


def answering_unit(case: Case, caller: Caller) -> str | None:
    """Who answers for the case: its lead, or None where the office does for a body outside.

    Raises as `acting_unit`; NotYourCase also for the office while a unit of the agency has the case.
    """
    if "office" not in caller.roles:
        return acting_unit(case, caller)
    seen(case, caller)
    if case.passed_to is None:
        raise NotYourCase
    return None
