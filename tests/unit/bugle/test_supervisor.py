"""The process manager of a home, started for real but with nothing to run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.programs import Program
from bugle.stack.supervisor import Supervisor


@pytest.mark.parametrize("tied", [False, True])
def test_shutdown_awaits_the_manager(tmp_path: Path, tied: bool) -> None:
    """Whoever deletes the home next must not meet a manager that is still putting its files away."""
    home = Home(tmp_path / "home")
    home.prepare()
    manager = Supervisor(home)
    manager.launch(tied)
    manager_id = int((home.path / "supervisord.pid").read_text())
    manager.shutdown()
    assert not manager.running()
    assert not (home.path / "supervisord.pid").exists()
    assert os.waitpid(manager_id, os.WNOHANG)[0] == manager_id


def test_shutdown_of_nothing_returns(tmp_path: Path) -> None:
    Supervisor(Home(tmp_path)).shutdown()


def test_ending_manager_is_waited_for(tmp_path: Path) -> None:
    """Until its last process has ended it refuses every call; then nothing runs, and a start may begin."""
    manager = _ending(Home(tmp_path / "home"))
    assert not manager.running()
    assert manager.states() == []
    assert not (tmp_path / "home" / "supervisord.pid").exists(), "a new one could start"


def test_order_to_ending_manager_is_refused(tmp_path: Path) -> None:
    manager = _ending(Home(tmp_path / "home"))
    with pytest.raises(StackError, match="stopped meanwhile"):
        manager.start(["slow"])
    with pytest.raises(StackError, match="stopped meanwhile"):
        manager.define("none", [])


def _ending(home: Home) -> Supervisor:
    """A manager that was told to end and waits for a process that takes its time."""
    home.prepare()
    manager = Supervisor(home)
    manager.launch()
    lingering = "trap 'sleep 1; exit' TERM; touch ready; while :; do sleep 0.05; done"
    manager.define("slow", [Program("slow", ("sh", "-c", f"cd {home.path}; {lingering}"))])
    manager.start(["slow"])
    while not (home.path / "ready").exists():
        time.sleep(0.05)
    os.kill(int((home.path / "supervisord.pid").read_text()), signal.SIGTERM)
    while "received SIGTERM" not in (home.path / "logs" / "supervisord.log").read_text():
        time.sleep(0.02)
    return manager
