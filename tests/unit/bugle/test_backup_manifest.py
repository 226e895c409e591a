"""A backup is what was signed: whoever edited a dump or the manifest is found before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bugle.audit.head import sign
from bugle.audit.signing import signature_of
from bugle.backup.manifest import FORMAT, MANIFEST, SIGNATURE, read_manifest, write_manifest
from bugle.backup.programs import digest
from bugle.backup.proving import Unproved, signers
from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.stack.system import SERVICES
from bugle.verify.event import SERVICES as RECORDING
from bugle.verify.log import Head

Told = dict[str, Any]
HEAD = Head(7, b"\x07" * 32)


def place(folder: Path) -> Place:
    return cast(Place, SimpleNamespace(home=Home(folder)))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Home(tmp_path / "home"))


@pytest.fixture
def backup(tmp_path: Path, keys: Keys) -> Path:
    """A folder as `bugle backup` leaves it, of dumps that hold one line."""
    folder = tmp_path / "backup"
    folder.mkdir()
    told: Told = {"format": FORMAT, "made_at": "2021-04-22T04:00:00+00:00", "services": {}}
    for service in SERVICES:
        (folder / f"{service}.dump").write_text(f"{service}\n")
        told["services"][service] = entry(folder / f"{service}.dump")
        if service in RECORDING:
            told["services"][service]["head"] = sign(service, HEAD, keys.audit_key()).json()
    write_manifest(folder, told, keys.audit_key())
    return folder


def entry(file: Path) -> Told:
    return {"file": file.name, "bytes": file.stat().st_size, "sha256": digest(file), "migration": "0001"}


def edit(folder: Path, service: str, **changes: Any) -> None:
    """The manifest as whoever edits it writes it anew; nothing of it is signed anew."""
    told = json.loads((folder / MANIFEST).read_bytes())
    told["services"][service] |= changes
    (folder / MANIFEST).write_text(json.dumps(told, indent=1))


def forge(folder: Path, service: str) -> None:
    file = folder / f"{service}.dump"
    file.write_text("an event that nobody recorded\n")
    edit(folder, service, **entry(file))


def test_signed_backup_is_taken(tmp_path: Path, keys: Keys, backup: Path) -> None:
    told = read_manifest(backup, signers(place(tmp_path / "home"), None, None))
    assert {service: about["file"] for service, about in told["services"].items()} == {
        service: f"{service}.dump" for service in SERVICES
    }


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda folder: forge(folder, "routing"), id="a log's dump, with its new digest"),
        pytest.param(lambda folder: forge(folder, "reporting"), id="a dump without a log"),
        pytest.param(lambda folder: edit(folder, "routing", file="intake.dump"), id="another file"),
        pytest.param(lambda folder: edit(folder, "routing", migration="0002"), id="another migration"),
        pytest.param(lambda folder: edit(folder, "routing", head={}), id="another head"),
        pytest.param(lambda folder: (folder / MANIFEST).write_text("{"), id="no JSON"),
    ],
)
def test_edited_backup_is_refused(tmp_path: Path, keys: Keys, backup: Path, tamper: Callable[[Path], object]) -> None:
    public = signers(place(tmp_path / "home"), None, None)
    tamper(backup)
    with pytest.raises(Unproved, match=r"manifest\.json does not bear the signature"):
        read_manifest(backup, public)


@pytest.mark.parametrize("service", SERVICES)
def test_changed_dump_is_refused(tmp_path: Path, keys: Keys, backup: Path, service: str) -> None:
    (backup / f"{service}.dump").write_text("changed")
    with pytest.raises(StackError, match=f"{service}.dump is missing or is not what was backed up"):
        read_manifest(backup, signers(place(tmp_path / "home"), None, None))


def test_unsigned_backup_names_the_mend(tmp_path: Path, keys: Keys, backup: Path) -> None:
    (backup / SIGNATURE).unlink()
    with pytest.raises(Unproved, match=r"before backups were signed.* Take another backup: bugle backup"):
        read_manifest(backup, signers(place(tmp_path / "home"), None, None))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"kid": "1"}'])
def test_misshapen_signature_is_refused(tmp_path: Path, keys: Keys, backup: Path, content: str) -> None:
    (backup / SIGNATURE).write_text(content)
    with pytest.raises(Unproved, match="is no signature"):
        read_manifest(backup, signers(place(tmp_path / "home"), None, None))


@pytest.mark.parametrize("signature", ["", "AAAA", "é", "A", None])
def test_other_signature_is_refused(tmp_path: Path, keys: Keys, backup: Path, signature: str | None) -> None:
    """None: of the same key and manifest, but signed as something else than a backup's manifest."""
    text = signature_of((backup / MANIFEST).read_bytes(), keys.audit_key()) if signature is None else signature
    (backup / SIGNATURE).write_text(json.dumps({"kid": keys.audit_key()["kid"], "signature": text}))
    with pytest.raises(Unproved, match="does not bear the signature"):
        read_manifest(backup, signers(place(tmp_path / "home"), None, None))


def test_other_form_is_refused(tmp_path: Path, keys: Keys) -> None:
    write_manifest(tmp_path, {"format": "bugle-backup/0"}, keys.audit_key())
    with pytest.raises(StackError, match="of the form bugle-backup/0"):
        read_manifest(tmp_path, signers(place(tmp_path / "home"), None, None))


def test_folder_without_manifest_is_none(tmp_path: Path, keys: Keys) -> None:
    keys.audit_key()
    with pytest.raises(StackError, match="is no backup"):
        read_manifest(tmp_path, signers(place(tmp_path / "home"), None, None))


def test_other_home_needs_the_signers_key(tmp_path: Path, keys: Keys, backup: Path) -> None:
    """A new machine has a signer of its own; the copy of the keys, or a named file, knows the old one."""
    Keys(Home(tmp_path / "other")).audit_key()
    there = place(tmp_path / "other")
    with pytest.raises(Unproved, match="--signer"):
        read_manifest(backup, signers(there, None, None))
    public = keys.audit_public_file
    assert read_manifest(backup, signers(there, public.parent, None))
    assert read_manifest(backup, signers(there, tmp_path, public))
