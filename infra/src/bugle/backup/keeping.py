"""What a backup consists of: a dump of each service with a manifest, and apart from it the one copy of the keys."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bugle.audit.head import sign
from bugle.backup.cut import Snapshot, cut
from bugle.backup.keys_copy import WRAPPED, KeysCopy
from bugle.backup.lost import demand_no_loss
from bugle.backup.manifest import FORMAT, write_manifest
from bugle.backup.programs import digest, dump, dump_keys
from bugle.backup.proving import followed
from bugle.stack.databases import plain
from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.verify.event import SERVICES as RECORDING

KEY_FILES = ("contact.key", "address.key", "issuer.jwk", "jwks.json", "audit.jwk", "audit.public.jwk")

Say = Callable[[str], None]


def keep(place: Place, out: Path, say: Say) -> tuple[dict[str, Any], list[str]]:
    """Dump every service into a new folder; its manifest, signed and written last, and what is wrong with the logs.

    With a broken log no manifest is written: a restore would empty the databases before it refused that log.
    """
    if out.exists() and any(out.iterdir()):
        raise StackError(f"{out} is not empty. Give every backup a folder of its own.")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    private = Keys(place.home).audit_key()
    told: dict[str, Any] = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "services": {}}
    with cut(place) as snapshots:
        faults = _faults(snapshots, say)
        for service, snapshot in snapshots.items():
            say(f"{service}: {f'up to log_seq {snapshot.head.log_seq:,}' if service in RECORDING else 'projections'}")
            file = out / f"{service}.dump"
            dump(plain(place.database(service).owner_url), file, snapshot.name)
            about = {"file": file.name, "bytes": file.stat().st_size, "sha256": digest(file)}
            about |= {"migration": snapshot.migration}
            if service in RECORDING:
                about["head"] = sign(service, snapshot.head, private).json()
            told["services"][service] = about
    if not faults:
        write_manifest(out, told, private)
    return told, faults


def _faults(snapshots: Mapping[str, Snapshot], say: Say) -> list[str]:
    """What is wrong with the logs as they are dumped."""
    faults: list[str] = []
    for service in RECORDING:
        held = snapshots[service]
        say(f"{service}: the chain up to log_seq {held.head.log_seq:,}")
        faults += followed(service, held.database, held.head).faults
    return faults


def keep_keys(place: Place, folder: Path, say: Say) -> None:
    """Replace the one copy of the keys. Contact keys and their master are of one moment.

    StackError where the database has lost keys: the copy is the only one left.
    """
    say(f"keys: {folder}")
    copy, keys = KeysCopy(folder), Keys(place.home)
    with settled_master(keys.contact_key_file):
        demand_no_loss(place, copy)
        with copy.replacing() as draft:
            dump_wrapped(place, draft / WRAPPED)
            for name in KEY_FILES:
                file = keys.contact_key_file.with_name(name)
                if file.exists():
                    Home(draft).write(name, file.read_bytes())


def dump_wrapped(place: Place, draft: Path) -> None:
    """The wrapped keys as they are now."""
    draft.unlink(missing_ok=True)
    dump_keys(plain(place.database("intake").owner_url), draft)


def masters(place: Place) -> list[bytes | None]:
    """The fingerprint of the master (None: never used); nothing where a restore was broken off before the keys."""
    with psycopg.connect(plain(place.database("intake").owner_url)) as connection:
        if connection.execute("SELECT to_regclass('public.contact_master')").fetchone() == (None,):
            return []
        rows = connection.execute("SELECT fingerprint FROM contact_master").fetchall()
        return [None if mark is None else bytes(mark) for (mark,) in rows]


@contextmanager
def settled_master(key_file: Path) -> Iterator[None]:
    """Hold off `bugle erase`; StackError when a change of the master was broken off."""
    with key_file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        if key_file.with_name(f"{key_file.name}.next").exists():
            raise StackError("A change of the master key was broken off. Finish it first: bugle erase")
        yield
