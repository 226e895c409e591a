"""Published figures beside projected ones. published.toml is read here and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bugle.importing import sender
from bugle.importing.faults import Unreadable
from bugle.importing.folder import read_document

RELATIONS: Mapping[str, Callable[[int, int], bool]] = {"=": int.__eq__, "≥": int.__ge__}
"""Projected, published → whether they agree."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure and the query that must give it back. `title`: by language (zh, en); `at`: its day."""

    id: str
    title: Mapping[str, str]
    measure: str
    filters: Mapping[str, str]
    at: str
    relation: str
    value: int
    quote: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A published figure with the projected one; `synthetic`: how many generated rows were counted."""

    figure: Figure
    projected: int
    synthetic: int

    @property
    def agrees(self) -> bool:
        """Whether the projected figure stands in the published relation."""
        return RELATIONS[self.figure.relation](self.projected, self.figure.value)

    def json(self) -> dict[str, Any]:
        """The comparison as a JSON object."""
        of = self.figure
        published = {"id": of.id, "title": of.title, "measure": of.measure, "filters": of.filters, "at": of.at}
        return published | {
            "relation": of.relation,
            "published": of.value,
            "projected": self.projected,
            "synthetic": self.synthetic,
            "agrees": self.agrees,
            "quote": of.quote,
        }


def read_figures(folder: Path) -> list[Figure]:
    """The figures of a programme's published.toml. Raises Unreadable."""
    path = folder / "published.toml"
    try:
        figures = [Figure(**entry) for entry in read_document(path).get("figure", [])]
    except TypeError as error:
        raise Unreadable(f"{path}: {error}.") from error
    if not figures or any(figure.relation not in RELATIONS for figure in figures):
        raise Unreadable(f"{path} must hold figures, each with a relation of {', '.join(RELATIONS)}.")
    return figures


def compare(client: httpx.Client, programme: str, figures: Iterable[Figure]) -> list[Compared]:
    """Ask reporting for each figure of the programme."""
    found = []
    for figure in figures:
        asked = {"programme": programme, "at": figure.at, **figure.filters}
        answer = sender.get(client, f"/v1/figures/{figure.measure}", asked)
        found.append(Compared(figure, int(answer["value"]), int(answer["synthetic"])))
    return found
