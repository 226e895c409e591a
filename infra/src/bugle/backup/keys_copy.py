"""The one copy of the keys: replaced as a whole, whenever a process or a machine dies meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bugle.stack.home import flush

WRAPPED: Final = "contact-keys.dump"
"""The file of the wrapped keys of contacts."""
_DRAFT: Final = "draft"
_WHOLE: Final = "whole"


@dataclass(frozen=True, slots=True)
class KeysCopy:
    """A folder with key files. A new copy is written into `draft`, is the copy from when that is renamed to `whole`,
    and then moves up file by file.
    """

    folder: Path

    def file(self, name: str) -> Path:
        """Where a file of the copy lies, also where a move was broken off."""
        moving = self.folder / _WHOLE / name
        return moving if moving.exists() else self.folder / name

    @property
    def wrapped(self) -> Path:
        """The wrapped keys of contacts."""
        return self.file(WRAPPED)

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A folder for the next copy's files; once it is left they are the copy, unless by an error."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._move_up()
        draft = self.folder / _DRAFT
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        try:
            yield draft
        except BaseException:
            shutil.rmtree(draft)
            raise
        for file in draft.iterdir():
            flush(file)
        flush(draft)
        draft.rename(self.folder / _WHOLE)
        flush(self.folder)
        self._move_up()

    def _move_up(self) -> None:
        whole = self.folder / _WHOLE
        if not whole.exists():
            return
        for file in whole.iterdir():
            file.replace(self.folder / file.name)
        flush(self.folder)
        whole.rmdir()
