"""Sealing small contents with a key: AES-256-GCM, nonce first, and a label that binds the ciphertext to its place.

The label is authenticated, not encrypted: a sealed content cannot be put in another's place.
"""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from eventkit.settings import MissingSetting

KEY_BYTES = 32
_NONCE_BYTES = 12


def new_key() -> bytes:
    """A random key of 32 bytes."""
    return AESGCM.generate_key(KEY_BYTES * 8)


def seal(key: bytes, content: bytes, label: bytes) -> bytes:
    """The content, sealed for this label: nonce (12 bytes), ciphertext, tag (16 bytes)."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, content, label)


def unseal(key: bytes, sealed: bytes, label: bytes) -> bytes:
    """What was sealed. Raises cryptography's InvalidTag for another key or label, and for what was tampered with."""
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], label)


def fingerprint(key: bytes) -> bytes:
    """16 bytes by which a random key is known, and from which it cannot be found."""
    return sha256(b"bugle key\n" + key).digest()[:16]


def read_key(setting: str, path: str | Path) -> bytes:
    """A key file: exactly 32 random bytes. MissingSetting, which names the setting, when it is anything else."""
    try:
        key = Path(path).read_bytes()
    except OSError as error:
        raise MissingSetting(f"This process cannot start: {setting} cannot be read ({error}).") from None
    if len(key) != KEY_BYTES:
        raise MissingSetting(f"This process cannot start: {setting} must hold {KEY_BYTES} random bytes.")
    return key
