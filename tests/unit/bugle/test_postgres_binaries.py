"""PostgreSQL's binaries find their libraries by the way from one folder to the other: both are copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugle.stack import postgres


@pytest.fixture
def found(tmp_path: Path) -> Path:
    """As a wheel has them: the package, and beside it what the binaries load."""
    program = tmp_path / "closed" / "server" / "pginstall18" / "bin" / "postgres"
    library = tmp_path / "closed" / "server.libs" / "libpq.so"
    for file in (program, library):
        file.parent.mkdir(parents=True)
        file.touch()
    return program.parents[1]


def test_copied_binaries_reach_their_libraries(found: Path, tmp_path: Path) -> None:
    copied = postgres._copied(found, tmp_path / "shared" / "binaries")
    assert (copied / "bin" / "postgres").exists()
    assert (copied / "bin" / "../../../server.libs/libpq.so").exists()


def test_copy_is_made_once(found: Path, tmp_path: Path) -> None:
    place = tmp_path / "shared" / "binaries"
    first = postgres._copied(found, place)
    (first / "bin" / "initdb").touch()
    assert postgres._copied(found, place) == first
    assert (first / "bin" / "initdb").exists()
