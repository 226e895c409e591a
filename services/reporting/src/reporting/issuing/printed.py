"""What documents print of their content: the lines of each section, by what one is found again, and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reporting.bulletins.labels import RATES, TALLIES
from reporting.issuing.reads import (
    Read,
    Rows,
    at,
    bilingual,
    excluded,
    fields,
    gathered,
    issue,
    kind,
    labelled,
    missed,
    paper,
    parts,
    rows,
    share,
    unit,
)


@dataclass(frozen=True, slots=True)
class Part:
    """`key`: the fields by which a line is found again, whatever it is called.

    `named`: columns that its name tells already, so that they count only where the line stands in both documents.
    """

    section: str
    rows: Rows
    called: Read
    columns: Mapping[str, Read]
    key: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


def _nothing(*_: object) -> None:
    """The only line of its section has no name."""


def _named(name: str) -> Read:
    return lambda told, _: bilingual(told[name], told)


_ISSUE: Final = {"enterprise": at("enterprise_name"), "title": at("title"), "lead": unit("lead")}
_OF_ISSUE: Final = ("enterprise", "title")
_RATE: Final = {name: share(name) for name in ("period", "previous", "cumulative")}
_SERVICE: Final = {
    f"{what}_{part}": at(f"{what}.{part}") for what in ("count", "amount") for part in ("period", "cumulative")
}

PARTS: Final = (
    Part("tallies", rows("tallies"), labelled("measure", TALLIES), fields("period", "cumulative", "synthetic"),
         ("measure",)),
    Part("rates", rows("rates"), labelled("rate", RATES),
         {"weight": at("weight"), **_RATE, "exclusions": excluded}, ("rate",)),
    Part("league", rows("league"), at("name"),
         {**fields("name", "assigned", "closed"), "kept": lambda row, _: f"{row['kept']} / {row['due']}",
          **fields("score", "rank"), "points": parts("points", "zh", "en", "count", "points")}, ("unit",), ("name",)),
    Part("services", rows("services"), bilingual, {"called": bilingual, **_SERVICE}, ("service",), ("called",)),
    Part("supervised", lambda told: filter(None, [told.get("supervised")]), _nothing, fields("total")),
    Part("supervised", rows("supervised.items"), issue, {**_ISSUE, "events": parts("events", "type", "at")},
         ("case_id",), _OF_ISSUE),
    Part("long_term", lambda told: filter(None, [told.get("long_term")]), _nothing, fields("total")),
    Part("long_term", rows("long_term.items"), issue, {**_ISSUE, **fields("reported_at")}, ("case_id",), _OF_ISSUE),
    Part("gathering", rows("gathering"), gathered, fields("issues", "open", "unsatisfied"), ("kind", "department")),
    Part("owed", rows("owed"), at("title"),
         {**fields("fulfilled", "late"), "missed": missed, **fields("open", "missed_by")}, ("rule", "title")),
    Part("letter", paper("letter"), _nothing,
         {**fields("number"), **_ISSUE, "kind": kind, "supporting": unit("supporting"),
          **fields("meeting", "reported_at")}),
    Part("deadlines", rows("deadlines"), bilingual,
         {**fields("due_at"), "provisional": lambda row, _: "*" if row["provisional"] else None}, ("clock",)),
    Part("minutes", paper("minutes"), _nothing,
         {**fields("held_at"), "subject": at("title"), **fields("place"), "present": unit("present"),
          "absent": unit("absent"), **fields("minutes")}),
    Part("cases", rows("cases"), at("title"), {"title": at("title"), "lead": unit("lead")}, ("case",), ("title",)),
    Part("items", rows("items"), at("task"), {"task": at("task"), "unit": unit("unit"), **fields("due_on")},
         ("item",), ("task",)),
    Part("text", lambda told: [told] if "report" in told else [], _nothing,
         {"programme": _named("programme"), "report": _named("report"), "observed_until": at("observed_until"),
          "undecided": lambda told, _: told.get("undecided") or None}),
)  # fmt: skip
"""In the order in which a restatement tells them."""
