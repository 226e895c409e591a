"""An exported log is proved offline, and each kind of tampering is found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from bugle.audit.export import lines
from bugle.audit.head import sign
from bugle.audit.proof import NoAudit, Proof, prove
from bugle.audit.reads import escaped
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.verify.database import Database
from bugle.verify.event import GENESIS, Event, link
from bugle.verify.log import Head, LogRow

COUNT = 6
START = datetime(2021, 4, 22, 4, tzinfo=UTC)


class Snapshot:
    """A log of six events in place of a database's."""

    def __init__(self) -> None:
        self.rows: list[LogRow] = []
        chain = GENESIS
        for n in range(1, COUNT + 1):
            event = made(n)
            chain = link(chain, event)
            self.rows.append(LogRow(n, chain, event))

    def log(self) -> list[LogRow]:
        return self.rows

    def head(self) -> Head:
        return Head(COUNT, self.rows[-1].hash)


def made(n: int) -> Event:
    at = START + timedelta(minutes=n)
    about = {"type": "bugle.intake.issue_reported.v1", "stream": f"issue-{n}", "version": 1, "key": str(n)}
    data = orjson.dumps({"title": f"供电不足 {n}"})
    return Event(UUID(int=n), **about, occurred_at=at, recorded_at=at, sequenced_at=at, log_seq=n, data=data)  # type: ignore[arg-type]


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Home(tmp_path / "home"))


@pytest.fixture
def exported(tmp_path: Path, keys: Keys) -> Path:
    file = tmp_path / "intake.jsonl"
    file.write_bytes(b"".join(lines("intake", cast(Database, Snapshot()), keys.audit_key())))
    return file


def public(keys: Keys) -> Any:
    keys.audit_key()
    return orjson.loads(keys.audit_public_file.read_bytes())


def proved(file: Path, keys: Keys) -> Proof:
    return prove(file, public(keys))


def test_untouched_file_is_sound(exported: Path, keys: Keys) -> None:
    proof = proved(exported, keys)
    assert (proof.sound, proof.found.checked, proof.service) == (True, COUNT, "intake")
    assert proof.head is not None and proof.head.log_seq == COUNT


def edited(held: list[bytes]) -> list[bytes]:
    return [*held[:3], held[3].replace("供电不足".encode(), "供电充足".encode()), *held[4:]]


def rehashed(held: list[bytes]) -> list[bytes]:
    """Edited, and the chain from there on reckoned anew: only the signature stands against it."""
    changed = replace(made(3), data=b'{"title":"nothing"}')
    rows = [row.event for row in Snapshot().rows]
    rows[2] = changed
    chain, told = GENESIS, []
    for line, event in zip(held[1:-1], rows, strict=True):
        assert event is not None
        chain = link(chain, event)
        told.append(orjson.dumps({**orjson.loads(line), "data": event.data.decode(), "hash": chain.hex()}) + b"\n")
    return [held[0], *told, held[-1]]


def with_members(line: bytes, **members: Any) -> bytes:
    return orjson.dumps(orjson.loads(line) | members) + b"\n"


def with_head(line: bytes, **members: Any) -> bytes:
    return orjson.dumps({"head": orjson.loads(line)["head"] | members}) + b"\n"


def without(line: bytes, member: str) -> bytes:
    return orjson.dumps({name: value for name, value in orjson.loads(line).items() if name != member}) + b"\n"


TAMPERINGS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "edited": edited,
    "edited and rehashed": rehashed,
    "deleted": lambda held: [*held[:3], *held[4:]],
    "first deleted": lambda held: [held[0], *held[2:]],
    "swapped": lambda held: [*held[:3], held[4], held[3], *held[5:]],
    "duplicated": lambda held: [*held[:3], held[3], *held[3:]],
    "last ones cut off": lambda held: [*held[:-3], held[-1]],
    "cut off with the head": lambda held: held[:-1],
    "emptied": lambda held: [held[0], held[-1]],
    "appended": lambda held: [*held[:-1], held[-2].replace(b'"log_seq":6', b'"log_seq":7'), held[-1]],
    "line spoilt": lambda held: [*held[:3], b"{\n", *held[4:]],
    "an event that calls itself a head": lambda held: [*held[:4], with_members(held[3], head=1), *held[4:]],
    "a list that calls itself a head": lambda held: [*held[:4], b'["head"]\n', *held[4:]],
    "an empty line": lambda held: [*held[:4], b"\n", *held[4:]],
    "a head in the middle": lambda held: [*held[:4], held[-1], *held[4:]],
    "two heads": lambda held: [*held, held[-1]],
    "a head with more in it": lambda held: [*held[:-1], with_members(held[-1], x=1)],
    "a further member": lambda held: [*held[:3], with_members(held[3], note="paid"), *held[4:]],
    "a second value of one name": lambda held: [
        *held[:3],
        held[3].replace(b'"data":', b'"data":"{}","data":'),
        *held[4:],
    ],
    "a member left out": lambda held: [*held[:3], without(held[3], "type"), *held[4:]],
    "a number for a text": lambda held: [*held[:3], with_members(held[3], stream=2), *held[4:]],
    "a text for a number": lambda held: [*held[:3], with_members(held[3], version="1"), *held[4:]],
    "no hash": lambda held: [*held[:3], with_members(held[3], hash=None), *held[4:]],
    "a day that is none": lambda held: [
        *held[:3],
        with_members(held[3], occurred_at="0001-01-01T00:00:00.000000+14:00"),
        *held[4:],
    ],
    "the head is a list": lambda held: [*held[:-1], b"[1]\n"],
    "the signature is a number": lambda held: [
        *held[:-1],
        orjson.dumps({"head": orjson.loads(held[-1])["head"] | {"signature": 7}}) + b"\n",
    ],
    "the key has another name": lambda held: [*held[:-1], with_head(held[-1], kid="somebody-else")],
    "the signature is padded": lambda held: [
        *held[:-1],
        with_head(held[-1], signature=orjson.loads(held[-1])["head"]["signature"] + "=="),
    ],
    "a first line with more in it": lambda held: [with_members(held[0], note="sound"), *held[1:]],
    "a first line with a blank": lambda held: [held[0].replace(b":", b": ", 1), *held[1:]],
    "the last line is not ended": lambda held: [*held[:-1], held[-1].rstrip(b"\n")],
    "other service": lambda held: [held[0].replace(b"intake", b"routing"), *held[1:]],
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_tampering_is_found(exported: Path, keys: Keys, tampering: str) -> None:
    held = exported.read_bytes().splitlines(keepends=True)
    exported.write_bytes(b"".join(TAMPERINGS[tampering](held)))
    assert exported.read_bytes() != b"".join(held)
    assert not proved(exported, keys).sound


def test_other_keys_signature_is_refused(exported: Path, tmp_path: Path) -> None:
    other = Keys(Home(tmp_path / "other"))
    proof = proved(exported, other)
    assert ["signature" in fault for fault in proof.found.faults] == [True]


def test_log_cut_back_by_its_signer_misses_kept_head(tmp_path: Path, exported: Path, keys: Keys) -> None:
    """Whoever holds the signing key can sign a shorter log; a head kept elsewhere tells."""
    kept = prove(exported, public(keys)).head
    assert kept is not None
    shorter = Snapshot()
    del shorter.rows[4:]
    shorter.head = lambda: Head(4, shorter.rows[-1].hash)  # type: ignore[method-assign]
    cut = tmp_path / "cut.jsonl"
    cut.write_bytes(b"".join(lines("intake", cast(Database, shorter), keys.audit_key())))
    assert prove(cut, public(keys)).sound
    assert not prove(cut, public(keys), [kept]).sound
    assert prove(exported, public(keys), [kept, sign("intake", Head(4, shorter.rows[-1].hash), keys.audit_key())]).sound


def test_every_kept_head_must_be_passed(exported: Path, keys: Keys) -> None:
    """Two heads of one log_seq are two logs: the one that fits does not hide the other."""
    good = prove(exported, public(keys)).head
    assert good is not None
    fork = sign("intake", Head(COUNT, bytes(32)), keys.audit_key())
    for kept in ([fork], [fork, good], [good, fork]):
        proof = prove(exported, public(keys), kept)
        assert [fault for fault in proof.found.faults if "head kept" in fault] == proof.found.faults != []


def test_head_before_the_first_event_is_passed(exported: Path, keys: Keys) -> None:
    empty = sign("intake", Head(0, GENESIS), keys.audit_key())
    assert prove(exported, public(keys), [empty]).sound
    assert not prove(exported, public(keys), [sign("intake", Head(0, b"\x01" * 32), keys.audit_key())]).sound


def test_other_kinds_of_keys_are_refused(exported: Path, keys: Keys) -> None:
    others = [
        keys.audit_key(),
        {**public(keys), "crv": "Ed448"},
        RSAAlgorithm.to_jwk(generate_private_key(65537, 2048).public_key(), as_dict=True),
        {},
    ]
    for other in others:
        with pytest.raises(ValueError, match="public key of Ed25519"):
            prove(exported, other)


@pytest.mark.parametrize("content", [b"", b"[]\n", b"{}\n", b"nothing", b'{"format":"other/1"}\n'])
def test_other_files_are_no_audit(tmp_path: Path, keys: Keys, content: bytes) -> None:
    file = tmp_path / "other"
    file.write_bytes(content)
    with pytest.raises(NoAudit):
        proved(file, keys)


def test_reader_forges_no_line() -> None:
    assert escaped("李 li\n2026-01-01  erased\x1b") == "李 li\\n2026-01-01  erased\\x1b"
