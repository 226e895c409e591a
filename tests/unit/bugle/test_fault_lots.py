"""A run of the faults in lots: each fault is told of, and what is lost makes it red.

The real `tests/faults/conftest.py` runs here on an arena that is none.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(120)  # three interpreters start in each

TESTS = Path(__file__).parents[2]
FAULTS = [f"f{n}" for n in range(4)]

ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}

ARENA = """
import os, signal, subprocess
from contextlib import contextmanager
from types import SimpleNamespace
import pytest
from bugle.chaos import arena, grounds
from bugle.chaos.faults import crashes
from bugle.chaos.table import Table

HOW, LOT = os.environ["HOW"], os.environ.get("PYTEST_XDIST_WORKER")

@contextmanager
def nowhere(*_):
    yield SimpleNamespace(table=Table())

def rebuild(_):
    equal = "false" if HOW == "unequal" and LOT == "gw1" else "true"
    return subprocess.CompletedProcess([], 0, '{"equal": %s}' % equal, "")

arena.arena = grounds.grounds = nowhere
crashes.rebuild = rebuild

@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish():
    if HOW == "dies in the end" and LOT == "gw0":
        os.kill(os.getpid(), signal.SIGKILL)
"""

FAULT = f"""
import os, signal
import pytest
from bugle.chaos.table import Row

HOW = os.environ["HOW"]

@pytest.mark.parametrize("name", {FAULTS})
def test_fault_breaks_no_invariant(ring, name):
    if HOW == "dies" and name == "f1":
        os.kill(os.getpid(), signal.SIGKILL)
    if HOW != "rowless" or name != "f1":
        ring.table.rows.append(Row(name, {{}}, 1.0, missing="a disk" if HOW == "missing" else None))
"""


def run(folder: Path, how: str, *options: str, backend: str = "embedded") -> tuple[bool, str, list[str]]:
    """Whether the run is green, what it printed, and the faults in its table."""
    faults = folder / "faults"
    faults.mkdir()
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "conftest.py").write_text(ARENA)
    (faults / "conftest.py").write_text((TESTS / "faults/conftest.py").read_text())
    (faults / "test_faults.py").write_text(FAULT)
    command = [sys.executable, "-m", "pytest", "-p", "xdist.plugin", "--import-mode=importlib", *options, "faults"]
    lots = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = lots | {"PYTHONPATH": str(TESTS.parent), "HOW": how, "BUGLE_BACKEND": backend, **ALONE}
    done = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True, check=False)
    printed = done.stdout + done.stderr
    told = [line.split()[0] for line in printed.splitlines() if line.endswith(("1.0 s", "skipped: a disk"))]
    return done.returncode == 0, printed, sorted(told)


@pytest.mark.parametrize("lots", ["0", "2"])
def test_each_fault_has_its_row(tmp_path: Path, lots: str) -> None:
    green, printed, told = run(tmp_path, "well", "-n", lots)
    assert (green, told) == (True, FAULTS), printed


@pytest.mark.parametrize("lots", ["0", "2"])
def test_chosen_faults_suffice(tmp_path: Path, lots: str) -> None:
    green, printed, told = run(tmp_path, "well", "-n", lots, "-k", "f2")
    assert (green, told) == (True, ["f2"]), printed


@pytest.mark.parametrize(
    ("how", "told", "problem"),
    [
        ("dies in the end", FAULTS, "lot gw0 was lost"),
        ("dies", ["f0", "f2", "f3"], "[f1] has no row"),
        ("rowless", ["f0", "f2", "f3"], "[f1] has no row"),
        ("missing", FAULTS, "no fault was judged"),
        ("unequal", FAULTS, '{"equal": false}'),
    ],
)
def test_what_is_lost_is_told(tmp_path: Path, how: str, told: list[str], problem: str) -> None:
    green, printed, rows = run(tmp_path, how, "-n", "2")
    assert (green, rows) == (False, told), printed
    assert problem in printed


def test_other_backend_is_refused(tmp_path: Path) -> None:
    green, printed, _ = run(tmp_path, "well", backend="containers")
    assert not green
    assert "faults are done to embedded servers" in printed
