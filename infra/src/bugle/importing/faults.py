"""What is wrong with a file, or with one of its rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from bugle.stack.errors import BadChoice
from eventkit.text import Text
from eventkit.voice import ENGLISH, Voice


class Unreadable(BadChoice):
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

    def told(self, voice: Voice = ENGLISH) -> str:
        """The fault in one line: where, what, and what to do."""
        problem = voice.say(self.problem).rstrip(".。")
        where = Text("row {row} ({key}), column {column}", row=self.row, key=self.key or _KEYLESS, column=self.column)
        return voice.say(Text("{where}: {problem}; {mend}", where=where, problem=problem, mend=voice.say(self.mend)))

    def json(self, voice: Voice = ENGLISH) -> dict[str, object]:
        """The fault as a JSON object, `problem` and `mend` in the voice's language."""
        return asdict(self) | {"problem": voice.say(self.problem), "mend": voice.say(self.mend)}


_KEYLESS = Text("no key")


class BadValue(Exception):
    """A cell that cannot be read as what its column holds."""

    def __init__(self, problem: Text, mend: Text) -> None:
        super().__init__(problem)
        self.problem = problem
        self.mend = mend
