"""Metrics of HTTP, and a small server of /metrics, /live and /ready for processes that have no HTTP of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest

from eventkit.readiness import Check, Readiness

requests = Counter("bugle_http_requests", "Answers to HTTP requests", ["service", "method", "route", "status"])
failures = Counter("bugle_http_failures", "Answers 5xx to anything but a probe", ["service"])
"""Told from the start as 0: of a series that is born at 1, Prometheus sees no increase."""
seconds = Histogram(
    "bugle_http_request_seconds",
    "From the first byte of a request to its answer",
    ["service", "method", "route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
)
commands = Counter("bugle_commands", "Commands by what became of them", ["service", "type", "outcome"])


def exposition() -> tuple[bytes, str]:
    """The text that Prometheus reads, and its media type."""
    return generate_latest(REGISTRY), CONTENT_TYPE_LATEST


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], checks: Mapping[str, Check]) -> None:
        super().__init__(address, _Handler)
        self.readiness = Readiness(checks)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        if self.path == "/metrics":
            self._answer(200, *exposition())
        elif self.path == "/live":
            self._tell(True, {})
        elif self.path == "/ready":
            self._tell(*self.server.readiness.tell())
        else:
            self._tell(False, {}, status=404)

    def _tell(self, ready: bool, checks: Mapping[str, str], status: int | None = None) -> None:
        body = json.dumps({"ready": ready, "checks": checks} if checks else {"ok": ready})
        self._answer(status or (200 if ready else 503), body.encode(), "application/json")

    def _answer(self, status: int, body: bytes, media: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """A probe every few seconds is not worth a line."""


def serve(host: str, port: int, ready: Mapping[str, Check]) -> ThreadingHTTPServer:
    """Serve from a daemon thread; the caller may `shutdown()` and `server_close()` it. Port 0 takes a free one."""
    server = _Server((host, port), ready)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
