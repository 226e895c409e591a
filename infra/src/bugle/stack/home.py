"""The state folder: everything the stack must keep between two starts lies in it, and nothing else does."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bugle.stack.errors import StackError

ROOT = Path(__file__).resolve().parents[4]
_NEEDED = 1 << 30  # bytes: a fresh PostgreSQL and Kafka with their write-ahead logs, and room for the first imports


def flush(path: Path) -> None:
    """Have the disk hold a file, or the names in a folder, before anything that counts on it is done."""
    held = os.open(path, os.O_RDONLY)
    try:
        os.fsync(held)
    except OSError as error:
        if error.errno != errno.EINVAL or not path.is_dir():  # some network shares flush no folder
            raise
    finally:
        os.close(held)


@dataclass(frozen=True, slots=True)
class Home:
    """A state folder. All methods that write make what is missing."""

    path: Path

    @classmethod
    def default(cls) -> Home:
        """BUGLE_HOME, or `.bugle` in the repository's root."""
        return cls(Path(os.environ.get("BUGLE_HOME") or ROOT / ".bugle").absolute())

    def prepare(self) -> None:
        """Make the folder; StackError when it cannot be written or the disk is nearly full."""
        try:
            self.folder(".")
            self.path.chmod(0o711)  # PostgreSQL's own account must pass through; everything inside guards itself
        except (PermissionError, NotADirectoryError, FileExistsError) as error:
            raise StackError(f"{self.path} cannot be written: choose another folder with BUGLE_HOME.") from error
        free = shutil.disk_usage(self.path).free
        if free < _NEEDED:
            raise StackError(
                f"The disk is full: {self.path} has {free >> 20} MB left and the stack needs {_NEEDED >> 20} MB. "
                "Free some space, or choose another place with BUGLE_HOME."
            )

    def folder(self, *names: str) -> Path:
        """A folder of the home, made when missing."""
        folder = self.path.joinpath(*names)
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def read(self, name: str) -> dict[str, Any]:
        """A remembered JSON object; empty when there is none."""
        with contextlib.suppress(FileNotFoundError):
            held: dict[str, Any] = json.loads((self.path / name).read_bytes())
            return held
        return {}

    def write(self, name: str, data: bytes, mode: int = 0o600) -> Path:
        """Replace a file as a whole, readable by the owner only unless said otherwise."""
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(target.name + ".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(data)
        draft.chmod(mode)
        flush(draft)
        draft.replace(target)
        flush(target.parent)
        return target

    def password(self, role: str) -> str:
        """The password of a database role, made up once and remembered."""
        held = self.read("passwords.json")
        if role not in held:
            held[role] = secrets.token_hex(20)
            self.write("passwords.json", json.dumps(held, indent=1).encode())
        return str(held[role])

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Hold off other starts, stops and restores of the same home; StackError when one is going on."""
        with (self.folder(".") / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(
                    f"Another start, stop or restore of {self.path} is going on: wait until it has ended."
                ) from None
            yield
