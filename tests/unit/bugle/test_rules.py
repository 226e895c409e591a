"""`bugle rules`: files of rules, pages added up, tables and exit statuses, with routing's answers given."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

from bugle.cli import app
from bugle.rules import asking, command
from bugle.rules.asking import question, read_rules
from bugle.rules.counting import Sum
from bugle.stack import StackError

TRIAL: dict[str, Any] = {
    "programme": "jinxian",
    "version": 2,
    "candidate": False,
    "faults": [],
    "kind": "power",
    "classified_by": {"rule": "power", "found": [{"keyword": "电压", "in": "title"}]},
    "township": None,
    "undecided": None,
    "decision": {
        "rule": "power",
        "lead": "grid",
        "supporting": [],
        "grade": None,
        "because": {"kind": "power", "place": None, "found": [{"keyword": "电压", "in": "title"}], "fallback": False},
        "limits": [{"clock": "contact", "limit": "3wd", "special_to": []}],
    },
    "passed_over": [{"rule": "road", "lead": "roads", "because": ["other_kind", "no_keyword"]}],
}


def page(case: str, destination: str, next: str | None = None, **more: Any) -> dict[str, Any]:
    """A page of one case."""
    item = {"case": case, "destination": destination, "forecast": None, "why": None, **more}
    forecast = {"forecast": item["forecast"], "why": item["why"], "synthetic": True, "cases": 1}
    counts = {
        "cases": 1,
        "destinations": [{"destination": destination, "assigned_by": "office", "synthetic": True, "cases": 1}],
        "forecasts": [forecast] if item["forecast"] else [],
        "moves": [{"from": "grid", "to": "roads", "cases": 1}] if destination == "elsewhere" else [],
        "returns_avoided": 0,
        "other_support": 0,
    }
    head = {"programme": "jinxian", "version": 2, "candidate": True, "faults": [], "as_of": 7}
    return {**head, "counts": counts, "items": [item], "next": next}


PAGES = [
    page("c1", "same", "more"),
    page("c2", "elsewhere", "rest", forecast="returned", why="gave_it_back"),
    page("c3", "nobody"),
]


class Answers:
    """Routing, as far as it answers here."""

    def __init__(self, _: object) -> None:
        self.asked: list[Mapping[str, Any]] = []

    def __enter__(self) -> Answers:
        return self

    def __exit__(self, *error: object) -> None: ...

    def trial(self, _: Mapping[str, Any]) -> dict[str, Any]:
        return TRIAL

    def backtest(self, _: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        yield from PAGES


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.setattr(command, "running_place", lambda against: None)
    monkeypatch.setattr(command, "Asking", Answers)
    return CliRunner()


def test_pages_add_up() -> None:
    total = Sum()
    for one in PAGES:
        total.add(one)
    assert (total.cases, total.to_look_at) == (3, 2)
    assert total.moves == {("grid", "roads"): 1}
    assert total.examples["gave_it_back"] == total.examples["elsewhere"] == ["c2"]


def test_json_is_one_object_with_every_case(run: CliRunner) -> None:
    ended = run.invoke(app, ["rules", "backtest", "--programme", "jinxian", "--json"])
    told = json.loads(ended.stdout)
    assert (ended.exit_code, told["as_of"], told["counts"]["to_look_at"]) == (0, 7, 2)
    assert [item["case"] for item in told["items"]] == ["c1", "c2", "c3"]


def test_empty_backtest_is_json_too(run: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = {**PAGES[0]["counts"], "cases": 0, "destinations": []}
    monkeypatch.setattr(Answers, "backtest", lambda *_: iter([{**PAGES[0], "counts": counts, "items": []}]))
    told = json.loads(run.invoke(app, ["rules", "backtest", "--programme", "jinxian", "--json"]).stdout)
    assert (told["items"], told["counts"]["cases"]) == ([], 0)


@pytest.mark.parametrize(("bound", "status"), [(None, 0), ("2", 0), ("1", 1), ("0", 1)])
def test_only_a_bound_fails(run: CliRunner, bound: str | None, status: int) -> None:
    more = [] if bound is None else ["--fail-above", bound]
    ended = run.invoke(app, ["rules", "backtest", "--programme", "jinxian", *more])
    assert ended.exit_code == status
    assert "3 cases as of log number 7; 2 to look at." in ended.stdout


def test_trial_says_why(run: CliRunner) -> None:
    asked = ["rules", "trial", "--programme", "jinxian", "--title", "电压不稳"]
    ended = run.invoke(app, asked)
    assert ended.exit_code == 0
    assert "lead         grid, by rule power (电压 in the title)" in ended.stdout
    assert "is for another kind; none of its keywords is in it" in ended.stdout
    assert run.invoke(app, [*asked, "--expect", "grid"]).exit_code == 0
    assert run.invoke(app, [*asked, "--expect", "roads"]).exit_code == 1


@pytest.mark.parametrize(
    "asked",
    [
        ["trial", "--programme", "jinxian"],
        ["backtest", "--programme", "jinxian", "--from", "March"],
        ["backtest", "--programme", "jinxian", "--rules", "nothing.toml"],
        ["backtest", "--programme", "jinxian", "--fail-above", "-1"],
    ],
)
def test_wrong_usage_is_status_2(run: CliRunner, asked: list[str]) -> None:
    assert run.invoke(app, ["rules", *asked]).exit_code == 2


def test_rules_are_read_from_toml(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    file.write_text('[[rules]]\nid = "power"\nlead = "grid"\n', "utf-8")
    assert question("jinxian", None, file) == {"programme": "jinxian", "rules": [{"id": "power", "lead": "grid"}]}
    file.write_text("rule = 1\n", "utf-8")
    with pytest.raises(typer.BadParameter, match="no \\[\\[rules\\]\\]"):
        read_rules(file)
    file.write_text("rules = [\n", "utf-8")
    with pytest.raises(typer.BadParameter, match="cannot be read"):
        read_rules(file)


def asking_of(answer: httpx.Response | httpx.TransportError) -> asking.Asking:
    def respond(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, httpx.TransportError):
            raise answer
        return answer

    made = object.__new__(asking.Asking)
    made._http = httpx.Client(base_url="http://routing.test", transport=httpx.MockTransport(respond))
    return made


def test_refusal_names_the_field() -> None:
    faults = [{"field": "/rules/0/lead", "problem": "no unit x", "mend": "choose another"}]
    refused = asking_of(httpx.Response(422, json={"detail": "no", "errors": faults}))
    with refused, pytest.raises(typer.BadParameter, match="rules/0/lead: no unit x; choose another"):
        refused.trial({})


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(503, json={"detail": "away"}),
        httpx.Response(502, text="<html>Bad Gateway</html>"),
        httpx.ConnectError("refused"),
    ],
    ids=["refused", "a page of a proxy", "no answer"],
)
def test_outage_is_no_fault_of_usage(answer: httpx.Response | httpx.TransportError) -> None:
    away = asking_of(answer)
    with away, pytest.raises(StackError):
        list(away.backtest({}))
