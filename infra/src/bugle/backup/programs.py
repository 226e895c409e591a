"""PostgreSQL's own dump and restore, of the version that the stack comes with."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from bugle.stack.errors import StackError
from bugle.stack.postgres import installed

KEY_TABLES = ("contact_keys", "contact_master")
"""Never in the ordinary dump: a backup must not bring back a key that was destroyed."""


def dump(url: str, file: Path, snapshot: str) -> None:
    """A service's database at a snapshot, without the keys of contacts."""
    _run(
        "pg_dump", "-Fc", f"--snapshot={snapshot}", *(f"--exclude-table-data={t}" for t in KEY_TABLES), to=file, at=url
    )


def dump_keys(url: str, file: Path) -> None:
    """The wrapped keys of contacts alone, as they are now; the file is for its owner only."""
    file.touch(0o600)
    _run("pg_dump", "-Fc", "--data-only", *(f"--table={table}" for table in KEY_TABLES), to=file, at=url)


def load(url: str, file: Path) -> None:
    """Everything that a dump holds, or nothing."""
    _run("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", f"--dbname={url}", str(file))


def digest(file: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _run(program: str, *options: str, to: Path | None = None, at: str = "") -> None:
    ends = [] if to is None else [f"--file={to}", at]
    command = [str(installed() / "bin" / program), *options, *ends]
    done = subprocess.run(command, text=True, capture_output=True, check=False, env=os.environ | {"LC_ALL": "C"})
    if done.returncode:
        raise StackError(f"{program} failed: {done.stderr.strip()[-2000:]}")
