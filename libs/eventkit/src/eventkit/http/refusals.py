"""The problems that a service may answer with, as OpenAPI shows them: one example for each slug."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any, Final

from eventkit.auth import Unauthenticated
from eventkit.caller import Forbidden
from eventkit.http.cloudevents import ForeignType, UnknownType
from eventkit.http.desk import KeyReused, Stale
from eventkit.http.limits import AddressTooLong, Busy, HeadersTooLarge, TooManyRequests, TooSlow
from eventkit.http.reading import TooLarge, UnsupportedMedia
from eventkit.problems import MEDIA_TYPE, Contended, Faulty, Unavailable, Unreadable, compose
from eventkit.voice import ENGLISH

Refusal = type[Exception]

EVERYWHERE: Final[tuple[Refusal, ...]] = (
    Unreadable, Unauthenticated, Forbidden, TooSlow, Contended, Stale, TooLarge, AddressTooLong, UnsupportedMedia,
    Faulty, KeyReused, ForeignType, UnknownType, TooManyRequests, HeadersTooLarge, Unavailable, Busy,
)  # fmt: skip


def refusals_of(*modules: ModuleType) -> list[Refusal]:
    """The refusals that modules define, without the base that they are made of."""
    found = [one for module in modules for one in vars(module).values() if isinstance(one, type)]
    defined = [one for one in found if issubclass(one, Exception) and "slug" in vars(one)]
    return [one for one in defined if one.__name__ != "Refusal"]


def examples(refusals: Iterable[Refusal]) -> dict[str, dict[str, Any]]:
    """OpenAPI's Example objects by slug."""
    return {one.slug: _example(one) for one in (*EVERYWHERE, *refusals)}  # type: ignore[attr-defined]  # is one


def show(operation: dict[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    """Have each problem that an operation documents refer to the examples of its status."""
    of_status: dict[str, dict[str, Any]] = defaultdict(dict)
    for slug, example in known.items():
        of_status[str(example["value"]["status"])][slug] = {"$ref": f"#/components/examples/{slug}"}
    for status, response in operation["responses"].items():
        content = response.get("content", {}).get(MEDIA_TYPE)
        if content is not None and status in of_status:
            content["examples"] = of_status[status]


def _example(refusal: Any) -> dict[str, Any]:
    said = " ".join((refusal.__doc__ or "").split())
    body = compose(refusal.slug, refusal.status, said, ENGLISH).body
    field, mend = getattr(refusal, "field", None), getattr(refusal, "mend", None)
    if isinstance(mend, str):
        body["errors"] = [{"field": f"/{field}" if isinstance(field, str) else "", "problem": said, "mend": mend}]
    return {"summary": body["title"], "value": body}
