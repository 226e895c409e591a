"""The page of an issue, of each event behind it, and of each that is no issue's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Request, Response

from pagekit.rendering import SWAPPED
from pagekit.session import Visiting
from reporting.web.contributions import contributions_of
from reporting.web.issue import entry, event_of, story_of
from reporting.web.kept import case_of, kept_event
from reporting.web.opening import AT, Pages, View
from reporting.web.telling import Telling

STEPS = ("reported_at", "assigned_at", "contacted_at", "result_at", "closed_at")
"""The days of an issue's course that its page lists."""


def add_issue(router: APIRouter, pages: Pages) -> None:
    """/issues/…"""

    @router.get("/issues/{case}")
    def issue(case: str, request: Request, who: Visiting) -> Response:
        """The story of an issue."""
        with pages.opened(who, request, {}, AT) as view:
            story = story_of(view, case)
            view.about(story.issue)
            issue = story.issue
            names = view.words.enterprises([issue["enterprise"]])
            return view.page(
                "issue.html",
                story=story,
                issue=issue,
                enterprise=names.get(issue["enterprise"], issue["enterprise"]),
                steps=[(name, issue[name]) for name in STEPS],
                contributions=contributions_of(view, issue),
                telling=Telling(view.words, view.cells, issue["programme"], issue["agency"]),
                may_draft=view.asked.scope.department is None,
            )

    @router.get("/issues/{case}/events/{event}")
    def event(case: str, event: str, request: Request, who: Visiting) -> Response:
        """One event of an issue, whole; asked for by htmx, as a part of the page."""
        with pages.opened(who, request, {}, AT) as view:
            found = event_of(view, case, event)
            view.about(found["issue"])
            return _shown(view, found, found["issue"])

    @router.get("/events/{event}")
    def kept(event: UUID, request: Request, who: Visiting) -> Response:
        """One event by its id: of an issue, or of what is kept beside issues."""
        with pages.opened(who, request, {}, AT) as view:
            case = case_of(view, event)
            if case is not None:
                found = event_of(view, case, str(event))
                view.about(found["issue"])
                return _shown(view, found, found["issue"])
            return _shown(view, kept_event(view, event), None)


def _shown(view: View, event: Mapping[str, Any], issue: Any) -> Response:
    said = event["data"]
    data = orjson.dumps(said, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode()
    if SWAPPED in view.request.headers:
        return view.page("event_part.html", event=event, data=data)
    about = said if issue is None else issue
    agency = about.get("agency") or view.asked.scope.agency or ""
    names = view.words.enterprises(list(filter(None, [about.get("enterprise")])))
    return view.page(
        "event.html",
        event=event,
        data=data,
        issue=issue,
        told=entry(event, beside=issue is None),
        enterprise=next(iter(names.values()), None),
        telling=Telling(view.words, view.cells, about.get("programme") or "", agency),
    )
