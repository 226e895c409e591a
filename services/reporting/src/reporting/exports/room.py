"""How many files may be in the making: each takes a connection, a core and disk for as long as its list is long."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from eventkit.errors import Problem
from eventkit.problems import Unavailable
from eventkit.text import Text


class FilesInHand(Unavailable):
    """As many files are being made as the service makes at a time. Ask again in a few seconds."""

    slug = "files-in-hand"
    headers = {"Retry-After": "10"}  # noqa: RUF012 - never written


class FileInHand(Problem):
    """Your last file is still being made. Wait for it, or ask again in a few seconds."""

    slug = "file-in-hand"
    status = 429
    headers = {"Retry-After": "10"}  # noqa: RUF012 - never written


class ListTooLong(Problem):
    """The next rows of the list were not found in the time that is allowed."""

    slug = "list-too-long"
    status = 422
    mend = Text("ask for less of it by filters, or have the operator raise BUGLE_EXPORT_SECONDS")


class Room:
    """`most` files at a time in this process, one of each caller, each as long as its list is.

    `seconds`: how long one may stand still; that is what a statement may take until it gives rows.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self.seconds = seconds
        self._callers: set[Hashable] = set()
        self._lock = threading.Lock()

    @contextmanager
    def taken(self, who: Hashable) -> Iterator[None]:
        """A place for one file."""
        with self._lock:
            if who in self._callers:
                raise FileInHand
            if len(self._callers) >= self._most:
                raise FilesInHand
            self._callers.add(who)
        try:
            yield
        finally:
            with self._lock:
                self._callers.remove(who)
