"""`bugle export`: a list of reporting as a file, whole or not at all."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated, Any

import httpx
import typer

from bugle.answers import check
from bugle.language import Lang, spoken
from bugle.machine import AsJson, tell
from bugle.outputs import placed
from bugle.stack.errors import StackError
from bugle.stack.keys import Keys
from bugle.stack.place import EMBEDDED, Against, Place, running_place

SUBJECT = "export"
PATIENCE = httpx.Timeout(60, read=3600)
"""The service begins to answer when the file is whole; an Excel file of a million rows takes many minutes."""

OWN = {name: f"--{name.replace('_', '-')}" for name in ("programme", "columns", "at", "as_of", "format", "lang")}
"""Parameters of a list that the command has options for."""
OPTIONS = {"list": "LIST", **OWN}


class Ending(StrEnum):
    """Formats, by the endings of files."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


def export(
    list: Annotated[str, typer.Argument(help="ledger, deadlines, league, lists.ID, counted.NUMBER and so on.")],
    out: Annotated[
        Path, typer.Option(dir_okay=False, callback=placed, help="The file; one that is there is replaced.")
    ],
    programme: Annotated[str | None, typer.Option(help="The programme's id; some lists are of all of them.")] = None,
    filter: Annotated[
        list[str] | None, typer.Option("--filter", help="A filter or parameter of the list: state=closed_out")
    ] = None,
    format: Annotated[Ending | None, typer.Option(help="By default what the file's name ends in.")] = None,
    columns: Annotated[str | None, typer.Option(help="Commas between; by default all.")] = None,
    at: Annotated[str | None, typer.Option(help="As it stood at the end of this day, or at this instant.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="As it was known at the end of this day, or at this instant.")
    ] = None,
    lang: Lang = None,
    against: Against = EMBEDDED,
    as_json: AsJson = False,
) -> None:
    """Write a list as CSV, Excel or Parquet, all of it as of one moment.

    bugle export ledger --programme jinxian --out ledger.xlsx

    bugle export deadlines --programme jinxian --filter status=missed --out missed.csv --lang en

    bugle export lists.enterprises --programme chuanhui --at 2021-10-31 --out enterprises.parquet
    """
    filters = _filters(filter or ())
    asked = {
        **filters,
        "programme": programme,
        "format": format or _ending(out),
        "columns": columns,
        "at": at,
        "as_of": as_of,
        "lang": spoken(lang),
    }
    given = {name: value for name, value in asked.items() if value}
    told = fetch(running_place(against), list, given, out, dict.fromkeys(filters, "--filter") | OPTIONS)
    if as_json:
        tell(told)
    else:
        lacking = "" if told["complete"] else f"; not complete: known up to {told['known_until'] or 'nothing'}"
        typer.echo(f"{out}: {told['rows']:,} rows, {told['bytes']:,} bytes{lacking}")


def fetch(place: Place, list: str, asked: Mapping[str, str], out: Path, options: Mapping[str, str]) -> dict[str, Any]:
    """Have the file made, and put it in its place when it has come whole. StackError when it has not.

    `options`: how the command calls what is asked.
    """
    token = Keys(place.home).token(["operator"], subject=SUBJECT)
    headers = {"Authorization": f"Bearer {token}"}
    _say(f"{list}: reporting gathers the rows")
    try:
        with (
            httpx.Client(base_url=place.url("reporting"), headers=headers, timeout=PATIENCE) as http,
            http.stream("GET", f"/v1/exports/{list}", params=dict(asked)) as answer,
        ):
            check(answer, "reporting", options)
            with _replacing(out) as file:
                size = _receive(answer, file)
    except httpx.TransportError as error:
        raise StackError(f"The file did not come whole ({error}); {out} is as it was. See: bugle status") from error
    return {
        "list": list,
        "out": str(out),
        "bytes": size,
        "rows": int(answer.headers["bugle-rows"]),
        "complete": answer.headers["bugle-complete"] == "true",
        "known_until": answer.headers["bugle-known-until"] or None,
        "as_of": answer.headers.get("bugle-as-of"),
    }


def _receive(answer: httpx.Response, file: IO[bytes]) -> int:
    total, size = int(answer.headers["content-length"]), 0
    for part in answer.iter_bytes():
        size += file.write(part)
        if sys.stderr.isatty():
            typer.echo(f"\r{size:,} of {total:,} bytes", err=True, nl=size == total)
    return size


@contextmanager
def _replacing(out: Path) -> Iterator[IO[bytes]]:
    """A file beside `out` that takes its name when all is written, and is gone when it is not."""
    with tempfile.NamedTemporaryFile(dir=out.parent, prefix=f".{out.name}.", delete=False) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
            os.chmod(file.name, 0o644 & ~_umask())
            os.replace(file.name, out)
        except BaseException:
            Path(file.name).unlink()
            raise


def _umask() -> int:
    held = os.umask(0)
    os.umask(held)
    return held


def _filters(given: Sequence[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    if wrong := ["".join(pair) for pair in pairs if not (pair[0] and pair[1])]:
        raise typer.BadParameter(f"{wrong[0]!r} is no filter; write NAME=VALUE.", param_hint="--filter")
    if own := [pair[0] for pair in pairs if pair[0] in OWN]:
        raise typer.BadParameter(f"{own[0]} has an option of its own: {OWN[own[0]]}", param_hint="--filter")
    return {name: value for name, _, value in pairs}


def _ending(out: Path) -> str:
    ending = out.suffix.removeprefix(".").lower()
    if ending not in [*Ending]:
        raise typer.BadParameter(
            f"{out.name} ends in no format; give one of {', '.join(Ending)}.", param_hint="--format"
        )
    return ending


def _say(text: str) -> None:
    typer.echo(text, err=True)
