"""A wrong argument ends in 2, as Typer's own do: 1 means that something differs or failed."""

from __future__ import annotations

import sys

import pytest

from bugle import cli


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["rebuild", "intake"], "bugle rebuild reporting"),
        (["redrive", "nothing"], "Choose from: intake"),
        (["token", "--role", "officer"], "Choose from: frontend"),
    ],
)
def test_wrong_argument_ends_in_two(
    arguments: list[str], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bugle", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert told in capsys.readouterr().err
