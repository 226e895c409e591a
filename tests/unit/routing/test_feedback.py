"""The copy of the feedback to the office may come after it, once."""

from __future__ import annotations

import pytest

from routing.domain import errors
from routing.domain.case import Case
from routing.domain.commands import FeedBack
from routing.domain.decisions import feed_back
from routing.domain.events import ResultFedBack
from tests.unit.routing import made


def fed_back(copied: bool) -> Case:
    return made.given(
        (*made.GIVEN["result_reported"], ResultFedBack(made.CASE, made.LEAD, copied, "bank", made.hours(9)))
    )


def copy(hour: float, copied: bool = True) -> FeedBack:
    return FeedBack(unit=made.LEAD, copied_to_office=copied, act=made.act(made.hours(hour)))


def test_copy_is_handed_in_afterwards() -> None:
    [event] = feed_back(fed_back(copied=False), copy(10))
    assert isinstance(event, ResultFedBack) and event.copied_to_office


def test_copy_is_not_dated_before_the_feedback() -> None:
    with pytest.raises(errors.BackInTime):
        feed_back(fed_back(copied=False), copy(8.5))


@pytest.mark.parametrize(("copied", "again"), [(True, True), (True, False), (False, False)])
def test_feedback_is_given_once(copied: bool, again: bool) -> None:
    with pytest.raises(errors.AlreadyFedBack):
        feed_back(fed_back(copied), copy(10, again))
