"""`bugle rebuild`: runs the service's own rebuild with the service's settings."""

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

REBUILT = ("reporting",)


def rebuild(
    service: Annotated[str, typer.Argument(help="The service whose projections are made anew: reporting.")],
    as_json: AsJson = False,
    accept: Annotated[bool, typer.Option("--accept", help="Swap even if the tables differ.")] = False,
) -> None:
    """Build a service's projections anew from the topics, compare them with the live ones and swap; work goes on."""
    if service not in REBUILT:
        raise BadChoice(f"{service} has nothing to rebuild; try: bugle rebuild {REBUILT[0]}")
    stack = Stack()
    demand_running(stack)
    options = [flag for flag, given in (("--json", as_json), ("--accept", accept)) if given]
    command = [sys.executable, "-m", f"{service}.entrypoints.rebuild", *options]
    settings = stack.system.environment(f"{service}-worker")
    settings["BUGLE_OWNER_DATABASE_URL"] = stack.system.database(service).owner_url
    raise typer.Exit(subprocess.run(command, env=os.environ | settings, check=False).returncode)
