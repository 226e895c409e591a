"""The files that pages load: our own style sheet and script, and the two libraries that `pages/fetch` brings."""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

OWN = {"style.css": "text/css", "bugle.js": "text/javascript", "mark.svg": "image/svg+xml"}
FETCHED = {"htmx.js": "text/javascript", "echarts.js": "text/javascript"}
FOR_EVER = "public, max-age=31536000, immutable"

log = logging.getLogger("reporting.web")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent. `digest`: part of its address, so that a browser may keep it for ever."""

    media: str
    plain: bytes
    packed: bytes
    digest: str

    def response(self, accepts: str) -> Response:
        """Compressed where the browser takes that."""
        headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding", "X-Content-Type-Options": "nosniff"}
        if "gzip" not in accepts:
            return Response(self.plain, media_type=self.media, headers=headers)
        return Response(self.packed, media_type=self.media, headers=headers | {"Content-Encoding": "gzip"})


@cache
def assets() -> Mapping[str, Asset]:
    """All of them by name. Pages work without a fetched one; that it is missing is told in the log."""
    found = {name: _asset("static", name, media) for name, media in OWN.items()}
    for name, media in FETCHED.items():
        try:
            found[name] = _asset("vendor", name, media)
        except FileNotFoundError:
            log.warning("%s is missing, pages do without it: run `make setup`", name)
    return found


def _asset(folder: str, name: str, media: str) -> Asset:
    plain = (files("reporting.web") / folder / name).read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return Asset(media, plain, gzip.compress(plain, mtime=0), digest)


def asset_address(name: str) -> str | None:
    """Where a page finds a file; None when it is missing."""
    held = assets().get(name)
    return None if held is None else f"/assets/{held.digest}/{name}"


def asset_routes() -> APIRouter:
    """GET /assets/…, for anybody: nothing in it is anybody's."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/{digest}/{name}")
    async def asset(digest: str, name: str, request: Request) -> Response:
        held = assets().get(name)
        if held is None or held.digest != digest:
            raise HTTPException(404)
        return held.response(request.headers.get("accept-encoding", ""))

    return router
