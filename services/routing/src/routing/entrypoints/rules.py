"""Questions about routing rules: asked by POST, because rules are too long for an address; nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import text
from starlette.concurrency import run_in_threadpool

from eventkit.auth import require
from eventkit.caller import Caller
from eventkit.http import json_response
from eventkit.paging import Window, cursor, keyset
from eventkit.session import Session
from eventkit.store import Store
from routing.adapters.tables import connection_of
from routing.application.ports import Desk
from routing.application.rules import Ballot, Leaf, Place, backtest, ballot, days, try_issue
from routing.domain.rules import Subject
from routing.entrypoints.questions import BacktestQuestion, Question, TrialQuestion, ask, described, refuse
from routing.entrypoints.verdicts import show_ballot, show_counts, show_trial, show_verdict

SECONDS = 20
"""How long the database may work on one question."""

_READING = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
_BOUNDED = text(f"SET LOCAL statement_timeout = {SECONDS * 1000}")

Who = Annotated[Caller, Depends(require("office", "analyst", "operator"))]
Behind = Annotated[Window, Depends(keyset(int, int, datetime, UUID))]


def rules(store: Store, desk: Desk) -> APIRouter:
    """The routes."""
    router = APIRouter(tags=["rules"])

    @router.post("/rules/trial", openapi_extra=described(TrialQuestion))
    async def try_rules(request: Request, who: Who) -> Response:
        """Which rule would decide about an issue, why, and why not each of the others."""
        return await run_in_threadpool(_trial, store, desk, who, await ask(request, TrialQuestion))

    @router.post("/rules/backtest", openapi_extra=described(BacktestQuestion))
    async def backtest_rules(request: Request, who: Who, window: Behind) -> Response:
        """What the rules would have done with the cases of the past, page by page, beside what became of them.

        All pages see the log as the first did, and the version that it took.
        """
        return await run_in_threadpool(_backtest, store, desk, who, window, await ask(request, BacktestQuestion))

    return router


def _trial(store: Store, desk: Desk, who: Caller, question: TrialQuestion) -> Response:
    issue = question.issue
    subject = Subject(issue.kind, issue.title, issue.text, issue.township)
    with _reading(store) as session:
        asked = _asked(desk, session, who, question, question.version)
        enterprise = None if issue.enterprise is None else str(issue.enterprise)
        tried = try_issue(desk, session, asked, subject, enterprise)
    return json_response({**show_ballot(asked), **show_trial(asked, tried)})


def _backtest(store: Store, desk: Desk, who: Caller, window: Window, question: BacktestQuestion) -> Response:
    place, version = None, question.version
    if window.after is not None:
        as_of, version, *case = window.after
        place = Place(as_of, (case[0], case[1]))
    with _reading(store) as session:
        asked = _asked(desk, session, who, question, version)
        between = days(asked.programme, question.first, question.last)
        leaf = backtest(desk, session, asked, between, place, window.limit)
    return json_response({**show_ballot(asked), **_page(asked, leaf)})


def _page(asked: Ballot, leaf: Leaf) -> dict[str, Any]:
    following = None
    if leaf.next is not None and leaf.next.case is not None:
        following = cursor((leaf.as_of, asked.programme.version, *leaf.next.case))
    items = [show_verdict(verdict) for verdict in leaf.verdicts]
    return {"as_of": leaf.as_of, "counts": show_counts(leaf.verdicts), "items": items, "next": following}


def _asked(desk: Desk, session: Session, who: Caller, question: Question, version: int | None) -> Ballot:
    """The rules; candidates must be without fault, a published version says what is wrong with it today."""
    asked = ballot(desk, session, who, question.programme, version, question.rules)
    if asked.candidate:
        refuse(list(asked.faults))
    return asked


@contextmanager
def _reading(store: Store) -> Iterator[Session]:
    """A session on one state of the database, which refuses to write and gives up after a while."""
    with store.transaction() as tx:
        connection = connection_of(tx)
        connection.execute(_READING)
        connection.execute(_BOUNDED)
        yield Session(tx)
