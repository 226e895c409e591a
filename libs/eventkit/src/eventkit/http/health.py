"""/live, /ready and /metrics. Live means that the process answers; ready, that what it needs answers too."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Response

from eventkit.depths import Depths
from eventkit.http.answers import json_response
from eventkit.metrics import exposition
from eventkit.problems import Unavailable
from eventkit.readiness import Check, Glance, Readiness
from eventkit.store import Store


def reads(store: Store) -> Check:
    """A check that the store's database answers and has its tables."""

    def check() -> None:
        with store.transaction() as tx:
            tx.recall("ready", ["ready"])

    return check


def health(checks: Mapping[str, Check], depths: Depths | None) -> APIRouter:
    """The routes that the process manager and Prometheus ask."""
    router = APIRouter(include_in_schema=False)
    readiness = Readiness(checks)

    @router.get("/live")
    async def live() -> Response:
        return json_response({"ok": True})

    @router.get("/ready")
    def ready() -> Response:
        passed, found = readiness.tell()
        return json_response({"ready": passed, "checks": found}, status=200 if passed else 503)

    scrape = Glance(lambda: _scrape(depths))

    @router.get("/metrics")
    def metrics() -> Response:
        if (told := scrape.tell()) is None:
            raise Unavailable
        return Response(told[0], media_type=told[1])

    return router


def _scrape(depths: Depths | None) -> tuple[bytes, str]:
    if depths is not None:
        depths.tell()
    return exposition()
