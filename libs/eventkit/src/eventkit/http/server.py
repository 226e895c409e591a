"""Runs an application under uvicorn, the same way for every service."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI

CONCURRENT = 400
"""Requests in hand at most; the next ones are told 503 at once instead of queueing without bound."""


def serve(app: FastAPI, host: str, port: int) -> None:
    """Serve until a signal ends the process; requests in hand are finished first."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONCURRENT,
        timeout_graceful_shutdown=10,
    )
