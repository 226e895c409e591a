"""The files that pages load: the shared style, a package's own scripts, and the libraries that `npm/fetch` brings."""

from __future__ import annotations

import gzip
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath

from fastapi import APIRouter, Request, Response
from starlette.exceptions import HTTPException

MEDIA = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FETCHED = ("htmx.js", "echarts.js")
FOR_EVER = "public, max-age=31536000, immutable"

log = logging.getLogger("pagekit")


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
def assets(package: str) -> Mapping[str, Asset]:
    """All that pages of the package may load, by name.

    Pages work without a fetched one; that it is missing is told in the log.
    """
    kit = files("pagekit")
    found = _folder(kit / "static") | _folder(files(package) / "static")
    for name in FETCHED:
        if (kit / "vendor" / name).is_file():
            found[name] = _asset(kit / "vendor" / name)
        else:
            log.warning("%s is missing, pages do without it: run `make setup`", name)
    return found


def _folder(folder: Traversable) -> dict[str, Asset]:
    return {file.name: _asset(file) for file in folder.iterdir()}


def _asset(file: Traversable) -> Asset:
    plain = file.read_bytes()
    digest = hashlib.sha256(plain).hexdigest()[:16]
    return Asset(MEDIA[PurePath(file.name).suffix], plain, gzip.compress(plain, mtime=0), digest)


def asset_address(package: str, name: str) -> str | None:
    """Where a page finds a file; None when it is missing."""
    held = assets(package).get(name)
    return None if held is None else f"/assets/{held.digest}/{name}"


def asset_routes(package: str) -> APIRouter:
    """GET /assets/…, for anybody: nothing in it is anybody's."""
    router = APIRouter(include_in_schema=False)

    @router.get("/assets/{digest}/{name}")
    async def asset(digest: str, name: str, request: Request) -> Response:
        held = assets(package).get(name)
        if held is None or held.digest != digest:
            raise HTTPException(404)
        return held.response(request.headers.get("accept-encoding", ""))

    return router
