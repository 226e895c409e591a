"""Schedules have reports issued once for each period, as known when they were due, whoever runs how often."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from psycopg.errors import QueryCanceled
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from reporting.issuing import acts
from reporting.issuing.printing import files
from reporting.issuing.scheduling import Scheduler
from reporting.issuing.tables import documents
from tests.integration.reporting.delivery import Delivery
from tests.integration.reporting.serving import reading
from tests.integration.reporting.test_documents import DOCUMENT, FIRST, SECOND, story
from tests.integration.reporting.test_issuing import KNOWN, LATER, issued, learnt
from tests.support.http import TestClient
from tests.support.metering import value
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso, programme

SCHEDULED: dict[str, Any] = {
    **DOCUMENT,
    "starts_on": "2021-03-01",
    "reports": [DOCUMENT["reports"][0] | {"issue": {"working_day": 3, "at": "09:00"}}, *DOCUMENT["reports"][1:]],
}
DUE = [datetime(2021, month, 3, 1, tzinfo=UTC) for month in (4, 5)]


def scheduled_story() -> Log:
    """The story, and behind it a second version of the programme with a schedule."""
    log = story()
    published = {**programme(), "version": 2, "document": SCHEDULED}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **published)
    return log


@pytest.fixture
def told(delivery: Delivery) -> Log:
    """The story of a programme with a schedule, and evidence that came in May."""
    log = scheduled_story()
    delivery.publish(log.events, KNOWN)
    log.case("routing", "result_reported", SECOND, day(20), unit="power-supply", outcome="solved", by="power-supply")
    delivery.publish(learnt(log, 1), LATER)
    delivery.apply()
    return log


@pytest.fixture
def client(delivery: Delivery, told: Log, issuer: Issuer) -> Iterator[TestClient]:
    with reading(delivery.engine, issuer, headers=issuer.headers("office")) as client:
        yield client


def kept(delivery: Delivery) -> list[Any]:
    with delivery.engine.connect() as connection:
        return list(connection.execute(select(documents).order_by(documents.c.about, documents.c.edition)))


def test_each_period_is_issued_once(delivery: Delivery, told: Log) -> None:
    scheduler = Scheduler(delivery.engine)
    before = value("bugle_documents_issued_total")
    assert (scheduler.round(), scheduler.round()) == (2, 0)
    assert value("bugle_documents_issued_total") == before + 2
    rows = kept(delivery)
    assert [(row.about, row.edition, row.issued_by) for row in rows] == [
        ("2021-03", 1, "schedule"),
        ("2021-04", 1, "schedule"),
    ]
    assert [(row.due_at, row.known_before) for row in rows] == [(due, due) for due in DUE]
    assert all(row.issued_at > datetime.now(UTC) - timedelta(minutes=5) for row in rows)


def test_late_run_tells_what_was_known(delivery: Delivery, told: Log) -> None:
    """Issued weeks late, it still has nothing of the evidence that came in May."""
    Scheduler(delivery.engine).round()
    march = orjson.loads(kept(delivery)[0].content)["told"]
    [resolution] = [one for one in march["rates"] if one["rate"] == "resolution"]
    assert resolution["period"]["numerator"] == 1


def test_two_at_once_issue_once(delivery: Delivery, told: Log) -> None:
    with ThreadPoolExecutor(2) as pool:
        counts = list(pool.map(lambda _: Scheduler(delivery.engine).round(), range(2)))
    assert sum(counts) == 2
    assert [row.edition for row in kept(delivery)] == [1, 1]


def test_evidence_afterwards_is_restated(delivery: Delivery, client: TestClient) -> None:
    Scheduler(delivery.engine).round()
    second = issued(client)
    assert (second["edition"], second["issued_by"], second["due_at"]) == (2, "tester", None)
    assert second["restated"]["causes"]["total"] == 1
    assert Scheduler(delivery.engine).round() == 0


def test_issued_by_hand_is_not_repeated(delivery: Delivery, client: TestClient) -> None:
    issued(client)
    assert Scheduler(delivery.engine).round() == 1
    assert [(row.about, row.edition) for row in kept(delivery)] == [("2021-03", 1), ("2021-04", 1)]


def test_broken_template_is_told_and_mended(
    delivery: Delivery, told: Log, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "monthly.docx").write_bytes(b"no template")
    scheduler = Scheduler(delivery.engine, tmp_path)
    assert (scheduler.round(), value("bugle_documents_failing")) == (0, 2)
    assert "monthly of jinxian over 2021-03 is not issued" in caplog.text
    (tmp_path / "monthly.docx").unlink()
    assert (scheduler.round(), value("bugle_documents_failing")) == (2, 0)


@pytest.mark.parametrize("fault", [ValueError("too large on page 2"), QueryCanceled("canceling statement")])
def test_one_fault_does_not_hold_up_others(
    delivery: Delivery,
    told: Log,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: Exception,
) -> None:
    """Neither one in our program nor a statement that takes too long: March fails, April is issued."""

    def failing(markdown: dict[str, str], *about: Any) -> Any:
        if "2021年3月" in markdown["zh"]:
            raise OperationalError("SELECT", {}, fault) if isinstance(fault, QueryCanceled) else fault
        return files(markdown, *about)

    scheduler = Scheduler(delivery.engine)
    with monkeypatch.context() as planted:
        planted.setattr(acts, "files", failing)
        assert (scheduler.round(), value("bugle_documents_failing")) == (1, 1)
    assert [row.about for row in kept(delivery)] == ["2021-04"]
    assert "monthly of jinxian over 2021-03 is not issued" in caplog.text
    assert str(fault) in caplog.text and "Traceback" in caplog.text
    assert (scheduler.round(), value("bugle_documents_failing")) == (1, 0)


def test_undecided_deadlines_hold_up_no_schedule(delivery: Delivery) -> None:
    """What was known when it was due decides nothing more, however long it waits: the document says so."""
    log = scheduled_story()
    about = {"clock": "contact", "generation": 1, "fact": "received", "started_at": iso(day(10)), "unit": "bank"}
    due = {"due_at": iso(day(12)), "stages": [], "provisional": False, "limit": "2d", "calendar": None}
    log.case("supervision", "clock_started", FIRST, day(10), **about, **due)
    delivery.publish(log.events, DUE[0] + timedelta(hours=1))
    delivery.apply()
    assert Scheduler(delivery.engine).round() == 1
    assert orjson.loads(kept(delivery)[0].content)["told"]["undecided"] == 1


def test_unread_logs_are_waited_for(delivery: Delivery) -> None:
    """Watermarks have passed the first due instant alone."""
    log = story()
    log.add(
        "intake",
        "programme_published",
        "programme-jinxian",
        "jinxian",
        START,
        **{**programme(), "version": 2, "document": SCHEDULED},
    )
    delivery.publish(log.events, DUE[0] + timedelta(hours=1))
    delivery.apply()
    assert Scheduler(delivery.engine).round() == 1
    delivery.publish([], DUE[1])
    delivery.apply()
    assert Scheduler(delivery.engine).round() == 1


def test_schedule_that_came_later_asks_for_nothing_past(delivery: Delivery) -> None:
    log = story()
    log.add(
        "intake",
        "programme_published",
        "programme-jinxian",
        "jinxian",
        START,
        **{**programme(), "version": 2, "document": SCHEDULED},
    )
    delivery.publish([*log.events[:-1], *learnt(log, 1, DUE[0] + timedelta(days=1))], LATER)
    delivery.apply()
    Scheduler(delivery.engine).round()
    assert [row.about for row in kept(delivery)] == ["2021-04"]
