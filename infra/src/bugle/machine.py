"""What a command tells a machine: with `--json` one object on standard output, and nothing else there."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
import typer

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


def tell(told: Any) -> None:
    """Print it as JSON that people can read too."""
    typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


def tell_line(told: Any) -> None:
    """Print it as one line of many."""
    typer.echo(orjson.dumps(told).decode())
