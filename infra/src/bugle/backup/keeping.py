"""What a backup consists of: a dump of each service with a manifest, and apart from it the one copy of the keys."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bugle.audit.head import sign
from bugle.backup.cut import cut
from bugle.backup.programs import digest, dump, dump_keys
from bugle.stack.databases import plain
from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.verify.event import SERVICES as RECORDING

FORMAT = "bugle-backup/1"
MANIFEST = "manifest.json"
KEY_FILES = ("contact.key", "address.key", "issuer.jwk", "jwks.json", "audit.jwk", "audit.public.jwk")
WRAPPED = "contact-keys.dump"

Say = Callable[[str], None]


def keep(place: Place, out: Path, say: Say) -> dict[str, Any]:
    """Dump every service into a new folder; its manifest, written last: a folder without one is no backup."""
    if out.exists() and any(out.iterdir()):
        raise StackError(f"{out} is not empty. Give every backup a folder of its own.")
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    told: dict[str, Any] = {"format": FORMAT, "made_at": datetime.now(UTC).isoformat(), "services": {}}
    with cut(place) as snapshots:
        for service, snapshot in snapshots.items():
            say(f"{service}: up to log_seq {snapshot.head.log_seq:,}")
            file = out / f"{service}.dump"
            dump(plain(place.database(service).owner_url), file, snapshot.name)
            about = {"file": file.name, "bytes": file.stat().st_size, "sha256": digest(file)}
            about |= {"migration": snapshot.migration}
            if service in RECORDING:
                about["head"] = sign(service, snapshot.head, Keys(place.home).audit_key()).json()
            told["services"][service] = about
    Home(out).write(MANIFEST, json.dumps(told, indent=1).encode())
    return told


def keep_keys(place: Place, folder: Path, say: Say) -> None:
    """Replace the one copy of the keys. Contact keys and their master are of one moment."""
    say(f"keys: {folder}")
    copy, draft = Home(folder), folder / f"{WRAPPED}.part"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keys(place.home)
    with settled_master(keys.contact_key_file):
        draft.unlink(missing_ok=True)
        dump_keys(plain(place.database("intake").owner_url), draft)
        for name in KEY_FILES:
            file = keys.contact_key_file.with_name(name)
            if file.exists():
                copy.write(name, file.read_bytes())
        draft.replace(folder / WRAPPED)


@contextmanager
def settled_master(key_file: Path) -> Iterator[None]:
    """Hold off `bugle erase`; StackError when a change of the master was broken off."""
    with key_file.open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_SH)
        if key_file.with_name(f"{key_file.name}.next").exists():
            raise StackError("A change of the master key was broken off. Finish it first: bugle erase")
        yield


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a backup whose files are all as they were written; StackError names what is not."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError) as error:
        raise StackError(f"{folder} is no backup: its {MANIFEST} cannot be read ({error}).") from error
    if told.get("format") != FORMAT:
        raise StackError(f"{folder} is no backup of the form {FORMAT}.")
    for about in told["services"].values():
        file = folder / about["file"]
        if not file.is_file() or digest(file) != about["sha256"]:
            raise StackError(f"{file} is missing or is not what was backed up. Take another backup.")
    return told
