"""The command `bugle` on a home of its own: start, look, stop, start again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bugle.stack import Home, Stack, System
from bugle.stack.databases import plain
from bugle.stack.postgres import SUPERUSER
from bugle.stack.system import PROCESSES, SERVICES
from tests.support.backends import embedded_only

pytestmark = [pytest.mark.timeout(400), embedded_only]
BUGLE = Path(sys.executable).with_name("bugle")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A home that, for root, PostgreSQL's account cannot reach: pytest's folders are closed to others."""
    stack = Stack(Home(tmp_path_factory.mktemp("operator") / "home"))
    yield stack
    stack.stop()
    shutil.rmtree(stack.postgres.place, ignore_errors=True)


def bugle(stack: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BUGLE), *arguments], env=environment(stack), text=True, capture_output=True, check=False, timeout=200
    )


def environment(stack: Stack) -> dict[str, str]:
    return os.environ | {"BUGLE_HOME": str(stack.home.path), "NO_COLOR": "1"}


def test_nothing_runs_before_start(stack: Stack) -> None:
    assert bugle(stack, "status").returncode == 1
    assert not json.loads(bugle(stack, "status", "--json").stdout)["ready"]
    assert not stack.home.path.exists(), "to look makes nothing"
    down = bugle(stack, "down")
    assert (down.returncode, down.stdout) == (0, "Nothing runs.\n")
    assert "run `bugle up` once" in bugle(stack, "token", "--role", "office", "--agency", "jinxian").stderr


def test_whole_life_of_stack(stack: Stack) -> None:
    """One test, for a start costs more than all that is looked at."""
    started = bugle(stack, "up", "--detach")
    assert started.returncode == 0, started.stderr
    assert "/docs" in started.stdout
    ports = json.loads((stack.home.path / "ports.json").read_text())
    _look_at_status(stack)
    _look_at_logs_and_token(stack)
    _leave_a_row(stack)
    again = bugle(stack, "up", "--detach")  # on a running stack it only makes sure
    assert again.returncode == 0, again.stderr
    assert bugle(stack, "down").returncode == 0
    assert not stack.running()
    assert bugle(stack, "status").returncode == 1

    _start_and_interrupt(stack)
    assert json.loads((stack.home.path / "ports.json").read_text()) == ports


def _look_at_status(stack: Stack) -> None:
    status = bugle(stack, "status", "--json")
    told = json.loads(status.stdout)
    assert (status.returncode, told["ready"]) == (0, True)
    assert {row["name"] for row in told["processes"]} == {"postgres", "kafka", *PROCESSES}
    assert all(row["status"] == "RUNNING" and row["pid"] and row["port"] for row in told["processes"])
    assert told["metrics"]["bugle_pending_events"].keys() == {
        f"service={name}" for name in SERVICES if name != "reporting"
    }
    assert told["metrics"]["bugle_sweep_overdue_keys"]["table=watches"] == 0
    assert "intake-http" in bugle(stack, "status").stdout


def _look_at_logs_and_token(stack: Stack) -> None:
    assert "intake-relay: " in bugle(stack, "logs", "intake", "--lines", "5").stdout
    assert bugle(stack, "logs", "kafka").stdout
    assert "Choose from: intake" in bugle(stack, "logs", "nonsense").stderr
    token = bugle(stack, "token", "--role", "analyst", "--agency", "jinxian").stdout.strip()
    request = urllib.request.Request(
        f"{stack.system.url('reporting')}/v1/ledger", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200


def _leave_a_row(stack: Stack) -> None:
    database = stack.create_database("kept")
    with psycopg.connect(plain(database.owner_url)) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def _start_and_interrupt(stack: Stack) -> None:
    command = [str(BUGLE), "up"]
    with subprocess.Popen(command, env=environment(stack), text=True, stdout=subprocess.PIPE) as up:
        assert up.stdout is not None
        assert any("Running" in line for line in up.stdout)
        with psycopg.connect(stack.postgres.url(SUPERUSER, "kept")) as connection:
            assert connection.execute("SELECT answer FROM kept").fetchall() == [(42,)]
        pids = [state.pid for state in stack.states()]
        up.send_signal(signal.SIGINT)
        assert up.wait(60) == 0
    assert not stack.running()
    assert not [pid for pid in pids if pid and alive(pid)]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_interrupted_start_leaves_nothing(stack: Stack) -> None:
    with subprocess.Popen([str(BUGLE), "up"], env=environment(stack), text=True, stderr=subprocess.PIPE) as up:
        assert up.stderr is not None
        assert any("Preparing" in line for line in up.stderr)
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 130
    assert not stack.running()


def test_killed_processes_come_back(system: System) -> None:
    killed = {process: system.kill(process) for process in PROCESSES}
    for process, before in killed.items():
        system.wait_for_restart(process, before)
    assert not {system.pid(process) for process in PROCESSES} & {*killed.values(), None}
