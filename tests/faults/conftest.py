"""A running system on servers of its own, on which faults are tried, and the table at the end.

Each lot of a run in parts has such a system, and the table has the rows of all.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bugle.chaos.arena import Arena, arena
from bugle.chaos.faults.crashes import rebuild
from bugle.chaos.grounds import grounds
from bugle.chaos.table import Row, Table
from tests.support.backends import BACKEND

_TABLE = pytest.StashKey[Table]()
_SENT = pytest.StashKey[int]()
_ROW = "row"
"""Under which a report brings a row: what a lot has told is not lost with the lot."""

_FAULT = "::test_fault_breaks_no_invariant["


def pytest_configure(config: pytest.Config) -> None:
    if BACKEND != "embedded":
        raise pytest.UsageError(f"faults are done to embedded servers; BUGLE_BACKEND is {BACKEND!r}")
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Run(config))


@pytest.fixture(scope="session")
def ring(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """The arena. BUGLE_SEED repeats a run's dice. At its end the other half of I6: a rebuild equals the live tables."""
    folder = Path(tempfile.mkdtemp(prefix="bugle-faults-"))
    seed = os.environ.get("BUGLE_SEED") or os.urandom(4).hex()
    try:
        with grounds(folder) as place, arena(place, "faults", folder, seed) as ring:
            request.config.stash[_TABLE] = ring.table
            yield ring
            done = rebuild(ring)
            assert done.returncode == 0, done.stdout + done.stderr
            assert '"equal": true' in done.stdout, done.stdout
    finally:
        shutil.rmtree(folder)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    stash = item.config.stash
    if _TABLE in stash:
        rows = stash[_TABLE].rows
        report.user_properties += [(_ROW, row.json()) for row in rows[stash.get(_SENT, 0) :]]
        stash[_SENT] = len(rows)
    return report


class Run:
    """The whole run: it is red when a fault has no row, when none was judged or when a lot was lost."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._table = Table()
        self._faults: dict[str, bool] = {}
        """Of each fault that was collected, whether it has a row."""
        self._problems: list[str] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._collected(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """A lot has collected; each collects the same."""
        self._collected(ids)

    def _collected(self, ids: Iterable[str]) -> None:
        for id in ids:
            if _FAULT in id:
                self._faults.setdefault(id, False)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, told in report.user_properties:
            if name == _ROW:
                self._table.rows.append(Row.of(told))  # type: ignore[arg-type] # pytest calls every value an object
                self._faults[report.nodeid] = True

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A lot has ended, as it should if it sent its output."""
        if error or not hasattr(node, "workeroutput"):
            self._problems.append(f"lot {node.gateway.id} was lost, and what its system would have told in the end")

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self._config.option.collectonly:
            return
        self._problems += [f"{id} has no row" for id, told in self._faults.items() if not told]
        if self._faults and not self._table.judged:
            self._problems.append("no fault was judged")
        if self._problems and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self._table.rows or self._problems:
            terminalreporter.section("faults and invariants")
            for line in (*self._table.lines(), *self._problems):
                terminalreporter.write_line(line)
