"""One line an entry, whoever writes it."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from eventkit import tracing
from eventkit.logs import JsonLines, TextLines
from tests.support.ledgers import arrival
from tests.unit.eventkit.spans import TRACE, event_of

LOST = OperationalError("SELECT 1", {}, ConnectionError("refused"))


def record(message: str, *arguments: object, **more: Any) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "eventkit.relay", "levelname": "INFO", "msg": message, "args": arguments})
    vars(made).update(more, created=1767225600.25)
    return made


def read(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonLines("routing", "routing-relay").format(made)
    assert "\n" not in line
    told: dict[str, Any] = json.loads(line)
    return told


def test_json_line_names_its_process() -> None:
    assert read(record("%d events", 3)) == {
        "time": "2026-01-01T00:00:00.250Z",
        "level": "INFO",
        "service": "routing",
        "process": "routing-relay",
        "logger": "eventkit.relay",
        "message": "3 events",
    }


def test_line_is_about_event_in_hand() -> None:
    event = event_of(arrival("e1", "case-1"), TRACE)
    with tracing.following(event, "handle"):
        told = read(record("a remark"))
    assert (told["trace_id"], told["event_id"], told["key"]) == (TRACE[3:35], str(event.id), "case-1")
    assert told["span_id"] != TRACE[36:52]
    assert "trace_id" not in read(record("later"))


def test_error_argument_shows_no_statement() -> None:
    told = read(record("lost a server: %s", LOST))
    assert told["message"] == "lost a server: ConnectionError: refused"


def test_exception_is_told_in_lines() -> None:
    try:
        raise LOST
    except OperationalError as error:
        told = record("failed", exc_info=(type(error), error, error.__traceback__))
    assert read(told)["error"][-1] == "ConnectionError: refused"
    assert "SELECT" not in json.dumps(read(told))
    lines = TextLines("routing", "routing-relay").format(told).splitlines()
    assert lines[0] == "2026-01-01T00:00:00.250Z INFO eventkit.relay: failed" and len(lines) > 2


def test_text_line_ends_with_ids() -> None:
    line = TextLines("routing", "routing-relay").format(record("applied", about={"key": "case-1"}))
    assert line.endswith("INFO eventkit.relay: applied [key=case-1]")


PROGRAM = """
import logging, sys, threading, warnings
from eventkit.process import begin
from eventkit.settings import LogSettings, read
begin("toy", "worker", read(LogSettings))
warnings.warn("deprecated")
logging.getLogger("uvicorn.error").info("started")
logging.getLogger("faust.worker").info("started")
thread = threading.Thread(target=lambda: 1 / 0)
thread.start(); thread.join()
raise ValueError("at last")
"""


def run(form: str) -> subprocess.CompletedProcess[str]:
    environment = {"BUGLE_LOG": form, "PYTHONWARNINGS": "default"}
    command = [sys.executable, "-c", PROGRAM]
    return subprocess.run(command, env=environment, text=True, capture_output=True, check=False)


def test_everything_of_process_is_json() -> None:
    done = run("json")
    told = [json.loads(line) for line in done.stderr.splitlines()]
    assert (done.returncode, done.stdout) == (1, "")
    assert [line["logger"] for line in told] == [
        *("py.warnings", "uvicorn.error", "faust.worker", "eventkit.logs", "eventkit.logs"),
    ]
    assert {line["process"] for line in told} == {"toy-worker"}
    assert [line["error"][-1] for line in told[-2:]] == ["ZeroDivisionError: division by zero", "ValueError: at last"]


def test_unknown_form_stops_the_start() -> None:
    done = run("xml")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "This process cannot start: BUGLE_LOG must be one of text, json.",
    )


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_log_shows_python_source(form: str) -> None:
    assert "raise ValueError" not in run(form).stderr
