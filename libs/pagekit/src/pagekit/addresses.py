"""Addresses of pages: they hold every filter, so that a view can be kept and sent on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import Request

_PATH = re.compile(r"/(?!/)[A-Za-z0-9/_.-]*")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes addresses from the page that is shown: its path and its parameters, of which `carried` go everywhere."""

    path: str
    given: Mapping[str, str]
    carried: Collection[str] = ()

    def to(self, path: str, **parameters: object) -> str:
        """Another page, with what is carried; None takes a parameter away."""
        carried = {name: self.given[name] for name in self.carried if name in self.given}
        return address(path, carried | parameters)

    def here(self, **changes: object) -> str:
        """This page with other parameters, from its beginning."""
        kept = {name: value for name, value in self.given.items() if name not in ("after", "lang")}
        return address(self.path, kept | changes)

    def there(self, path: str) -> str:
        """Another page with all of this one's parameters."""
        return address(path, self.given)

    def kept(self, *but: str) -> Iterable[tuple[str, str]]:
        """The parameters that a form of this page hands on, without those that it asks for itself."""
        return [(name, value) for name, value in self.given.items() if name not in (*but, "after", "lang")]


def address(path: str, parameters: Mapping[str, object]) -> str:
    """The path with its parameters; None and the empty text are left out."""
    told = {name: value for name, value in parameters.items() if value not in (None, "")}
    return f"{path}?{urlencode(told)}" if told else path


def own_path(given: str | None, default: str = "/") -> str:
    """A path of this site, whatever a request says."""
    return given if given is not None and _PATH.fullmatch(given) else default


def own_address(given: str) -> str:
    """An address of this site, as a path with its query, whatever a request says."""
    path, mark, query = given.partition("?")
    return own_path(path) + mark + query


def page_before(request: Request) -> str | None:
    """The page of this site from which a link or form led here; None for the sign-in and for this very page."""
    try:
        before = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return None
    if before.netloc != request.headers.get("host") or before.path.startswith("/sign-"):
        return None
    found = own_address(before._replace(scheme="", netloc="", fragment="").geturl())
    return None if found == requested(request) else found


def requested(request: Request) -> str:
    """The address that a request is for, as a path with its query."""
    query = request.url.query
    return request.url.path + (f"?{query}" if query else "")
