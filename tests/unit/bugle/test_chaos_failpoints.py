"""Failpoints: they reach a process that is started with them, and no package that a service installs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from bugle.chaos.failpoints import POINTS, Failpoints, Order, points_of
from bugle.chaos.wrapping import Planted, Trap, wrapped
from bugle.stack.home import ROOT


def traps(folder: Path) -> tuple[Failpoints, Trap]:
    return Failpoints(folder), Trap(folder / "intake-relay.after_send")


def test_trap_without_order_does_nothing(tmp_path: Path) -> None:
    _, trap = traps(tmp_path)
    trap.spring(())
    assert list(tmp_path.iterdir()) == []


def test_order_holds_until_withdrawn(tmp_path: Path) -> None:
    points, trap = traps(tmp_path)
    points.order("intake-relay", "after_send", Order("fail", at=2, match="case-7"))
    trap.spring("case-7")
    trap.spring("case-8")
    assert not points.met("intake-relay", "after_send")
    for _ in range(2):
        with pytest.raises(Planted):
            trap.spring("case-7")
    assert points.met("intake-relay", "after_send")
    points.withdraw()
    trap.spring("case-7")
    assert not points.met("intake-relay", "after_send")


def test_unknown_point_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        Failpoints(tmp_path).order("intake-http", "after_send")


_PROCESS = (
    "from bugle.chaos.wrapping import Trap; from pathlib import Path; import sys; Trap(Path(sys.argv[1])).spring(0)"
)


def test_one_process_dies_of_one_order(tmp_path: Path) -> None:
    points, _ = traps(tmp_path)
    points.order("intake-relay", "after_send")
    command = [sys.executable, "-c", _PROCESS, str(tmp_path / "intake-relay.after_send")]
    ends = [subprocess.run(command, check=False).returncode for _ in range(2)]
    assert ends == [-signal.SIGKILL, 0]
    assert points.met("intake-relay", "after_send")


def test_moment_and_busy_passes_count(tmp_path: Path) -> None:
    done: list[int] = []

    class Desk:
        def take(self, batch: list[int]) -> list[int]:
            done.extend(batch)
            return batch

    points, trap = traps(tmp_path)
    take = wrapped(Desk.take, points_of("intake-relay")["after_send"], trap)
    points.order("intake-relay", "after_send", Order("fail"))
    assert take(Desk(), []) == []
    with pytest.raises(Planted):
        take(Desk(), [1])
    assert done == [1]


PROCESSES = [
    "intake-http",
    "intake-relay",
    "intake-worker",
    "supervision-sweeper",
    "reporting-worker",
    "reporting-rebuild",
]


def started(process: str, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """The process, with failpoints and no other settings of its own."""
    service, kind = process.split("-")
    bare = {name: value for name, value in os.environ.items() if not name.startswith("BUGLE_")}
    command = [sys.executable, "-m", f"{service}.entrypoints.{kind}"]
    return subprocess.run(command, env=bare | settings, text=True, capture_output=True, check=False)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_point_exists_in_product(process: str, tmp_path: Path) -> None:
    """With its functions wrapped the process goes on to say which settings it lacks."""
    done = started(process, Failpoints(tmp_path).settings())
    assert done.stderr.startswith("This process cannot start: set BUGLE_"), done.stderr


def test_every_kind_is_started_above() -> None:
    assert {process for process in PROCESSES if process.split("-")[1] in POINTS or process in POINTS} == set(PROCESSES)
    assert {kind.rpartition("-")[2] for kind in POINTS} == {process.split("-")[1] for process in PROCESSES}


def test_lost_function_stops_the_start(tmp_path: Path) -> None:
    """What the tests above rely on: a point whose function is gone ends the process."""
    (tmp_path / "eventkit").mkdir()
    (tmp_path / "eventkit" / "__init__.py").touch()
    settings = Failpoints(tmp_path).settings()
    settings["PYTHONPATH"] += os.pathsep + str(tmp_path)
    done = started("intake-relay", settings)
    assert done.returncode == 70
    assert "No module named 'eventkit.sequencer'" in done.stderr


def failpoints_reach(copied: str, requirements: str) -> bool:
    """Whether an image whose Dockerfile and requirements these are could hold failpoints."""
    return bool(
        re.search(r"\binfra/src\b|^COPY (--\S+ )*(\.|infra|tests) ", copied, re.M)
        or "bugle-infra" in requirements
        or re.search(r"^bugle[ =]", requirements, re.M)
    )


@pytest.mark.parametrize("service", ["intake", "routing", "supervision", "reporting"])
def test_no_image_holds_failpoints(service: str) -> None:
    folder = ROOT / "services" / service
    built, locked = (folder / "Dockerfile").read_text(), (folder / "requirements.lock").read_text()
    assert not failpoints_reach(built, locked)
    assert failpoints_reach(built + "COPY infra infra\n", locked)
    assert failpoints_reach(built, locked + "bugle==0.1.0\n")
    wanted = tomllib.loads((folder / "pyproject.toml").read_text())["project"]["dependencies"]
    assert not any(re.match(r"bugle\b(?!-)", requirement) for requirement in wanted)


def test_product_knows_no_failpoint() -> None:
    sources = [
        *ROOT.glob("services/*/src/**/*.py"),
        *ROOT.glob("libs/*/src/**/*.py"),
        *ROOT.glob("contracts/src/**/*.py"),
    ]
    assert len(sources) > 100
    assert [file for file in sources if "failpoint" in file.read_text().lower()] == []
    assert POINTS
