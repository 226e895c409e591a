"""The HTTP process: reads under /v1, and the pages."""

from __future__ import annotations

from eventkit import process, settings
from eventkit.http import serve
from eventkit.postgres import make_engine
from reporting import CONSUMER
from reporting.bootstrap import application
from reporting.config import PageSettings


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(PageSettings)
    process.begin(CONSUMER, "http", held)
    serve(application(held, make_engine(held.database_url)), held)


if __name__ == "__main__":
    main()
