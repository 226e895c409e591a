"""The numbers that a page shows, and where each of them leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_VOID = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta"})
GIVEN = frozenset({"rank", "given", "nought"})
"""Classes of what is no figure: a place in an order, what the programme itself says, and the noughts of a grid."""


@dataclass(frozen=True)
class Number:
    """A number as it is written, and the address that it leads to; None: to none."""

    text: str
    address: str | None

    @property
    def value(self) -> float:
        """What it says; a percentage as a share."""
        bare = self.text.replace(",", "")
        return float(bare[:-1]) / 100 if bare.endswith("%") else float(bare)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, dict[str, str | None]]] = []
        self.found: list[Number] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text, tags = data.strip(), [tag for tag, _ in self.open]
        classes = {name for _, about in self.open for name in (about.get("class") or "").split()}
        if "main" not in tags or not _NUMBER.fullmatch(text) or classes & GIVEN:
            return
        links = [about.get("href") for tag, about in self.open if tag == "a"]
        self.found.append(Number(text, links[-1] if links else None))


def numbers(page: str) -> list[Number]:
    """All of a page's content, in its order."""
    reader = _Reader()
    reader.feed(page)
    return reader.found
