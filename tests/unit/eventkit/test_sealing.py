"""What is sealed is opened by its key for its label only, and a key file is a key or stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from eventkit.sealing import KEY_BYTES, new_key, read_key, seal, unseal
from eventkit.settings import MissingSetting

CONTENT = "张某某 13800000000".encode()


def test_sealed_content_opens_again() -> None:
    key = new_key()
    sealed = seal(key, CONTENT, b"a")
    assert unseal(key, sealed, b"a") == CONTENT
    assert CONTENT not in sealed
    assert sealed != seal(key, CONTENT, b"a")


def test_other_key_label_or_content_is_refused() -> None:
    key = new_key()
    sealed = seal(key, CONTENT, b"a")
    broken = sealed[:-1] + bytes([sealed[-1] ^ 1])
    for attempt in ((new_key(), sealed, b"a"), (key, sealed, b"b"), (key, broken, b"a")):
        with pytest.raises(InvalidTag):
            unseal(*attempt)


def test_key_file_holds_one_key(tmp_path: Path) -> None:
    file = tmp_path / "a.key"
    file.write_bytes(bytes(KEY_BYTES))
    assert read_key("BUGLE_A", file) == bytes(KEY_BYTES)


@pytest.mark.parametrize("content", [None, b"", b"short", bytes(KEY_BYTES + 1)])
def test_no_key_stops_the_start(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "a.key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(MissingSetting, match="BUGLE_A"):
        read_key("BUGLE_A", file)
