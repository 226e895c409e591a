"""The command `bugle bulletin`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bugle.bulletins.asking import FORMATS, Asking
from bugle.bulletins.telling import print_bulletin
from bugle.demo.command import Language
from bugle.stack import StackError
from bugle.stack.place import EMBEDDED, Against, running_place


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
        print_bulletin(document, lang.value)
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
