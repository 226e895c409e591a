"""Three later releases of routing as images: one expands, one stops using what a further one contracts."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

from bugle.stack.home import ROOT

HERE = Path(__file__).parent / "later"
EXPANDS, STOPS, CONTRACTS = "expands", "stops", "contracts"
STEPS = {
    EXPANDS: ("ALTER TABLE cases ADD COLUMN written_by text", None),
    STOPS: ("SELECT 1", None),
    CONTRACTS: ("ALTER TABLE cases DROP COLUMN written_by", STOPS),
}
"""By revision: what the migration does, and from which on code works with what it leaves."""
MIGRATION = """
from alembic import op

revision = {revision!r}
down_revision = {before!r}
{serves}

def upgrade() -> None:
    op.execute({statement!r})
"""


def build(release: str, folder: Path) -> None:
    """Make the image `bugle/routing:<release>`, which has every step up to its own; `folder` is to be filled."""
    shutil.copytree(HERE, folder)
    (folder / "versions").mkdir()
    before = head()
    for revision, (statement, serves) in STEPS.items():
        told = f"serves = {serves!r}" if serves else ""
        source = MIGRATION.format(revision=revision, before=before, statement=statement, serves=told)
        (folder / "versions" / f"later_{revision}.py").write_text(source, "utf-8")
        before = revision
        if revision == release:
            break
    command = ["docker", "build", "--quiet", "--tag", f"bugle/routing:{release}", str(folder)]
    subprocess.run(command, check=True, capture_output=True)


def head() -> str:
    """The newest migration that routing has now."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "services/routing/migrations"))
    newest = ScriptDirectory.from_config(config).get_current_head()
    assert newest is not None
    return newest
