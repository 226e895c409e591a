"""Asking supervision about limits and calendars, and reporting about points and weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bugle.answers import AsOperator, Json, check
from bugle.answers import pages as joined
from bugle.stack.place import Place

PAGE = 200


class _Asking(AsOperator):
    subject = "whatif"

    def ask(self, question: Mapping[str, Any]) -> Json:
        answer = self._send("GET", "/v1/what-if", question)
        check(answer, self.service)
        told: Json = answer.json()
        return told


class _Supervision(_Asking):
    service = "supervision"


class _Reporting(_Asking):
    service = "reporting"


def pages(place: Place, asked: Mapping[str, Any]) -> Iterator[Json]:
    """Deadlines counted anew, page by page. BadParameter names what is wrong with the question."""
    with _Supervision(place) as asking:
        yield from joined(lambda more: asking.ask({**asked, "limit": PAGE, **more}))


def scaled(place: Place, asked: Mapping[str, Any]) -> Json:
    """Scores and means, before and after. BadParameter names what is wrong with the question."""
    with _Reporting(place) as asking:
        return asking.ask(asked)
