"""`bugle scenarios`: what a play leaves stays for ever, so a system in earnest is asked for twice."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from bugle.cli import app
from bugle.scenarios import command
from bugle.scenarios.play import Played
from bugle.stack.errors import BadChoice


@pytest.mark.parametrize(
    ("earnest", "arguments", "plays"), [(False, (), True), (True, (), False), (True, ("--yes",), True)]
)
def test_system_in_earnest_is_asked_for_twice(
    earnest: bool, arguments: tuple[str, ...], plays: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[Any] = []

    def run(system: object, wanted: Any, *_: Any, **__: Any) -> list[Played]:
        played.extend(wanted)
        return [Played(one.row, one.title) for one in wanted]

    class Observer:
        def __init__(self, system: object) -> None: ...

        def __enter__(self) -> Any:
            return SimpleNamespace(in_earnest=lambda plays: earnest)

        def __exit__(self, *error: object) -> None: ...

    monkeypatch.setattr(command, "running_place", lambda against: None)
    monkeypatch.setattr(command, "Observer", Observer)
    monkeypatch.setattr(command, "run", run)
    told = CliRunner().invoke(app, ["scenarios", "R1", *arguments])
    assert ([one.row for one in played], isinstance(told.exception, BadChoice)) == (["R1"] * plays, not plays)


def test_help_tells_that_a_play_stays() -> None:
    told = " ".join(CliRunner().invoke(app, ["scenarios", "--help"]).output.split())
    assert "cannot be undone" in told and "--yes" in told
