"""The commands `bugle audit export`, `head` and `verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bugle.audit.export import Missing, lines, read_head
from bugle.audit.head import SignedHead, sign
from bugle.audit.proof import NoAudit, prove
from bugle.audit.reads import reads
from bugle.audit.signing import Jwk
from bugle.machine import AsJson, tell, tell_line
from bugle.outputs import placed
from bugle.stack.embedded import Stack
from bugle.stack.errors import BadChoice, StackError
from bugle.stack.keys import Keys
from bugle.stack.place import EMBEDDED, Against, running_place
from bugle.verify.database import snapshot
from bugle.verify.event import SERVICES

app = typer.Typer(no_args_is_help=True, add_completion=False, help="The log of a service as a file that proves itself.")
TAMPERED, UNREADABLE = 1, 2

Service = Annotated[str, typer.Argument(help=f"One of {', '.join(SERVICES)}.")]


app.command()(reads)


@app.callback()
def audit() -> None:
    """The log of a service as a file that proves itself."""


@app.command()
def export(
    service: Service,
    out: Annotated[Path, typer.Option("--out", help="The file to write, JSON lines.", callback=placed)],
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Write a service's log with its signed head to a file."""
    place = running_place(against)
    _known(service)
    draft = out.with_name(out.name + ".part")
    with snapshot(place.database(service).url) as database, draft.open("wb") as file:
        try:
            count = sum(1 for line in lines(service, database, Keys(place.home).audit_key()) if file.write(line))
        except Missing as error:
            raise StackError(f"{error}; nothing was exported. See: bugle verify") from error
    draft.replace(out)
    events = count - 2  # between the first line and the head
    if as_json:
        tell({"file": str(out), "service": service, "events": events})
    else:
        typer.echo(f"{out}: {events:,} events")


@app.command()
def head(service: Service, against: Against = EMBEDDED) -> None:
    """Print the signed head of a service's log as JSON, to be kept where the log's keepers cannot reach it."""
    place = running_place(against)
    _known(service)
    with snapshot(place.database(service).url) as database:
        tell_line(sign(service, database.head(), Keys(place.home).audit_key()).json())


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="What `bugle audit export` wrote.")],
    key: Annotated[Path | None, typer.Option(help="The signer's public key (JWK), if not this home's.")] = None,
    kept: Annotated[list[Path] | None, typer.Option("--head", help="Heads kept elsewhere; may be repeated.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prove an exported log without any server. Exit status 0 if it is sound, 1 if not, 2 if it is no such file (`ok`:
    null, and `error`)."""
    try:
        public = _public(key)
        proof = prove(file, public, [_kept(path) for path in kept or ()])
    except (NoAudit, OSError, ValueError) as error:
        why = f"{error.filename}: {error.strerror}" if isinstance(error, OSError) else str(error)
        if as_json:
            tell({"ok": None, "error": why})
        typer.echo(f"bugle audit verify: {file} cannot be proved: {why}", err=True)
        raise typer.Exit(UNREADABLE) from error
    found = proof.found
    if as_json:
        told = {"ok": proof.sound, "service": proof.service, "events": found.checked, "faulty": found.faulty}
        head = None if proof.head is None else proof.head.json()
        tell({**told, "faults": found.faults, "head": head})
    else:
        for fault in found.faults:
            typer.echo(fault)
        if found.faulty > len(found.faults):
            typer.echo(f"and {found.faulty - len(found.faults)} more")
        sound = f"sound up to log_seq {proof.head.log_seq}" if proof.sound and proof.head else "NOT sound"
        typer.echo(f"{proof.service}: {found.checked:,} events, {sound}")
    raise typer.Exit(0 if proof.sound else TAMPERED)


def _known(service: str) -> None:
    if service not in SERVICES:
        raise BadChoice(f"{service!r} has no log. Choose from: {', '.join(SERVICES)}.")


def _public(key: Path | None) -> Jwk:
    file = key or Keys(Stack().home).audit_public_file
    if not file.is_file():
        raise NoAudit(f"there is no public key {file}; name it with --key")
    found: dict[str, Any] = orjson.loads(file.read_bytes())
    return found


def _kept(path: Path) -> SignedHead:
    return read_head(orjson.loads(sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()))
