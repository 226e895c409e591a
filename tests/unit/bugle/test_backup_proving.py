"""The heads of a backup's manifest: whoever edited one, or has another key, is found before anything is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bugle.audit.head import sign
from bugle.backup.proving import Unproved, signed_heads, signers
from bugle.stack.home import Home
from bugle.stack.keys import Keys
from bugle.stack.place import Place
from bugle.verify.event import SERVICES
from bugle.verify.log import Head

Services = dict[str, Any]
HEAD = Head(7, b"\x07" * 32)


def place(folder: Path) -> Place:
    return cast(Place, SimpleNamespace(home=Home(folder)))


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(Home(tmp_path / "home"))


@pytest.fixture
def services(keys: Keys) -> Services:
    return {name: {"head": sign(name, HEAD, keys.audit_key()).json()} for name in SERVICES}


def test_signed_heads_are_taken(tmp_path: Path, services: Services) -> None:
    heads = signed_heads(tmp_path, services, signers(place(tmp_path / "home"), None, None))
    assert {name: (head.service, head.log_seq) for name, head in heads.items()} == {n: (n, 7) for n in SERVICES}


def changed(services: Services, **changes: Any) -> Services:
    return services | {"routing": {"head": services["routing"]["head"] | changes}}


@pytest.mark.parametrize(
    ("mutate", "told"),
    [
        pytest.param(lambda s: changed(s, log_seq=6), "bear the signature", id="shorter"),
        pytest.param(lambda s: changed(s, hash="08" * 32), "bear the signature", id="another hash"),
        pytest.param(lambda s: changed(s, hash="no hash"), "no signed head of routing", id="no hash"),
        pytest.param(lambda s: changed(s, signed_at="2020-01-01T00:00:00.000000Z"), "bear the signature", id="older"),
        pytest.param(lambda s: changed(s, signature="AAAA"), "bear the signature", id="another signature"),
        pytest.param(lambda s: s | {"routing": s["intake"]}, "is that of intake", id="another log's"),
        pytest.param(lambda s: s | {"routing": {}}, "no signed head of routing", id="none"),
        pytest.param(lambda s: s | {"routing": {"head": [1]}}, "no signed head of routing", id="no object"),
        pytest.param(lambda s: {"intake": s["intake"]}, "no signed head of routing", id="a service left out"),
    ],
)
def test_edited_head_is_refused(
    tmp_path: Path, services: Services, mutate: Callable[[Services], Services], told: str
) -> None:
    public = signers(place(tmp_path / "home"), None, None)
    with pytest.raises(Unproved, match=told):
        signed_heads(tmp_path, mutate(services), public)


def test_other_home_needs_the_signers_key(tmp_path: Path, keys: Keys, services: Services) -> None:
    """A new machine has a signer of its own; the copy of the keys, or a named file, knows the old one."""
    other = Keys(Home(tmp_path / "other"))
    other.audit_key()
    there = place(tmp_path / "other")
    with pytest.raises(Unproved, match="--signer"):
        signed_heads(tmp_path, services, signers(there, None, None))
    public = keys.audit_public_file
    assert signed_heads(tmp_path, services, signers(there, public.parent, None))
    assert signed_heads(tmp_path, services, signers(there, tmp_path, public))


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
