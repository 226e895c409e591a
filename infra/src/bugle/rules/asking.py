"""Questions to routing, and the files they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import typer

from bugle.answers import check
from bugle.importing.folder import read_document
from bugle.stack import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import Place

PAGE = 200
SUBJECT = "rules"

Json = dict[str, Any]


class Asking:
    """A connection to routing that may read every agency's cases and do nothing else."""

    def __init__(self, system: Place) -> None:
        token = Keys(system.home).token(["operator"], subject=SUBJECT)
        headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=system.url("routing"), headers=headers, timeout=httpx.Timeout(60, connect=5))

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *error: object) -> None:
        self._http.close()

    def trial(self, question: Mapping[str, Any]) -> Json:
        """What the rules would do with one issue. BadParameter names what is wrong with the question."""
        return self._ask("/v1/rules/trial", question, {})

    def backtest(self, question: Mapping[str, Any]) -> Iterator[Json]:
        """The pages of a backtest, one in memory at a time."""
        after: str | None = None
        while True:
            page = self._ask("/v1/rules/backtest", question, {"limit": PAGE} | ({"after": after} if after else {}))
            yield page
            after = page["next"]
            if after is None:
                return

    def _ask(self, path: str, question: Mapping[str, Any], parameters: Mapping[str, Any]) -> Json:
        try:
            answer = self._http.post(path, json=dict(question), params=dict(parameters))
        except httpx.TransportError as error:
            raise StackError(f"routing does not answer ({error}). See: bugle status") from error
        check(answer, "routing")
        told: Json = answer.json()
        return told


def question(programme: str, version: int | None, rules: Path | None, **more: Any) -> Json:
    """A question without what is not asked. BadParameter when the file holds no rules."""
    asked = {"programme": programme, "version": version, "rules": None if rules is None else read_rules(rules)}
    return {name: value for name, value in (asked | more).items() if value is not None}


def read_rules(path: Path) -> list[Any]:
    """The [[rules]] of a TOML file, which may be a whole programme.toml."""
    try:
        document = read_document(path)
    except StackError as error:
        raise typer.BadParameter(str(error), param_hint="--rules") from error
    found = document.get("rules")
    if not isinstance(found, list):
        raise typer.BadParameter(f"{path} has no [[rules]], which a programme.toml has.", param_hint="--rules")
    return found
