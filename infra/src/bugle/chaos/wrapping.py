"""The inside of a process with failpoints: wraps functions at its start and carries orders out."""

from __future__ import annotations

import functools
import importlib
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from bugle.chaos.failpoints import CLOCK, VARIABLE, Order, Point, points_of


class Planted(Exception):
    """A failure that was ordered."""


class Trap:
    """One point in this process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._passes = 0

    def spring(self, arguments: object) -> None:
        """Do what is ordered; nothing as a rule."""
        try:
            order = Order(**orjson.loads(self._file.read_bytes()))
        except FileNotFoundError:
            self._passes = 0
            return
        if order.match and order.match not in repr(arguments):
            return
        self._passes += 1
        if self._passes >= order.at:
            self._carry_out(order)

    def _carry_out(self, order: Order) -> None:
        if order.do == "die":
            try:
                self._file.rename(self._file.with_name(f"{self._file.name}.met"))
            except FileNotFoundError:
                return  # another process was first, and one death was ordered
            os.kill(os.getpid(), signal.SIGKILL)
        self._file.with_name(f"{self._file.name}.met").touch()
        if order.do == "fail":
            raise Planted(f"ordered at {self._file.name}")
        time.sleep(order.seconds)


def wrap_this_process() -> None:
    """Wrap what the points of this process name; nothing in a process that has none."""
    process = _process(sys.orig_argv)
    folder = os.environ.get(VARIABLE)
    if process is None or folder is None:
        return
    _shift(Path(folder) / f"{process}.{CLOCK}")
    for name, point in points_of(process).items():
        _wrap(point, Trap(Path(folder) / f"{process}.{name}"))


def faketime() -> Path | None:
    """Debian's libfaketime, if it is installed."""
    return next(iter(sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))), None)


def _shift(order: Path) -> None:
    """Start this process once more under another clock, if that is ordered."""
    library = faketime()
    if library is None or "FAKETIME" in os.environ or not order.exists():
        return
    os.environ |= {
        "LD_PRELOAD": str(library),
        "FAKETIME": order.read_text(),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    order.with_name(f"{order.name}.met").touch()
    os.execv(sys.executable, sys.orig_argv)


def _process(command: list[str]) -> str | None:
    """`intake-relay` of `python -m intake.entrypoints.relay`."""
    module = command[command.index("-m") + 1] if "-m" in command[:-1] else ""
    service, separator, kind = module.partition(".entrypoints.")
    return f"{service}-{kind}" if separator else None


def _wrap(point: Point, trap: Trap) -> None:
    """AttributeError when the product has no such function any more: the process does not start."""
    module, _, path = point.target.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, name, wrapped(getattr(owner, name), point, trap))


def wrapped(function: Callable[..., Any], point: Point, trap: Trap) -> Callable[..., Any]:
    """The function with the trap before or after it."""

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        if point.moment == "before" and point.busy(arguments, None):
            trap.spring((arguments, named))
        result = function(*arguments, **named)
        if point.moment == "after" and point.busy(arguments, result):
            trap.spring((arguments, named))
        return result

    return call
