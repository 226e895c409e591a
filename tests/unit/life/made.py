"""Named data of the three services' life together: one agency, its programme in several versions, its calendar."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from eventkit.caller import Caller
from eventkit.ids import uid

ROOT = Path(__file__).parents[3]
AGENCY = PROGRAMME = "jinxian"
ENTERPRISE = str(uid(AGENCY, "enterprise", "荣鑫实业"))
UNITS = ("power", "bank", "school", "roads")
START = datetime.fromisoformat("2021-11-22T09:00:00+08:00")
"""A Monday. The calendar knows 2021 and learns of 2022 later, so deadlines of December are provisional."""


def _titled(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "zh": id, "en": id, **more}


CLOCKS: tuple[Mapping[str, Any], ...] = (
    _titled("answer", starts="reported", stops=["closed_out"], limit="20wd", remind="2wd", card="red"),
    _titled("transfer", starts="reported", stops=["assigned", "passed_on"], limit="1d", card="yellow"),
    _titled("return", starts="assigned", stops=["accepted", "returned"], limit="2wd"),
    _titled(
        "contact",
        starts="received",
        stops=["contacted"],
        limit="3wd",
        remind="1wd",
        card="yellow",
        escalate=[{"level": 1, "after": "1wd"}, {"level": 2, "after": "2wd"}],
    ),
    _titled(
        "settle",
        starts="assigned",
        stops=["result"],
        limit="7d",
        limits=[{"grade": "key", "limit": "10wd"}],
        remind="1d",
        card="red",
        escalate=[{"level": 1, "after": "1wd"}, {"level": 2, "after": "2wd"}],
    ),
    _titled("support", starts="assigned", stops=["supported"], limit="3wd", each="supporting", card="yellow"),
    _titled(
        "milestone",
        starts="planned",
        stops=["milestone"],
        limit="external",
        each="milestone",
        remind="1d",
        escalate=[{"level": 1, "after": "1d"}],
    ),
    _titled("check", starts="fed_back", stops=["verified"], limit="3wd", remind="4h"),
    _titled("agreed", starts="assigned", stops=["closed_out"], limit="external", card="yellow"),
    _titled("wanted", starts="accepted", stops=["result"], limit="external", remind="1d", card="yellow"),
)
LIMITS = ("2wd", "3wd", "6wd", "30h")
"""What newer versions of the programme give for contact, in turn."""


def document(version: int) -> dict[str, Any]:
    """A version of the programme: each has another limit for contact, every third another for settling.

    Every second asks no enterprise before a case is closed out, every third wants a copy of the feedback.
    """
    clocks = [dict(clock) for clock in CLOCKS]
    clocks[3]["limit"] = LIMITS[version % len(LIMITS)]
    clocks[4]["limit"] = "5d" if version % 3 == 0 else "7d"
    return {
        "id": PROGRAMME,
        "version": version,
        "agency": AGENCY,
        "title": {"zh": "四进四问", "en": "Four entries, four questions"},
        "zone": "Asia/Shanghai",
        "calendar": "cn",
        "starts_on": "2021-01-01",
        "report_date": "2022-12-31",
        "grace_seconds": 120,
        "backdating_days": 30,
        "assignment": "office",
        "verification": {"required": version % 2 == 1, "copy_to_office": version % 3 == 1},
        "roles": [_titled("head", access="department"), _titled("leader", access="leader")],
        "ladder": [{"level": 1, "role": "head"}, {"level": 2, "role": "leader"}],
        "kinds": [_titled("energy"), _titled("money")],
        "rules": [],
        "clocks": clocks,
        "grades": [_titled("ordinary"), _titled("key", report_to="leader")],
        "long_term": {"every": "month", "remind": "3wd"},
        "pause": {"max": "10wd", "reasons": [_titled("enterprise")]},
        "extension": {"ask_before": "1wd", "max": "5wd", "times": 2, "decides": "office"},
        "returns": {"clock": "return", "max_transfers": 2, "reasons": [_titled("not_ours")]},
        "passing_on": {"bodies": [_titled("city")]},
        "first_asked": {"kinds": ["money"]},
        "split": {"max": 3},
        "quiet": {"from": "20:00", "to": "08:00"},
        "adopt": "open",
    }


def _year(told: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"off": [*map(str, told["off"])], "work": [*map(str, told["work"])], "notice": told.get("notice")}


@cache
def notices() -> Mapping[str, Mapping[str, Any]]:
    """The years of the calendar in the repository, as a command tells them."""
    years = tomllib.loads((ROOT / "programmes/calendars/cn.toml").read_text(encoding="utf-8"))["years"]
    return {y: _year(told) for y, told in years.items()}


def calendar(version: int, surprise: date | None) -> dict[str, Any]:
    """A version: the first knows 2021 alone, later ones 2022 too, with one more day off at two days' notice."""
    years = {year: dict(notices()[year]) for year in ("2021", "2022")[: 1 if version == 1 else 2]}
    if surprise is not None:
        for day in map(str, (surprise + timedelta(days=2), surprise + timedelta(days=3))):
            year = years.get(day[:4], {"off": [], "work": [day]})
            if day not in year["work"]:
                year["off"] = sorted({*year["off"], day})
    return {"calendar": "cn", "version": version, "source": f"notice {version}", "years": years}


def office() -> Caller:
    return Caller("office", AGENCY, None, None, frozenset({"office"}))


def operator() -> Caller:
    return Caller("operator", None, None, None, frozenset({"operator"}))


def enterprise() -> Caller:
    return Caller("enterprise", AGENCY, None, ENTERPRISE, frozenset({"enterprise"}))


def unit(id: str) -> Caller:
    return Caller(f"of {id}", AGENCY, id, None, frozenset({"department"}))
