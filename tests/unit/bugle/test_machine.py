"""Every command tells machines what it found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import typer.core
import typer.main

from bugle.cli import COMMANDS, app

ALREADY = {
    "bench": "prints a JSON line for each workload",
    "audit head": "prints the signed head, which is JSON",
}
"""What is JSON without being asked to."""


def commands() -> Iterator[tuple[str, Any]]:
    """Each command with its words on the command line."""
    root: Any = typer.main.get_command(app)
    for name in COMMANDS:
        found = root.get_command(None, name)
        if isinstance(found, typer.core.TyperGroup):
            yield from ((f"{name} {word}", one) for word, one in found.commands.items())
        else:
            yield name, found


@pytest.mark.parametrize(("name", "command"), [pytest.param(*one, id=one[0]) for one in commands()])
def test_command_speaks_to_machines(name: str, command: Any) -> None:
    options = {option for parameter in command.params for option in parameter.opts}
    assert ("--json" in options) != (name in ALREADY)


def test_what_is_named_is_there() -> None:
    assert {name for name, _ in commands()} >= ALREADY.keys()
