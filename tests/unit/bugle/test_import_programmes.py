"""The programmes' files: documents, rows told and generated, and the generator."""

from __future__ import annotations

import csv
import importlib.util
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from bugle.demo.command import PROGRAMMES
from bugle.demo.figures import read_figures
from bugle.importing.folder import read_folder
from bugle.importing.ledgers import ORDER
from bugle.importing.run import read_job
from bugle.stack.home import ROOT
from contracts import COMMANDS, DOCUMENTS

FOLDER = ROOT / "programmes"
GENERIC = re.compile(r"企业\d{3}|部门\d{2}|乡镇\d{2}")


def rows(programme: str, records: str) -> Iterator[dict[str, str]]:
    path = FOLDER / programme / f"{records}.csv"
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate"] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("programme", [*PROGRAMMES, "boston311"])
def test_programme_document_is_valid(programme: str) -> None:
    folder = read_folder(FOLDER / programme)
    assert DOCUMENTS["bugle.documents.programme.v3"].validate(folder.programme) == []
    assert folder.calendar_file is None or folder.calendar_file.exists()


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_row_is_a_valid_command(programme: str) -> None:
    for ledger in read_job(FOLDER / programme).ledgers:
        assert ledger.faults == ()
        assert [fault for one in ledger.commands for fault in COMMANDS[one.type].validate(one.data)] == []


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_generator_writes_the_same_bytes(programme: str, generator: ModuleType, tmp_path: Path) -> None:
    copy = tmp_path / programme
    shutil.copytree(FOLDER / programme, copy, ignore=shutil.ignore_patterns("published.toml"))
    plan = tomllib.loads((FOLDER / "generate.toml").read_text("utf-8"))[programme]
    generator.fill(copy, plan, generator.Calendar.read(FOLDER / "calendars" / "cn.toml"))
    for path in copy.glob("*.csv"):
        assert path.read_bytes() == (FOLDER / programme / path.name).read_bytes()


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_generated_rows_name_generic_units_only(programme: str) -> None:
    for records in ORDER:
        for row in rows(programme, records):
            names = [row.get("enterprise", ""), row.get("lead", ""), row.get("unit", ""), row.get("supporting", "")]
            generic = [bool(GENERIC.fullmatch(name)) for name in names if name]
            assert row["synthetic"] in ("true", "false")
            assert all(generic) if row["synthetic"] == "true" else not any(generic)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_told_facts_start_no_clock_that_could_be_missed(programme: str) -> None:
    folder = read_folder(FOLDER / programme)
    observed = folder.programme["observed_until"][:10]
    for row in (row for row in rows(programme, "issues") if row["synthetic"] == "false"):
        for clock in folder.programme["clocks"]:
            milestones = [part.rpartition("@")[2] for part in row["milestones"].split(";") if part]
            started = row.get(f"{clock['starts']}_at")  # a ledger has no column of a step that it cannot tell
            started = started if started and started >= clock.get("from", started) else None
            bounded = clock["limit"] != "external" or row["due_at"]
            if clock.get("each"):
                assert all(due > observed for due in milestones)
            elif started and bounded:
                assert started >= folder.programme["report_date"]


@pytest.mark.parametrize(
    ("programme", "enterprise", "count"),
    [
        ("rongchang", "重庆市川捷电子有限公司", 4),
        ("liangjiang", "重庆两航金属材料有限公司", 36),
        ("daan", "大山铺铁路物流园", 4),
    ],
)
def test_told_enterprise_has_its_issues(programme: str, enterprise: str, count: int) -> None:
    assert len([row for row in rows(programme, "issues") if row["enterprise"] == enterprise]) == count


def test_chuanjie_has_four_courses() -> None:
    told = {row["kind"]: row for row in rows("rongchang", "issues") if row["synthetic"] == "false"}
    assert [told[kind]["lead"] for kind in ("hiring", "finance", "schooling", "facilities")] == [
        "区人力社保局",
        "区财政局",
        "区教委",
        "重庆宏烨公司",
    ]
    assert told["hiring"]["progressed_at"] == told["finance"]["progressed_at"] == "2021-02-24"
    assert told["schooling"]["outcome"] == "solved"
    assert told["facilities"]["outcome"] == "long_term"
    assert told["finance"]["supporting"] == "三峡银行"


def test_first_batch_of_jinxian_bears_letters() -> None:
    batch = [row for row in rows("jinxian", "issues") if row["batch"] == "1"]
    assert len({row["letter"] for row in batch}) == len(batch) == 508
    assert {row["assigned_at"] for row in batch} == {"2021-04-22"}


def test_figures_of_every_programme_are_quoted() -> None:
    for programme in PROGRAMMES:
        figures = read_figures(FOLDER / programme)
        assert len({figure.id for figure in figures}) == len(figures)
        assert all(figure.quote and figure.title["zh"] and figure.title["en"] for figure in figures)
