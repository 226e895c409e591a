"""What has been issued, as callers may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Row, Select, any_, cast, func, literal, select, true
from sqlalchemy.dialects.postgresql import JSONB

from eventkit.paging import Window
from reporting.bulletins.matter import Drawn, Matter
from reporting.issuing.errors import UnknownDocument
from reporting.issuing.tables import documents, renditions
from reporting.queries.issues import as_dict
from reporting.queries.moments import NOW, Moment
from reporting.queries.scope import Scope

_TOLD = (
    *("document", "agency", "programme", "kind", "about", "edition", "year", "serial", "units", "restates"),
    *("known_before", "digest", "issued_by", "issued_at", "due_at"),
)


def visible(scope: Scope) -> ColumnElement[bool]:
    """A department sees what names it."""
    if scope.department is None:
        return scope.rows(documents)
    return scope.rows(documents) & (literal(scope.department) == any_(documents.c.units))


def by_then(as_of: Moment) -> ColumnElement[bool]:
    """What had been issued by the moment as of which is asked; without one, everything."""
    return true() if as_of.before is None else documents.c.issued_at < as_of.before


def filed_about(about: str) -> ColumnElement[bool]:
    """What is about a period, a meeting or a case; `place` files a case's further letters under its id and a number."""
    return (documents.c.about == about) | documents.c.about.startswith(f"{about}.", autoescape=True)


def standing_of(
    connection: Connection, programme: str, matter: Matter, told: Drawn, as_of: Moment = NOW
) -> Row[Any] | None:
    """The newest edition of what was drawn up, or what was it at the moment as of which is asked.

    A letter of another number is another document: a further assignment corrects nothing.
    """
    of = documents.c
    where = [of.programme == programme, of.kind == matter.kind, filed_about(matter.about), by_then(as_of)]
    if told.number is not None:
        where.append(cast(of.content, JSONB)["told"]["number"].astext == told.number)
    rows = select(documents).where(*where).order_by(of.edition.desc()).limit(1)
    return connection.execute(rows).first()


def place(connection: Connection, programme: str, matter: Matter, standing: Row[Any] | None) -> tuple[str, int]:
    """Under what the next edition is filed, and which it is: editions that stood side by side never share one."""
    of = documents.c
    of_kind = (of.programme == programme, of.kind == matter.kind)
    if standing is not None:
        newest = select(func.max(of.edition)).where(*of_kind, of.about == standing.about)
        return standing.about, connection.scalars(newest).one() + 1
    others = select(func.count(of.about.distinct())).where(*of_kind, filed_about(matter.about))
    count = connection.scalars(others).one()
    return (f"{matter.about}.{count + 1}" if count else matter.about), 1


def listed(
    connection: Connection, scope: Scope, filters: dict[str, str], as_of: Moment, window: Window
) -> list[Row[Any]]:
    """A page of documents in the order in which they were issued, or with the newest first: the window says."""
    chosen = (filed_about(is_) if name == "about" else documents.c[name] == is_ for name, is_ in filters.items())
    wanted = _described().where(visible(scope), by_then(as_of), *chosen)
    return list(connection.execute(window.select(wanted, documents.c.issued_at, documents.c.document)))


def linked(connection: Connection, scope: Scope, as_of: Moment, rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """The editions that these restate, and those that restate these."""
    ids, restated = [row.document for row in rows], [row.restates for row in rows if row.restates is not None]
    either = documents.c.document.in_(restated) | documents.c.restates.in_(ids)
    return list(connection.execute(_described().where(visible(scope), by_then(as_of), either)))


def found(connection: Connection, scope: Scope, document: str) -> Row[Any]:
    """A document; UnknownDocument also for one that the caller may not see."""
    row = connection.execute(_described().where(documents.c.document == document, visible(scope))).first()
    if row is None:
        raise UnknownDocument(field="document")
    return row


def content_of(connection: Connection, document: str) -> str:
    """The canonical JSON of a document that has been found, byte for byte as its digest counts it."""
    text: str = connection.scalars(select(documents.c.content).where(documents.c.document == document)).one()
    return text


def files_of(connection: Connection, document: str) -> list[dict[str, Any]]:
    """The files of a document without what is in them: language, format, template, digest."""
    about = (renditions.c.language, renditions.c.format, renditions.c.template, renditions.c.digest)
    rows: Select[Any] = select(*about).where(renditions.c.document == document)
    rows = rows.order_by(renditions.c.language, renditions.c.format)
    return [as_dict(row) for row in connection.execute(rows)]


def file_of(connection: Connection, document: str, language: str, format: str) -> tuple[bytes, str]:
    """One file of a document that has been found, and its digest."""
    wanted = select(renditions.c.file, renditions.c.digest).where(
        renditions.c.document == document, renditions.c.language == language, renditions.c.format == format
    )
    file, digest = connection.execute(wanted).one()
    return file, digest


def as_told(row: Row[Any]) -> dict[str, Any]:
    """A document as lists tell it."""
    return as_dict(row)


def with_content(row: Row[Any], content: str, files: list[dict[str, Any]]) -> dict[str, Any]:
    """A document whole; `content` is a text, so that its digest can be checked."""
    restated = orjson.loads(content).get("restates")
    return as_told(row) | {"restated": restated, "files": files, "content": content}


def _described() -> Select[Any]:
    return select(*(documents.c[name] for name in _TOLD))
