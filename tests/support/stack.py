"""The servers and the system that a test run shares."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bugle.stack import Home, Stack, System
from bugle.stack.system import PROCESSES
from tests.support.backends import backend


@contextmanager
def running_servers() -> Iterator[Stack]:
    """PostgreSQL and Kafka, by default in a folder of their own, deleted afterwards; they end with the run."""
    if "BUGLE_TEST_HOME" in os.environ:  # servers that a developer keeps running between test runs
        yield Stack(Home(Path(os.environ["BUGLE_TEST_HOME"])))
        return
    with backend():
        folder = Path(tempfile.mkdtemp(prefix="bugle-test-"))
        stack = Stack(Home(folder), tied=True)
        try:
            stack.start(services=False)
            yield stack
        finally:
            stack.stop()
            shutil.rmtree(folder)


@contextmanager
def running_system(servers: Stack, name: str, processes: Collection[str] = PROCESSES) -> Iterator[System]:
    """A system of its own with every process running; it logs as a system in containers does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BUGLE_LOG", "json")
        system = servers.create_system(name, processes)
    try:
        system.start()
        yield system
    finally:
        system.stop()
