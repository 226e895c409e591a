"""Rows as commands: fields, histories, identities, and the column that each fault names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from bugle.importing.faults import Unreadable
from bugle.importing.folder import Folder, read_folder
from bugle.importing.ledgers import FIELDS, Ledger, read_ledger
from bugle.importing.mapping import read_mapping
from bugle.importing.run import read_job, refusals
from bugle.stack.home import ROOT

Read = Callable[..., Ledger]

MAPPING = """
programme = "jinxian"
ledger = "march"
key = "编号"
register_enterprises = true
[columns]
title = "标题"
enterprise = "企业"
kind = "类别"
reported_at = "日期"
due_at = "期限"
[values.kind]
"电" = "power"
[oracle]
column = "判断"
[oracle.agree]
met = ["好"]
"""


@pytest.fixture(scope="module")
def jinxian() -> Folder:
    return read_folder(ROOT / "programmes" / "jinxian")


@pytest.fixture
def read(tmp_path: Path, jinxian: Folder) -> Read:
    def reading(*lines: str, mapping: str | None = None, name: str = "issues") -> Ledger:
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join(lines), "utf-8")
        if mapping is None:
            return read_ledger(path, jinxian)
        (tmp_path / "mapping.toml").write_text(mapping, "utf-8")
        return read_ledger(path, jinxian, read_mapping(tmp_path / "mapping.toml", FIELDS))

    return reading


def test_row_becomes_an_issue_with_its_history(read: Read) -> None:
    [command] = read(
        "no,enterprise,title,kind,reported_at,assigned_at,lead,supporting,letter,result_at,outcome,closed_at,note",
        "A1,企业001,电压不稳,用电,2021-03-05,2021-03-06,县工信局,教育局;部门01,7号,2021-03-12 09:00,solved,2021-03-15,"
        "result_at: 一个星期",
    ).commands
    assert command.data == {
        "programme": "jinxian",
        "enterprise": "企业001",
        "title": "电压不稳",
        "kind": "power",
        "ledger": {"name": "jinxian/issues", "row": "A1"},
        "history": [
            {
                "fact": "assigned",
                "at": "2021-03-06T12:00:00+08:00",
                "unit": "industry",
                "supporting": ["education", "dept-01"],
                "letter": "7号",
            },
            {
                "fact": "result",
                "at": "2021-03-12T09:00:00+08:00",
                "unit": "industry",
                "outcome": "solved",
                "note": "一个星期",
            },
            {"fact": "closed_out", "at": "2021-03-15T12:00:00+08:00"},
        ],
    }
    assert command.event("/ledger/jinxian/x")["time"] == "2021-03-05T12:00:00+08:00"


def test_remarks_on_the_row_stay_with_the_text(read: Read) -> None:
    [command] = read("no,enterprise,title,text,reported_at,note", "A1,甲,乙,丙,2021-03-05,reported_at: 假定").commands
    assert command.data["text"] == "丙\n[reported_at: 假定]"


def test_every_fault_of_a_row_is_found(read: Read) -> None:
    ledger = read(
        "no,enterprise,title,kind,reported_at,assigned_at,lead,milestones,planned_at",
        "A1,,t,nonsense,yesterday,2021-03-06,某局,soon,2021-03-07",
    )
    assert ledger.commands == ()
    assert {fault.column for fault in ledger.faults} == {"enterprise", "kind", "reported_at", "lead", "milestones"}
    assert all(fault.row == 2 and fault.key == "A1" and fault.mend for fault in ledger.faults)


def test_repeated_and_missing_keys_are_faults(read: Read) -> None:
    ledger = read("no,enterprise,title,reported_at", "A1,甲,t,2021-03-05", "A1,乙,t,2021-03-05", ",丙,t,2021-03-05")
    assert [(fault.row, fault.column, fault.problem) for fault in ledger.faults] == [
        (3, "no", "A1 stands in row 2 already"),
        (4, "no", "is empty"),
    ]
    assert [command.key for command in ledger.commands] == ["A1"]


def test_file_without_key_column_is_refused(read: Read) -> None:
    with pytest.raises(Unreadable, match="no key column no"):
        read("enterprise,title", "甲,t")


def test_misspelt_column_is_refused(read: Read) -> None:
    with pytest.raises(Unreadable, match="reportd_at is no column of issues"):
        read("no,enterprise,title,reportd_at", "A1,甲,t,2021-03-05")


def test_same_row_is_the_same_event(read: Read) -> None:
    lines = ("no,enterprise,title,reported_at", "A1,甲,t,2021-03-05")
    first, again = read(*lines).commands[0], read(*lines).commands[0]
    changed = read(lines[0], "A1,甲,other,2021-03-05").commands[0]
    assert first.event("/x") == again.event("/x")
    assert first.event("/x")["id"] != changed.event("/x")["id"]


def test_team_members_name_role_person_and_unit(read: Read) -> None:
    [command] = read(
        "no,name,tier,enterprises,members,formed_at",
        "T1,专班01,key,企业001,county_leader=王强;部门01负责人,2021-03-02".replace(
            "部门01负责人", "department_head@部门01"
        ),
        name="teams",
    ).commands
    assert command.data["members"] == [
        {"role": "county_leader", "person": "wang-qiang", "unit": None},
        {"role": "department_head", "person": None, "unit": "dept-01"},
    ]
    assert command.data["ref"] == "jinxian/teams/T1"


def test_mapping_renames_and_translates(read: Read) -> None:
    ledger = read(
        "编号,标题,企业,类别,日期,期限,判断,无关",
        "1,停电,甲厂,电,2021-03-05,2021-03-09,好,x",
        mapping=MAPPING,
        name="list",
    )
    [command] = ledger.commands
    assert command.data["kind"] == "power"
    assert command.data["due_at"] == "2021-03-09T12:00:00+08:00"
    assert command.data["ledger"] == {"name": "march", "row": "1"}
    assert ledger.source == "/ledger/jinxian/march"
    assert ledger.theirs == {"1": "好"}
    assert "好" not in str(command.data)


def test_enterprises_are_registered_as_of_their_first_row(read: Read) -> None:
    ledger = read(
        "编号,标题,企业,类别,日期,期限,判断",
        "1,停电,甲厂,电,2021-03-05,,好",
        "2,停电,甲厂,电,2021-03-02,,好",
        "3,停电,乙厂,电,2021-03-04,,好",
        mapping=MAPPING,
    )
    assert [(one.data["name"], str(one.time)[:10]) for one in ledger.first] == [
        ("甲厂", "2021-03-02"),
        ("乙厂", "2021-03-04"),
    ]


def test_unmapped_value_names_the_column(read: Read) -> None:
    ledger = read("编号,标题,企业,类别,日期,期限,判断", "1,停电,甲厂,水,2021-03-05,,好", mapping=MAPPING)
    assert [(fault.column, fault.problem) for fault in ledger.faults] == [
        ("类别", "'水' has no entry in the mapping's values.kind")
    ]


def test_hour_that_summer_time_skips_names_the_column(read: Read) -> None:
    ledger = read(
        "编号,标题,企业,类别,日期,期限,判断",
        "1,停电,甲厂,电,2015-03-01,2015-03-08 02:30,好",
        "2,停电,甲厂,电,2015-03-01,2015-11-01 01:30,好",
        mapping='zone = "America/New_York"\n' + MAPPING,
    )
    assert [(fault.row, fault.column) for fault in ledger.faults] == [(2, "期限"), (3, "期限")]


@pytest.mark.parametrize(
    ("path", "programme", "message"),
    [
        (ROOT / "nowhere.csv", None, "There is no file"),
        (ROOT / "programmes" / "jinxian", "daan", "for single files"),
        (ROOT / "pyproject.toml", None, "say whose ledger it is"),
        (ROOT / "pyproject.toml", "atlantis", "There is no programme atlantis"),
    ],
)
def test_what_cannot_be_found_is_said(path: Path, programme: str | None, message: str) -> None:
    with pytest.raises(Unreadable, match=message):
        read_job(path, programme)


def test_column_that_the_mapping_names_must_exist(read: Read) -> None:
    with pytest.raises(Unreadable, match="has no column 期限"):
        read("编号,标题,企业,类别,日期,判断", "1,停电,甲厂,电,2021-03-05,好", mapping=MAPPING)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("colour = 1", "colour is no key"),
        ('records = "bills"', "records must be one of"),
        ('zone = "Mars/Olympus"', "Mars"),
        ('[columns]\nprice = "x"', "price is no field of issues"),
        ("nonsense", "cannot be read"),
    ],
)
def test_wrong_mapping_is_named(tmp_path: Path, line: str, message: str) -> None:
    (tmp_path / "mapping.toml").write_text(line, "utf-8")
    with pytest.raises(Unreadable, match=message):
        read_mapping(tmp_path / "mapping.toml", FIELDS)


def test_refusals_point_to_columns(read: Read) -> None:
    [command] = read(
        "no,enterprise,title,reported_at,contacted_at,closed_at", "A1,甲,t,2021-03-05,2021-03-06,2021-03-01"
    ).commands
    errors = [
        {"field": "/data/history/1/at", "problem": "lies before", "mend": "correct it"},
        {"field": "/data/enterprise", "problem": "unknown", "mend": "register it"},
        {"field": "/data/occurred_at", "problem": "future", "mend": "earlier"},
    ]
    faults = refusals("issues.csv", command, {"errors": errors})
    assert [fault.column for fault in faults] == ["closed_at", "enterprise", "reported_at"]
    assert faults[0].mend == "correct it"


def test_refusal_without_field_is_kept(read: Read) -> None:
    [command] = read("no,enterprise,title,reported_at", "A1,甲,t,2021-03-05").commands
    [fault] = refusals("issues.csv", command, {"title": "Row changed", "detail": "it differs"})
    assert (fault.column, fault.problem) == ("-", "it differs")


@pytest.mark.parametrize(
    "line", ['delimiter = ";;"', "delimiter = 5", "encoding = 5", "key = 5", 'formats = "%Y"', 'formats = ["%Y %Y"]']
)
def test_mapping_of_wrong_types_is_told(tmp_path: Path, line: str) -> None:
    path = tmp_path / "issues.mapping.toml"
    path.write_text(line, "utf-8")
    with pytest.raises(Unreadable, match=line.partition(" ")[0]):
        read_mapping(path, FIELDS)


def test_cells_beyond_all_bounds_are_faults_of_their_rows(read: Read) -> None:
    head, row = "no,kind,count,recorded_at", "S1,loan,99999999999999999999999,0001-01-01 00:00"
    ledger = read(head, row, name="services")
    assert {(fault.row, fault.column) for fault in ledger.faults} == {(2, "count"), (2, "recorded_at")}
    assert all(fault.mend for fault in ledger.faults)


@pytest.mark.parametrize("records", FIELDS)
def test_required_columns_are_those_of_the_page(read: Read, records: str) -> None:
    page = (ROOT / "docs" / "importing.md").read_text("utf-8")
    start = "\nIssues:" if records == "issues" else f"\n| `{records}` |"
    about = page.partition(start)[2].partition("then the facts" if records == "issues" else "\n")[0]
    columns = ["no", *FIELDS[records]]
    ledger = read(",".join(columns), ",".join("x" * (name == "note") for name in columns), name=records)
    assert {*re.findall(r"\*\*`(\w+)`\*\*", about)} == {fault.column for fault in ledger.faults}
