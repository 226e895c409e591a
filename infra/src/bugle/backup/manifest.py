"""The manifest of a backup, which says what each of its files is, and the signature of the whole of it.

The digests alone find what was spoilt by accident: whoever edits a dump can reckon them anew, and not sign. Signed are
"bugle-backup-manifest/1", a line feed, and the bytes of the manifest as they lie in its file.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bugle.audit.signing import Jwk, is_signed, signature_of
from bugle.backup.programs import digest
from bugle.backup.proving import Unproved
from bugle.stack.errors import StackError
from bugle.stack.home import Home

FORMAT = "bugle-backup/1"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.signature.json"
_MARK = b"bugle-backup-manifest/1\n"


def write_manifest(folder: Path, told: dict[str, Any], private: Jwk) -> None:
    """Write a manifest and its signature; the manifest last: a folder without one is no backup."""
    manifest = json.dumps(told, indent=1).encode()
    signature = {"kid": private["kid"], "signature": signature_of(_MARK + manifest, private)}
    Home(folder).write(SIGNATURE, json.dumps(signature).encode())
    Home(folder).write(MANIFEST, manifest)


def read_manifest(folder: Path, keys: Sequence[Jwk]) -> dict[str, Any]:
    """The manifest of a backup that one of the keys' owners signed, and whose files are what he signed.

    StackError for what is no backup, and for a file that is not what was backed up; Unproved for the signature.
    """
    try:
        manifest = (folder / MANIFEST).read_bytes()
    except OSError as error:
        raise StackError(f"{folder} is no backup: its {MANIFEST} cannot be read ({error}).") from error
    _demand_signature(folder, manifest, keys)
    told: dict[str, Any] = json.loads(manifest)
    if told["format"] != FORMAT:
        raise StackError(f"{folder} is a backup of the form {told['format']}, not {FORMAT}. Take another backup.")
    for about in told["services"].values():
        file = folder / about["file"]
        if not file.is_file() or digest(file) != about["sha256"]:
            raise StackError(f"{file} is missing or is not what was backed up. Take another backup.")
    return told


def _demand_signature(folder: Path, manifest: bytes, keys: Sequence[Jwk]) -> None:
    kid, signature = _signature(folder / SIGNATURE)
    if not any(is_signed(_MARK + manifest, signature, key) for key in keys):
        raise Unproved(
            f"{folder}: its {MANIFEST} does not bear the signature of"
            f" {' or '.join(str(key.get('kid')) for key in keys)}; {SIGNATURE} says that {kid} signed it. It was"
            " changed: take another backup. If the signer's key has been replaced since, name its public half with"
            " --signer."
        )


def _signature(file: Path) -> tuple[str, str]:
    try:
        told = json.loads(file.read_bytes())
        return str(told["kid"]), str(told["signature"])
    except FileNotFoundError:
        raise Unproved(
            f"{file} is missing: the backup was made before backups were signed, or the file was taken out of it."
            " Take another backup: bugle backup"
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unproved(f"{file} is no signature ({type(error).__name__}: {error}). Take another backup.") from error
