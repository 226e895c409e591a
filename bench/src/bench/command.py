"""The command `bugle bench`."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench import append, react, rebuild, relay
from bench.document import document
from bench.harness import SIZES, Reading, Size
from bench.query import measuring
from bugle.stack import Home, Stack, StackError
from bugle.stack.home import ROOT

WORKLOADS: dict[str, Callable[[Stack, Size], Reading]] = {
    "append": append.measure,
    "relay": relay.measure,
    "react": react.measure,
    "rebuild": rebuild.measure,
    "query": measuring.measure,
}
DOCUMENT = ROOT / "docs" / "benchmarks.md"


class SizeName(StrEnum):
    """`toy` only shows that everything runs."""

    toy = "toy"
    small = "small"
    full = "full"


def bench(
    workloads: Annotated[list[str] | None, typer.Argument(help=f"Of {', '.join(WORKLOADS)}.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them, and write docs/benchmarks.md.")] = False,
    size: Annotated[SizeName, typer.Option(help="How much work.")] = SizeName.small,
    issues: Annotated[int | None, typer.Option(min=1, help="Of query: over so many issues.")] = None,
    home: Annotated[Path | None, typer.Option(help="A folder for servers that are kept; query fills it once.")] = None,
) -> None:
    """Measure against a limit measured in the same run, on servers of its own; one JSON line for each workload.

    bugle bench query --size full --home build/million
    """
    named = list(WORKLOADS) if every else workloads or []
    unknown = [name for name in named if name not in WORKLOADS]
    if unknown or not named:
        raise StackError(
            f"{unknown[0] if unknown else 'Nothing'} cannot be measured. Choose from: {', '.join(WORKLOADS)}."
        )
    held = SIZES[size.value]
    held = replace(held, query_issues=issues or held.query_issues, kept=home is not None)
    with _servers(home) as servers:
        readings = run(servers, named, held)
    if every:
        DOCUMENT.write_text(document(readings, size.value))
    for reading in readings:
        typer.echo(json.dumps(reading.json(), ensure_ascii=False))


def run(servers: Stack, names: Sequence[str], size: Size) -> list[Reading]:
    """Measure one after the other, telling each figure as it comes."""
    readings = []
    for name in names:
        typer.echo(f"{name} …", err=True)
        reading = WORKLOADS[name](servers, size)
        readings.append(reading)
        typer.echo(
            f"{name}: {reading.ours:,.0f} of {reading.limit:,.0f} {reading.unit}, ratio {reading.ratio:.2f}", err=True
        )
    return readings


@contextmanager
def _servers(home: Path | None) -> Iterator[Stack]:
    """PostgreSQL and Kafka in a folder of their own, deleted afterwards where it was not named."""
    folder = home.absolute() if home else Path(tempfile.mkdtemp(prefix="bugle-bench-"))
    stack = Stack(Home(folder), say=lambda text: typer.echo(f"{text} …", err=True))
    try:
        stack.start(services=False)
        yield stack
    finally:
        stack.stop()
        if home is None:
            shutil.rmtree(folder)
