"""Failpoints: places of the product at which a process can be made to die, to fail or to linger.

The product knows nothing of them. A process that is started with the folder `injected` on its PYTHONPATH and the name
of a second folder in BUGLE_FAILPOINTS wraps the functions below when it starts, and obeys the orders in that folder:
a file `<service>-<kind>.<point>` with the JSON of an `Order`. Nothing of this is in a service's package or image.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import orjson

VARIABLE = "BUGLE_FAILPOINTS"
INJECTED = Path(__file__).parent / "injected"

CLOCK = "clock"
"""A file `<service>-<kind>.clock` holds by how much the process's clock is wrong."""

Moment = Literal["before", "after"]
Busy = Callable[[tuple[Any, ...], Any], bool]
"""Whether a pass counts, by the call's arguments and its result (None before it)."""


def _always(arguments: tuple[Any, ...], result: Any) -> bool:
    return True


def _given(arguments: tuple[Any, ...], result: Any) -> bool:
    """The first argument is not empty."""
    return bool(arguments[1])


def _events(arguments: tuple[Any, ...], result: Any) -> bool:
    """A batch with events, not with watermarks alone."""
    return any(getattr(arrival.content, "stream", None) for arrival in arguments[1])


def _found(arguments: tuple[Any, ...], result: Any) -> bool:
    """It gave something."""
    return bool(result[1] if isinstance(result, tuple) else result)


@dataclass(frozen=True, slots=True)
class Point:
    """Before or after which function (`module:Class.method`), and which passes count."""

    target: str
    moment: Moment
    busy: Busy = field(default=_always)


POINTS: Mapping[str, Mapping[str, Point]] = {
    "http": {
        "before_begin": Point("eventkit.http.desk:Desk._once", "before"),
        "after_insert": Point("eventkit.postgres:PostgresTransaction.append", "after", _given),
        "after_commit": Point("eventkit.http.desk:Desk._once", "after"),
    },
    "relay": {
        "after_read": Point("eventkit.sequencer:Sequencer._write", "before"),
        "after_log": Point("eventkit.sequencer:Sequencer.sequence", "after", _found),
        "after_send": Point("eventkit.publisher:KafkaPublisher.publish", "after", _given),
        "before_cursor": Point("eventkit.sequencer:Sequencer.keep", "before"),
    },
    "worker": {
        "before_commit": Point("eventkit.processing:Processor._react", "after", _given),
        "after_commit": Point("eventkit.processing:Processor._attempt", "after", _events),
        "in_handler": Point("eventkit.session:Session.record", "before"),
    },
    "reporting-worker": {"in_handler": Point("reporting.read_model.writer:apply", "before")},
    "sweeper": {
        "before_commit": Point("eventkit.clocks:Sweeper._settle", "after", _found),
        "after_commit": Point("eventkit.clocks:Sweeper._chunk", "after", _found),
    },
    "rebuild": {
        "before_swap": Point("reporting.rebuild.shadow:swap", "before"),
        "after_swap": Point("reporting.rebuild.shadow:clear", "before"),
    },
}
"""By kind of process, or by process. A rebuild clears its shadow at its beginning too: its end is the second pass."""


def points_of(process: str) -> Mapping[str, Point]:
    """The points of a process such as `intake-relay`, by name."""
    return {**POINTS.get(process.rpartition("-")[2], {}), **POINTS.get(process, {})}


@dataclass(frozen=True, slots=True)
class Order:
    """What is to happen at a point, from its pass number `at` on.

    "die": SIGKILL, once, in whichever process gets there first. "fail": an exception, and "linger": a rest of
    `seconds`, at every pass until the order is taken back. `match`: only where the call's arguments show this text.
    """

    do: Literal["die", "fail", "linger"] = "die"
    at: int = 1
    match: str = ""
    seconds: float = 0.0


class Failpoints:
    """The giver of orders to the processes of one system."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def settings(self) -> dict[str, str]:
        """What such a process needs in its environment."""
        return {VARIABLE: str(self._folder), "PYTHONPATH": str(INJECTED)}

    def order(self, process: str, point: str, order: Order = Order()) -> None:
        """Give an order to a process, for instance `intake-relay`. LookupError when there is no such point."""
        if point not in points_of(process):
            raise LookupError(f"{process} has no point {point}")
        file = self._file(process, point)
        self._met(file).unlink(missing_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(orjson.dumps(asdict(order)))
        draft.rename(file)

    def shift(self, process: str, seconds: int) -> None:
        """Have the process run by a clock that is wrong by so much, from its next start on."""
        (self._folder / f"{process}.{CLOCK}").write_text(f"{seconds:+d}s")

    def met(self, process: str, point: str) -> bool:
        """Whether the order was carried out, at least once."""
        return self._met(self._file(process, point)).exists()

    def withdraw(self) -> None:
        """Take all orders back."""
        for file in self._folder.iterdir():
            file.unlink(missing_ok=True)

    def _file(self, process: str, point: str) -> Path:
        return self._folder / f"{process}.{point}"

    @staticmethod
    def _met(file: Path) -> Path:
        return file.with_name(f"{file.name}.met")
