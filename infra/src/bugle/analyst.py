"""`bugle analyst`: the database address for analysts' own tools."""

from __future__ import annotations

import typer

from bugle.machine import AsJson, tell
from bugle.stack import Stack
from bugle.stack.databases import create_reader
from bugle.stack.embedded import demand_running


def analyst(as_json: AsJson = False) -> None:
    """Print the address by which tools such as Metabase, R or Excel read reporting's views: see docs/analysis.md.

    Made for its first use: a role that may read the schema `analysis`, of all agencies, and nothing else.
    """
    stack = Stack()
    demand_running(stack)
    url = create_reader(stack.postgres, stack.system.database("reporting").name)
    if as_json:
        tell({"url": url})
    else:
        typer.echo(url)
