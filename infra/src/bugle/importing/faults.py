"""What is wrong with a file, or with one of its rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from bugle.stack import StackError


class Unreadable(StackError):
    """The file as a whole cannot be imported; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One problem of one row. `row` counts as a spreadsheet does: the header is row 1; `key` is "" when unknown."""

    file: str
    row: int
    key: str
    column: str
    problem: str
    mend: str

    def __str__(self) -> str:
        where = f"{self.file} row {self.row}" + (f" ({self.key})" if self.key else "")
        return f"{where}, column {self.column}: {self.problem}; {self.mend}"

    def json(self) -> dict[str, object]:
        """The fault as a JSON object."""
        return asdict(self)


class BadValue(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend
