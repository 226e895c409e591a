"""What was done, whenever it is told; and what changes of programme, people and course leave of a duty."""

from __future__ import annotations

from typing import Any

import pytest

from eventkit.ids import uid
from tests.integration.supervision.place import Place
from tests.integration.supervision.test_owing import (
    JUDGE,
    RETURNS,
    VISITS,
    directory,
    published,
    standing,
    sweep,
    team,
    visit,
)
from tests.unit.supervision.made import CASE, LEARNT, china, issue_reported, policy, step, told


def moved(name: str, case: str, at: str, **more: Any) -> Any:
    return told(f"routing.{name}", china(at), LEARNT, {"case": case, "by": "office", **more}, key=case)


def test_visit_that_comes_before_the_version_that_asks_for_it_counts(place: Place) -> None:
    """The programme and the visit lie in different partitions, so either may arrive first."""
    place.hear(published(), directory(a="paired_cadre"))
    told_of = published(2, china("2021-05-01T00:00"), duties=[{**VISITS, "from": "2021-05-01"}])
    gone = visit("2021-05-20T10:00", "a", learnt_at=china("2021-05-20T10:01"))
    place.hear(gone)
    place.hear(told_of)
    sweep(place, china("2021-06-02T00:00"))
    assert "duty_fulfilled 2021-05" in standing(place, "monthly_visit")["a"]


def test_another_reminder_lets_nobody_off(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre"))
    place.hear(published(2, china("2021-04-29T09:00"), duties=[{**VISITS, "remind": "3wd"}]))
    sweep(place, china("2021-05-03T00:00"))
    assert "duty_missed 2021-04" in standing(place, "monthly_visit")["a"]


@pytest.mark.parametrize("swept_between", [True, False])
def test_judge_who_left_later_has_still_been_there(place: Place, swept_between: bool) -> None:
    place.hear(published(duties=[JUDGE]), directory(j="resident_judge"))
    place.hear(team(resident_judge="j"))
    place.hear(visit("2021-04-10T10:00", "j", learnt_at=china("2021-04-10T10:00")))
    if swept_between:
        sweep(place, china("2021-04-12T00:00"))
    place.hear(directory(2, china("2021-04-20T09:00"), k="resident_judge"))
    sweep(place, china("2021-05-03T00:00"))
    [told_of] = standing(place, "judge_visit").values()
    assert "duty_fulfilled 2021-04" in told_of


def test_case_put_off_for_long_is_still_supervised(place: Place) -> None:
    """Da'an has a monthly return and no [long_term]: whoever says so himself must not be rid of it."""
    place.hear(published(duties=[RETURNS]), directory(), issue_reported(LEARNT))
    place.hear(step("accepted", china("2021-03-12T10:00"), LEARNT))
    place.hear(step("result", china("2021-03-20T10:00"), LEARNT, outcome="long_term"))
    sweep(place, china("2021-06-02T00:00"))
    [told_of] = standing(place, "monthly_return").values()
    assert "duty_missed 2021-04" in told_of


def test_monthly_return_is_owed_again_after_a_merger_was_undone(place: Place) -> None:
    """Routing confirms a merger until there is a result, so also of a case that was accepted."""
    place.hear(published(duties=[RETURNS]), directory(), issue_reported(LEARNT))
    place.hear(step("accepted", china("2021-03-12T10:00"), LEARNT))
    place.hear(moved("case_merged", CASE, "2021-03-15T09:00", into=str(uid("x"))))
    place.hear(moved("case_unmerged", CASE, "2021-03-16T09:00", **{"from": str(uid("x"))}))
    sweep(place, china("2021-06-02T00:00"))
    assert any("duty_missed 2021-04" in lines for lines in standing(place, "monthly_return").values())


def test_duties_are_reminded_of_outside_quiet_hours(place: Place) -> None:
    quiet = {"from": "20:00", "to": "08:00"}
    place.hear(published(duties=[{**VISITS, "remind": "3wd"}], quiet=quiet), directory(a="paired_cadre"))
    sweep(place, china("2021-05-03T00:00"))
    [at] = [row.occurred_at for row in place.events() if "duty_reminded" in row.type]
    local = at.astimezone(policy().zone)
    assert 8 <= local.hour < 20, local


def test_progress_told_before_the_version_that_asks_for_it_counts(place: Place) -> None:
    place.hear(published(adopt="open"), directory(), issue_reported(LEARNT))
    place.hear(step("progress", china("2021-06-10T10:00"), LEARNT))
    asked = {**RETURNS, "from": "2021-05-01", "subject": "programme"}
    place.hear(published(2, china("2021-05-20T09:00"), duties=[asked]))
    sweep(place, china("2021-07-02T00:00"))
    assert "duty_fulfilled 2021-06" in standing(place, "monthly_return")["jinxian"]


def test_whom_only_a_later_directory_knows_has_the_role_it_tells(place: Place) -> None:
    """Last year's visits are brought in, and with them the judge whom the directory had forgotten."""
    place.hear(published(duties=[JUDGE]), directory(l="team_leader"), team(resident_judge="j"))
    place.hear(visit("2021-04-10T10:00", "j"))
    place.hear(directory(2, china("2021-06-01T09:00"), j="resident_judge"))
    sweep(place, china("2021-07-02T00:00"))
    [told_of] = standing(place, "judge_visit").values()
    assert "duty_fulfilled 2021-04" in told_of


def test_changed_duty_takes_effect_with_the_next_period(place: Place) -> None:
    place.hear(published(duties=[VISITS]), directory(a="paired_cadre"))
    place.hear(published(2, china("2021-04-29T09:00"), duties=[{**VISITS, "card": "yellow"}]))
    sweep(place, china("2021-06-02T00:00"))
    assert sorted(standing(place, "monthly_visit")["a"]) == [
        "duty_card_issued 2021-05",
        "duty_ended",
        "duty_missed 2021-04",
        "duty_missed 2021-05",
        "duty_opened",
        "duty_opened",
    ]
