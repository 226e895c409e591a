"""`bugle export`: the file takes its place when it is whole; otherwise nothing changes and the status says so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from typer.testing import CliRunner

import bugle.export
from bugle.cli import app
from bugle.stack import StackError

ROWS = b"\xef\xbb\xbfIssue id\r\n1\r\n"
REFUSED = {"detail": "no", "errors": [{"field": "/list", "problem": "There is no such list.", "mend": "use ledger"}]}

UNFILTERED = {"errors": [{"field": "foo", "problem": "'foo' is no filter here", "mend": "use state"}]}


class Reporting(BaseHTTPRequestHandler):
    """Answers as reporting does, and badly where the list is called so."""

    asked: dict[str, str]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        type(self).asked = dict(parse_qsl(parts.query))
        name = parts.path.removeprefix("/v1/exports/")
        if name in ("luck", "bad", "busy"):
            body = json.dumps(UNFILTERED if name == "bad" else REFUSED).encode()
            self._send({"luck": 404, "bad": 422, "busy": 503}[name], body, len(body))
            return
        self._send(200, ROWS, len(ROWS) + (100 if name == "short" else 0))

    def _send(self, status: int, body: bytes, length: int) -> None:
        self.send_response(status)
        told = {"Rows": "1", "Complete": "false", "Known-Until": "2021-04-22T00:00:00+00:00", "As-Of": "2021-04-22"}
        for header, value in told.items():
            self.send_header(f"Bugle-{header}", value)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *about: object) -> None: ...


@pytest.fixture(autouse=True)
def reporting(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    server = HTTPServer(("127.0.0.1", 0), Reporting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    place = SimpleNamespace(home=None, url=lambda service: url)
    monkeypatch.setattr(bugle.export, "running_place", lambda against: place)
    monkeypatch.setattr(bugle.export, "Keys", lambda home: SimpleNamespace(token=lambda *_, **__: "token"))
    yield
    server.shutdown()
    thread.join()
    server.server_close()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["export", *arguments])


def test_file_takes_its_place(tmp_path: Path) -> None:
    out = tmp_path / "ledger.csv"
    out.write_text("before")
    filters = ("--filter", "state=closed_out", "--filter", "kind=power", "--as-of", "2021-04-22")
    told = run("ledger", "--programme", "jinxian", *filters, "--out", str(out), "--lang", "zh", "--json")
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout) == {
        "list": "ledger",
        "out": str(out),
        "bytes": len(ROWS),
        "rows": 1,
        "complete": False,
        "known_until": "2021-04-22T00:00:00+00:00",
        "as_of": "2021-04-22",
    }
    assert Reporting.asked == {
        "programme": "jinxian",
        "state": "closed_out",
        "kind": "power",
        "as_of": "2021-04-22",
        "format": "csv",
        "lang": "zh",
    }
    assert (out.read_bytes(), [file.name for file in tmp_path.iterdir()]) == (ROWS, ["ledger.csv"])


def test_person_is_told_what_is_lacking(tmp_path: Path) -> None:
    told = run("ledger", "--out", str(tmp_path / "ledger.xlsx"))
    assert "1 rows" in told.stdout and "not complete: known up to 2021-04-22" in told.stdout
    assert "gathers" in told.stderr
    assert Reporting.asked["format"] == "xlsx"


@pytest.mark.parametrize("name", ["short", "busy"])
def test_half_a_file_changes_nothing(tmp_path: Path, name: str) -> None:
    out = tmp_path / "ledger.csv"
    out.write_text("before")
    told = run(name, "--out", str(out))
    assert told.exit_code == 1 and isinstance(told.exception, StackError)
    assert (out.read_text(), len(list(tmp_path.iterdir()))) == ("before", 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["luck", "--out", "x.csv"], "Invalid value for LIST: There is no such list; use ledger"),
        (["bad", "--filter", "foo=1", "--out", "x.csv"], "Invalid value for --filter: 'foo' is no filter here; use"),
        (["ledger", "--out", "nodir/x.csv"], "There is no folder nodir."),
        (["ledger", "--out", "x.docx"], "ends in no format"),
        (["ledger", "--out", "x.csv", "--filter", "state"], "write NAME=VALUE"),
        (["ledger", "--out", "x.csv", "--format", "docx"], "docx"),
    ],
)
def test_wrong_question_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    told = run(*arguments)
    assert (told.exit_code, said in " ".join(told.output.replace("│", "").split())) == (2, True), told.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "option"), [("as_of", "--as-of"), ("lang", "--lang"), ("programme", "--programme")])
def test_filter_that_has_an_option_is_refused(tmp_path: Path, name: str, option: str) -> None:
    """It would be lost under what the option says, or leaves out."""
    told = run("ledger", "--filter", f"{name}=x", "--out", str(tmp_path / "ledger.csv"))
    assert told.exit_code == 2 and f"has an option of its own: {option}" in told.output
