"""`bugle bulletin`: what is refused before anything is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bugle.bulletins.telling import print_bulletin
from bugle.cli import app


def test_folder_to_put_the_bulletin_in_must_be_there(tmp_path: Path) -> None:
    out = tmp_path / "nodir" / "bulletins"
    told = CliRunner().invoke(app, ["bulletin", "--programme", "x", "--month", "2021-10", "--out", str(out)])
    assert told.exit_code == 2 and "There is no folder" in told.output
    assert not out.parent.exists()


@pytest.mark.parametrize(("undecided", "said"), [({"undecided": 2}, True), ({"undecided": 0}, False), ({}, False)])
def test_undecided_deadlines_are_told(
    undecided: dict[str, int], said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is said of none, nor of a document that was issued before documents told it."""
    both = {"zh": "月通报", "en": "Monthly bulletin"}
    document: dict[str, Any] = {
        "content": {"told": {"programme": both, "report": both, **undecided}},
        "about": "2021-10", "issued_at": "2021-11-03", "issued_by": "operator", "digest": "ab", "restates": None,
    }  # fmt: skip
    print_bulletin(document, "en")
    assert ("Deadlines not judged yet: 2" in capsys.readouterr().out) is said
