"""`bugle bulletin`: what is refused before anything is asked."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from bugle.cli import app


def test_folder_to_put_the_bulletin_in_must_be_there(tmp_path: Path) -> None:
    out = tmp_path / "nodir" / "bulletins"
    told = CliRunner().invoke(app, ["bulletin", "--programme", "x", "--month", "2021-10", "--out", str(out)])
    assert told.exit_code == 2 and "There is no folder" in told.output
    assert not out.parent.exists()
