"""`bugle deliveries`: what notifications have not arrived, and having them tried again, by the service's own code."""

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

STATES = ("waiting", "held", "no_address", "delivered", "dead", "cancelled")


def deliveries(
    retry: Annotated[
        list[str] | None, typer.Option("--retry", help="Ids of the list, or all: what was given up (or is in --state).")
    ] = None,
    state: Annotated[str | None, typer.Option(help=f"Only these: {', '.join(STATES)}.")] = None,
    as_json: AsJson = False,
) -> None:
    """List what has not arrived, or have it tried again; exit status 1 when there is no such delivery."""
    if state is not None and state not in STATES:
        raise BadChoice(f"{state!r} is no state. Choose from: {', '.join(STATES)}.")
    stack = Stack()
    demand_running(stack)
    options = [*(["--json"] if as_json else []), *([f"--state={state}"] if state else [])]
    options += [f"--retry={one}" for one in retry or []]
    command = [sys.executable, "-m", "supervision.entrypoints.deliveries", *options]
    settings = stack.system.environment("supervision-notifier")
    raise typer.Exit(subprocess.run(command, env=os.environ | settings, check=False).returncode)
