"""The five programmes on a running system: every published figure, and a control for each that the check can fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.demo.command import GRACE, PROGRAMMES, run_demo, run_figures
from bugle.demo.stories import ledger
from bugle.importing.command import run_import
from bugle.importing.target import Target
from bugle.quiet import wait_quiet
from bugle.stack import System
from bugle.stack.home import ROOT
from tests.support.programmes import Change, changed, copied, duplicated, redated, removed

pytestmark = pytest.mark.timeout(120)

CONTROLS: Mapping[str, Mapping[str, tuple[str, Change, set[str]]]] = {
    "rongchang": {
        "removed": ("visits", removed(mode="call"), {"contacted"}),
        "duplicated": ("issues", duplicated(no="I001"), {"chuanjie"}),
        "redated": ("issues", redated(enterprise="企业006"), {"raising"}),
    },
    "jinxian": {
        "removed": ("teams", removed(tier="key"), {"teams", "team_enterprises"}),
        "duplicated": ("issues", duplicated(batch="1"), {"first_batch", "assigned"}),
        "redated": ("enterprises", redated(tier="key"), {"key_enterprises"}),
    },
    "daan": {
        "removed": ("services", removed(kind="suggestion"), {"suggestions"}),
        "duplicated": ("issues", duplicated(no="I011"), {"issues", "handled"}),
        "redated": ("services", redated(kind="financing"), {"financing"}),
    },
    "chuanhui": {
        "removed": ("visits", removed(mode="visit", synthetic="true"), {"visited"}),
        "duplicated": ("services", duplicated(kind="case_filed"), {"filed"}),
        "redated": ("enterprises", redated(synthetic="true"), {"library"}),
    },
    "liangjiang": {
        "removed": ("issues", removed(jurisdiction="passed_on"), {"requests"}),
        "duplicated": ("services", duplicated(kind="briefing"), {"briefings"}),
        "redated": ("visits", redated(synthetic="true"), {"visited"}),
    },
}
"""Programme → what is done to one row → the ledger, the change, and the figures that it alone makes differ.

One copy of each programme takes all three, so that the servers have a third of the work; no figure is hit twice.
"""


@pytest.fixture(scope="module")
def programmes(system: System) -> System:
    """A system with the five programmes, at rest."""
    folders = [ROOT / "programmes" / name for name in PROGRAMMES]
    assert run_import(system, folders, grace=GRACE)
    wait_quiet(system)
    return system


@pytest.fixture(scope="module")
def controls(system: System, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The altered copies by programme, imported and at rest."""
    copies = {}
    for programme, alterations in CONTROLS.items():
        copies[programme] = copied(programme, tmp_path_factory.mktemp("control"), f"{programme}-altered")
        for records, change, _ in alterations.values():
            changed(copies[programme] / f"{records}.csv", change)
    assert run_import(system, list(copies.values()), grace=GRACE)
    wait_quiet(system)
    return copies


@pytest.fixture
def command(system: System, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    """The command line, speaking to the test's system."""
    monkeypatch.setattr("bugle.demo.command.running_place", lambda against: system)
    monkeypatch.setattr("bugle.importing.command.running_place", lambda against: system)
    return CliRunner()


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_published_figure_comes_back(programme: str, programmes: System) -> None:
    assert run_figures(programmes, programme, ROOT / "programmes" / programme)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_only_generated_cases_miss_and_climb(programme: str, programmes: System) -> None:
    target = Target.of(programmes)
    with target.client(target.reporting, None) as client:
        missed = [issue for issue in ledger(client, {"programme": programme}) if issue["misses"]]
    assert missed
    assert all(issue["synthetic"] for issue in missed)
    assert max(issue["level"] for issue in missed) >= 2


def test_demo_prints_figures_and_stories(programmes: System, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_demo(programmes, "en")
    told = capsys.readouterr().out
    assert "issues.csv: 513 rows: 0 new, 513 unchanged" in told
    assert "NO" not in told.split()
    for story in (
        "电压不稳，无法满负荷生产 — jinxian I001",
        "老旧液压升降平台效率不高 — rongchang I004",
        "(synthetic)",
    ):
        assert story in told
    assert "supervision.case_escalated" in told


def test_backtest_of_own_rules_covers_every_case(
    programmes: System, command: CliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All 513 issues of Jinxian by the rules of its newest version, over the public interface, down to events."""
    monkeypatch.setattr("bugle.rules.command.running_place", lambda against: programmes)
    asked = ["rules", "backtest", "--programme", "jinxian"]
    first, again, bounded = (command.invoke(app, [*asked, "--json", *more]) for more in ([], [], ["--fail-above", "0"]))
    assert (first.exit_code, again.stdout, bounded.exit_code) == (0, first.stdout, 1)
    told = orjson.loads(first.stdout)
    assert told["counts"]["cases"] == len({item["case"] for item in told["items"]}) == 513
    real = Counter(item["destination"] for item in told["items"] if not item["synthetic"])
    assert real == {"same": 3, "elsewhere": 1, "unled": 3}
    [moved] = [item for item in told["items"] if item["destination"] == "elsewhere" and not item["synthetic"]]
    target = Target.of(programmes)
    with target.client(target.reporting, None) as client:
        timeline = client.get(f"/v1/issues/{moved['case']}/timeline").json()["items"]
    assert {move["event"] for move in moved["history"]["moves"]} <= {event["event_id"] for event in timeline}
    tried = command.invoke(app, ["rules", "trial", "--programme", "jinxian", "--title", "电压不稳"])
    assert tried.exit_code == 0 and "power-company, by rule power" in tried.stdout


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_altered_rows_are_found(programme: str, controls: dict[str, Path], command: CliRunner) -> None:
    folder = controls[programme]
    ended = command.invoke(app, ["figures", "--programme", folder.name, "--folder", str(folder)])
    named = {line.split(" is ")[0].rpartition(" ")[2] for line in ended.stderr.splitlines()}
    by_alteration = [figures for _, _, figures in CONTROLS[programme].values()]
    assert ended.exit_code == 1
    assert named == set().union(*by_alteration)
    assert len(named) == sum(map(len, by_alteration)), "an alteration could hide another"
