"""On how many brokers a restore has the topics lie: no fewer than the deployed system has."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugle.backup.topics import replication
from bugle.stack.errors import StackError
from bugle.stack.place import Deployed, read_deployed


@pytest.fixture
def deployed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Deployed:
    monkeypatch.delenv("BUGLE_REPLICATION", raising=False)
    file = tmp_path / ".env"
    file.write_text("BUGLE_KAFKA_PORT=9094\nBUGLE_REPLICATION=3\n")
    return read_deployed(file)


def test_settings_file_tells_replication(deployed: Deployed) -> None:
    assert replication(deployed) == 3


def test_shell_overrides_the_file(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does for docker compose: two of three brokers run."""
    monkeypatch.setenv("BUGLE_REPLICATION", "2")
    assert replication(deployed) == 2


def test_one_broker_where_nothing_is_said(deployed: Deployed) -> None:
    assert replication(Deployed(deployed.file, {})) == 1


@pytest.mark.parametrize("told", ["three", "0", "-1"])
def test_no_number_is_refused(deployed: Deployed, told: str) -> None:
    with pytest.raises(StackError, match="must be a number of brokers"):
        replication(Deployed(deployed.file, {"BUGLE_REPLICATION": told}))
