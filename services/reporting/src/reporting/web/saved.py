"""Views of the ledger that somebody keeps under a name: filters and columns as the address holds them.

They are the one thing of reporting that no event tells of, so they stand beside the projections and outlive a rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from sqlalchemy import Connection, text

from eventkit.caller import Caller
from eventkit.problems import Faulty, FieldProblem
from eventkit.text import Text
from reporting.queries.filters import OF_CASES
from reporting.web.ledger import BESIDES
from reporting.web.rendering import CARRIED

MOST = 50
"""Views of one caller."""
LONGEST = 60
"""Characters of a name."""
MOST_QUERY = 4096
"""Characters of a query that are looked at; the pages' own are shorter."""
_KEPT = frozenset({*OF_CASES, *CARRIED, *BESIDES}) - {"after"}

_OF = text("SELECT name, query FROM public.saved_views WHERE agency = :agency AND owner = :owner ORDER BY name")
_KEEP = text(
    """
    INSERT INTO public.saved_views (agency, owner, name, query)
    SELECT :agency, :owner, :name, :query
    WHERE (SELECT count(*) FROM public.saved_views WHERE agency = :agency AND owner = :owner AND name <> :name) < :most
    ON CONFLICT (agency, owner, name) DO UPDATE SET query = excluded.query, saved_at = now()
    """
)
_FORGET = text("DELETE FROM public.saved_views WHERE agency = :agency AND owner = :owner AND name = :name")


@dataclass(frozen=True, slots=True)
class Saved:
    """A view: its name, and the query of the ledger's address."""

    name: str
    query: str


def query_of(request: Request) -> str:
    """What of an address makes a view."""
    return _clean(str(request.url.query))


def checked(name: str, query: str) -> Saved:
    """A view as it may be kept; Faulty for a name that is none."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        mend = Text("write a name of at most {most} characters", most=LONGEST)
        raise Faulty([FieldProblem("name", Text("is no name for a view"), mend)])
    return Saved(name, _clean(query))


def _clean(query: str) -> str:
    told = [(name, value) for name, value in parse_qsl(query[:MOST_QUERY]) if name in _KEPT and "\x00" not in value]
    return urlencode(told)


def of(connection: Connection, who: Caller) -> list[Saved]:
    """The caller's own, by name."""
    return [Saved(*row) for row in connection.execute(_OF, _owner(who))]


def keep(connection: Connection, who: Caller, view: Saved) -> None:
    """Under its name, in place of one that had it; Faulty when there are too many."""
    about = {**_owner(who), "name": view.name, "query": view.query, "most": MOST}
    if connection.execute(_KEEP, about).rowcount == 0:
        problem = Text("there are {most} views already", most=MOST)
        raise Faulty([FieldProblem("name", problem, Text("forget one of them first"))])


def forget(connection: Connection, who: Caller, view: Saved) -> None:
    """Nothing happens when there is none of this name."""
    connection.execute(_FORGET, {**_owner(who), "name": view.name})


def _owner(who: Caller) -> dict[str, str]:
    """By agency and subject, as requests are counted; an operator has no agency."""
    return {"agency": who.agency or "", "owner": who.sub}
