"""Makes a list's file: whole on disk before its first byte leaves, so that a failure is an answer, not half a file."""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from anyio import from_thread
from fastapi import Request, Response
from fastapi.responses import StreamingResponse
from psycopg.errors import QueryCanceled
from sqlalchemy.exc import OperationalError
from starlette.requests import ClientDisconnect

from eventkit.caller import Caller
from eventkit.http.parameters import refuse_others
from eventkit.problems import Faulty, FieldProblem, Unavailable
from eventkit.text import Text
from reporting.exports.cells import Cells
from reporting.exports.formats import FORMATS, Ending
from reporting.exports.listing import Listing
from reporting.exports.naming import listing_of, title_of
from reporting.exports.room import ListTooLong, Room
from reporting.exports.sheet_names import SheetNames
from reporting.web.opening import AT, BESIDES, Pages, View
from reporting.web.provenance import beside, provenance

PARAMETERS = ("format", "columns")
"""Of every file, beside those of its list."""
PART = 256 * 1024
"""Bytes that are read and sent at once."""


class NoSpace(Unavailable):
    """There is no space left for the file. Tell the operator, and ask again when there is."""

    slug = "no-space"


@dataclass(frozen=True, slots=True)
class Made:
    """A file, open and nowhere else any more. `headers`: what is told with it."""

    file: IO[bytes]
    media: str
    headers: dict[str, str]

    def response(self) -> Response:
        """Sent part by part; one that breaks off lacks bytes that its length has promised."""
        return StreamingResponse(self._parts(), media_type=self.media, headers=self.headers)

    def _parts(self) -> Iterator[bytes]:
        with self.file:
            while part := self.file.read(PART):
                yield part


@dataclass(frozen=True, slots=True)
class Order:
    """Who wants which list, by which parameters, in which format; and in which language, unless the pages' own."""

    caller: Caller
    request: Request
    list: str
    ending: Ending
    language: str | None = None


class Exports:
    """Makes files over the pages' queries, as many at a time as there is room for."""

    def __init__(self, pages: Pages, room: Room) -> None:
        self._pages = pages
        self._room = room

    def make(self, order: Order) -> Response:
        """The file of a list by the request's filters. Raises what the list's page raises."""
        listing, caller = listing_of(order.list), order.caller
        refuse_others(order.request, {*BESIDES, "as_of", *listing.filters, *_besides(listing)})
        name = f'attachment; filename="{order.list}.{order.ending}"'
        with (
            self._room.taken((caller.agency, caller.sub)),
            _folder() as folder,
            (folder / "file").open("w+b") as file,
        ):
            headers = self._fill(file, order, listing)
            sent = (folder / "file").open("rb")
        told = {"Content-Length": str(_size(sent)), "Content-Disposition": name}
        return Made(sent, FORMATS[order.ending].media, headers | told).response()

    def _fill(self, file: IO[bytes], order: Order, listing: Listing) -> dict[str, str]:
        """Write the file; the headers that tell of it."""
        with ExitStack() as failing:
            with _going_on(), self._opened(order, listing) as view:
                title, rows = title_of(view, order.list), 0
                begun = (file, chosen(view, listing), _cells(view), SheetNames(title, beside(view)))
                sheet = FORMATS[order.ending].begin(*begun)
                failing.callback(sheet.abandon)
                for chunk in listing.rows(view):
                    sheet.write(chunk)
                    rows += len(chunk)
                    check_waiting(order.request)
                told, headers = provenance(view, title, rows)
            sheet.close(told)  # the connection has been given back: putting a workbook together takes long
            failing.pop_all()
        file.flush()
        return headers

    @contextmanager
    def _opened(self, order: Order, listing: Listing) -> Iterator[View]:
        with self._pages.looking(
            order.caller,
            order.request,
            listing.filters,
            *_besides(listing),
            language=order.language,
            snapshot=self._room.seconds,
        ) as view:
            if listing.of_programme:
                view.needs_programme()
            yield view


def _besides(listing: Listing) -> tuple[str, ...]:
    """The parameters of its file that are neither filters nor every page's."""
    return (AT, *PARAMETERS, *listing.parameters)


def chosen(view: View, listing: Listing) -> Sequence[str]:
    """The columns that the address asks for, in the list's order, behind the first; without any all of them."""
    columns = listing.columns(view)
    given = view.request.query_params.get("columns")
    if given is None:
        return columns
    wanted = given.split(",")
    if unknown := [name for name in wanted if name not in columns]:
        problem = Text("{name!r} is no column", name=unknown[0])
        raise Faulty([FieldProblem("columns", problem, Text("use some of {known}", known=list(columns)))])
    return [columns[0], *(name for name in columns[1:] if name in wanted)]


def _cells(view: View) -> Cells:
    own = ("", "") if view.programme is None else (view.of.id, view.of.agency)
    return Cells(view.words, view.cells, *own)


def check_waiting(request: Request) -> None:
    """Raises ClientDisconnect when nobody waits for the answer any more. To be asked in a thread of the request's."""
    if from_thread.run(request.is_disconnected):
        raise ClientDisconnect


@contextmanager
def _going_on() -> Iterator[None]:
    """A statement that gives no row in its time is not waited for."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            raise ListTooLong from error
        raise


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder for a file and what is written on the way to it; TMPDIR says where."""
    try:
        with tempfile.TemporaryDirectory(prefix="bugle-export-") as folder:
            yield Path(folder)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise NoSpace from error


def _size(file: IO[Any]) -> int:
    size = file.seek(0, 2)
    file.seek(0)
    return size
