"""`bugle analyst`: the database address for analysts' own tools."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from bugle.stack import Stack
from bugle.stack.databases import create_reader
from bugle.stack.embedded import demand_running


def analyst(
    as_json: Annotated[bool, typer.Option("--json", help="The result as one JSON object.")] = False,
) -> None:
    """Print the address by which tools such as Metabase, R or Excel read reporting's views: see docs/analysis.md.

    Made for its first use: a role that may read the schema `analysis`, of all agencies, and nothing else.
    """
    stack = Stack()
    demand_running(stack)
    url = create_reader(stack.postgres, stack.system.database("reporting").name)
    typer.echo(json.dumps({"url": url}) if as_json else url)
