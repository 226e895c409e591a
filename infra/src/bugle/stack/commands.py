"""The commands that run the stack: up, down, status, logs, token."""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from bugle.machine import AsJson, tell, tell_line
from bugle.stack import databases
from bugle.stack.embedded import SERVERS, Stack
from bugle.stack.errors import HALF_RESTORED, BadChoice, StackError
from bugle.stack.keys import ROLES, Keys, check_roles
from bugle.stack.place import EMBEDDED, Against, Place, running_place
from bugle.stack.ports import HOST
from bugle.stack.readings import readings
from bugle.stack.system import FRONTENDS, PROCESSES, SERVICES


def up(
    detach: Annotated[bool, typer.Option("--detach", help="Return when everything runs.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start PostgreSQL, Kafka and every service; Ctrl-C stops them all."""
    with terminable():
        stack = terminal_stack()
        if stack.running():
            typer.echo("It runs already.", err=True)
        stack.start()
        if as_json:
            tell({"addresses": addresses(stack.system)})
        else:
            announce(stack.system)
        if not detach:
            serve(stack, quietly=as_json)
        elif not as_json:
            typer.echo("Stop it with: bugle down")


def down(as_json: AsJson = False) -> None:
    """Stop everything. The data stay."""
    stack = terminal_stack()
    ran = stack.running()
    stack.stop()
    if as_json:
        tell({"ran": ran})
    elif not ran:
        typer.echo("Nothing runs.")


def status(as_json: AsJson = False) -> None:
    """Say what runs; exit status 0 when everything does and is ready, else 1."""
    stack = Stack()
    states = {state.name: state for state in stack.states()}
    running = [process for process in PROCESSES if process in states and states[process].pid]
    ready = stack.system.ready(running) if running else {}  # to ask for an address is to choose a port, in a new home
    rows = []
    for name in (*stack.servers, *PROCESSES):
        state = states.get(name)
        ok = state is not None and state.status == "RUNNING" and ready.get(name, name in stack.servers)
        rows.append(
            {
                "name": name,
                "status": state.status if state else "STOPPED",
                "pid": state.pid if state else None,
                "port": stack.home.read("ports.json").get(name),
                "ready": ok,
            }
        )
    everything = all(row["ready"] for row in rows)
    half = bool(rows[0]["ready"]) and stack.half_restored()
    asked = rows[0]["ready"] and not half
    parked = databases.parked(stack.system.database(service) for service in SERVICES) if asked else {}
    unsent = databases.unsent(stack.system.database("supervision")) if asked else []
    if as_json:
        home = str(stack.home.path)
        figures = readings(f"http://{HOST}:{row['port']}" for row in rows if row["name"] in running)
        told = {"home": home, "ready": everything, "half_restored": half, "metrics": figures}
        told |= {"parked": parked, "unsent": unsent, "processes": rows}
        tell(told)
    else:
        _table(rows)
        for consumer, events in parked.items():
            typer.echo(f"{consumer}: {events} events are parked; see bugle redrive {consumer}")
        for kind in unsent:
            typer.echo("notifier: {count} deliveries are {state}: {reason}; see bugle deliveries".format_map(kind))
        if half:
            typer.echo(HALF_RESTORED)
    raise typer.Exit(0 if everything else 1)


def logs(
    service: Annotated[str, typer.Argument(help="A service, one of its processes, postgres, kafka or supervisord.")],
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="How many lines of each process.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object for each line.")] = False,
) -> None:
    """Show the end of the logs of a service."""
    known = {**SERVICES, **FRONTENDS}
    names = [f"{service}-{kind}" for kind in known[service]] if service in known else [service]
    if not {*names} <= {*SERVERS, *PROCESSES, "supervisord"}:
        raise BadChoice(f"{service!r} has no log. Choose from: {', '.join([*known, *SERVERS, 'supervisord'])}.")
    folder = Stack().home.path / "logs"
    files = {name: folder / f"{name}.log" for name in names}
    show = _printer(as_json=as_json, many=len(names) > 1)
    ends = {name: _show(name, file, lines, show) for name, file in files.items() if file.exists()}
    if not ends:
        raise StackError(f"{service} has not written anything yet: nothing in {folder}.")
    with contextlib.suppress(KeyboardInterrupt):
        while follow:
            time.sleep(0.5)
            ends = {name: _show_from(name, files[name], end, show) for name, end in ends.items()}


def token(
    role: Annotated[list[str], typer.Option(help=f"One of {', '.join(ROLES)}; repeat it for several.")],
    agency: Annotated[str | None, typer.Option(help="The agency whose cases the holder sees.")] = None,
    department: Annotated[str | None, typer.Option(help="The unit of a department's token.")] = None,
    enterprise: Annotated[str | None, typer.Option(help="The enterprise that answers for itself.")] = None,
    subject: Annotated[str | None, typer.Option(help="Who holds it; made of the rest when not given.")] = None,
    hours: Annotated[float, typer.Option(help="How long it is valid.")] = 12,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Print a bearer token of the system's own issuer."""
    check_roles(role)
    if agency is None and "operator" not in role:
        raise BadChoice("Whose token is it? Name it, for instance --agency jinxian; an operator has none.")
    for own, given in (("department", department), ("enterprise", enterprise)):
        if own in role and given is None:
            raise BadChoice(f"The role {own} acts for one alone. Name it with --{own}.")
    keys = Stack().keys if against == EMBEDDED else Keys(running_place(against).home)
    made = keys.token(role, agency=agency, department=department, enterprise=enterprise, subject=subject, hours=hours)
    if agency is not None:
        _warn_of_stranger(against, agency, department)
    if as_json:
        tell({"token": made})
    else:
        typer.echo(made)


def _warn_of_stranger(against: str, agency: str, department: str | None) -> None:
    """Where a system runs that can be asked: a token may be made for one that does not yet."""
    from bugle.known import stranger  # it needs an HTTP client, which a status shall not wait for

    with contextlib.suppress(StackError):
        if told := stranger(running_place(against), agency, department):
            typer.echo(told, err=True)


def terminal_stack() -> Stack:
    """The operator's stack, telling its steps on standard error."""
    return Stack(say=lambda text: typer.echo(f"{text} …", err=True), progress=_progress)


def addresses(place: Place) -> dict[str, str]:
    """Where the services and the pages answer."""
    told = {service: f"{place.url(service)}/docs" for service in SERVICES}
    told["pages"] = f"{place.url('reporting')}/"
    return told | {frontend: f"{place.url(frontend)}/" for frontend in FRONTENDS}


def announce(place: Place) -> None:
    """Print where the services and the pages answer."""
    for name, address in addresses(place).items():
        typer.echo(f"{name:12} {address}")


def serve(stack: Stack, *, quietly: bool = False) -> None:
    """Keep the stack until Ctrl-C or SIGTERM, then stop it; also ends when somebody else has stopped it."""
    if not quietly:
        typer.echo("Running. Ctrl-C stops everything.")
    try:
        stack.wait()
    except KeyboardInterrupt:
        typer.echo("", err=True)
        stack.stop()


@contextlib.contextmanager
def terminable() -> Iterator[None]:
    """Let SIGTERM and a lost terminal do what Ctrl-C does; what is broken off this way ends with status 130."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    for number, held in before.items():
        if held is not signal.SIG_IGN:  # as nohup does
            signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        for number, held in before.items():
            signal.signal(number, held)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\rFetching Apache Kafka: {done} of {total} files", err=True, nl=done == total)
    elif done % 10 == 0 or done == total:
        typer.echo(f"Fetching Apache Kafka: {done} of {total} files", err=True)


def _table(rows: list[dict[str, object]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table("process", "status", "ready", "pid", "port", box=None)
    for row in rows:
        told = (str(row[key] or "-") for key in ("pid", "port"))
        table.add_row(str(row["name"]), str(row["status"]).lower(), "yes" if row["ready"] else "no", *told)
    Console().print(table)


Printer = Callable[[str, list[bytes]], None]


def _show(name: str, file: Path, lines: int, show: Printer) -> int:
    """Print the last lines; how many bytes of the file have been seen."""
    data = file.read_bytes()
    show(name, data.splitlines()[-lines:] if lines > 0 else [])
    return len(data)


def _show_from(name: str, file: Path, start: int, show: Printer) -> int:
    size = file.stat().st_size
    with file.open("rb") as log:
        log.seek(start if size >= start else 0)  # a shorter file is a new one: the log was rotated
        data = log.read()
        show(name, data.splitlines())
        return log.tell()


def _printer(*, as_json: bool, many: bool) -> Printer:
    """Prints lines of a process, with its name where there are several."""

    def show(name: str, lines: list[bytes]) -> None:
        for line in (raw.decode(errors="replace") for raw in lines):
            if as_json:
                tell_line({"process": name, "line": line})
            else:
                typer.echo(f"{name}: {line}" if many else line)

    return show
