"""The command `bugle bulletin`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from bugle.bulletins.asking import FORMATS, Asking
from bugle.bulletins.telling import print_bulletin
from bugle.language import Language
from bugle.machine import AsJson, tell
from bugle.outputs import placed
from bugle.stack.place import EMBEDDED, Against, running_place


def bulletin(
    programme: Annotated[str, typer.Option(help="The programme's id.")],
    out: Annotated[
        Path, typer.Option(file_okay=False, callback=placed, help="The folder of the .docx, the .pdf and the .md.")
    ],
    month: Annotated[str | None, typer.Option(help="Such as 2021-10.")] = None,
    quarter: Annotated[str | None, typer.Option(help="Such as 2021-Q4.")] = None,
    year: Annotated[str | None, typer.Option(help="Such as 2021.")] = None,
    about: Annotated[str | None, typer.Option(help="Of minutes the meeting's id, of a letter the case's.")] = None,
    report: Annotated[
        str | None,
        typer.Option(help="Else the programme's report over such a period: supervision-list, minutes, letter …"),
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As it was known at the end of this day, or at this instant; else now.")
    ] = None,
    restate: Annotated[bool, typer.Option("--restate", help="Issue it again if what it tells has changed.")] = False,
    lang: Annotated[Language, typer.Option(help="Language of the files and the table.")] = Language.ZH,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Issue a document, or take the one that was issued, and write its files: of a report, over a period that is over.

    bugle bulletin --programme chuanhui --month 2021-10 --out bulletins

    bugle bulletin --programme chuanhui --year 2021 --out bulletins --restate --json

    bugle bulletin --programme chuanhui --month 2021-10 --as-of 2021-11-03 --out bulletins

    bugle bulletin --programme jinxian --report letter --about CASE --out letters
    """
    every, period = _period({"month": month, "quarter": quarter, "year": year, "about": about})
    with Asking(running_place(against)) as asking:
        kind = _kind(asking.reports(programme), every, report)
        document = asking.document(_issued(asking, programme, kind, (every, period), as_of, restate=restate))
        out.mkdir(exist_ok=True)
        stem = f"{programme}-{kind}-{period}-{document['edition']}.{lang.value}"
        files = [out / f"{stem}.{format}" for format in FORMATS]
        for file, format in zip(files, FORMATS, strict=True):
            file.write_bytes(asking.file(document["document"], format, lang.value))
    if as_json:
        told = document | {"written": list(map(str, files))}
        tell(told)
    else:
        print_bulletin(document, lang.value)
        typer.echo("\n".join(map(str, files)))


def _period(given: Mapping[str, str | None]) -> tuple[str, str]:
    named = [(every, period) for every, period in given.items() if period is not None]
    if len(named) != 1:
        raise typer.BadParameter("Name one period, by --month, --quarter or --year, or a meeting or a case by --about.")
    return named[0]


def _kind(reports: list[dict[str, Any]], every: str, report: str | None) -> str:
    """The id of the document to issue; BadParameter where that is none, or several."""
    periods = {"list": ("month", "quarter", "year"), None: ("about",)}
    fitting = [one["id"] for one in reports if every in periods.get(one["every"], (one["every"],))]
    chosen = (
        [id for id in fitting if id == report] if report else [one["id"] for one in reports if one["every"] == every]
    )
    if len(chosen) == 1:
        return str(chosen[0])
    said = f"name one of {', '.join(fitting)}" if fitting else "the programme issues none for it"
    raise typer.BadParameter(said, param_hint="--report")


def _issued(
    asking: Asking, programme: str, kind: str, named: tuple[str, str], as_of: str | None, *, restate: bool
) -> str:
    standing = asking.newest(programme, kind, named[1])
    if standing is not None and not restate:
        if as_of is not None:
            typer.echo("The one that stands is written; as of another moment it is issued with --restate.", err=True)
        return standing
    made = asking.issue(programme, kind, named, as_of)
    if made is None:
        typer.echo("Nothing has changed: the one that stands is written.", err=True)
        return standing or str(asking.newest(programme, kind, named[1]))
    return made
