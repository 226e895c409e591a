"""The proof of an exported log, offline: the chain is reckoned anew and must end in the signed head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bugle.audit.export import FORMAT, read_head, read_row
from bugle.audit.head import Jwk, SignedHead
from bugle.verify.event import GENESIS
from bugle.verify.log import Head, LogRow, check_log
from bugle.verify.report import Invariant

_TAIL = 1 << 16  # bytes: the last line, a signed head, is far shorter


class NoAudit(Exception):
    """The file is no exported log at all; the message says why."""


@dataclass
class Proof:
    """What came of it: how many events were read, the signed head, and what speaks against the file."""

    service: str
    head: SignedHead | None
    found: Invariant = field(default_factory=Invariant)

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against the file."""
        return self.found.ok


def prove(file: Path, public: Jwk, kept: Sequence[SignedHead] = ()) -> Proof:
    """Prove a file by the public key of its signer. Raises NoAudit; OSError when it cannot be read.

    `kept`: signed heads of the same log from elsewhere, which it must pass through. Only they show that a file was cut
    back to an older head of the same signer.
    """
    with file.open("rb") as opened:
        service = _service(opened.readline())
        proof = Proof(service, _last(file))
        passed = {head.log_seq: head for head in kept}
        rows = _Rows(opened, proof.found)
        end = proof.head
        claimed = Head(end.log_seq, _hash(end)) if end else Head(-1, GENESIS)
        for _ in check_log(service, rows.read(), claimed, proof.found):
            head = passed.get(rows.log_seq)
            if head is not None and rows.hash.hex() == head.hash:
                del passed[rows.log_seq]
    _check_signatures(proof, public, kept)
    for head in passed.values():
        proof.found.fault(f"{service}: it does not pass through the head kept of {head.signed_at}, {head.log_seq}")
    return proof


class _Rows:
    """The lines between the first and the head; remembers where it is."""

    def __init__(self, lines: Iterator[bytes], found: Invariant) -> None:
        self._lines, self._found = lines, found
        self.log_seq, self.hash = 0, GENESIS

    def read(self) -> Iterator[LogRow]:
        for number, line in enumerate(self._lines, start=2):
            try:
                told = orjson.loads(line)
                if "head" in told:
                    continue
                row = read_row(told)
            except (ValueError, TypeError) as error:
                self._found.fault(f"line {number} cannot be read: {error}")
                continue
            self.log_seq, self.hash = row.log_seq, row.hash
            yield row


def _service(line: bytes) -> str:
    try:
        told = orjson.loads(line)
        if told["format"] == FORMAT:
            return str(told["service"])
    except (ValueError, KeyError, TypeError):
        pass
    raise NoAudit(f"its first line does not say that it is a {FORMAT}")


def _last(file: Path) -> SignedHead | None:
    """The head in the last line; None when the end is something else."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - _TAIL))
        lines = opened.read().splitlines()
    try:
        return read_head(orjson.loads(lines[-1])) if lines else None
    except (ValueError, TypeError, AttributeError):
        return None


def _hash(head: SignedHead) -> bytes:
    try:
        return bytes.fromhex(head.hash)
    except ValueError:
        return b""


def _check_signatures(proof: Proof, public: Jwk, kept: Sequence[SignedHead]) -> None:
    if proof.head is None:
        proof.found.fault("the signed head at the end is missing: the file was cut off")
    for head in (*([proof.head] if proof.head else ()), *kept):
        if head.service != proof.service:
            proof.found.fault(f"the head of {head.signed_at} is of {head.service}, the file of {proof.service}")
        if not head.is_signed_by(public):
            proof.found.fault(f"the head of {head.signed_at} does not bear the signature of key {public.get('kid')}")
