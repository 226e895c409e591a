"""Batches to intake: sizes, retries, and giving up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from bugle.importing import sender
from bugle.importing.sender import Away, Refused, send

Respond = Callable[[httpx.Request], httpx.Response]


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)


def client(respond: Respond) -> httpx.Client:
    return httpx.Client(base_url="http://intake", transport=httpx.MockTransport(respond))


def events(count: int, text: str = "") -> list[dict[str, Any]]:
    return [{"id": str(n), "data": {"text": text}} for n in range(count)]


def accept(request: httpx.Request) -> httpx.Response:
    answers = [{"id": event["id"], "status": 201, "body": {}} for event in orjson.loads(request.content)]
    return httpx.Response(200, json=answers)


def test_answers_come_in_order_of_the_events() -> None:
    seen: list[int] = []
    done: list[int] = []

    def respond(request: httpx.Request) -> httpx.Response:
        seen.append(len(orjson.loads(request.content)))
        return accept(request)

    answers = send(client(respond), events(450), done.append)
    assert [answer["id"] for answer in answers] == [str(n) for n in range(450)]
    assert sorted(seen) == [50, 200, 200]
    assert done == [200, 400, 450]


def test_large_rows_make_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BATCH_BYTES", 3_000)
    sizes: list[int] = []

    def respond(request: httpx.Request) -> httpx.Response:
        sizes.append(len(request.content))
        return accept(request)

    send(client(respond), events(10, "x" * 1_000), lambda _: None)
    assert len(sizes) == 5
    assert max(sizes) < 3_000


def test_server_that_is_away_for_a_while_is_asked_again() -> None:
    failures = iter([httpx.ConnectError("refused"), httpx.Response(503), httpx.ReadError("cut")])

    def respond(request: httpx.Request) -> httpx.Response:
        failure = next(failures, None)
        if isinstance(failure, Exception):
            raise failure
        return failure or accept(request)

    assert len(send(client(respond), events(3), lambda _: None)) == 3


def test_pauses_grow_and_are_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two requests that lost the same server at one moment do not come back at one moment."""
    bounds: list[tuple[float, float]] = []
    monkeypatch.setattr("random.uniform", lambda low, high: bounds.append((low, high)) or 0.0)
    failures = [httpx.Response(503)] * 3
    send(client(lambda request: failures.pop() if failures else accept(request)), events(1), lambda _: None)
    assert bounds == [(0, 0.1), (0, 0.2), (0, 0.4)]
    assert sender.PAUSES[1] == 5


def test_only_failed_events_of_a_batch_are_sent_again() -> None:
    sent: list[list[str]] = []

    def respond(request: httpx.Request) -> httpx.Response:
        ids = [event["id"] for event in orjson.loads(request.content)]
        sent.append(ids)
        bad = "1" if len(sent) == 1 else None
        return httpx.Response(200, json=[{"id": id, "status": 500 if id == bad else 201, "body": {}} for id in ids])

    answers = send(client(respond), events(3), lambda _: None)
    assert sent == [["0", "1", "2"], ["1"]]
    assert [answer["status"] for answer in answers] == [201, 201, 201]


def test_giving_up_says_what_to_do() -> None:
    with pytest.raises(Away, match="Run the same command again"):
        send(client(lambda request: httpx.Response(503)), events(1), lambda _: None, patience=0)


def test_refused_batch_tells_the_problem() -> None:
    problem = {
        "type": "urn:bugle:problem:bad-token",
        "title": "Bad token",
        "status": 401,
        "detail": "The token expired.",
    }
    with pytest.raises(Refused, match="401 The token expired") as refused:
        send(client(lambda request: httpx.Response(401, json=problem)), events(1), lambda _: None)
    assert refused.value.problem == problem


def test_missing_resource_is_none() -> None:
    assert sender.find(client(lambda request: httpx.Response(404)), "/v1/programmes/x") is None
