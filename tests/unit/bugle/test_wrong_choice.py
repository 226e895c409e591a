"""A wrong argument ends in 2, as Typer's own do: 1 means that something differs or failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bugle import cli


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rebuild", "intake"], "bugle rebuild reporting"),
        (["redrive", "nothing"], "Choose from: intake"),
        (["token", "--role", "officer"], "Choose from: frontend"),
        (["token", "--role", "office"], "--agency jinxian"),
        (["token", "--role", "department", "--agency", "jinxian"], "--department"),
        (["token", "--role", "office", "--agency", "jinxian", "--hours", "-3"], "at most 8784 hours"),
        (["generate", "--issues", "1", "--seed", "1", "--days", "3660"], "leads beyond today"),
        (["verify", "--against", "nosuch"], "nosuch is neither embedded, compose nor a file with"),
        (["audit", "export", "intake", "--out", "nosuch/log.jsonl"], "There is no folder nosuch."),
        (["figures", "--programme", "jinxian", "--folder", "nosuch", "--against", "SETTINGS"], "no programme.toml in"),
        (["import", "nosuch", "--against", "SETTINGS", "--lang", "en"], "There is no file nosuch."),
        (["import", "nosuch.csv", "--against", "SETTINGS", "--lang", "zh"], "没有文件 nosuch.csv。"),
    ],
)
def test_wrong_argument_ends_in_two(
    arguments: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = tmp_path / "settings"
    settings.write_text("BUGLE_SECRETS=secrets\n")
    given = [str(settings) if one == "SETTINGS" else one for one in arguments]
    monkeypatch.setattr(sys, "argv", ["bugle", *given])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
