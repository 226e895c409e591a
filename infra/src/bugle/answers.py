"""Asking a service as operator, and what it answers: what the caller can mend, and what he cannot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, Self

import httpx
import orjson
import typer

from bugle.stack.errors import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import Place

MENDABLE = (400, 404, 422)
PATIENCE = httpx.Timeout(60, connect=5)

Json = dict[str, Any]


class AsOperator:
    """A connection to one service that may read every agency's cases. `subject`: who the service notes as asking."""

    service: ClassVar[str]
    subject: ClassVar[str]

    def __init__(self, system: Place) -> None:
        token = Keys(system.home).token(["operator"], subject=self.subject)
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=system.url(self.service), headers=headers, timeout=PATIENCE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def _send(
        self, method: str, path: str, parameters: Mapping[str, Any], body: Mapping[str, Any] | None = None
    ) -> httpx.Response:
        """The answer, whatever it is. StackError when there is none."""
        try:
            return self._http.request(method, path, params=dict(parameters), json=body)
        except httpx.TransportError as error:
            raise StackError(f"{self.service} does not answer ({error}). See: bugle status") from error


def pages(ask: Callable[[Json], Json]) -> Iterator[Json]:
    """All pages, one in memory at a time; `ask` hears the further parameters of the next one."""
    more: Json = {}
    while True:
        page = ask(more)
        yield page
        if page["next"] is None:
            return
        more = {"after": page["next"]}


def check(
    answer: httpx.Response,
    service: str,
    options: Mapping[str, str] = MappingProxyType({}),
    spelt: Callable[[str], str] = str,
) -> None:
    """BadParameter names what is wrong with a question, StackError tells any other refusal.

    `options`: how the command calls a parameter of the service; `spelt`: writes what the service says in its way.
    """
    if answer.is_success:
        return
    told = _told(answer)
    detail = told.get("detail") or told.get("title", "")
    faults = told.get("errors") or [{"field": "", "problem": detail, "mend": ""}]
    names = [one["field"].lstrip("/") for one in faults]
    called = [options.get(name.partition(".")[0], name) for name in names]
    texts = [spelt(f"{one['problem'].rstrip('.。')}; {one['mend']}".strip("; ")) for one in faults]
    if answer.status_code in MENDABLE and len(faults) == 1 and called != names:
        raise typer.BadParameter(texts[0], param_hint=called[0])
    said = "\n".join(f"{name}: {text}".strip(": ") for name, text in zip(called, texts, strict=True))
    if answer.status_code in MENDABLE:
        raise typer.BadParameter(said)
    raise StackError(f"{service} refuses ({answer.status_code}): {said}")


def _told(answer: httpx.Response) -> Mapping[str, Any]:
    """What a service says of its refusal; a proxy before it answers with a page of its own."""
    try:
        told = orjson.loads(answer.read())
    except orjson.JSONDecodeError:
        told = None
    return told if isinstance(told, dict) else {"detail": answer.reason_phrase}
