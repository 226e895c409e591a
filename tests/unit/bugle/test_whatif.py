"""`bugle whatif`: pages added up, ranks, tables and exit statuses, with the services' answers given."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import typer
from typer.testing import CliRunner

from bugle.cli import app
from bugle.known import Programme
from bugle.whatif import command
from bugle.whatif.asking import checked
from bugle.whatif.sums import ranks


def page(unit: str, before: str, after: str, next: str | None = None) -> dict[str, Any]:
    """A page of one clock."""
    item = {
        "case": f"c-{unit}",
        "clock": "contact",
        "generation": 1,
        "unit": unit,
        "stopped_at": None,
        "before": {"limit": "3wd", "due_at": "2021-03-16T16:00:00Z", "status": before},
        "after": {"limit": "2wd", "due_at": "2021-03-15T16:00:00Z", "status": after},
    }
    units = [{"unit": unit, "before": {before: 1}, "after": {after: 1}}]
    return {"items": [item] if before != after else [], "units": units, "clocks": 1, "next": next}


PAGES = [page("water", "met", "late", "more"), page("power", "missed", "missed", "rest"), page("water", "met", "met")]

SCALED = {
    "departments": [
        {"unit": "bank", "name": "银行", "before": {"score": 99, "rank": 1}, "after": {"score": 93, "rank": 2}}
    ],
    "mean": {
        "rates": [{"rate": "resolution", "value": 0.25, "before": 50, "after": 100}],
        "before": 0.375,
        "after": 0.25,
        "departments": [
            {"unit": "park", "name": "园区", "before": {"mean": 0.5, "rank": 1}, "after": {"mean": None, "rank": None}}
        ],
    },
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the services are asked."""
    seen: list[dict[str, Any]] = []

    def pages(place: object, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
        seen.append(question)
        yield from PAGES

    def scaled(place: object, question: dict[str, Any]) -> dict[str, Any]:
        seen.append(question)
        return SCALED

    monkeypatch.setattr(command, "running_place", lambda against: None)
    monkeypatch.setattr(command, "programme_named", programme_named)
    monkeypatch.setattr(command, "pages", pages)
    monkeypatch.setattr(command, "scaled", scaled)
    return seen


def programme_named(place: object, programme: str) -> Programme:
    if programme != "jinxian":
        raise typer.BadParameter("There is no such programme.", param_hint="--programme")
    return Programme(ZoneInfo("Asia/Shanghai"), {"water": "自来水公司"})  # the directory has no power station


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["whatif", "--programme", "jinxian", *arguments])


def test_pages_are_added_up(asked: list[dict[str, Any]]) -> None:
    told = run("--limit", "contact=2wd", "--limit", "closing=5d", "--from", "2021-03-01", "--json")
    assert told.exit_code == 0, told.output
    assert asked == [{"programme": "jinxian", "limits": "contact:2wd,closing:5d", "from": "2021-03-01"}]
    held = json.loads(told.stdout)
    assert (held["clocks"], held["worse"], [one["case"] for one in held["items"]]) == (3, 1, ["c-water"])
    [item] = held["items"]
    assert (item["unit"], item["unit_name"]) == ("water", "自来水公司")
    assert item["after"]["due_at"] == "2021-03-15T16:00:00Z"
    assert held["units"] == [
        {
            "unit": "water",
            "name": "自来水公司",
            "before": {"met": 2, "kept": 1.0, "rank": 1},
            "after": {"late": 1, "met": 1, "kept": 0.5, "rank": 1},
        },
        {
            "unit": "power",
            "name": None,
            "before": {"missed": 1, "kept": 0.0, "rank": 2},
            "after": {"missed": 1, "kept": 0.0, "rank": 2},
        },
    ]


def test_person_reads_tables(asked: list[dict[str, Any]]) -> None:
    told = run("--limit", "contact=2wd")
    assert "3 clocks; 1 would have ended otherwise, 1 of them worse." in told.stdout
    assert "1 of 2 units would stand otherwise." in told.stdout
    assert [line.split()[0] for line in told.stdout.splitlines() if line.startswith(("自来水", "power"))] == [
        "自来水公司"
    ]
    [line] = [line for line in told.stdout.splitlines() if line.startswith("c-water")]
    assert "自来水公司" in line and "2021-03-16 24:00" in line and "2021-03-15 24:00" in line


@pytest.mark.parametrize(("most", "status"), [("0", 1), ("1", 0)])
def test_exit_status_tells_of_worse(asked: list[dict[str, Any]], most: str, status: int) -> None:
    assert run("--limit", "contact=2wd", "--fail-above", most).exit_code == status


def test_limit_without_clock_is_refused(asked: list[dict[str, Any]]) -> None:
    told = run("--limit", "2wd")
    assert (told.exit_code, asked) == (2, [])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--from", "2021-04-30", "--to", "2021-04-01"), "--to: 2021-04-01 is before --from 2021-04-30"),
        (("--from", "gestern"), "'--from': 'gestern' is no day; write it like 2021-04-22."),
        (("--programme", "nosuch"), "--programme: There is no such programme."),
    ],
)
def test_question_about_nothing_is_refused(asked: list[dict[str, Any]], arguments: tuple[str, ...], said: str) -> None:
    told = run("--limit", "contact=2wd", *arguments)
    assert (told.exit_code, asked) == (2, [])
    assert said in " ".join(told.output.replace("│", "").split())


def test_refusal_is_spelt_as_the_command_line_is() -> None:
    fault = {"field": "limits", "problem": "'2x' is no limit", "mend": "write contact:3wd, with 3wd as the limit"}
    with pytest.raises(typer.BadParameter) as refused:
        checked(httpx.Response(422, json={"errors": [fault]}), "supervision")
    assert refused.value.param_hint == "--limit" and "write contact=3wd, with" in refused.value.message


def test_ranks_are_shared_by_equals() -> None:
    counts = {"a": {"met": 1}, "b": {"met": 2}, "c": {"met": 1, "late": 1}, "d": {"running": 3}}
    assert ranks(counts) == {"a": 1, "b": 1, "c": 3, "d": None}


def test_scales_are_asked_of_reporting(asked: list[dict[str, Any]]) -> None:
    told = run("--points", "miss=-4", "--points", "result=-3", "--weight", "resolution=100", "--to", "2021-03-31")
    assert told.exit_code == 0, told.output
    scales = {"points": "miss:-4,result:-3", "weights": "resolution:100"}
    assert asked == [{"programme": "jinxian", "to": "2021-03-31", **scales}]
    assert ["银行", "99", "1", "93", "2"] in [line.split() for line in told.stdout.splitlines()]
    assert ["园区", "50.00%", "1", "–", "–"] in [line.split() for line in told.stdout.splitlines()]
    assert "The programme's mean is 37.50% and would be 25.00%." in told.stdout


def test_limits_and_scales_together(asked: list[dict[str, Any]]) -> None:
    told = json.loads(run("--limit", "contact=2wd", "--points", "miss=-4", "--json").stdout)
    assert (told["clocks"], told["scales"]) == (3, SCALED)
    assert [sorted(question) for question in asked] == [["limits", "programme"], ["points", "programme"]]


def test_points_without_item_are_refused(asked: list[dict[str, Any]]) -> None:
    told = run("--points", "=2")
    assert (told.exit_code, asked) == (2, []) and "ITEM=POINTS" in told.output
