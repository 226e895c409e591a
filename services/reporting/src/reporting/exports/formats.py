"""The formats: each writes rows to a file as they come, and holds few of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, Literal, Protocol

from reporting.exports.cells import Cells, Row
from reporting.exports.excel import Excel
from reporting.exports.parquet import Parquet
from reporting.exports.separated import Separated

Told = Mapping[str, str]
"""What is told of a file beside its rows, by what it is called."""


class Sheet(Protocol):
    """A file that is being written."""

    def write(self, rows: Sequence[Row]) -> None:
        """Further rows."""

    def close(self, about: Told) -> None:
        """The end; what was not written before it is written now."""

    def abandon(self) -> None:
        """Gives up what the file holds beside itself, when it cannot be whole."""


@dataclass(frozen=True, slots=True)
class Format:
    """`begin`: of a file, the columns and what reads cells."""

    media: str
    begin: Callable[[IO[bytes], Sequence[str], Cells], Sheet]


Ending = Literal["csv", "xlsx", "parquet"]

FORMATS: Final[Mapping[Ending, Format]] = {
    "csv": Format("text/csv; charset=utf-8", Separated),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Excel),
    "parquet": Format("application/vnd.apache.parquet", Parquet),
}
"""By the ending of the file's name."""
