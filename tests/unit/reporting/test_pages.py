"""What pages are made of: addresses, months, the grid, the strip of a clock, the entries of a story."""

from __future__ import annotations

from datetime import date, datetime
from gettext import NullTranslations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from eventkit.catalogues import LANGUAGES
from eventkit.problems import Faulty
from pagekit.addresses import Addresses, address, own_path
from reporting.bulletins.cells import Cells
from reporting.queries.named import FIGURES, general, narrowed
from reporting.queries.periods import Every, names
from reporting.queries.working_days import WorkingDays
from reporting.web.chips import called
from reporting.web.issue import entry, withdrawn
from reporting.web.ledger import USUAL, columns_of
from reporting.web.overview import ROWS, laid_out, month_before, months_until
from reporting.web.rendering import CARRIED
from reporting.web.sliding import slider
from reporting.web.strip import Strip, strip

CHINA = ZoneInfo("Asia/Shanghai")
YEAR = {"2021": {"off": ["2021-04-05"], "work": ["2021-04-25"], "notice": None}}
CALENDAR = WorkingDays("cn", YEAR)


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHINA)


def test_addresses_carry_programme_and_day() -> None:
    here = Addresses(
        "/ledger", {"programme": "jinxian", "at": "2021-04-22", "state": "assigned", "after": "x"}, CARRIED
    )
    assert here.to("/deadlines", unit="bank") == "/deadlines?programme=jinxian&at=2021-04-22&unit=bank"
    assert here.to("/", programme=None, at=None) == "/"
    assert here.here(at=None) == "/ledger?programme=jinxian&state=assigned"
    assert here.kept("at") == [("programme", "jinxian"), ("state", "assigned")]


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2021-04-01T00:00:00", "2021-03"),  # the end of 31 March
        ("2021-04-01T00:00:00.000001", "2021-04"),  # its first instant
        ("2021-04-01T00:00:30", "2021-04"),
        ("2021-01-01T00:00:00", "2020-12"),
        ("2021-03-31T12:00:00", "2021-03"),
    ],
)
def test_moment_is_of_a_month(moment: str, month: str) -> None:
    assert month_before(china(moment), CHINA) == month


@pytest.mark.parametrize("given", ["//evil.example", "https://evil.example", "ledger", "/a\r\nb", "/\\evil", None])
def test_foreign_path_is_not_followed(given: str | None) -> None:
    assert own_path(given) == "/"


def test_own_path_is_followed() -> None:
    assert own_path("/issues/6f0e8b1c") == "/issues/6f0e8b1c"
    assert address("/ledger", {"state": "", "kind": None}) == "/ledger"


def test_months_cross_the_year() -> None:
    months = months_until("2021-02")
    assert (months[0], months[-1], len(months)) == ("2020-03", "2021-02", 12)


def test_grid_sums_what_it_leaves_out() -> None:
    found = [("power", f"unit-{n:02}", 1) for n in range(13)] + [("power", "unit-00", 5), (None, "unit-01", 1)]
    grid = laid_out(found)
    assert (len(grid.places), grid.left_out) == (12, 1)
    assert (grid.rows, grid.columns["unit-00"]) == ({"power": 18, None: 1}, 6)
    assert (grid.depth("power", "unit-00"), grid.depth(None, "unit-01"), grid.depth(None, "unit-05")) == (5, 1, 0)


def test_grid_stays_bounded() -> None:
    grid = laid_out([(f"kind-{n:02}", None, 1) for n in range(ROWS + 2)] + [("kind-61", None, 1)])
    assert (len(grid.kinds), grid.kinds_left_out, grid.kinds[0]) == (ROWS, 2, "kind-61")
    assert (len(grid.cells), sum(grid.rows.values()), grid.columns) == (ROWS, ROWS + 3, {None: ROWS + 3})


def started(limit: str, begins: str, due: str, **more: Any) -> dict[str, Any]:
    return {"started_at": f"{begins}+08:00", "due_at": f"{due}+08:00", "limit": limit, **more}


def drawn(clock: Strip) -> list[tuple[int, str, int | None]]:
    return [(day.day.day, day.cause, day.counted) for day in clock.days]


def test_strip_counts_make_up_day() -> None:
    clock = strip(started("3wd", "2021-04-22T12:00:00", "2021-04-27T00:00:00"), {}, CALENDAR, CHINA)
    receipt, make_up = (22, "receipt", None), (25, "make-up", 2)
    assert drawn(clock) == [receipt, (23, "workday", 1), (24, "weekend", None), make_up, (26, "workday", 3)]
    assert clock.days[-1].marks == ("due",)
    assert [(one.cause, one.days, one.counts) for one in clock.trace][:2] == [
        ("receipt", 1, False),
        ("workday", 1, True),
    ]


def test_strip_leaves_out_paused_days() -> None:
    pause = {"from_at": "2021-04-23T09:00:00+08:00", "to_at": "2021-04-26T09:00:00+08:00"}
    told = started("1wd", "2021-04-22T12:00:00", "2021-04-27T00:00:00", pauses=[pause])
    causes = [day.cause for day in strip(told, {}, CALENDAR, CHINA).days]
    assert causes == ["receipt", "paused", "paused", "paused", "workday"]


def test_strip_goes_on_after_the_deadline() -> None:
    told = started("1wd", "2021-04-22T12:00:00", "2021-04-24T00:00:00")
    marks = {"missed": china("2021-04-24T00:00"), "stopped": china("2021-04-27T10:00")}
    clock = strip(told, marks, CALENDAR, CHINA)
    assert [day.marks for day in clock.days] == [("started",), ("missed", "due"), (), (), (), ("stopped",)]
    assert [day.over for day in clock.days] == [False, False, True, True, True, True]
    assert [one.last for one in clock.trace][-1] == date(2021, 4, 23)


def test_running_clock_does_not_go_on_for_ever() -> None:
    told = started("1wd", "2021-04-22T12:00:00", "2021-04-24T00:00:00")
    for now, days in ((china("2021-05-07T12:00"), 16), (china("2021-05-08T12:00"), 2)):
        clock = strip(told, {"missed": china("2021-04-24T00:00"), "now": now}, CALENDAR, CHINA)
        assert (len(clock.days), "now" in clock.days[-1].marks) == (days, days > 2)


def test_long_strip_is_shortened() -> None:
    told = started("300d", "2021-01-01T12:00:00", "2021-10-29T00:00:00")
    clock = strip(told, {}, CALENDAR, CHINA)
    assert (len(clock.days), clock.left_out) == (120, 181)


def test_unpublished_year_is_told() -> None:
    assert CALENDAR.knows(date(2021, 4, 22)) and not CALENDAR.knows(date(2027, 1, 1))
    assert CALENDAR.after(date(2021, 4, 2), 1) == date(2021, 4, 6)
    assert WorkingDays("none", {}).after(date(2021, 4, 2), 3) == date(2021, 4, 5)


def event(name: str, **data: Any) -> dict[str, Any]:
    return {
        "event_id": name,
        "type": f"bugle.supervision.{name}.v1",
        "occurred_at": china("2021-04-22T12:00"),
        "data": data,
    }


def test_withdrawn_event_is_marked() -> None:
    missed, rescinded = event("deadline_missed"), event("misses_rescinded", withdrawn=[{"event": "deadline_missed"}])
    gone = withdrawn([missed, rescinded])
    assert (entry(missed, gone).withdrawn, entry(rescinded, gone).withdrawn) == (True, False)


def test_entry_says_what_was_said() -> None:
    told = entry(event("card_issued", colour="yellow", unit="bank", note="", stage=1, due_at="2021-04-22T16:00:00Z"))
    assert (told.tone, [name for name, _ in told.said]) == ("yellow", ["unit", "due_at", "colour"])


def test_deadline_at_midnight_ends_the_day() -> None:
    writing = Cells("zh", CHINA, NullTranslations(), NullTranslations())
    assert writing.until(china("2021-04-27T00:00")) == "2021-04-26 24:00"
    assert writing.until(china("2021-04-27T17:30")) == "2021-04-27 17:30"


def test_columns_come_in_their_order() -> None:
    assert columns_of(None) == USUAL
    assert columns_of(None, of_one=False) == (*USUAL, "programme")
    assert columns_of("state,title") == ("title", "state")
    with pytest.raises(Faulty):
        columns_of("title,phone")


@pytest.mark.parametrize(
    ("every", "found"),
    [("month", ["2021-02", "2021-01", "2020-12"]), ("quarter", ["2021-Q1", "2020-Q4"]), ("year", ["2021", "2020"])],
)
def test_newest_period_comes_first(every: Every, found: list[str]) -> None:
    assert names(every, date(2020, 12, 31), date(2021, 2, 1)) == found


def test_slider_ends_with_the_programme() -> None:
    found = slider("2021-03-01", "2021-04-30T00:00:00+08:00", "2021-03-11", CHINA)
    assert found is not None and (found.days, found.value, found.day) == (60, 10, date(2021, 3, 11))
    assert slider("", None, None, CHINA) is None


@pytest.mark.parametrize("given", ["2021-03-10T16:00:00Z", "2021-03-11T15:59:59.999999+00:00"])
def test_slider_takes_the_day_of_the_zone(given: str) -> None:
    found = slider("2021-03-01", "2021-04-30T00:00:00+08:00", given, CHINA)
    assert found is not None and (found.value, found.day) == (10, date(2021, 3, 11))


def test_instant_without_a_day_stands_at_the_last() -> None:
    found = slider("2021-03-01", "2021-04-30T00:00:00+08:00", "9999-12-31T20:00:00Z", CHINA)
    assert found is not None and found.day == date(2021, 4, 30)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_filter_has_a_name(language: str) -> None:
    filters = {name for figure in FIGURES for name in narrowed(general(figure)).filters} | {"reason"}
    assert len(filters) > 20
    assert [name for name in sorted(filters) if called(name, language) in ("", name) and name != "without"] == []
    assert called("without", "zh") == "没有"
