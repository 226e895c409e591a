"""The command `bugle`. Each command is a function of its own module, imported when it is called."""

from __future__ import annotations

import errno
import importlib
import sys
from collections.abc import Callable
from typing import Any

import typer
import typer.core
import typer.main

from bugle.stack.errors import BadChoice, StackError

# name → module:function or module:app; a function is a command with Typer's annotations, its docstring the help.
COMMANDS = {
    "up": "bugle.stack.commands:up",
    "down": "bugle.stack.commands:down",
    "status": "bugle.stack.commands:status",
    "logs": "bugle.stack.commands:logs",
    "token": "bugle.stack.commands:token",
    "import": "bugle.importing.command:import_",
    "generate": "bugle.generating.command:generate",
    "demo": "bugle.demo.command:demo",
    "figures": "bugle.demo.command:figures",
    "verify": "bugle.verify.command:verify",
    "scenarios": "bugle.scenarios.command:scenarios",
    "bulletin": "bugle.bulletins.command:bulletin",
    "rules": "bugle.rules.command:rules",
    "whatif": "bugle.whatif.command:whatif",
    "analyst": "bugle.analyst:analyst",
    "export": "bugle.export:export",
    "rebuild": "bugle.rebuild:rebuild",
    "redrive": "bugle.redrive:redrive",
    "deliveries": "bugle.deliveries:deliveries",
    "erase": "bugle.erasure.command:erase",
    "backup": "bugle.backup.command:backup",
    "restore": "bugle.backup.command:restore",
    "chaos": "bugle.chaos.command:chaos",
    "bench": "bench.command:bench",
    "audit": "bugle.audit.command:app",
    "secrets": "bugle.deployed.command:app",
}


class _Lazy(typer.core.TyperGroup):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        return _command(cmd_name, getattr(importlib.import_module(module), name))


def _command(name: str, function: Callable[..., Any] | typer.Typer) -> Any:
    if isinstance(function, typer.Typer):
        group = typer.main.get_command(function)
        group.name = name
        return group
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command(name)(function)
    return typer.main.get_command(app)


app = typer.Typer(cls=_Lazy, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def _bugle() -> None:
    """Bugle: enterprises' issues from the first report to the verified close-out."""


_OF_PATHS = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EACCES, errno.EPERM, errno.EROFS})
"""What the operator can mend who has named a path."""


def main() -> None:
    """Run the command line; what the operator can mend ends in one message and exit status 1, a wrong
    argument in 2."""
    try:
        app()
    except StackError as error:
        _fail(str(error), 2 if isinstance(error, BadChoice) else 1)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            _fail(
                f"The disk is full: {error.filename or 'no space is left'}. Free some space and run the command again."
            )
        if error.errno not in _OF_PATHS or error.filename is None:
            raise
        _fail(f"{error.filename}: {error.strerror}.")
    except Exception as error:
        from bugle.stack.away import away  # the clients' libraries, which a command without them shall not wait for

        told = away(error)
        if told is None:
            raise
        _fail(told)


def _fail(message: str, status: int = 1) -> None:
    typer.echo(f"bugle: {message}", err=True)
    sys.exit(status)
