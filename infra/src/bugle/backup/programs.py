"""PostgreSQL's own dump and restore, of the version that the stack comes with."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bugle.stack.errors import StackError
from bugle.stack.postgres import installed

KEY_TABLES = ("contact_keys", "contact_master")
"""Never in the ordinary dump: a backup must not bring back a key that was destroyed."""

_COPY = re.compile(rb"COPY \S+ \((.*)\) FROM stdin;")
_ESCAPED = re.compile(rb"\\(.)")
_MEANT = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def dump(url: str, file: Path, snapshot: str) -> None:
    """A service's database at a snapshot, without the keys of contacts; the file is for its owner only."""
    without = (f"--exclude-table-data={table}" for table in KEY_TABLES)
    # Bugle has no large objects; one that somebody with a session made would belong to him, and could not be dumped
    # rights on what comes with PostgreSQL are the database's, as it was made: an owner could not restore them
    options = ("-Fc", "--no-large-objects", "--exclude-schema=pg_catalog", f"--snapshot={snapshot}")
    _run(url, "pg_dump", *options, *without, f"--file={_private(file)}")


def dump_keys(url: str, file: Path) -> None:
    """The wrapped keys of contacts alone, as they are now; the file is for its owner only."""
    tables = (f"--table={table}" for table in KEY_TABLES)
    _run(url, "pg_dump", "-Fc", "--data-only", *tables, f"--file={_private(file)}")


def load(url: str, file: Path) -> None:
    """Everything that a dump holds, or nothing."""
    _run(url, "pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", str(file))


def rows(file: Path, table: str) -> Iterator[dict[str, bytes]]:
    """The rows of a table as a dump holds them, by column; NULL is left out."""
    command = [str(installed() / "bin" / "pg_restore"), "--data-only", f"--table={table}", "--file=-", str(file)]
    with tempfile.TemporaryFile() as said, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said) as program:
        assert program.stdout is not None  # it is a pipe
        yield from _copied(program.stdout)
        if program.wait():
            said.seek(0)
            raise StackError(f"pg_restore failed: {said.read().decode(errors='replace').strip()[-2000:]}")


def _copied(lines: Iterable[bytes]) -> Iterator[dict[str, bytes]]:
    """The rows of a script's COPY, in the text format that PostgreSQL documents under COPY."""
    columns: list[str] | None = None
    for line in lines:
        if columns is None:
            if head := _COPY.fullmatch(line.rstrip()):
                columns = [name.strip(' "') for name in head[1].decode().split(",")]
        elif line == b"\\.\n":
            columns = None
        else:
            values = line[:-1].split(b"\t")
            named = zip(columns, values, strict=True)
            yield {name: _ESCAPED.sub(_meant, value) for name, value in named if value != b"\\N"}


def _meant(escaped: re.Match[bytes]) -> bytes:
    return _MEANT.get(escaped[1], escaped[1])


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
