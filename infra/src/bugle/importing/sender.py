"""Batches of CloudEvents to intake: two requests in flight, each repeated until it is answered.

Repeating is safe: intake knows an event again by source and id and gives its first answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Any

import httpx
import orjson

from bugle.stack import StackError
from eventkit import backoff

BATCH = 200
BATCH_BYTES = 3 << 20  # intake takes 4 MiB
IN_FLIGHT = 2
PATIENCE = 120.0  # seconds a server may be away
PAUSES = (0.1, 5.0)
"""Seconds until a request is sent again: by chance, at most the first after one failure, never more than the second."""
_AWAY = {429, 502, 503, 504}

Event = dict[str, Any]
Answer = dict[str, Any]


class Away(StackError):
    """The service could not be reached for so long that the command gives up."""


class Refused(StackError):
    """The service refused a request as a whole; `problem` is its RFC 9457 answer."""

    def __init__(self, message: str, problem: dict[str, Any]) -> None:
        super().__init__(message)
        self.problem = problem


def send(
    client: httpx.Client, events: Sequence[Event], done: Callable[[int], None], patience: float = PATIENCE
) -> list[Answer]:
    """The answer to each event, in order: {id, status, body | problem, replayed?}. `done` hears how many are answered.

    Raises Away, or Refused when a batch is refused as a whole.
    """
    answers: list[Answer] = []
    pool = ThreadPoolExecutor(IN_FLIGHT)
    try:
        for answered in pool.map(lambda batch: _answered(client, batch, patience), list(_batches(events))):
            answers += answered
            done(len(answers))
    finally:
        pool.shutdown(cancel_futures=True)
    return answers


def put(client: httpx.Client, path: str, body: dict[str, Any], patience: float = PATIENCE) -> Answer:
    """PUT a document and return the answer. Raises Away or Refused."""
    answer: Answer = _body(persist(lambda: client.put(path, json=body), client, patience))
    return answer


def get(client: httpx.Client, path: str, parameters: dict[str, Any], patience: float = PATIENCE) -> Answer:
    """GET a resource. Raises Away or Refused."""
    answer: Answer = _body(persist(lambda: client.get(path, params=parameters), client, patience))
    return answer


def find(client: httpx.Client, path: str, patience: float = PATIENCE) -> Answer | None:
    """GET a resource, None when there is none. Raises Away or Refused."""
    answer = persist(lambda: client.get(path), client, patience)
    found: Answer | None = None if answer.status_code == httpx.codes.NOT_FOUND else _body(answer)
    return found


def _answered(client: httpx.Client, batch: Sequence[Event], patience: float) -> list[Answer]:
    """One batch until every event has an answer that is not the server's own failure."""
    settled: dict[str, Answer] = {}
    until, open_events = time.monotonic() + patience, list(batch)
    for attempt in count():
        for answer in _post(client, open_events, until - time.monotonic()):
            settled[answer["id"]] = answer
        open_events = [event for event in open_events if settled[event["id"]]["status"] >= 500]
        if not open_events or time.monotonic() > until:
            break
        time.sleep(backoff.pause(attempt, *PAUSES))
    return [settled[event["id"]] for event in batch]


def _post(client: httpx.Client, events: Sequence[Event], patience: float) -> list[Answer]:
    content, kind = orjson.dumps(events), {"Content-Type": "application/cloudevents-batch+json"}
    answer = persist(lambda: client.post("/v1/events", content=content, headers=kind), client, patience)
    answers: list[Answer] = _body(answer)
    return answers


def persist(call: Callable[[], httpx.Response], client: httpx.Client, patience: float = PATIENCE) -> httpx.Response:
    """The answer to a request that may be repeated, asked again while the service is away. Raises Away."""
    until, attempt = time.monotonic() + patience, 0
    while True:
        try:
            answer = call()
            if answer.status_code not in _AWAY:
                return answer
            why = f"it answers {answer.status_code}"
        except httpx.TransportError as error:
            why = str(error) or type(error).__name__
        pause = backoff.pause(attempt, *PAUSES)
        if time.monotonic() + pause > until:
            raise Away(
                f"{client.base_url} is away ({why}). Is the stack up (`bugle status`)? Run the same command again: "
                "what was acknowledged is recognised and not added twice."
            )
        time.sleep(pause)
        attempt += 1


def _body(answer: httpx.Response) -> Any:
    if answer.is_success:
        return orjson.loads(answer.content)
    try:
        problem = orjson.loads(answer.content)
        faults = [f"{e.get('field')}: {e.get('problem')}; {e.get('mend')}" for e in problem.get("errors", [])]
        message = " ".join([str(problem.get("detail") or problem.get("title")), *faults])
    except orjson.JSONDecodeError:
        problem, message = {}, answer.text[:200]
    raise Refused(f"{answer.request.method} {answer.request.url}: {answer.status_code} {message}", problem)


def _batches(events: Sequence[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    size = 0
    for event in events:
        length = len(orjson.dumps(event))
        if batch and (len(batch) == BATCH or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(event)
        size += length
    if batch:
        yield batch
