"""A file whose source fails while it is sent does not look whole."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import httpx
import pytest
import uvicorn
from sqlalchemy import Engine, text

from bugle.stack import Stack
from reporting.bootstrap import application
from tests.integration.reporting.serving import holding, settings
from tests.integration.reporting.test_programme_reads import DOCUMENT
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, programme

ROWS = 30_000
_MANY = text(
    "INSERT INTO live.enterprises (enterprise_id, agency, name, tier, synthetic, registered_at)"
    " SELECT gen_random_uuid(), 'jinxian', repeat('企业', 200) || n, 'key', true, now() FROM generate_series(1, :n) n"
)
_END_OTHERS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
PATH = "/v1/lists/enterprises?programme=jinxian&format=csv"


@pytest.fixture
def engine(servers: Stack) -> Iterator[Engine]:
    log = Log()
    document = {**DOCUMENT, "lists": [{"id": "enterprises", "zh": "企业库", "en": "Enterprises", "of": "enterprises"}]}
    said = {**programme(), "document": document}
    log.add("intake", "programme_published", "programme-jinxian", "jinxian", START, **said)
    with holding(servers, "reportingbroken", log.events) as engine:
        with engine.begin() as connection:
            connection.execute(_MANY, {"n": ROWS})
        yield engine


@pytest.fixture
def http(engine: Engine, issuer: Issuer) -> Iterator[httpx.Client]:
    """The service as it runs, on a free port."""
    server = uvicorn.Server(uvicorn.Config(application(settings(issuer), engine), log_config=None, lifespan="off"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        with httpx.Client(base_url=address, headers=issuer.headers("office"), timeout=20) as client:
            yield client
        server.should_exit = True
        thread.join()


def test_whole_file_has_all_rows(http: httpx.Client) -> None:
    assert http.get(PATH).text.count("\r\n") == ROWS + 1


def test_file_that_breaks_off_is_no_whole_file(http: httpx.Client, engine: Engine) -> None:
    with http.stream("GET", PATH) as answer:
        assert answer.status_code == 200
        chunks = answer.iter_bytes()
        assert next(chunks)
        with engine.begin() as connection:
            assert connection.scalar(_END_OTHERS)
        with pytest.raises(httpx.RemoteProtocolError):
            list(chunks)
    assert http.get("/v1/rates?programme=jinxian").status_code == 200, "the service goes on"
