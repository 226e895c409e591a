"""What a run of faults has come to, a line per fault: a run that was broken off leaves it, and another goes on from it.

JSON lines: {seed, only} first, then per fault its row of the table and `seconds`; {fault, missing, seconds} for one
that cannot be done on this machine.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import orjson

from bugle.chaos.table import Row, Table
from bugle.stack import StackError

Entry = dict[str, Any]


@dataclass
class Report:
    """`entries` are on the disk as soon as they are added, where there is a file."""

    seed: str
    entries: list[Entry]
    path: Path | None = None

    def add(self, entry: Entry) -> None:
        """One more fault is over."""
        self.entries.append(entry)
        self._write(entry)

    def _write(self, line: Entry) -> None:
        if self.path is not None:
            with self.path.open("ab", buffering=0) as file:
                file.write(orjson.dumps(line) + b"\n")
                os.fsync(file.fileno())

    @property
    def seconds(self) -> float:
        """How long faults have been tried so far."""
        return sum(float(entry["seconds"]) for entry in self.entries)

    @property
    def table(self) -> Table:
        """The faults that were tried or skipped."""
        return Table([Row.of(entry) for entry in self.entries])

    def order(self, names: Sequence[str]) -> Iterator[str]:
        """The faults that are to come, by the seed's dice; one that cannot be done here is drawn once.

        StackError when the entries are not of these dice.
        """
        dice, left = random.Random(self.seed), list(names)
        for n in count():
            if not left:
                return
            name = dice.choice(left)
            if n == len(self.entries):
                yield name
            if self.entries[n]["fault"] != name:
                raise StackError(f"{self.path} tells of other faults than there are now. Name another file.")
            if "missing" in self.entries[n]:
                left.remove(name)


def begin(path: Path | None, seed: str | None, only: str) -> Report:
    """A new report, or the one in the file. StackError when that is another run's."""
    if path is None or not path.exists():
        report = Report(seed or os.urandom(4).hex(), [], path)
        report._write({"seed": report.seed, "only": only})
        return report
    try:
        head, *entries = map(orjson.loads, _whole_lines(path))
        held = head["seed"], head["only"]
    except (ValueError, KeyError) as error:
        raise StackError(f"{path} is no report of bugle chaos. Name another file.") from error
    if held != (seed or held[0], only):
        raise StackError(f"{path} is the report of --seed {held[0]} --only {held[1]!r}. Name another file, or those.")
    return Report(held[0], entries, path)


def _whole_lines(path: Path) -> list[bytes]:
    """The lines of the file, which is cut behind the last whole one: whoever wrote the rest died of it."""
    text = path.read_bytes()
    whole = text.rpartition(b"\n")[0]
    with path.open("r+b") as file:
        file.truncate(len(whole) + 1 if whole else 0)
    return whole.splitlines()
