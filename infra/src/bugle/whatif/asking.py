"""Asking supervision about limits and calendars, and reporting about points and weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx

from bugle.answers import AsOperator, Json, check
from bugle.answers import pages as joined
from bugle.stack.place import Place

PAGE = 200
_OPTIONS = {
    **{name: f"--{name}" for name in ("programme", "points", "calendar", "from", "to")},
    "limits": "--limit",
    "weights": "--weight",
}
_PAIR = re.compile(r"\b([a-z]+):(?=\w)")
"""As services write what the command writes with an equals sign."""


class _Asking(AsOperator):
    subject = "whatif"

    def ask(self, question: Mapping[str, Any]) -> Json:
        answer = self._send("GET", "/v1/what-if", question)
        checked(answer, self.service)
        told: Json = answer.json()
        return told


class _Supervision(_Asking):
    service = "supervision"


class _Reporting(_Asking):
    service = "reporting"


def checked(answer: httpx.Response, service: str) -> None:
    """BadParameter names the option that is wrong, and the mend as the command line spells it."""
    check(answer, service, _OPTIONS, lambda text: _PAIR.sub(r"\1=", text))


def pages(place: Place, asked: Mapping[str, Any]) -> Iterator[Json]:
    """Deadlines counted anew, page by page. BadParameter names what is wrong with the question."""
    with _Supervision(place) as asking:
        yield from joined(lambda more: asking.ask({**asked, "limit": PAGE, **more}))


def scaled(place: Place, asked: Mapping[str, Any]) -> Json:
    """Scores and means, before and after. BadParameter names what is wrong with the question."""
    with _Reporting(place) as asking:
        return asking.ask(asked)
