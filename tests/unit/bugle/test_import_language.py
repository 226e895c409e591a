"""The import speaks its user's language."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bugle import cli
from bugle.importing.command import run_import
from bugle.importing.faults import Unreadable
from bugle.importing.folder import read_folder
from bugle.importing.ledgers import read_ledger
from bugle.importing.rows import Command
from bugle.importing.run import Imported, Result, refusals
from bugle.importing.telling import print_rate, print_result
from bugle.language import Language, spoken, terminals
from bugle.stack.home import ROOT
from eventkit.voice import Voice

CHINESE = Voice("zh", ("bugle.importing", "eventkit"))


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "POSIX"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh"),
        ({"LC_MESSAGES": "en", "LC_ALL": "", "LANG": "de_DE"}, "en"),
    ],
)
def test_terminals_locale_decides(environment: dict[str, str], language: str) -> None:
    assert terminals(environment) == language


@pytest.mark.parametrize("name", ["import", "figures", "demo", "scenarios", "export"])
def test_language_is_chosen_alike(name: str) -> None:
    told = " ".join(CliRunner().invoke(cli.app, [name, "--help"]).output.replace("│", "").split())
    assert "Language; else the terminal's" in told


def test_choice_precedes_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    assert (spoken(None), spoken(Language.ZH)) == ("en", "zh")


def test_faulty_rows_in_chinese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "issues.csv"
    path.write_text("no,enterprise,title,kind,reported_at\nA1,企业001,停电,海运,12.13\n,企业001,停电,用电,\n", "utf-8")
    ledger = read_ledger(path, read_folder(ROOT / "programmes" / "jinxian"))
    print_result(Result(ledger.file, ledger.records, ledger.rows, faults=list(ledger.faults)), CHINESE)
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "  issues.csv：共 2 行，新增 0 行、未变 0 行、退回 2 行"
    assert set(printed[1:]) == {
        "    第 2 行（A1）“kind”列：没有“海运”这一类别；请使用下列之一："
        "道路交通、金融融资、人才需求、用电、其他；或在映射文件的 [values.kind] 下写明台账用词对应哪一类别",
        "    第 2 行（A1）“reported_at”列：“12.13”不是日期；请写作 2021-04-22 的形式",
        "    第 3 行（无编号）“no”列：为空；请为该行编一个不重复的编号",
        "    第 3 行（无编号）“reported_at”列：为空；请填写",
    }


@pytest.mark.parametrize(
    ("counts", "told"),
    [
        ({"unchanged": 4}, "2.0 s; nothing is new"),
        ({"unchanged": 3, "amended": 1}, "867 events in 2.0 s: 434 events/s"),
        ({"new": 4}, "867 events in 2.0 s: 434 events/s"),
    ],
)
def test_events_that_another_import_still_causes_are_not_ours(
    counts: dict[str, int], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_rate(Imported([Result("issues.csv", "issues", 4, **counts)], [], 867, 2.0), Voice("en", ("bugle.importing",)))
    assert capsys.readouterr().out == f"{told}\n"


def test_refusals_sentence_runs_on() -> None:
    command = Command("t", 2, "A1", datetime(2021, 4, 22, tzinfo=UTC), {}, {"/enterprise": "企业"})
    [fault] = refusals("issues.csv", command, {"detail": "The enterprise is unknown."})
    assert fault.told() == "row 2 (A1), column -: The enterprise is unknown; correct the row"


def test_unreadable_file_in_chinese(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"^没有文件 .*missing\.csv。$"):
        run_import(None, [tmp_path / "missing.csv"], language="zh")  # type: ignore[arg-type]  # no system is asked
