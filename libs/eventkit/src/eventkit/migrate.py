"""Brings a service's database to its newest migration: `python -m eventkit.migrate FOLDER`.

FOLDER has Alembic's env.py and versions/; BUGLE_OWNER_DATABASE_URL is the database's address for its owner.
"""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config

from eventkit import logs, settings


def configured(folder: Path) -> Config:
    """Alembic's configuration for a folder of migrations."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config


def main() -> None:
    """Migrate up to the head; nothing when it is there already."""
    logs.configure(settings.read(settings.LogSettings), "bugle", "migrate")
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m eventkit.migrate FOLDER")
    command.upgrade(configured(Path(sys.argv[1])), "head")


if __name__ == "__main__":
    main()
