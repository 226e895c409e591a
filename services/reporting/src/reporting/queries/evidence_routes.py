"""The GET route that explains a figure: what it counted and left out, by which rules, and each event behind it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from eventkit.paging import LIMIT, MOST, keyset
from reporting.queries import explained
from reporting.queries.basis import basis
from reporting.queries.because import because, grounds_of
from reporting.queries.behind import Asking, Behind, behind, part_given
from reporting.queries.desk import Asked, At, Desk, Who, parameters, reads
from reporting.queries.evidence import Part
from reporting.queries.figures import figure
from reporting.queries.issues import as_dict
from reporting.queries.named import FIGURES, general, narrowed, of_asked

_OF_ANY = {name: filter for measure in FIGURES.values() for name, filter in narrowed(measure).filters.items()}
_MADE_OF_OTHERS = {"composite": explained.composite_of, "score": explained.score_of}


def evidence_routes(desk: Desk) -> APIRouter:
    """GET /figures/{figure}/evidence."""
    router = reads()

    @router.get("/figures/{figure}/evidence", response_class=Response, openapi_extra=parameters(_OF_ANY))
    def evidence(
        figure: str,
        request: Request,
        who: Who,
        at: At = None,
        part: Part | None = None,
        reason: str | None = None,
        limit: Annotated[int, Query(ge=1, le=MOST)] = LIMIT,
        after: Annotated[str | None, Query(max_length=1024)] = None,
    ) -> Response:
        """A figure with its numerator, denominator, exclusions, formula and the versions of rules it goes by, and the
        rows of one `part` (of a ratio: numerator, denominator or excluded), page by page and each with its events.

        Of `composite`, the rates that it weighs; of `score` (of a department: `unit`, and a `month`), its points.
        """
        if figure in _MADE_OF_OTHERS:
            return _MADE_OF_OTHERS[figure](desk, who, request, keyset(int)(limit, after))
        known = dict(narrowed(general(figure)).filters)
        with desk.asked(who, request, known, "at", "limit", "after", "part", "reason") as asked:
            return asked.answer(_told(asked, figure, part, reason, after, limit))

    return router


def _told(
    asked: Asked, name: str, part: Part | None, reason: str | None, after: str | None, limit: int
) -> dict[str, Any]:
    measure = narrowed(of_asked(asked, name))
    asking = Asking(measure, asked.scope, asked.filters, asked.moment, part_given(measure, part), reason)
    found = behind(asked.connection, asking, after, limit)
    return {
        "figure": name,
        "formula": measure.formula,
        **figure(asked.connection, measure, asked.scope, asked.filters, asked.moment),
        "basis": basis(asked.connection, asking, asked.filters.get("programme")),
        "part": asking.part,
        "reason": reason,
        "rows": found.total,
        "counted": found.value,
        "items": items(asked, asking, found),
        "next": found.next,
    }


def items(asked: Asked, asking: Asking, found: Behind) -> list[dict[str, Any]]:
    """The rows of the page, each with its `events`."""
    grounds = grounds_of(asking.measure.grounds, asking.filters)
    events = because(asked.connection, found.kind, found.rows, grounds, asking.moment)
    return [
        {name: value for name, value in as_dict(row).items() if name != "zone"} | {"events": why}
        for row, why in zip(found.rows, events, strict=True)
    ]
