"""The commands `bugle backup` and `bugle restore`."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from bugle.audit.head import SignedHead
from bugle.backup.ahead import lists, write_list
from bugle.backup.comparing import Divergence, diverging
from bugle.backup.erased import remember_erased
from bugle.backup.keeping import keep, keep_keys
from bugle.backup.lost import in_need, without_key
from bugle.backup.manifest import read_manifest
from bugle.backup.proving import signers
from bugle.backup.restoring import bring_back, check_idle, drop_keys_aside, set_keys_aside, unfinished
from bugle.backup.shutting import let_all_in, shut_all_out
from bugle.backup.topics import demand_restorer, make_anew
from bugle.machine import AsJson, tell
from bugle.stack.commands import terminable
from bugle.stack.errors import BadChoice, StackError
from bugle.stack.place import EMBEDDED, Against, Place, running_place
from bugle.stack.system import System
from bugle.verify.event import SERVICES as RECORDING

_NAMED = 20


def backup(
    out: Annotated[Path, typer.Option("--out", help="A new folder for the dumps and their manifest.")],
    keys: Annotated[Path, typer.Option("--keys", help="The folder of the one copy of the keys: apart, replaced.")],
    as_json: AsJson = False,
    against: Against = EMBEDDED,
) -> None:
    """Dump all services at one consistent cut while they go on, and replace the copy of the keys.

    Exit status 1, with the faults named, when a log is broken: the dumps are evidence then, and no backup.
    """
    place = running_place(against)
    if out.resolve() in (keys.resolve(), *keys.resolve().parents) or keys.resolve() in out.resolve().parents:
        raise BadChoice(f"--keys {keys} and --out {out} lie together: whoever has both reads the contacts. Part them.")
    if unfinished(place):
        raise StackError("A restore was broken off, and half of one is no backup. Run it again: bugle restore DIR")
    told, faults = keep(place, out, _say)
    keep_keys(place, keys, _say)
    if as_json:
        tell(told | {"faults": faults})
    else:
        _tell_kept(out, keys, told, faults)
    raise typer.Exit(1 if faults else 0)


def _tell_kept(out: Path, keys: Path, told: dict[str, Any], faults: list[str]) -> None:
    for service, about in told["services"].items():
        head = f"up to log_seq {about['head']['log_seq']:,}" if "head" in about else "projections"
        typer.echo(f"{service:12} {about['bytes']:>12,} bytes  {head}")
    for fault in faults:
        typer.echo(fault)
    if faults:
        typer.echo(
            f"A log is broken, so {out} is NO backup and has no manifest. Keep its dumps as evidence, and the last"
            " sound backup. All faults: bugle verify; what to do: docs/deploying.md, Backup and restore."
        )
        return
    typer.echo(f"{out} is whole. Keep {keys} in another place, and no older copy of it.")


def restore(
    folder: Annotated[Path, typer.Argument(help="What `bugle backup --out` made.")],
    keys: Annotated[
        Path | None, typer.Option("--keys", help="The copy of the keys, where those here are lost.")
    ] = None,
    signer: Annotated[
        Path | None,
        typer.Option("--signer", help="The signer's public key (JWK), if neither this home nor --keys has it."),
    ] = None,
    discard_ahead: Annotated[
        bool, typer.Option("--discard-ahead", help="Give up events that only Kafka has; they are kept in a file.")
    ] = False,
    without_keys: Annotated[
        bool, typer.Option("--without-keys", help="Give up contacts of whom no key is left: nobody can read them.")
    ] = False,
    as_json: AsJson = False,
    against: Against = EMBEDDED,
) -> None:
    """Replace every database by the backup and make the topics anew from it.

    Exit status 1, with nothing changed, when Kafka has events that the backup lacks, unless --discard-ahead is given;
    when the keys of contacts are missing that nobody erased, unless --without-keys is given; or when the manifest is
    not signed as it should be or a dump is not the one that it names. A log that does not lead to its head ends it
    later, with the services stopped.
    """
    place = running_place(against)
    services = read_manifest(folder, signers(place, keys, signer))["services"]
    heads = {service: SignedHead.of(services[service]["head"]) for service in RECORDING}
    with terminable(), _halted(place, services) as halt:
        _say("Kafka: what it holds")
        found = diverging(place, {service: folder / services[service]["file"] for service in RECORDING})
        earlier = lists(folder)
        kept = write_list(folder, found.ahead) if found.ahead else None
        done, again = discard_ahead or not found.ahead, 0
        if done:
            demand_restorer(place)
            if not halt.half:
                drop_keys_aside(place)
            halt.shut_out()
            remember_erased(place, found.ahead)
            needed = () if without_keys else in_need(place, folder / services["intake"]["file"])
            wrapped = set_keys_aside(place, keys, halt.half, needed)
            halt.changing = True
            again = bring_back(place, folder, services, heads, wrapped, _say)
            _say("Kafka: topics anew")
            make_anew(place)
            halt.let_in()
    told = _told(found, kept, done) | {"erased_again": again}
    told["contacts_without_key"] = len(without_key(place)) if done else None
    told["half_restored"] = not done and halt.half
    told["earlier_files"] = [str(file) for file in earlier if file != kept]
    if as_json:
        tell(told)
    else:
        _tell(found, told)
    raise typer.Exit(0 if done else 1)


@dataclass
class _Halt:
    """`half`: an earlier restore was broken off, and has left half of one. `shut`: nobody gets into the databases.
    `changing`: what comes now changes something, so that a failure leaves half a restore."""

    place: Place
    services: Collection[str]
    half: bool
    shut: bool = False
    changing: bool = False

    def shut_out(self) -> None:
        """Nobody else gets into the databases from here on; StackError when somebody has meanwhile."""
        self.shut = True
        shut_all_out(self.place, self.services, self.half)
        check_idle(self.place, self.services)

    def let_in(self) -> None:
        """The end of `shut_out`."""
        let_all_in(self.place, self.services)


@contextmanager
def _halted(place: Place, services: Collection[str]) -> Iterator[_Halt]:
    """Nobody works on the databases in the block, and no start and no other restore goes on. An embedded system is
    stopped, and started again when all is well.

    After a failure it stays stopped, and its processes are shut out of the databases, whatever starts them: half a
    restore must not be worked on. Where nothing was changed, whatever the reason, those that ran before run again, and
    no others: an earlier restore may have left half of one.
    """
    with place.home.alone():
        yield from _stopped(place, _Halt(place, services, unfinished(place)))


def _stopped(place: Place, halt: _Halt) -> Iterator[_Halt]:
    ran = list[str]()
    try:
        if isinstance(place, System):
            _say("Stopping the services")
            ran = place.wanted()
            place.stop()
        check_idle(place, halt.services)
        yield halt
    except BaseException:
        if halt.changing:
            typer.echo("Half a restore is left, and the services are shut out of it. Run it again.", err=True)
        raise
    finally:
        if not halt.changing:
            if halt.shut and not halt.half:
                halt.let_in()
            if isinstance(place, System) and ran:
                _say("Starting the services again")
                place.launch(ran)
    if isinstance(place, System) and halt.changing:
        _say("Starting the services")
        place.create_databases()  # a backup of an older version is brought to this one's tables
        place.start()


def _told(found: Divergence, kept: Path | None, done: bool) -> dict[str, Any]:
    ahead = [{"service": e.service, "log_seq": e.log_seq, "id": str(e.id), "type": e.type} for e in found.ahead]
    file = None if kept is None else str(kept)
    return {"restored": done, "ahead": ahead, "ahead_file": file, "behind": found.behind}


def _tell(found: Divergence, told: dict[str, Any]) -> None:
    for event in found.ahead[:_NAMED]:
        typer.echo(f"only in Kafka: {event}, {event.id}")
    if len(found.ahead) > _NAMED:
        typer.echo(f"and {len(found.ahead) - _NAMED:,} more")
    for service, count in told["behind"].items():
        typer.echo(f"{service}: Kafka lacked {count:,} events of the backup")
    if found.ahead:
        typer.echo(
            f"All {len(found.ahead):,} events that only Kafka has are in {told['ahead_file']}, to be entered again."
        )
    if told["earlier_files"]:
        typer.echo(f"Earlier restores of this backup left lists, too: {', '.join(told['earlier_files'])}")
    if not told["restored"]:
        typer.echo("Nothing was changed. Take a later backup, or give these events up with --discard-ahead.")
        if told["half_restored"]:
            typer.echo("Half of an earlier restore is still there, and the services are shut out of it.")
        return
    if told["contacts_without_key"]:
        typer.echo(f"{told['contacts_without_key']:,} contacts have no key: erased, or given up.")
    if told["erased_again"]:
        typer.echo(
            f"{told['erased_again']:,} contacts were erased after the copy of the keys was made, and were erased again."
            " That copy still opens them. Make it useless and replace it: bugle erase, then bugle backup"
        )
    typer.echo("Restored. The relays publish every log anew; then: bugle verify")


def _say(text: str) -> None:
    typer.echo(f"{text} …", err=True)
