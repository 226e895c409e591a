"""An operator brings a deployed system back: Kafka asks who comes in, and only the restorer may make topics anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bugle import cli
from bugle.quiet import wait_quiet
from bugle.stack.system import PROCESSES
from tests.containers.conftest import Compose, bring_in, bugle

pytestmark = pytest.mark.timeout(900)


def restore(compose: Compose, *arguments: object, status: int) -> Any:
    asked = ["restore", *map(str, arguments), "--json", "--against", str(compose.file)]
    done = CliRunner().invoke(cli.app, asked)
    assert done.exit_code == status, (done.output, done.exception)
    return json.loads(done.stdout)


def test_deployed_system_is_brought_back(compose: Compose, tmp_path: Path) -> None:
    kept, lost = "rongchang", "chuanhui"
    bring_in(compose.place, kept)
    wait_quiet(compose.place)
    bugle(compose, "backup", "--out", str(tmp_path / "backup"), "--keys", str(tmp_path / "keys"))
    before = bugle(compose, "figures", "--programme", kept)
    bring_in(compose.place, lost)
    wait_quiet(compose.place)

    compose.run("stop", *PROCESSES)
    told = restore(compose, tmp_path / "backup", status=1)
    assert told["ahead"] and not told["restored"]
    told = restore(compose, tmp_path / "backup", "--discard-ahead", status=0)
    assert told["restored"]
    compose.run("up", "--detach", "--wait")

    wait_quiet(compose.place)
    assert "Everything agrees." in bugle(compose, "verify")
    assert bugle(compose, "figures", "--programme", kept) == before
    bring_in(compose.place, lost)
    wait_quiet(compose.place)
    assert "Everything agrees." in bugle(compose, "verify")
