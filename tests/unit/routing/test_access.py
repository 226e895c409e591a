"""Which refusal a caller gets who may not move a case: 404 unless it may see it."""

from __future__ import annotations

import pytest

from eventkit.caller import Caller
from routing.application.access import acting_unit
from routing.domain.errors import NotYourCase, UnknownCase
from tests.unit.routing.made import ASSIGNED, CLASSIFIED, LEAD, OPENED, OTHER, SUPPORT, given


def of(department: str | None, *roles: str) -> Caller:
    return Caller(
        sub="x", agency="jinxian", department=department, enterprise=None, roles=frozenset(roles or {"department"})
    )


def test_lead_and_supporter_move_what_is_theirs() -> None:
    assigned = given([OPENED, CLASSIFIED, ASSIGNED])
    assert acting_unit(assigned, of(LEAD)) == LEAD
    assert acting_unit(assigned, of(SUPPORT), supporting=True) == SUPPORT
    with pytest.raises(NotYourCase):
        acting_unit(assigned, of(SUPPORT))
    with pytest.raises(NotYourCase):
        acting_unit(assigned, of(OTHER, "department", "office"))


@pytest.mark.parametrize("department", [OTHER, None])
def test_department_without_a_part_learns_of_no_case(department: str | None) -> None:
    with pytest.raises(UnknownCase):
        acting_unit(given([OPENED, CLASSIFIED, ASSIGNED]), of(department), supporting=True)
    with pytest.raises(UnknownCase):
        acting_unit(given([OPENED]), of(department))
