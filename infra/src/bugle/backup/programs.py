"""PostgreSQL's own dump and restore, of the version that the stack comes with."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bugle.stack.errors import StackError
from bugle.stack.postgres import installed

KEY_TABLES = ("contact_keys", "contact_master")
"""Never in the ordinary dump: a backup must not bring back a key that was destroyed."""


def dump(url: str, file: Path, snapshot: str) -> None:
    """A service's database at a snapshot, without the keys of contacts; the file is for its owner only."""
    without = (f"--exclude-table-data={table}" for table in KEY_TABLES)
    _run(url, "pg_dump", "-Fc", f"--snapshot={snapshot}", *without, f"--file={_private(file)}")


def dump_keys(url: str, file: Path) -> None:
    """The wrapped keys of contacts alone, as they are now; the file is for its owner only."""
    tables = (f"--table={table}" for table in KEY_TABLES)
    _run(url, "pg_dump", "-Fc", "--data-only", *tables, f"--file={_private(file)}")


def load(url: str, file: Path) -> None:
    """Everything that a dump holds, or nothing."""
    _run(url, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(file))


def digest(file: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _private(file: Path) -> Path:
    file.touch(0o600)
    return file


def _run(url: str, program: str, *options: str) -> None:
    """The password goes by the environment: everybody on the machine may read a command line."""
    address = urlsplit(url)
    bare = address._replace(netloc=address.netloc.replace(f":{address.password}@", "@")).geturl()
    secret = {} if address.password is None else {"PGPASSWORD": unquote(address.password)}
    command = [str(installed() / "bin" / program), *options, f"--dbname={bare}"]
    environment = os.environ | {"LC_ALL": "C"} | secret
    done = subprocess.run(command, text=True, capture_output=True, check=False, env=environment)
    if done.returncode:
        raise StackError(f"{program} failed: {done.stderr.strip()[-2000:]}")
