"""A command that a server leaves in the middle ends in a message; every other error keeps its traceback."""

from __future__ import annotations

import psycopg
import pytest
from kafka.errors import KafkaConnectionError
from psycopg import errors as postgres
from sqlalchemy.exc import OperationalError

from bugle import cli


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (psycopg.OperationalError("connection failed: FATAL:  the database system is shutting down"), "shutting down"),
        (postgres.AdminShutdown("terminating connection"), "PostgreSQL does not serve"),
        (postgres.CannotConnectNow("the database system is starting up"), "PostgreSQL does not serve"),
        (OperationalError("SELECT 1", {}, postgres.AdminShutdown("terminating")), "PostgreSQL does not serve"),
        (KafkaConnectionError("socket disconnected"), "Kafka does not serve"),
    ],
)
def test_server_away_ends_in_message(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        _run(error, monkeypatch)
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert told in said
    assert said.endswith("See: bugle status\n")


@pytest.mark.parametrize("error", [FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError])
def test_path_that_cannot_be_used_is_named(
    error: type[OSError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = {FileNotFoundError: 2, PermissionError: 13, NotADirectoryError: 20, IsADirectoryError: 21}[error]
    with pytest.raises(SystemExit) as ended:
        _run(OSError(code, "cannot be used", "log.jsonl"), monkeypatch)
    assert (ended.value.code, capsys.readouterr().err) == (1, "bugle: log.jsonl: cannot be used.\n")


@pytest.mark.parametrize(
    "error",
    [
        ValueError("a mistake"),
        FileNotFoundError(2, "none"),
        postgres.UndefinedTable("no table"),
        postgres.DiskFull(""),
    ],
)
def test_other_error_keeps_its_traceback(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(type(error)):
        _run(error, monkeypatch)


def _run(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def command() -> None:
        raise error

    monkeypatch.setattr(cli, "app", command)
    cli.main()
