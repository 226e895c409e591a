"""The HTTP process."""

from __future__ import annotations

from console import SERVICE
from console.bootstrap import application
from console.config import ConsoleSettings
from eventkit import process, settings
from eventkit.http import serve


def main() -> None:
    """Serve until a signal ends it."""
    held = settings.read(ConsoleSettings)
    process.begin(SERVICE, "http", held)
    serve(application(held), held)


if __name__ == "__main__":
    main()
