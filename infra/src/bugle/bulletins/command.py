"""The command `bugle bulletin`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from bugle.bulletins.asking import FORMATS, Asking
from bugle.demo.command import Language
from bugle.stack import StackError
from bugle.stack.place import EMBEDDED, Against, running_place
from eventkit.catalogues import catalogue
from reporting.bulletins.labels import COLUMNS, TALLIES

TEXTS = "reporting.bulletins"


def bulletin(
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    out: Annotated[Path, typer.Option(file_okay=False, help="The folder that takes the .docx, the .pdf and the .md.")],
    month: Annotated[str | None, typer.Option(help="Such as 2021-10.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Such as 2021-Q4.")] = None,
    year: Annotated[str | None, typer.Option(help="Such as 2021.")] = None,
    report: Annotated[str | None, typer.Option(help="Which one, where the programme has several of that kind.")] = None,
    restate: Annotated[bool, typer.Option("--restate", help="Issue it again if what it tells has changed.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the files and the table.")] = Language.zh,
    against: Against = EMBEDDED,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Issue a report over a period that is over, or take the one that was issued, and write its files.

    bugle bulletin --programme chuanhui --month 2021-10 --out bulletins

    bugle bulletin --programme chuanhui --year 2021 --out bulletins --restate --json
    """
    every, period = _period({"month": month, "quarter": quarter, "year": year})
    with Asking(running_place(against)) as asking:
        kind = _kind(asking.reports(programme), every, report)
        document = asking.document(_issued(asking, programme, kind, period, restate=restate))
        out.mkdir(parents=True, exist_ok=True)
        stem = f"{programme}-{kind}-{period}-{document['edition']}.{lang.value}"
        files = [out / f"{stem}.{format}" for format in FORMATS]
        for file, format in zip(files, FORMATS, strict=True):
            file.write_bytes(asking.file(document["document"], format, lang.value))
    if as_json:
        told = document | {"written": list(map(str, files))}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(document, lang.value)
        typer.echo("\n".join(map(str, files)))


def _period(given: Mapping[str, str | None]) -> tuple[str, str]:
    named = [(every, period) for every, period in given.items() if period is not None]
    if len(named) != 1:
        raise typer.BadParameter("Name one period: --month, --quarter or --year.")
    return named[0]


def _kind(reports: list[dict[str, Any]], every: str, report: str | None) -> str:
    """The id of the report to issue; StackError where that is none, or several."""
    fitting = [one["id"] for one in reports if one["every"] == every and report in (None, one["id"])]
    if len(fitting) == 1:
        return str(fitting[0])
    known = ", ".join(f"{one['id']} ({one['every']})" for one in reports) or "none"
    raise StackError(f"--report: name one report over a {every}. The programme has: {known}.")


def _issued(asking: Asking, programme: str, kind: str, period: str, *, restate: bool) -> str:
    standing = asking.newest(programme, kind, period)
    if standing is not None and not restate:
        return standing
    made = asking.issue(programme, kind, period)
    if made is None:
        typer.echo("Nothing has changed: the one that stands is written.", err=True)
        return standing or str(asking.newest(programme, kind, period))
    return made


def _print(document: Mapping[str, Any], lang: str) -> None:
    """What the period brought and how it stood at its end."""
    said, told = catalogue(TEXTS, lang).gettext, document["content"]["told"]
    name = f"{told['programme'][lang]} {told['report'][lang]} {told['period']['name']}"
    table = Table(title=name, box=None, pad_edge=False, title_justify="left")
    table.add_column("")
    for column in ("period", "cumulative"):
        table.add_column(said(COLUMNS[column]), justify="right")
    for row in _rows(told, said, lang):
        table.add_row(*row)
    Console(soft_wrap=False, width=120).print(table)
    typer.echo(f"{document['issued_at']}  {document['issued_by']}  sha256 {document['digest']}")
    if document["restates"] is not None:
        typer.echo(f"edition {document['edition']}, restates {document['restates']}")


def _rows(told: Mapping[str, Any], said: Any, lang: str) -> Iterator[tuple[str, str, str]]:
    for one in told["tallies"]:
        yield said(TALLIES[one["measure"]]), _number(one["period"]), _number(one["cumulative"])
    for one in told["services"]:
        yield one[lang], _number(one["count"]["period"]), _number(one["count"]["cumulative"])
        if one["amount"] is not None:
            name = f"{one[lang]} ({said('Amount (CNY)')})"
            yield name, _number(one["amount"]["period"]), _number(one["amount"]["cumulative"])


def _number(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"
