"""By whose keys a backup is proved."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from bugle.backup.proving import Unproved, signers
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.stack.place import Place


def place(folder: Path) -> Place:
    return cast(Place, SimpleNamespace(home=Home(folder)))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Home(tmp_path / "home"))


def test_home_without_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unproved, match="--signer"):
        signers(place(tmp_path / "empty"), tmp_path, None)


@pytest.mark.parametrize("content", ["", "{}", "[]"])
def test_file_without_key_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key"
    file.write_text(content)
    with pytest.raises(Unproved, match="no public key"):
        signers(place(tmp_path / "empty"), None, file)


def test_private_key_is_no_witness(tmp_path: Path, keys: Keys) -> None:
    file = tmp_path / "key"
    file.write_text(json.dumps(keys.audit_key()))
    with pytest.raises(Unproved, match="no public key"):
        signers(place(tmp_path / "empty"), None, file)
