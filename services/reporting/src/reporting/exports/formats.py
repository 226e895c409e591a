"""The formats: each writes rows to a file as they come, and holds few of them at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final, Literal, Protocol

from reporting.exports.cells import Cells, Row
from reporting.exports.excel import Excel
from reporting.exports.parquet import Parquet
from reporting.exports.separated import Separated
from reporting.exports.sheet_names import SheetNames

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
    """`begin`: of a file, the columns, what reads cells, and what sheets are called."""

    media: str
    begin: Callable[[IO[bytes], Sequence[str], Cells, SheetNames], Sheet]


Ending = Literal["csv", "xlsx", "parquet"]

FORMATS: Final[Mapping[Ending, Format]] = {
    "csv": Format("text/csv; charset=utf-8", lambda file, columns, cells, _: Separated(file, columns, cells)),
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Excel),
    "parquet": Format("application/vnd.apache.parquet", lambda file, columns, cells, _: Parquet(file, columns, cells)),
}
"""By the ending of the file's name."""
