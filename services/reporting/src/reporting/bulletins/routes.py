"""The GET route of reports as documents."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response
from sqlalchemy import Engine

from eventkit.caller import Forbidden
from eventkit.catalogues import ON_PAPER, accepted
from eventkit.text import Text
from reporting.bulletins.content import content, rule_of
from reporting.bulletins.drawing import draw
from reporting.bulletins.tallies import Reported, Told
from reporting.queries.desk import Desk, Who, parameters, reads
from reporting.queries.periods import Period
from reporting.queries.programme_routes import OF_PROGRAMME, OfProgramme, of_programme

Language = Literal["zh", "en"]


def told_of(of: OfProgramme, report: str, name: str) -> tuple[Told, Period]:
    """What a report tells, and of which period; UnknownReport, Faulty, or Forbidden for a department."""
    asked, rule = of.asked, rule_of(of.document, report)
    if asked.scope.department is not None:
        mend = Text("ask as office, leader or analyst")
        raise Forbidden(Text("A report is about all departments."), mend=mend)
    held = of.period(name, rule["every"])
    about = Reported(asked.connection, asked.scope, of.id, of.agency, of.document, held)
    return content(about, rule, asked.knowledge()), held


def document_routes(engine: Engine) -> APIRouter:
    """All of them, over an engine that stays the caller's."""
    router, desk = reads(), Desk(engine)

    @router.get("/documents/{report}", response_class=Response, openapi_extra=parameters(OF_PROGRAMME, "programme"))
    def document(
        report: str,
        request: Request,
        who: Who,
        period: str,
        lang: Language | None = None,
        format: Literal["markdown", "json"] = "markdown",
    ) -> Response:
        """A report of the programme over one of its periods: bulletin, review or appraisal, as the programme names it.

        As Markdown in Chinese unless `lang` or Accept-Language says otherwise, or as the figures behind it in JSON.
        """
        with of_programme(desk, who, request, "period", "lang", "format") as of:
            told, held = told_of(of, report, period)
            if format == "json":
                return of.asked.answer(told)
            language = lang or accepted(request.headers.get("accept-language"), ON_PAPER)
            return Response(draw(told, held, language), media_type="text/markdown; charset=utf-8", headers={
                "Content-Language": language,
                "Vary": "Accept-Language",
                "Content-Disposition": f'inline; filename="{of.id}-{report}-{held.name}.{language}.md"',
            })  # fmt: skip

    return router
