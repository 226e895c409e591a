"""What stands in the way of a start is said in a sentence that names the mend."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from bugle import cli
from bugle.stack import Home, Stack, StackError, jars
from bugle.stack.home import ROOT
from bugle.stack.ports import HOST
from tests.support.backends import embedded_only
from tests.support.sources import PACKAGES

pytestmark = embedded_only


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(Home(tmp_path / "home"))
    yield stack
    shutil.rmtree(stack.postgres.place, ignore_errors=True)


def test_taken_port_is_named(stack: Stack) -> None:
    port = stack.ports.of("kafka")
    with socket.create_server((HOST, port)), pytest.raises(StackError, match=f"Port {port}.*kafka.*ports.json"):
        stack.start(services=False)
    assert not stack.running()


def test_ports_are_remembered(stack: Stack) -> None:
    ports = {name: stack.ports.of(name) for name in ("postgres", "kafka", "intake-http")}
    assert len(set(ports.values())) == 3
    assert {name: Stack(stack.home).ports.of(name) for name in ports} == ports


def test_full_disk_is_named(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")(1 << 40, 1 << 40, 5 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(StackError, match=r"disk is full.*5 MB left.*BUGLE_HOME"):
        stack.start(services=False)


def test_disk_filling_up_ends_in_message(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def write() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "ports.json")

    monkeypatch.setattr(cli, "app", write)
    with pytest.raises(SystemExit, match="1"):
        cli.main()
    assert (
        capsys.readouterr().err == "bugle: The disk is full: ports.json. Free some space and run the command again.\n"
    )


def test_unreachable_registry_is_named(stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as closed:
        nobody = f"http://{HOST}:{closed.getsockname()[1]}"
    monkeypatch.setenv("BUGLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HTTPS_PROXY", nobody)
    monkeypatch.setenv("https_proxy", nobody)
    with pytest.raises(StackError, match=r"could not be fetched.*needs the network"):
        stack.start(services=False)
    assert not list((tmp_path / "cache").glob("kafka-*"))


def test_forged_jar_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def download(jar: jars.Jar) -> Path:
        forged = tmp_path / f"{jar.name}.jar"
        forged.write_bytes(b"not what was pinned")
        return forged

    monkeypatch.setenv("BUGLE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(jars, "_download", download)
    with pytest.raises(StackError, match="SHA-256 digest differs"):
        jars.class_path(lambda done, total: None)
    assert not list((tmp_path / "cache").glob("kafka-*"))


def test_start_excludes_another(stack: Stack) -> None:
    stack.home.prepare()
    with stack.home.alone(), pytest.raises(StackError, match="Another start, stop or restore"):
        stack.start(services=False)


def test_unwritable_home_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StackError, match="BUGLE_HOME"):
        Stack(Home(blocked / "home")).start()


def test_old_python_is_named(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text('#!/bin/sh\ncase "$1" in -c) exit 1;; --version) echo Python 3.9.7;; esac\n')
    python.chmod(0o755)
    shutil.copy(ROOT / "Makefile", tmp_path)
    for file in ("requirements.lock", *(f"{path}/pyproject.toml" for path in PACKAGES.values())):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    command = ["make", "setup", f"PYTHON={python}"]
    done = subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, check=False, env=dict(os.environ))
    assert done.returncode == 2
    assert f"Bugle needs Python 3.11 or newer; {python} is Python 3.9.7" in done.stderr
    assert not (tmp_path / ".venv").exists()
