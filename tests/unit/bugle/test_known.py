"""Whether a running system knows who and what a command names."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import typer
from typer.testing import CliRunner

import bugle.answers
import bugle.known
import bugle.stack.commands
from bugle.cli import app
from bugle.known import programme_named, stranger
from bugle.stack.errors import StackError

ANSWERS = {
    "/v1/programmes/jinxian": {"programme": "jinxian", "agency": "jinxian", "document": {"zone": "Asia/Shanghai"}},
    "/v1/directories/jinxian": {"units": [{"id": "dept-01", "name": "发改委"}]},
}


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A system whose intake answers so."""

    def answer(request: httpx.Request) -> httpx.Response:
        held = ANSWERS.get(request.url.path)
        return httpx.Response(404, json={"title": "Not found"}) if held is None else httpx.Response(200, json=held)

    client = httpx.Client
    transport = httpx.MockTransport(answer)
    monkeypatch.setattr(bugle.answers.httpx, "Client", lambda **about: client(**about, transport=transport))
    monkeypatch.setattr(bugle.answers, "Keys", lambda home: SimpleNamespace(token=lambda *_, **__: "token"))
    return SimpleNamespace(home=None, url=lambda service: "http://intake")


def test_unknown_programme_is_refused(place: Any) -> None:
    known = programme_named(place, "jinxian")
    assert (known.zone.key, known.units) == ("Asia/Shanghai", {"dept-01": "发改委"})
    with pytest.raises(typer.BadParameter, match="There is no programme nosuch"):
        programme_named(place, "nosuch")


@pytest.mark.parametrize(
    ("agency", "department", "said"),
    [
        ("jinxian", None, None),
        ("jinxian", "dept-01", None),
        ("nosuch", None, "The running system knows no agency nosuch: there the token opens nothing."),
        ("jinxian", "nosuch", "The running system knows no unit nosuch of jinxian: there the token opens nothing."),
    ],
)
def test_strangers_are_told(place: Any, agency: str, department: str | None, said: str | None) -> None:
    assert stranger(place, agency, department) == said


def test_token_warns_of_a_stranger(place: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SimpleNamespace(token=lambda *_, **__: "token")
    monkeypatch.setattr(bugle.stack.commands, "Stack", lambda: SimpleNamespace(keys=keys))
    monkeypatch.setattr(bugle.stack.commands, "running_place", lambda against: place)
    told = CliRunner().invoke(app, ["token", "--role", "office", "--agency", "nosuch"])
    assert (told.exit_code, told.stdout) == (0, "token\n") and "knows no agency nosuch" in told.stderr


def test_up_tells_what_runs_already(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for running in (True, False):
        stack = SimpleNamespace(running=lambda held=running: held, start=lambda: None, system=None)
        monkeypatch.setattr(bugle.stack.commands, "terminal_stack", lambda stack=stack: stack)
        monkeypatch.setattr(bugle.stack.commands, "announce", lambda place: None)
        told.append(CliRunner().invoke(app, ["up", "--detach"]).stderr)
    assert told == ["It runs already.\n", ""]


def test_token_needs_no_running_system(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(against: str) -> None:
        raise StackError("Nothing runs.")

    keys = SimpleNamespace(token=lambda *_, **__: "token")
    monkeypatch.setattr(bugle.stack.commands, "Stack", lambda: SimpleNamespace(keys=keys))
    monkeypatch.setattr(bugle.stack.commands, "running_place", nothing)
    told = CliRunner().invoke(app, ["token", "--role", "office", "--agency", "nosuch"])
    assert (told.exit_code, told.stdout, told.stderr) == (0, "token\n", "")
