"""The pages in the system's Chromium, over a real database. Without a browser these tests are skipped and say so."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from bugle.stack import Stack
from bugle.stack.home import ROOT
from reporting.bootstrap import application
from tests.browser.visiting import SIZES, Visit
from tests.integration.reporting.serving import holding, settings
from tests.integration.reporting.test_documents import FIRST, story
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, day, iso

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SHOTS = ROOT / "build/screenshots"


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    """Signs the tokens of this run."""
    return Issuer(tmp_path_factory.mktemp("issuer"))


def told() -> Log:
    """The story of the reports, with a calendar and a deadline over a make-up working day."""
    log = story()
    years = {"2021": {"off": ["2021-03-08"], "work": ["2021-03-07"], "notice": None}}
    log.add("supervision", "calendar_published", "calendar-cn", "cn", START, calendar="cn", version=1, years=years)
    of = {"clock": "contact", "generation": 1}
    more = {"fact": "received", "calendar": "cn", "unit": "bank", "limit": "3wd", "provisional": False, "pauses": []}
    begun = {"started_at": iso(day(1)), "due_at": "2021-03-07T16:00:00Z"}
    log.case("supervision", "clock_started", FIRST, day(1), round=1, **of, **more, **begun)
    stopped = {"fact": "contacted", "stopped_at": iso(day(2)), "in_time": True}
    log.case("supervision", "clock_stopped", FIRST, day(2), **of, **stopped)
    return log


@pytest.fixture(scope="session")
def address(servers: Stack, issuer: Issuer) -> Iterator[str]:
    """Where the pages are served."""
    with holding(servers, "reportingpages", told().events, pool=4) as engine:
        app = application(settings(issuer), engine)
        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        [listening] = server.servers
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots are put, to be looked at by people."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    return SHOTS


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """The system's browser."""
    missing = "no Playwright: `make browser` installs it and runs these tests"
    playwright = pytest.importorskip("playwright.sync_api", reason=missing)
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Any, shots: Path, request: pytest.FixtureRequest) -> Iterator[Visit]:
    language, size = request.param
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    yield Visit(context.new_page(), f"{language}-{size}", shots)
    context.close()
