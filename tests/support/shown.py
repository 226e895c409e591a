"""The numbers that a page shows, and where each of them leads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser

_NUMBER = re.compile(r"[+-]?[0-9][0-9,]*(\.[0-9]+)?%?")
_WITHIN = re.compile(r"(?<![\w.:-])[+-]?[0-9][0-9,]*(?:\.[0-9]+)?%?(?![\w:-])")
_INSTANT = re.compile(r"[0-9]{4}-([0-9]{2}|Q[1-4])(-[0-9]{2})?|[0-9]{1,2}:[0-9]{2}")
_NAMING = ("/issues/", "/ledger")
"""Links whose text is a name: of an issue, or of a department; but `/issues/…/events/…` is an event."""
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
        self.stated: list[Number] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self.open.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        text, tags = data.strip(), [tag for tag, _ in self.open]
        classes = {name for _, about in self.open for name in (about.get("class") or "").split()}
        if "main" not in tags or classes & GIVEN:
            return
        links = [about.get("href") for tag, about in self.open if tag == "a"]
        address = links[-1] if links else None
        if _NUMBER.fullmatch(text):
            self.found.append(Number(text, address))
        elif not _names(address):
            self.stated += [Number(one, address) for one in _WITHIN.findall(_INSTANT.sub(" ", text))]


def _names(address: str | None) -> bool:
    return address is not None and address.startswith(_NAMING) and "/events/" not in address


def numbers(page: str) -> list[Number]:
    """Those that stand by themselves, in a page's content, in its order."""
    return _read(page).found


def stated(page: str) -> list[Number]:
    """Those within sentences, without days and times, and without the names of issues and departments."""
    return _read(page).stated


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    return reader
