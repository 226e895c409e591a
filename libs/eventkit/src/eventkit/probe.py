"""`python -m eventkit.probe`: a container's health check. Exit status 0 when a process beside it says that it is ready.

A container runs one process: an HTTP one answers on BUGLE_HTTP_PORT, any other on BUGLE_METRICS_PORT.
"""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request

SECONDS = 3.0


def ready(port: str) -> bool:
    """Whether what listens on the port answers /ready with 200."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        return False


def main() -> None:
    """Ask both ports."""
    ports = [os.environ[name] for name in ("BUGLE_HTTP_PORT", "BUGLE_METRICS_PORT") if name in os.environ]
    sys.exit(0 if any(map(ready, ports)) else 1)


if __name__ == "__main__":
    main()
