"""The HTTP process: reads under /v1."""

from __future__ import annotations

from eventkit import process, settings
from eventkit.http import serve
from eventkit.postgres import make_engine
from eventkit.settings import HttpSettings
from reporting import CONSUMER
from reporting.bootstrap import application


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(HttpSettings)
    process.begin(CONSUMER, "http", held)
    serve(application(held, make_engine(held.database_url)), held)


if __name__ == "__main__":
    main()
