"""`bugle redrive`: applies what a consumer has parked, after the cause has been mended, with the service's own code."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Annotated

import typer

from bugle.machine import AsJson
from bugle.stack import Stack
from bugle.stack.embedded import demand_running
from bugle.stack.errors import BadChoice
from bugle.stack.system import SERVICES


def redrive(
    service: Annotated[str, typer.Argument(help="The consumer: intake, routing, supervision or reporting.")],
    key: Annotated[list[str] | None, typer.Argument(help="Keys (case ids), or all. Without one: list them.")] = None,
    discard: Annotated[
        str | None, typer.Option(metavar="PLACE", help="First give up this record of KEY, as a redrive names it.")
    ] = None,
    reason: Annotated[str | None, typer.Option(help="Why it can never be applied.")] = None,
    by: Annotated[str | None, typer.Option(help="Who decided.")] = None,
    as_json: AsJson = False,
) -> None:
    """Apply parked events in order and release their keys; exit status 1 when one still fails.

    What is discarded is kept with its reason, has no effect in this service, ever, and is told by bugle verify.
    """
    if service not in SERVICES:
        raise BadChoice(f"{service!r} is no service. Choose from: {', '.join(SERVICES)}.")
    stack = Stack()
    demand_running(stack)
    given = {"--discard": discard, "--reason": reason, "--by": by}
    options = [f"{name}={value}" for name, value in given.items() if value is not None]
    options += ["--json"] if as_json else []
    command = [sys.executable, "-m", f"{service}.entrypoints.redrive", *options, *(key or [])]
    settings = stack.system.environment(f"{service}-worker")
    raise typer.Exit(subprocess.run(command, env=os.environ | settings, check=False).returncode)
