"""What `bugle bulletin` prints: what the period brought, and how it stood at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

HEADINGS = {"zh": ("指标", "本期", "截至期末"), "en": ("Figure", "This period", "Up to its end")}
UNDECIDED = {"zh": "尚未判定的时限", "en": "Deadlines not judged yet"}
AMOUNT = {"zh": "金额（元）", "en": "amount in CNY"}
TALLIES = {
    "issues": {"zh": "登记问题", "en": "Issues reported"},
    "letters": {"zh": "发函交办", "en": "Assignments by letter"},
    "issues_closed": {"zh": "销号问题", "en": "Issues closed out"},
    "issues_open": {"zh": "未办结问题", "en": "Issues still open"},
    "enterprises": {"zh": "在库企业", "en": "Enterprises in the library"},
    "enterprises_visited": {"zh": "走访企业", "en": "Enterprises visited"},
    "enterprises_with_issues": {"zh": "提出问题的企业", "en": "Enterprises that raised issues"},
    "teams": {"zh": "组建专班", "en": "Teams formed"},
}


def print_bulletin(document: Mapping[str, Any], lang: str) -> None:
    """A table, what it leaves undecided, who issued it when, its digest, and what it restates."""
    told = document["content"]["told"]
    name = f"{told['programme'][lang]} {told['report'][lang]} {document['about']}"
    table = Table(title=name, box=None, pad_edge=False, title_justify="left")
    for number, heading in enumerate(HEADINGS[lang]):
        table.add_column(heading, justify="right" if number else "left")
    for row in _rows(told, lang):
        table.add_row(*row)
    Console(soft_wrap=False, width=120).print(table)
    if told.get("undecided"):
        typer.echo(f"{UNDECIDED[lang]}: {_number(told['undecided'])}")
    typer.echo(f"{document['issued_at']}  {document['issued_by']}  sha256 {document['digest']}")
    if document["restates"] is not None:
        typer.echo(f"edition {document['edition']}, restates {document['restates']}")


def _rows(told: Mapping[str, Any], lang: str) -> Iterator[tuple[str, str, str]]:
    for one in told.get("tallies", ()):
        yield TALLIES[one["measure"]][lang], _number(one["period"]), _number(one["cumulative"])
    for one in told.get("services", ()):
        yield one[lang], _number(one["count"]["period"]), _number(one["count"]["cumulative"])
        if one["amount"] is not None:
            name = f"{one[lang]}, {AMOUNT[lang]}"
            yield name, _number(one["amount"]["period"]), _number(one["amount"]["cumulative"])


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
