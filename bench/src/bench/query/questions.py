"""What an analyst, a leader's page and a report ask of very many issues; the parameters are drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bench.query.filling import world
from bugle.generating.world import World
from bugle.importing.folder import Folder
from eventkit.paging import cursor

Parameters = dict[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of request. `most_ms`: its target for the 99th percentile; None: it has none, and is asked seldom.

    `past`: how it is also asked about a day that is past: `as_of` as known then, `at` as it stood then.
    """

    path: str
    most_ms: int | None
    draw: Callable[[Random, Drawer], Parameters]
    past: tuple[str, ...] = ("as_of", "at")


@dataclass(frozen=True, slots=True)
class Drawer:
    """Draws what requests name."""

    folder: Folder
    world: World

    def programme(self) -> Parameters:
        """The filter that all of them have."""
        return {"programme": self.folder.id}

    def filters(self, random: Random) -> Parameters:
        """None, one or several filters of a page of the ledger."""
        month = self.moment(random)[:7]
        return random.choice(
            (
                {},
                {"kind": random.choice(self.world.kinds)},
                {"department": random.choice(self.world.units)},
                {"department": random.choice(self.world.units), "open": "true"},
                {"state": "result_reported"},
                {"satisfaction": "unsatisfied", "kind": random.choice(self.world.kinds)},
                {"reported": month},
            )
        )

    def moment(self, random: Random) -> str:
        """A day of the second half of the ledger."""
        return str(self.world.first + timedelta(days=random.randrange(self.world.days // 2, self.world.days)))

    def after(self, random: Random, month: str | None) -> str:
        """A place deep in the ledger, or in the month that is asked for: a cursor comes from the page before."""
        if month is None:
            at = self.world.end - timedelta(days=random.uniform(1, self.world.days))
        else:
            at = datetime.fromisoformat(f"{month}-01").replace(tzinfo=self.world.zone)
            at += timedelta(days=random.uniform(1, 28))
        return cursor((at, "00000000-0000-0000-0000-000000000000"))


def drawer(issues: int) -> Drawer:
    """Of the ledger of so many issues."""
    return Drawer(*world(issues))


def _page(random: Random, of: Drawer) -> Parameters:
    return of.programme() | of.filters(random)


def _deep(random: Random, of: Drawer) -> Parameters:
    page = _page(random, of)
    return page | {"after": of.after(random, page.get("reported"))}


def _some(random: Random, of: Drawer) -> Parameters:
    some: tuple[Parameters, ...] = (
        {},
        {"department": random.choice(of.world.units)},
        {"kind": random.choice(of.world.kinds)},
    )
    return of.programme() | random.choice(some)


def _league(random: Random, of: Drawer) -> Parameters:
    return of.programme() | {"group_by": random.choice(("department", "kind", "month"))}


def _scores(random: Random, of: Drawer) -> Parameters:
    return of.programme() | {"period": of.moment(random)[:7]}


def _whole(random: Random, of: Drawer) -> Parameters:
    return of.programme()


QUESTIONS: Mapping[str, Question] = {
    "ledger": Question("/v1/ledger", 100, _page),
    "ledger_deep": Question("/v1/ledger", 100, _deep),
    "kpi": Question("/v1/rates", 100, _some),
    "league": Question("/v1/figures/resolution", 100, _league),
    "league_clocks": Question("/v1/figures/on_time", 100, _league),
    "work": Question("/v1/work", None, _some, past=("as_of",)),
    "completeness": Question("/v1/completeness", None, _whole),
    **{
        name: Question(f"/v1/lists/{name}", None, _whole)
        for name in ("contributions", "returns", "returns_by_unit", "signals")
    },
    "scores": Question("/v1/appraisal/departments", None, _scores),
    "overview": Question("/overview", None, _whole),
    "programme": Question("/programme", None, _whole, past=()),
    "deadlines": Question("/deadlines", None, _whole, past=()),
}
"""By the name under which its figure stands."""
PAST_MS = 300


def asked(name: str, of: Drawer, random: Random, past: str | None) -> tuple[str, dict[str, Any]]:
    """Path and parameters of one request."""
    question = QUESTIONS[name]
    drawn = question.draw(random, of)
    return question.path, drawn | ({past: of.moment(random)} if past else {})
