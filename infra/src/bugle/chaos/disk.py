"""A small disk for PostgreSQL alone, which can be filled: a file system in memory, where root may mount one."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = "1500m"
_BLOCK = bytes(1 << 20)


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system."""

    path: Path

    @contextmanager
    def full(self) -> Iterator[None]:
        """Not a byte is left in the block."""
        ballast = self.path / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                _fill(file.fileno(), _BLOCK)
                _fill(file.fileno(), _BLOCK[:4096])
            yield
        finally:
            ballast.unlink()


def _fill(file: int, block: bytes) -> None:
    while True:
        try:
            os.write(file, block)
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            return


@contextmanager
def small_disk(path: Path) -> Iterator[Disk | None]:
    """A disk at this path for the block; None where none can be mounted."""
    path.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0711", "tmpfs", str(path)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield Disk(path)
    finally:
        subprocess.run(["umount", str(path)], check=True)
