"""By whose keys a backup is proved, and that each log which it has brought back leads to its signed head."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bugle.audit.head import SignedHead
from bugle.audit.signing import Jwk, public_key
from bugle.stack.errors import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.verify.database import Database, snapshot
from bugle.verify.log import Head, check_log
from bugle.verify.report import Invariant


class Unproved(StackError):
    """A backup is not what was signed, or nobody here can tell whether it is."""


def signers(place: Place, copy: Path | None, further: Path | None) -> list[Jwk]:
    """The public keys whose signature counts: this home's, that of the copy of the keys, and the one that is named.

    Unproved when there is none, or when a file is no public key.
    """
    own = Keys(place.home).audit_public_file
    files = [own] if own.is_file() else []
    files += [copy / own.name] if copy is not None and (copy / own.name).is_file() else []
    files += [] if further is None else [further]
    if not files:
        raise Unproved(f"There is no {own} to prove the backup by. Name the signer's public key with --signer.")
    return [_read(file) for file in files]


def _read(file: Path) -> Jwk:
    try:
        key: dict[str, Any] = json.loads(file.read_bytes())
        public_key(key)
    except (OSError, ValueError) as error:
        raise Unproved(f"{file} is no public key of a signer ({error}). Name another with --signer.") from error
    return key


def check_restored(service: str, url: str, wanted: SignedHead) -> None:
    """Unproved unless the log in the database leads, event by event, to the signed head, where its relay goes on.

    The signed digest says that the dump is the one that was taken. This says that its log was whole then: backups were
    once signed without a look at their logs.
    """
    signed = Head(wanted.log_seq, bytes.fromhex(wanted.hash))
    with snapshot(url) as database:
        relay = database.head()
        found = followed(service, database, signed)
    if relay != signed:
        found.fault(f"{service}: its relay stands at log_seq {relay.log_seq}, the signed head is {signed.log_seq}")
    if not found.ok:
        first = "; ".join(found.faults[:3])
        raise Unproved(
            f"What was restored of {service} does not lead to its signed head, {found.faulty:,} faults: {first}."
            " The log was broken when the backup was taken. The services stay stopped and this database must not be"
            " worked on. Restore another backup."
        )


def followed(service: str, database: Database, head: Head) -> Invariant:
    """What is wrong with a log that should lead, event by event, to this head, each event in it or still pending."""
    found = Invariant()
    for _ in check_log(service, database.log(), head, found):
        pass
    for id, wrong in database.adrift():
        found.fault(f"{service}: event {id} is {wrong}")
    return found
