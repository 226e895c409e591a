"""A case that goes on while a form is filled in: what machines write is passed over, what people see is asked about."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, count, repeat
from pathlib import Path

import httpx
import pytest

from console.asking import PASSED_OVER
from tests.support.tokens import Issuer
from tests.unit.console.made import CASE, TOLD, hidden_in, visiting

DRAWN = ("received", 4)


class Routing:
    """Tells at each read how the case stands, in the end that there is none; takes a command for `taken` alone."""

    def __init__(self, stands: Iterator[tuple[str, int]], taken: int | None) -> None:
        self.stands, self.taken = stands, taken
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.asked.append(request.headers["if-match"])
            stale = {"title": "Stale", "status": 412, "detail": "It has changed."}
            taken = self.asked[-1] == f'"{self.taken}"'
            return httpx.Response(201, json={}) if taken else httpx.Response(412, json=stale)
        if request.url.path.startswith(("/v1/programmes/", "/v1/directories/")):
            return httpx.Response(200, json={"document": {}, "units": []})
        stands = next(self.stands, None) if request.url.path == f"/v1/cases/{CASE}" else None
        if stands is None:
            return httpx.Response(404, json={"title": "x", "status": 404})
        state, version = stands
        return httpx.Response(200, json=TOLD | {"state": state, "version": version})


def accept(tmp_path: Path, routing: Routing) -> httpx.Response:
    """The answer to a form that was opened and sent."""
    client = visiting(Issuer(tmp_path), routing, "department", department="power")
    return client.post(f"/cases/{CASE}/accept", data=hidden_in(client.get(f"/cases/{CASE}/accept")))


@pytest.mark.parametrize("late", [0, 1], ids=["before the form is sent", "while it is on its way"])
def test_version_that_shows_nothing_else_is_passed_over(tmp_path: Path, late: int) -> None:
    routing = Routing(chain(repeat(DRAWN, 1 + late), repeat(("received", 5))), taken=5)
    assert accept(tmp_path, routing).status_code == 303
    assert routing.asked == ['"4"', '"5"']


@pytest.mark.parametrize("late", [0, 1], ids=["before the form is sent", "while it is on its way"])
def test_other_state_is_asked_about(tmp_path: Path, late: int) -> None:
    routing = Routing(chain(repeat(DRAWN, 1 + late), repeat(("returned", 5))), taken=5)
    answer = accept(tmp_path, routing)
    assert (answer.status_code, routing.asked) == (412, ['"4"'])
    assert hidden_in(answer)["version"] == "5"


def test_case_that_never_rests_is_asked_about(tmp_path: Path) -> None:
    routing = Routing((("received", version) for version in count(4)), taken=None)
    assert accept(tmp_path, routing).status_code == 412
    assert len(set(routing.asked)) == len(routing.asked) == 1 + PASSED_OVER


def test_case_that_leaves_while_a_form_is_on_its_way_is_told(tmp_path: Path) -> None:
    routing = Routing(repeat(DRAWN, 2), taken=None)
    answer = accept(tmp_path, routing)
    assert (answer.status_code, routing.asked) == (404, ['"4"'])
    assert "没有提交" in answer.text
