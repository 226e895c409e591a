"""The HTTP process: reads under /v1, and the pages."""

from __future__ import annotations

from eventkit import logs, settings
from eventkit.http import serve
from eventkit.postgres import make_engine
from reporting.bootstrap import application
from reporting.config import PageSettings


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(PageSettings)
    logs.configure(held.log_level)
    serve(application(held, make_engine(held.database_url)), held.http_host, held.http_port)


if __name__ == "__main__":
    main()
