"""The proof of an exported log, offline: the chain is reckoned anew and must end in the signed head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from bugle.audit.export import FORMAT, first, read_end, read_row
from bugle.audit.head import SignedHead
from bugle.audit.signing import Jwk, public_key
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
    """Prove a file by the public key of its signer.

    Raises NoAudit; OSError when it cannot be read; ValueError for a key that is no public key of Ed25519.

    `kept`: signed heads of the same log from elsewhere, which it must pass through, each of them. Only they show that
    a file was cut back to an older head of the same signer, or that two logs were signed.
    """
    public_key(public)
    with file.open("rb") as opened:
        line, end = opened.readline(), _end(file)
        service = _service(line)
        proof = Proof(service, end)
        if line != first(service):
            proof.found.fault("line 1 is not written as an export writes it")
        rows = _Rows(opened, proof.found, headed=end is not None)
        claimed = Head(end.log_seq, _hash(end)) if end else Head(-1, GENESIS)
        missed = [head for head in kept if (head.log_seq, head.hash) != (0, GENESIS.hex())]
        for _ in check_log(service, rows.read(), claimed, proof.found):
            missed = [head for head in missed if (head.log_seq, head.hash) != (rows.log_seq, rows.hash.hex())]
    _check_signatures(proof, public, kept)
    for head in missed:
        told = f"{head.signed_at}, {head.log_seq}"
        proof.found.fault(f"{proof.service}: it does not pass through the head kept of {told}")
    return proof


class _Rows:
    """The lines between the first and, in a `headed` file, the last; remembers where it is."""

    def __init__(self, lines: Iterator[bytes], found: Invariant, headed: bool) -> None:
        self._lines, self._found, self._headed = lines, found, headed
        self.log_seq, self.hash = 0, GENESIS

    def read(self) -> Iterator[LogRow]:
        for number, line in self._inner():
            try:
                row = read_row(line)
            except ValueError as error:
                self._found.fault(f"line {number} cannot be read: {error}")
                continue
            self.log_seq, self.hash = row.log_seq, row.hash
            yield row

    def _inner(self) -> Iterator[tuple[int, bytes]]:
        number, held = 1, None
        for number, line in enumerate(self._lines, start=2):
            if held is not None:
                yield number - 1, held
            held = line
        if held is not None and not self._headed:
            yield number, held


def _service(line: bytes) -> str:
    try:
        told = orjson.loads(line)
        if told["format"] == FORMAT:
            return str(told["service"])
    except (ValueError, KeyError, TypeError):
        pass
    raise NoAudit(f"its first line does not say that it is a {FORMAT}")


def _end(file: Path) -> SignedHead | None:
    """The head in the last line; None when the end is something else."""
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - _TAIL))
        tail = opened.read()
    try:
        return read_end(tail[:-1].rpartition(b"\n")[2] + tail[-1:])
    except ValueError:
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
