"""Locks are clean, and every direct dependency is accounted for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bugle.stack.home import ROOT
from tests.support.sources import PACKAGES

LOCKS = [
    ROOT / "requirements.lock",
    *sorted(ROOT.glob("services/*/requirements.lock")),
    *sorted(ROOT.glob("frontends/*/requirements.lock")),
]
_NAME = re.compile(r"^[a-z0-9][a-z0-9.-]*")


def declared() -> set[str]:
    """The names of all direct dependencies that are not packages of this repository."""
    lists = [
        tomllib.loads((ROOT / path / "pyproject.toml").read_text())["project"]["dependencies"]
        for path in PACKAGES.values()
    ]
    return {name for requirements in lists for name in map(_name, requirements) if not name.startswith("bugle")}


def tools() -> set[str]:
    lines = (ROOT / "requirements.in").read_text().splitlines()
    return {_name(line) for line in lines if line and not line.startswith("#")}


def _name(requirement: str) -> str:
    found = _NAME.match(requirement)
    assert found is not None, requirement
    return found.group()


def locked(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", lock.read_text(), re.MULTILINE))


FURTHER = [ROOT / "libs/pagekit/npm/node.lock", ROOT / "tests/browser/requirements.lock"]
"""Of what is fetched for a moment, or by developers alone."""


@pytest.mark.parametrize("lock", [*LOCKS, *FURTHER], ids=lambda lock: lock.parent.name)
def test_lock_has_hashes_only(lock: Path) -> None:
    text = lock.read_text()
    assert "--hash=sha256:" in text
    assert not re.search(r"https?:|file:|--(extra-)?index-url|--find-links|(^|\s)/", text)


def test_everything_deployed_has_lock() -> None:
    assert {lock.parent.name for lock in LOCKS[1:]} == {"intake", "routing", "supervision", "reporting", "console"}


@pytest.mark.parametrize("lock", LOCKS[1:], ids=lambda lock: lock.parent.name)
def test_service_runs_tested_versions(lock: Path) -> None:
    everything = locked(LOCKS[0])
    assert {name: everything.get(name) for name in locked(lock)} == locked(lock)


def test_everything_declared_is_locked() -> None:
    assert declared() | tools() <= set(locked(LOCKS[0]))


def test_record_lists_every_dependency() -> None:
    record = (ROOT / "docs" / "adr" / "0008-dependencies.md").read_text()
    assert [name for name in sorted(declared()) if not re.search(rf"\b{re.escape(name)}\b", record)] == []
