"""The command line as a whole."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from bugle import cli


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(cli.app, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert "Usage" in result.output


def test_help_lists_all_commands() -> None:
    result = CliRunner().invoke(cli.app, ["--help"])
    assert result.exit_code == 0
    assert [name for name in cli.COMMANDS if name not in result.output] == []


def test_unknown_command_is_refused() -> None:
    result = CliRunner().invoke(cli.app, ["strat"])
    assert result.exit_code == 2
    assert "strat" in result.output


def test_status_loads_no_client_library() -> None:
    """`bugle status` answers at once because it imports neither database, broker nor web libraries."""
    heavy = "{'sqlalchemy', 'kafka', 'fastapi', 'alembic'}"
    program = f"import sys, bugle.stack.commands; print(sorted({heavy} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, check=True)
    assert done.stdout == "[]\n"
