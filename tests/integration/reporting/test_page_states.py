"""What pages say of their own state: nothing read yet, known only so far, standing still, up to date, and empty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from bugle.stack import Stack
from eventkit.envelope import PARTITIONS
from pagekit.session import COOKIE
from reporting import TOPICS
from tests.integration.reporting.serving import holding, reading
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, courses, programme

PAGES = (
    "/overview",
    "/programme",
    "/counted/issues",
    "/counted/on_time",
    "/ledger",
    "/deadlines",
    "/cards-and-letters",
)
UNREAD, PARTIAL, STALE = "Nothing has been read from the services yet; numbers", "Not complete: known up to", "are old"
_MARK = text(
    "INSERT INTO progress VALUES ('reporting', :topic, :number, 1, 1, :mark)"
    " ON CONFLICT (consumer, topic, partition) DO UPDATE SET watermark = excluded.watermark"
)


@pytest.fixture(scope="module")
def engine(servers: Stack) -> Iterator[Engine]:
    """Three cases in tables of their own, whose watermarks the tests move."""
    with holding(servers, "reportingstates", courses(3).events) as engine:
        yield engine


@pytest.fixture
def browser(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM progress"))
    with reading(engine, issuer, headers={"accept": "text/html"}) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        yield client


def marked(engine: Engine, mark: datetime, but: int = 0) -> None:
    """Every partition but the last few has been read until the instant."""
    with engine.begin() as connection:
        for topic in TOPICS:
            for number in range(PARTITIONS - but):
                connection.execute(_MARK, {"topic": topic, "number": number, "mark": mark})


def states(browser: TestClient, page: str, query: str = "") -> list[str]:
    told = browser.get(f"{page}?programme=jinxian&lang=en{query}")
    assert told.status_code == 200, told.text
    return [state for state in (UNREAD, PARTIAL, STALE) if state in told.text]


@pytest.mark.parametrize("page", PAGES)
def test_page_tells_how_far_it_knows(browser: TestClient, engine: Engine, page: str) -> None:
    now = datetime.now(UTC)
    assert states(browser, page) == [UNREAD]
    marked(engine, now, but=1)
    assert states(browser, page) == [UNREAD]
    marked(engine, now)
    assert states(browser, page) == []
    marked(engine, now - timedelta(minutes=10))
    assert states(browser, page) == [STALE]
    tomorrow = (now + timedelta(days=2)).date()
    assert states(browser, page, f"&at={tomorrow}") == states(browser, page, f"&as_of={tomorrow}") == [PARTIAL]
    assert states(browser, page, "&at=2021-03-10") == states(browser, page, "&as_of=2021-03-10") == []


def test_empty_programme_says_what_is_not_there(servers: Stack, issuer: Issuer) -> None:
    log = Log()
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **programme())
    with holding(servers, "reportingempty", log.events) as engine, reading(engine, issuer) as client:
        client.cookies.set(COOKIE, issuer.token("office"))
        told = client.get("/overview?programme=jinxian&lang=en").text
        for sentence in (
            "Nothing to count yet",
            "No open issue has a missed deadline.",
            "No issue climbed to a leader.",
            "No department was given an issue or had a deadline in this month.",
            "No issue has been reported yet.",
        ):
            assert sentence in told
        counted = client.get("/counted/resolution?programme=jinxian&lang=en")
        assert counted.status_code == 200 and "Nothing was counted here." in counted.text
