"""An answer that calls itself complete has every event up to its watermark, whatever is committed while it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine, text

from bugle.stack import Stack
from eventkit.envelope import PARTITIONS, Envelope
from eventkit.ids import uid
from reporting import TOPICS
from reporting.queries import routes
from reporting.read_model.writer import apply
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import Log, day

FIRST, SECOND = str(uid("known", 1)), str(uid("known", 2))
_MARK = text(
    "INSERT INTO progress VALUES ('reporting', :topic, :number, 1, 1, :mark)"
    " ON CONFLICT (consumer, topic, partition) DO UPDATE SET watermark = excluded.watermark"
)


def story() -> Log:
    log = Log()
    log.reference()
    log.reported(FIRST, day(2))
    log.reported(SECOND, day(3))
    return log


@pytest.fixture
def engine(servers: Stack) -> Iterator[Engine]:
    """All is known but the second issue, and until before it."""
    *before, _ = story().events
    with holding(servers, "reportingknown", before) as engine:
        arrive(engine, [], day(2.5))
        yield engine


@pytest.fixture
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(engine, issuer, headers=issuer.headers("office")) as client:
        yield client


def arrive(engine: Engine, events: Sequence[Envelope], mark: datetime) -> None:
    """A batch of the worker's: events, and the watermarks of all partitions behind them."""
    with engine.begin() as connection:
        apply(connection, events)
        for topic in TOPICS:
            for number in range(PARTITIONS):
                connection.execute(_MARK, {"topic": topic, "number": number, "mark": mark})


def test_answer_never_lacks_what_it_knows(client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second issue comes in after the rows were read, with watermarks that pass the day."""
    read = routes.ledger_rows

    def and_then(*about: Any) -> Any:
        rows = read(*about)
        arrive(engine, story().events[-1:], day(30))
        return rows

    with monkeypatch.context() as patched:
        patched.setattr(routes, "ledger_rows", and_then)
        told = client.get("/v1/ledger?programme=jinxian&at=2021-03-10").json()
    assert ([item["case_id"] for item in told["items"]], told["complete"]) == ([FIRST], False)
    told = client.get("/v1/ledger?programme=jinxian&at=2021-03-10").json()
    assert ([item["case_id"] for item in told["items"]], told["complete"]) == ([FIRST, SECOND], True)
