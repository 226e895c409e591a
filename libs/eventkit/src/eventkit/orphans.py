"""Processes that help another end with it, even when it is killed: else they would wait for work for ever."""

from __future__ import annotations

import os
from multiprocessing import parent_process
from multiprocessing.connection import wait
from threading import Thread


def end_with_parent() -> None:
    """For a process pool's `initializer`: this process ends as soon as the one that started it is gone."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("end_with_parent is for a process that multiprocessing started")
    Thread(target=_end, args=(parent.sentinel,), name="orphans", daemon=True).start()


def _end(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
