"""Lists as files: what the list has the file has, for whom, by which filters, as known when, and of one moment."""

from __future__ import annotations

import csv
import errno
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pytest
from pyarrow import parquet
from sqlalchemy import Connection, Engine, text

from bugle.stack import Stack
from eventkit.postgres import make_engine
from reporting.bootstrap import application
from reporting.exports import files, issues, listing
from reporting.exports.excel import Excel
from reporting.exports.formats import FORMATS
from reporting.exports.naming import LISTINGS
from reporting.exports.parquet import Parquet
from reporting.exports.room import FileInHand, FilesInHand, Room
from reporting.exports.separated import Separated
from reporting.queries.measures import RATES
from reporting.queries.named import FIGURES
from tests.integration.reporting.serving import holding, reading, settings
from tests.integration.reporting.test_programme_edges import story
from tests.support.http import TestClient
from tests.support.tokens import Issuer
from tests.unit.reporting.made import day

OF = "programme=jinxian&period=2021-03"
EVERY = [
    *(name for name in LISTINGS),
    *(f"counted.{name}" for name in FIGURES if name not in RATES),
    *(f"counted.{name}&part=excluded" for name in RATES),
    *("lists.tasks", "lists.issues"),
]
FILLED = [
    *("ledger", "events", "deadlines", "numbers", "rates", "trend", "hotspots", "coverage", "teams", "programmes"),
    *("counted.issues", "counted.on_time&part=denominator", "counted.letters", "counted.teams", "counted.enterprises"),
    *("counted.enterprises_visited", "counted.service_count", "counted.team_enterprises", "counted.batches"),
    *("sessions", "cards-and-letters"),
]
"""Lists that have rows in the common history."""
IDS = ("case_id", "visit_id", "team_id", "record_id", "enterprise_id", "batch", "letter", "month")


@pytest.fixture(scope="module")
def engine(servers: Stack) -> Iterator[Engine]:
    with holding(servers, "reportingexports", story().events, pool=1) as engine:
        yield engine


@pytest.fixture
def client(engine: Engine, issuer: Issuer) -> Iterator[TestClient]:
    with reading(engine, issuer, headers=issuer.headers("office")) as client:
        yield client


def address(name: str, ending: str, **more: str) -> str:
    """Of a list's file; only what the list knows of the usual parameters."""
    id, _, part = name.partition("&")
    known = "programme" if id not in LISTINGS or "period" not in LISTINGS[id].parameters else "period"
    asked = [OF if known == "period" else "programme=jinxian", *([part] if part else [])]
    return f"/v1/exports/{id}?{'&'.join([*asked, f'format={ending}', *(f'{k}={v}' for k, v in more.items())])}"


def as_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def as_table(content: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parquet.read_table(pa.BufferReader(content)).to_pylist()
    return found


@pytest.mark.parametrize("name", EVERY)
def test_every_list_is_had_in_every_format(client: TestClient, name: str) -> None:
    answers = {ending: client.get(address(name, ending)) for ending in FORMATS}
    assert {answer.status_code for answer in answers.values()} == {200}, answers["csv"].text
    rows = {int(answer.headers["bugle-rows"]) for answer in answers.values()}
    held = as_table(answers["parquet"].content)
    book = openpyxl.load_workbook(io.BytesIO(answers["xlsx"].content))
    assert rows == {len(held), len(as_csv(answers["csv"].content)), book.worksheets[0].max_row - 1}
    for ending, answer in answers.items():
        assert answer.headers["content-disposition"].endswith(f'.{ending}"')
        assert int(answer.headers["content-length"]) == len(answer.content)


@pytest.mark.parametrize("name", FILLED)
def test_list_with_rows_is_the_same_in_every_format(filled: Engine, issuer: Issuer, name: str) -> None:
    with reading(filled, issuer, headers=issuer.headers("office")) as client:
        held = as_table(client.get(address(name, "parquet")).content)
        lines = as_csv(client.get(address(name, "csv", lang="en")).content)
        book = openpyxl.load_workbook(io.BytesIO(client.get(address(name, "xlsx", lang="en")).content))
    [head, *rows] = book.worksheets[0].iter_rows(values_only=True)
    assert list(head) == list(lines[0]) and len(held) == len(lines) == len(rows) > 0
    first = next(iter(held[0]))
    assert [row[first] for row in held] == [row[head[0]] for row in lines] or first not in IDS


def test_session_starts_by_the_local_clock(filled: Engine, issuer: Issuer) -> None:
    """It is called for an instant: local time for people, with its zone for programs, as any other."""
    with reading(filled, issuer, headers=issuer.headers("office")) as client:
        [held] = as_table(client.get(address("sessions", "parquet")).content)
        [line] = as_csv(client.get(address("sessions", "csv", lang="en")).content)
        book = openpyxl.load_workbook(io.BytesIO(client.get(address("sessions", "xlsx", lang="en")).content))
    [head, row] = book.worksheets[0].iter_rows(values_only=True)
    there = day(3).astimezone(ZoneInfo("Asia/Shanghai")).replace(tzinfo=None)
    assert held["starts_at"] == day(3)
    assert line["Starts"] == str(there)
    assert row[list(head).index("Starts")] == there


def test_file_has_the_rows_of_the_list(client: TestClient) -> None:
    for filters in ("", "&kind=power", "&open=true", "&at=2021-03-03"):
        listed = client.get(f"/v1/ledger?programme=jinxian&limit=200{filters}").json()["items"]
        held = as_table(client.get(f"/v1/exports/ledger?programme=jinxian&format=parquet{filters}").content)
        assert [row["case_id"] for row in held] == [row["case_id"] for row in listed]
        assert [(row["title"], row["state"], row["lead"]) for row in held] == [
            (row["title"], row["state"], row["lead"]) for row in listed
        ]


def test_file_of_many_chunks_is_the_same(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ledger", "deadlines", "completeness", "coverage", "sessions", "lists.issues"):
        whole = client.get(address(name, "csv")).content
        with monkeypatch.context() as patched:
            patched.setattr(listing, "CHUNK", 1)
            assert client.get(address(name, "csv")).content == whole


@pytest.mark.parametrize(("language", "head", "state"), [("zh", "问题编号", "已交办"), ("en", "Issue id", "Assigned")])
def test_words_are_those_of_the_language(client: TestClient, language: str, head: str, state: str) -> None:
    rows = as_csv(client.get(f"/v1/exports/ledger?programme=jinxian&lang={language}").content)
    assert next(iter(rows[0])) == head
    assert state in {value for row in rows for value in row.values()}


def test_no_cell_is_a_formula(client: TestClient) -> None:
    rows = as_csv(client.get(address("lists.issues", "csv", lang="en")).content)
    assert {row["Issue"] for row in rows} == {"'＝1+1", "'\n=1", "用电困难", "跨区事项"}
    book = openpyxl.load_workbook(io.BytesIO(client.get(address("lists.issues", "xlsx")).content))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "d", "n", "b"}


def test_columns_are_chosen_behind_the_first(client: TestClient) -> None:
    rows = as_csv(client.get("/v1/exports/ledger?programme=jinxian&columns=state,title&lang=en").content)
    assert set(map(tuple, rows)) == {("Issue id", "Issue", "State")}


@pytest.mark.parametrize(
    ("list", "taken"),
    [
        ("league", "as_of, at, columns, format, lang, period, programme, synthetic"),
        ("cards-and-letters", None),
        ("events", "as_of, at, columns, format, issue, lang, programme"),
    ],
)
def test_fault_names_what_the_list_takes(client: TestClient, list: str, taken: str | None) -> None:
    """Not what some other list does: a filter of that would be the next fault."""
    answer = client.get(f"/v1/exports/{list}?programme=jinxian&outcome=solved&foo=1", headers={"accept-language": "en"})
    assert answer.status_code == 422, answer.text
    faults = answer.json()["errors"]
    assert [one["field"] for one in faults] == ["outcome", "foo"]
    mend = faults[0]["mend"]
    assert "group_by" not in mend and (taken is None or mend == f"use {taken}, or leave it out")


def test_workbook_tells_what_it_is(client: TestClient) -> None:
    answer = client.get("/v1/exports/ledger?programme=jinxian&kind=power&as_of=2021-12-31&format=xlsx&lang=en")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["Ledger", "About this file"]
    sheet = book.worksheets[-1]
    told = dict(sheet.iter_rows(values_only=True))
    assert told["Filters"] == "programme=jinxian kind=power as_of=2021-12-31 lang=en"
    assert (told["As it was known at"], told["Complete"], told["Rows"]) == ("2021-12-31", "no", "3")
    assert answer.headers["bugle-as-of"] == "2021-12-31"


def test_department_has_its_own_rows_alone(client: TestClient, issuer: Issuer) -> None:
    counts = {}
    for unit in ("bank", "park"):
        headers = issuer.headers("department", department=unit)
        answer = client.get("/v1/exports/ledger?programme=jinxian", headers=headers)
        listed = client.get("/v1/ledger?programme=jinxian&limit=200", headers=headers).json()["items"]
        counts[unit] = (int(answer.headers["bugle-rows"]), len(listed))
    assert counts["bank"][0] == counts["bank"][1] > 0
    assert counts["park"] == (0, 0)


@pytest.mark.parametrize(("roles", "agency", "status"), [(["office"], "foreign", 422), (["frontend"], "jinxian", 403)])
def test_others_have_no_file(client: TestClient, issuer: Issuer, roles: list[str], agency: str, status: int) -> None:
    for name in ("ledger", "lists.issues", "counted.issues", "league"):
        answer = client.get(address(name, "csv"), headers=issuer.headers(*roles, agency=agency))
        assert (answer.status_code, "content-disposition" in answer.headers) == (status, False)


@pytest.mark.parametrize(
    ("asked", "status", "word"),
    [
        ("luck", 404, "no-such-list"),
        ("counted.luck", 404, "unknown-measure"),
        ("counted.contact_in_time?part=luck", 422, "part"),
        ("counted.case_age?part=numerator", 404, "unknown-measure"),
        ("lists.luck?programme=jinxian", 404, "unknown-list"),
        ("lists.issues", 422, "programme"),
        ("ledger?format=docx", 422, "format"),
        ("ledger?columns=phone", 422, "columns"),
        ("ledger?period=2021", 422, "period"),
        ("ledger?mode=visit", 422, "mode"),
        ("league?programme=jinxian&period=x", 422, "period"),
        ("coverage?programme=jinxian&way=luck", 422, "way"),
        ("deadlines?due=tomorrow", 422, "due"),
        ("hotspots?group_by=luck", 422, "group_by"),
    ],
)
def test_refusals_name_what_is_wrong(client: TestClient, asked: str, status: int, word: str) -> None:
    answer = client.get(f"/v1/exports/{asked}")
    assert (answer.status_code, word in answer.text) == (status, True), answer.text


@pytest.fixture
def beside(engine: Engine) -> Iterator[Engine]:
    """Another connection than the file's."""
    other = make_engine(engine.url.render_as_string(hide_password=False), pool=1)
    yield other
    other.dispose()


def test_file_is_of_one_moment(client: TestClient, beside: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written while a file is made is not in it: here titles are looked up after each chunk of issues."""
    of_chunk = issues.ledger_of

    def meanwhile(*about: Any) -> Any:
        with beside.begin() as connection:
            connection.execute(_RENAME)
        return of_chunk(*about)

    before = client.get(address("ledger", "csv")).content
    monkeypatch.setattr(issues, "ledger_of", meanwhile)
    assert client.get(address("ledger", "csv")).content == before
    assert client.get(address("ledger", "csv")).content != before
    monkeypatch.undo()
    with beside.begin() as connection:
        connection.execute(_RENAME_BACK)


_RENAME = text("UPDATE live.ledger SET title = title || '!' WHERE right(title, 1) <> '!'")
_RENAME_BACK = text("UPDATE live.ledger SET title = left(title, -1) WHERE right(title, 1) = '!'")


def test_file_gives_its_connection_back(client: TestClient, engine: Engine) -> None:
    """The pool has one: it is free again when the file is sent, and after one that could not be made."""
    for name in ("ledger", "lists.luck"):
        client.get(address(name, "csv"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def slowly(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Has the ledger's rows come one by one, each after so long a statement."""
    of_chunk = issues.ledger_of

    def slow(connection: Connection, *about: Any) -> Any:
        connection.execute(text(f"SELECT pg_sleep({seconds})"))
        return of_chunk(connection, *about)

    monkeypatch.setattr(listing, "CHUNK", 1)
    monkeypatch.setattr(issues, "ledger_of", slow)


def test_statement_without_rows_is_given_up(engine: Engine, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    with TestClient(application(settings(issuer, export_seconds=0.5), engine)) as client, monkeypatch.context() as slow:
        slowly(slow, 20)
        answer = client.get(address("ledger", "csv"), headers=issuer.headers("office"))
        assert (answer.status_code, answer.json()["type"]) == (422, "urn:bugle:problem:list-too-long")
        assert client.get("/v1/ledger?programme=jinxian", headers=issuer.headers("office")).status_code == 200


def test_list_of_any_length_becomes_a_file(engine: Engine, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it takes longer than it may stand still."""
    slowly(monkeypatch, 0.8)
    with TestClient(application(settings(issuer, export_seconds=2), engine)) as client:
        answer = client.get(address("ledger", "csv"), headers=issuer.headers("office"))
    assert (answer.status_code, answer.headers["bugle-rows"]) == (200, "4")


def test_disk_that_is_full_is_told(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*about: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Separated, "write", full)
    answer = client.get(address("ledger", "csv"))
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:bugle:problem:no-space")


def test_one_file_of_a_caller_at_a_time() -> None:
    room = Room(2, 60)
    with room.taken("a"):
        with pytest.raises(FileInHand), room.taken("a"):
            pass
        with room.taken("b"), pytest.raises(FilesInHand), room.taken("c"):
            pass
        with room.taken("c"):
            pass
    with room.taken("a"):
        pass


def test_failure_leaves_nothing_behind(client: TestClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for ending, kind in (("csv", Separated), ("xlsx", Excel), ("parquet", Parquet)):
        with monkeypatch.context() as patched:
            patched.setattr(kind, "close", lambda *about: 1 / 0)
            answer = client.get(address("ledger", ending))
        assert (answer.status_code, answer.json()["type"]) == (500, "urn:bugle:problem:internal")
        assert list(tmp_path.iterdir()) == []
    assert client.get(address("ledger", "xlsx")).status_code == 200
    assert list(tmp_path.iterdir()) == []


def test_whole_file_goes_out_in_parts(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = client.get(address("ledger", "csv")).content
    monkeypatch.setattr(files, "PART", 7)
    assert client.get(address("ledger", "csv")).content == whole
