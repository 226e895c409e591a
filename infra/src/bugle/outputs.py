"""What `--out` names: it is made by the command, the folder in which it lies is not."""

from __future__ import annotations

from pathlib import Path

import typer


def placed(out: Path) -> Path:
    """`callback` of the option: BadParameter, before anything is asked, where there is no folder to put it in."""
    if not out.parent.is_dir():
        raise typer.BadParameter(f"There is no folder {out.parent}.")
    return out
