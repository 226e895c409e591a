"""A document as blocks: what its Markdown says, read once, so that page, Word and PDF cannot say different things."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token

Kind = Literal["paragraph", "item", "table"]
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""What XML, and so Word, cannot hold."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table. `right`: a number, set to the right."""

    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph or an item of a list with its `text`, or a table with its `rows`, the first of which is the head."""

    kind: Kind
    text: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()

    @property
    def head(self) -> tuple[Cell, ...]:
        """The first row of a table."""
        return self.rows[0]

    @property
    def body(self) -> tuple[tuple[Cell, ...], ...]:
        """The other rows of a table."""
        return self.rows[1:]


@dataclass(frozen=True, slots=True)
class Section:
    """What stands below one heading."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`lead`: the lines between title and first heading; `closing`: the lines below the rule at the end."""

    title: str
    lead: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: tuple[str, ...]


def sheet_of(markdown: str) -> Sheet:
    """The blocks of a document's Markdown, which has one title, headings of one level and a rule before its end."""
    title, parts, current = "", list[tuple[str, list[Block]]]([("", [])]), ""
    for token, inline in _units(parser().parse(markdown)):
        if token.type == "heading_open" and token.tag == "h1":
            title = _plain(inline)
        elif token.type == "heading_open":
            parts.append((_plain(inline), []))
        elif token.type == "hr":
            parts.append(("", []))
        elif token.type == "table_open":
            parts[-1][1].append(Block("table", rows=tuple(_rows(inline))))
        else:
            current = "item" if token.level else "paragraph"
            parts[-1][1].append(Block("item" if current == "item" else "paragraph", _plain(inline)))
    lead, *sections, closing = parts
    return Sheet(
        title, _lines(lead[1]), tuple(Section(head, tuple(held)) for head, held in sections), _lines(closing[1])
    )


@cache
def parser() -> MarkdownIt:
    """Reads documents; markup of HTML within them is text."""
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _units(tokens: Sequence[Token]) -> Iterator[tuple[Token, list[Token]]]:
    """Each heading, paragraph, rule and table with what it is made of."""
    at = 0
    while at < len(tokens):
        token, end = tokens[at], at
        if token.type in ("heading_open", "paragraph_open", "table_open"):
            closing = token.type.replace("_open", "_close")
            end = next(n for n in range(at, len(tokens)) if tokens[n].type == closing)
            yield token, list(tokens[at:end])
        elif token.type == "hr":
            yield token, []
        at = end + 1


def _rows(tokens: Sequence[Token]) -> Iterator[tuple[Cell, ...]]:
    row = list[Cell]()
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "tr_open":
            row = []
        elif token.type in ("th_open", "td_open") and following is not None:
            row.append(Cell(_plain([following]), token.attrGet("style") == "text-align:right"))
        elif token.type == "tr_close":
            yield tuple(row)


def _plain(tokens: Sequence[Token]) -> str:
    """The text, without anything that is no text."""
    texts = (child.content for token in tokens for child in token.children or () if child.type != "softbreak")
    return _UNPRINTABLE.sub("", "".join(texts))


def _lines(blocks: Sequence[Block]) -> tuple[str, ...]:
    return tuple(block.text for block in blocks)
