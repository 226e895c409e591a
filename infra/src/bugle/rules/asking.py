"""Questions to routing, and the files they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from bugle.answers import AsOperator, Json, check, pages
from bugle.importing.folder import read_document
from bugle.stack import StackError

PAGE = 200


class Asking(AsOperator):
    """What routing tells of rules."""

    service = "routing"
    subject = "rules"

    def trial(self, question: Mapping[str, Any]) -> Json:
        """What the rules would do with one issue. BadParameter names what is wrong with the question."""
        return self._ask("/v1/rules/trial", question, {})

    def backtest(self, question: Mapping[str, Any]) -> Iterator[Json]:
        """The pages of a backtest, one in memory at a time."""
        return pages(lambda more: self._ask("/v1/rules/backtest", question, {"limit": PAGE} | more))

    def _ask(self, path: str, question: Mapping[str, Any], parameters: Mapping[str, Any]) -> Json:
        answer = self._send("POST", path, parameters, question)
        check(answer, self.service)
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
