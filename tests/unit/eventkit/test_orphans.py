"""A pool's processes outlive no kill -9 of the one that made the pool."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from eventkit.orphans import end_with_parent

SCRIPT = """
import os, time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from eventkit.orphans import end_with_parent

if __name__ == "__main__":
    pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer={initializer})
    print(pool.submit(os.getpid).result(), flush=True)
    time.sleep(60)
"""


def orphan(folder: Path, initializer: str) -> int:
    """The process of a pool whose maker has been killed."""
    script = folder / "script.py"
    script.write_text(SCRIPT.format(initializer=initializer))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as maker:
        assert maker.stdout is not None
        helper = int(maker.stdout.readline())
        maker.send_signal(signal.SIGKILL)
    return helper


def runs(process: int) -> bool:
    """Whether it runs; one that has ended and that nobody has asked about does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_helper_ends_with_its_maker(tmp_path: Path) -> None:
    helper = orphan(tmp_path, "end_with_parent")
    while runs(helper):  # the test's own limit ends it
        time.sleep(0.05)


def test_helper_left_alone_goes_on(tmp_path: Path) -> None:
    helper = orphan(tmp_path, "None")
    time.sleep(0.5)
    assert runs(helper)
    os.kill(helper, signal.SIGKILL)


def test_process_of_its_own_is_told() -> None:
    with pytest.raises(RuntimeError, match="for a process that multiprocessing started"):
        end_with_parent()
