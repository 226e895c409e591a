"""The process manager of a home, started for real but with nothing to run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bugle.stack.home import Home
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
