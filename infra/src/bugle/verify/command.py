"""The command `bugle verify`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import psycopg
import typer

from bugle.machine import AsJson, tell
from bugle.quiet import Restless, wait_quiet
from bugle.stack import Stack
from bugle.stack.place import EMBEDDED, Against, Place, running_place
from bugle.verify.checks import run
from bugle.verify.consumption import SOURCES
from bugle.verify.report import TITLES, Report
from bugle.verify.servers import Addresses, Unreachable, opened
from eventkit.settings import KafkaSettings
from eventkit.settings import read as read_settings

BROKEN, UNREACHABLE = 1, 2
PATIENCE = 60.0  # seconds


def _database(service: str) -> Any:
    name = f"BUGLE_{service.upper()}_DATABASE_URL"
    return typer.Option(envvar=name, help="Its database, if not the stack's.", show_default=False)


def verify(
    as_json: AsJson = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait until the system is quiet.")] = PATIENCE,
    intake: Annotated[str | None, _database("intake")] = None,
    routing: Annotated[str | None, _database("routing")] = None,
    supervision: Annotated[str | None, _database("supervision")] = None,
    reporting: Annotated[str | None, _database("reporting")] = None,
    kafka: Annotated[str | None, typer.Option(envvar="BUGLE_KAFKA", help="host:port, if not the stack's.")] = None,
    topic_prefix: Annotated[str, typer.Option(envvar="BUGLE_TOPIC_PREFIX", help="Before the topics' names.")] = "",
    against: Against = EMBEDDED,
) -> None:
    """Check that streams, logs, Kafka, consumers and projections agree.

    Exit status 0 when every invariant holds, 1 when one does not, 2 when a server cannot be reached (`ok`:
    null, and `error`).
    """
    given = {"intake": intake, "routing": routing, "supervision": supervision, "reporting": reporting}
    place: Place = Stack().system if against == EMBEDDED else running_place(against)
    databases = {service: given[service] or place.database(service).url for service in SOURCES}
    broker = read_settings(KafkaSettings, os.environ | {"BUGLE_KAFKA": kafka}) if kafka else place.kafka_access
    addresses = Addresses(databases, broker, topic_prefix or place.topic_prefix)
    try:
        report = verified(addresses, None if kafka or any(given.values()) else place, wait)
    except Unreachable as error:
        if as_json:
            tell({"ok": None, "error": str(error)})
        typer.echo(f"bugle verify: {error}", err=True)
        raise typer.Exit(UNREACHABLE) from error
    if as_json:
        tell(report.json())
    else:
        print_report(report)
    raise typer.Exit(0 if report.ok else BROKEN)


def verified(addresses: Addresses, system: Place | None, wait: float) -> Report:
    """Wait up to `wait` seconds until the system is quiet, then check everything. Raises `Unreachable`."""
    restless = _restless(system, wait)
    with opened(addresses) as (databases, topics):
        report = run(databases, databases, databases["reporting"], topics, _say)
    report.notes[:0] = [restless] if restless else []
    return report


def _restless(system: Place | None, wait: float) -> str | None:
    """What keeps the system from being quiet, so that the reader knows why invariants may not hold yet."""
    if system is None:
        return "whether this system is quiet was not looked at"
    try:
        wait_quiet(system, wait, _say)
    except Restless as restless:
        return f"the system did not become quiet: {str(restless).rstrip('.')}"
    except psycopg.OperationalError as error:
        raise Unreachable(f"PostgreSQL does not answer: {str(error).strip()}") from error
    return None


def _say(text: str) -> None:
    typer.echo(f"{text} …", err=True)


def print_report(report: Report) -> None:
    """The invariants and their faults, as people read them."""
    from rich.console import Console
    from rich.table import Table

    console = Console(soft_wrap=True)
    table = Table("", "invariant", box=None, width=max(map(len, TITLES.values())) + 30)
    for heading in ("checked", "faults"):
        table.add_column(heading, justify="right")
    for name, found in report.invariants.items():
        table.add_row(name, TITLES[name], f"{found.checked:,}", str(found.faulty) if found.faulty else "none")
    console.print(table)
    for name, found in report.invariants.items():
        for fault in found.faults:
            console.print(f"{name}: {fault}", style="red", markup=False, highlight=False)
        if found.faulty > len(found.faults):
            console.print(f"{name}: and {found.faulty - len(found.faults)} more", style="red")
    for name, pair in report.tables.items():
        told = f"{name:16} {pair.live.rows:>9,} rows  {pair.live.text}{'' if pair.equal else '  differs'}"
        console.print(told, highlight=False)
    for note in report.notes:
        console.print(f"Note: {note}.", markup=False, highlight=False)
    console.print("Everything agrees." if report.ok else "The system is not sound.")
