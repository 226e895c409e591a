"""A running system on servers of its own, on which faults are tried, and the table at the end.

Each lot of a run in parts has such a system, and the table has the rows of all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bugle.chaos.arena import Arena, arena
from bugle.chaos.grounds import grounds
from bugle.chaos.table import Row, Table
from tests.support.backends import BACKEND

_TABLE = pytest.StashKey[Table]()
_ROWS = "rows"
"""Under which a lot sends its rows to the run."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if BACKEND != "embedded":
        skipped = pytest.mark.skip(reason=f"faults are done to embedded servers; this run's are {BACKEND}")
        for item in items:
            item.add_marker(skipped)


@pytest.fixture(scope="session")
def ring(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """The arena. BUGLE_SEED repeats a run's dice."""
    folder = Path(tempfile.mkdtemp(prefix="bugle-faults-"))
    seed = os.environ.get("BUGLE_SEED") or os.urandom(4).hex()
    try:
        with grounds(folder) as place, arena(place, "faults", folder, seed) as ring:
            request.config.stash[_TABLE] = ring.table
            yield ring
    finally:
        shutil.rmtree(folder)


def pytest_sessionfinish(session: pytest.Session) -> None:
    table = session.config.stash.get(_TABLE, None)
    if table is not None and hasattr(session.config, "workeroutput"):
        session.config.workeroutput[_ROWS] = [row.json() for row in table.rows]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A lot of the run has ended."""
    told = getattr(node, "workeroutput", {}).get(_ROWS, [])
    node.config.stash.setdefault(_TABLE, Table()).rows.extend(map(Row.of, told))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(_TABLE, None)
    if table is not None and table.rows:
        terminalreporter.section("faults and invariants")
        for line in table.lines():
            terminalreporter.write_line(line)
