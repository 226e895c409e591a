"""A long list over real HTTP: whole, in bounded memory; and a file whose source fails is an answer, not half a file."""

from __future__ import annotations

import socket
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pyarrow as pa
import pytest
import uvicorn
from sqlalchemy import Engine, text

from bugle.stack import Stack
from reporting.bootstrap import application
from reporting.exports import programme as listed
from reporting.exports.excel import Excel
from reporting.exports.formats import FORMATS
from reporting.exports.sheet_names import SheetNames
from tests.integration.reporting.serving import holding, settings
from tests.integration.reporting.test_programme_reads import DOCUMENT
from tests.support.tokens import Issuer
from tests.unit.reporting.made import START, Log, programme

ROWS = 40_000
MEBI = 2**20
MOST = 40 * MEBI
"""Bytes that may be held at a time, of a list that takes 48 MiB as text."""
_MANY = text(
    "INSERT INTO live.enterprises (enterprise_id, agency, name, tier, synthetic, registered_at)"
    " SELECT gen_random_uuid(), 'jinxian', repeat('企业', 200) || n, 'key', true, now() FROM generate_series(1, :n) n"
)
_END_OTHERS = text(
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
PATH = "/v1/exports/lists.enterprises?programme=jinxian&columns=name"


@pytest.fixture(scope="module")
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
        with httpx.Client(base_url=address, headers=issuer.headers("office"), timeout=100) as client:
            yield client
        server.should_exit = True
        thread.join()


def received(http: httpx.Client, ending: str) -> tuple[int, int]:
    """Rows that a file is said to have, and the bytes that came; none of them are kept."""
    with http.stream("GET", f"{PATH}&format={ending}") as answer:
        assert answer.status_code == 200
        length = sum(map(len, answer.iter_bytes()))
        assert length == int(answer.headers["content-length"])
        return int(answer.headers["bugle-rows"]), length


def peak(http: httpx.Client, ending: str) -> int:
    """The most bytes that Python held at a time for a file, of those that it did not hold before."""
    tracemalloc.start()
    try:
        received(http, ending)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("ending", FORMATS)
def test_long_list_takes_little_memory(http: httpx.Client, ending: str) -> None:
    assert received(http, ending)[0] == ROWS
    assert peak(http, ending) < MOST
    # what Arrow holds is no object of Python's; this is the most that it has held since it was loaded
    assert pa.default_memory_pool().max_memory() < MOST


@pytest.mark.timeout(120)
def test_rows_that_are_kept_would_be_seen(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = listed.streamed

    def kept(*about: Any) -> Iterator[Sequence[Any]]:
        return iter(list(begun(*about)))

    monkeypatch.setattr(listed, "streamed", kept)
    assert peak(http, "csv") > MOST


def test_source_that_fails_is_no_file(
    http: httpx.Client, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    begun = listed.streamed

    def breaking(*about: Any) -> Iterator[Sequence[Any]]:
        for number, chunk in enumerate(begun(*about)):
            yield chunk
            if number == 1:
                with engine.begin() as connection:
                    assert connection.scalar(_END_OTHERS)

    monkeypatch.setattr(listed, "streamed", breaking)
    for ending in FORMATS:
        answer = http.get(f"{PATH}&format={ending}")
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:bugle:problem:unavailable")
        assert "content-disposition" not in answer.headers
        assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert http.get("/v1/rates?programme=jinxian").status_code == 200, "the service goes on"


def test_file_that_breaks_off_is_no_whole_file(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails when the file is on its way: the length that was promised does not come."""
    from reporting.exports import files

    class Short:
        def __init__(self, file: Any) -> None:
            self._file, self._read = file, 0

        def read(self, size: int) -> bytes:
            self._read += 1
            if self._read == 3:
                raise OSError("the disk is gone")
            part: bytes = self._file.read(size)
            return part

        def __enter__(self) -> Any:
            return self

        def __exit__(self, *error: object) -> None:
            self._file.close()

    whole = files.Made.response
    monkeypatch.setattr(
        files.Made, "response", lambda made: whole(files.Made(Short(made.file), made.media, made.headers))
    )
    with http.stream("GET", PATH) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.RemoteProtocolError):
            list(answer.iter_bytes())


@pytest.mark.timeout(200)
def test_file_that_nobody_awaits_is_given_up(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client hangs up while its file is made: the next chunk is not read, and its place is free."""
    begins, gone, ended = (threading.Event() for _ in range(3))
    begun, chunks = listed.streamed, []

    def watched(*about: Any) -> Iterator[Sequence[Any]]:
        try:
            for chunk in begun(*about):
                chunks.append(len(chunk))
                begins.set()
                if len(chunks) == 1:
                    assert gone.wait(60)
                yield chunk
        finally:
            ended.set()

    monkeypatch.setattr(listed, "streamed", watched)
    address = (str(http.base_url.host), http.base_url.port or 0)
    with socket.create_connection(address) as leaving:
        leaving.sendall(f"GET {PATH} HTTP/1.1\r\nHost: x\r\n{_sent(http)}\r\n\r\n".encode())
        assert begins.wait(60)
    gone.set()
    assert ended.wait(60)
    assert sum(chunks) < ROWS
    monkeypatch.undo()
    while (answer := http.get(f"{PATH}&enterprise=none")).status_code == 429:
        pass  # until what is left of the first has been cleared away
    assert answer.status_code == 422  # no such filter: the place is free


def _sent(http: httpx.Client) -> str:
    return f"Authorization: {http.headers['authorization']}"


def test_abandoned_workbook_closes_its_files(tmp_path: Path) -> None:
    with (tmp_path / "file").open("w+b") as file:
        from tests.unit.reporting.test_export_formats import cells

        sheet = Excel(file, ["case_id"], cells(), SheetNames("Ledger", "About this file"))
        sheet.write([{"case_id": "1"}])
        sheet.abandon()
    assert len(list(tmp_path.iterdir())) == 2  # they lie in the folder that goes with the file
