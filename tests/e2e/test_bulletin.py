"""`bugle bulletin` against a running system: files in three formats, and Chuanhui's published figures in them."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest
from docx import Document
from pypdf import PdfReader
from typer.testing import CliRunner, Result

from bugle.cli import app
from bugle.demo.command import GRACE
from bugle.importing.command import run_import
from bugle.importing.folder import read_document
from bugle.quiet import wait_quiet
from bugle.stack import System
from bugle.stack.databases import plain
from bugle.stack.home import ROOT
from tests.support.office import until

pytestmark = pytest.mark.timeout(300)

CHUANHUI = ROOT / "programmes/chuanhui"
MONTH = ("--programme", "chuanhui", "--month", "2021-10")


@pytest.fixture(scope="module")
def chuanhui(system: System) -> System:
    """A system with the programme, at rest, and known to be: a document goes by what every watermark has passed."""
    assert run_import(system, [CHUANHUI], grace=GRACE)
    wait_quiet(system)
    rest = datetime.now(UTC)
    with psycopg.connect(plain(system.database("reporting").url), autocommit=True) as connection:
        until(lambda: _known(connection) > rest, what="the watermarks", seconds=60)
    return system


def _known(connection: psycopg.Connection[Any]) -> datetime:
    [known] = connection.execute("SELECT min(watermark) FROM progress WHERE consumer = 'reporting'").fetchone() or [
        None
    ]
    assert isinstance(known, datetime)
    return known


def bulletin(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["bulletin", *arguments])


@pytest.fixture
def place(chuanhui: System, monkeypatch: pytest.MonkeyPatch) -> System:
    """The command line speaks to the test's system."""
    monkeypatch.setattr("bugle.bulletins.command.running_place", lambda against: chuanhui)
    return chuanhui


def counted(told: dict[str, Any], figure: dict[str, Any]) -> int:
    """A published figure as the bulletin counts it up to the end of the month."""
    if service := figure["filters"].get("service"):
        [found] = [one for one in told["services"] if one["service"] == service]
        return int(found["amount" if figure["measure"] == "service_amount" else "count"]["cumulative"])
    [found] = [one for one in told["tallies"] if one["measure"] == figure["measure"]]
    return int(found["cumulative"])


def test_files_bear_the_published_figures(place: System, tmp_path: Path) -> None:
    done = bulletin(*MONTH, "--out", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    document = orjson.loads(done.stdout)
    figures = read_document(CHUANHUI / "published.toml")["figure"]
    assert len(figures) == 13
    for figure in figures:
        value = counted(document["content"]["told"], figure)
        assert value == figure["value"] if figure["relation"] == "=" else value >= figure["value"], figure["id"]
    word, printed, text = map(Path, document["written"])
    tables = [[c.text for c in row.cells] for table in Document(str(word)).tables for row in table.rows]
    said = "".join(page.extract_text() for page in PdfReader(printed).pages)
    for name, value in (("在库企业", "83"), ("走访企业", "36"), ("登记问题", "52")):
        assert [row[2] for row in tables if row[0] == name] == [value]
        assert f"| {name} | " in text.read_text("utf-8") and name in said
    if shutil.which("pdftotext"):
        read = subprocess.run(["pdftotext", "-layout", str(printed), "-"], capture_output=True, text=True, check=True)
        assert "登记问题" in read.stdout and "52" in read.stdout


def test_second_time_gives_the_same(place: System, tmp_path: Path) -> None:
    first, again = (bulletin(*MONTH, "--out", str(tmp_path / name), "--json", *more) for name, more in (
        ("first", ()), ("again", ("--restate",)),
    ))  # fmt: skip
    assert (first.exit_code, again.exit_code) == (0, 0), first.output + again.output
    one, other = sorted((tmp_path / "first").iterdir()), sorted((tmp_path / "again").iterdir())
    assert [file.suffix for file in one] == [".docx", ".md", ".pdf"]
    assert one[1].read_text("utf-8") == other[1].read_text("utf-8")
    assert [file.read_bytes() for file in one] == [file.read_bytes() for file in other]


def said_by(done: Result) -> str:
    """All that a command said, without the frame that typer draws around a refusal."""
    return " ".join((done.output + str(done.exception)).replace("│", " ").split())


def test_table_is_in_the_language(place: System, tmp_path: Path) -> None:
    done = bulletin(*MONTH, "--out", str(tmp_path), "--lang", "en")
    assert done.exit_code == 0, done.output
    [line] = [line for line in done.stdout.splitlines() if line.startswith("Issues reported")]
    assert line.split()[-1] == "52"
    assert [file.name for file in tmp_path.glob("*.pdf")] == ["chuanhui-monthly-2021-10-1.en.pdf"]


def test_supervision_list_but_no_letter(place: System, tmp_path: Path) -> None:
    listed = bulletin(*MONTH, "--report", "supervision-list", "--out", str(tmp_path), "--json")
    assert listed.exit_code == 0, listed.output
    items = orjson.loads(listed.stdout)["content"]["told"]["supervised"]["items"]
    assert items
    asked = ("--programme", "chuanhui", "--report", "letter", "--about", items[0]["case_id"])
    refused = bulletin(*asked, "--out", str(tmp_path))
    assert refused.exit_code == 2, "Chuanhui assigns without letters"
    assert "write the id of a case that was assigned by letter" in said_by(refused)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--programme", "chuanhui"), 2, "Name one period"),
        (("--programme", "chuanhui", "--month", "2021-10", "--year", "2021"), 2, "Name one period"),
        (("--programme", "chuanhui", "--month", "2021-13"), 2, "Invalid value for --month: '2021-13' is no period"),
        (("--programme", "chuanhui", "--month", "1900-01"), 2, "name a period with days from 2021-10-01 on"),
        (("--programme", "chuanhui", "--month", "2999-01"), 1, "issue it when the period is over"),
        (("--programme", "nowhere", "--month", "2021-10"), 2, "there is no programme 'nowhere'"),
        (
            ("--programme", "chuanhui", "--year", "2021", "--report", "monthly"),
            2,
            "name one of supervision-list, annual",
        ),
    ],
)
def test_refusal_says_what_to_do(
    place: System, tmp_path: Path, arguments: tuple[str, ...], status: int, said: str
) -> None:
    done = bulletin(*arguments, "--out", str(tmp_path))
    assert done.exit_code == status
    assert said in said_by(done)
    assert list(tmp_path.iterdir()) == []
