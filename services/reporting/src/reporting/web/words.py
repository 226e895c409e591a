"""What things are called on screen: by the directory, the programmes and reporting's catalogues, in one language."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, select

from eventkit.caller import ROLES
from eventkit.catalogues import catalogue
from reporting.bulletins.drawing import period_title
from reporting.queries.periods import Period
from reporting.queries.scope import Scope
from reporting.read_model.tables import enterprises, programmes, units

_ELSEWHERE = ("rule", "duty")
"""Contexts in which clocks have names that are no programme's."""


class Words:
    """Looks names up for one answer. An id without a name is shown as it is."""

    def __init__(self, connection: Connection, scope: Scope, language: str) -> None:
        self._connection = connection
        self._scope = scope
        self.language = language
        self._names = catalogue("reporting", language)

    @cached_property
    def programmes(self) -> Mapping[str, Row[Any]]:
        """Those that the caller may see, by id."""
        rows = self._connection.execute(select(programmes).where(self._scope.rows(programmes)))
        return {row.programme_id: row for row in sorted(rows, key=lambda row: str(row.document.get("starts_on")))}

    @cached_property
    def _units(self) -> Mapping[tuple[str, str], str]:
        rows = self._connection.execute(select(units).where(self._scope.rows(units)))
        return {(row.agency, row.unit_id): row.name for row in rows}

    def agency_units(self, agency: str) -> dict[str, str]:
        """The names of an agency's units by id, in the order of the directory's ids."""
        return {id: name for (of, id), name in sorted(self._units.items()) if of == agency}

    def name(self, id: str | None, context: str) -> str | None:
        """What the catalogue calls it in this context."""
        return None if id is None else self._names.pgettext(context, id)

    def formula(self, measure: str) -> str:
        """How a measure is counted."""
        return self._names.pgettext("formula", measure)

    def unit(self, id: str | None, agency: str) -> str | None:
        """A unit by the agency's directory."""
        return None if id is None else self._units.get((agency, id), id)

    def actor(self, account: str, agency: str) -> str:
        """Who acted: a rule or a ledger; of an account that tells its role (`<role>-<agency>[-<unit>]`) the role, of a
        department the unit; of any other the account itself."""
        role, _, unit = account.partition(f"-{agency}")
        if role == "department" and unit:
            return self._units.get((agency, unit.removeprefix("-")), account)
        if role in ROLES and not unit:
            return self._names.pgettext("access", role)
        return self._names.pgettext("actor", account)

    def period(self, held: Period) -> str:
        """A period as documents have it."""
        return period_title(held, self.language)

    def said(self, told: Mapping[str, Any]) -> str:
        """Of what has its words in both languages, those of this one."""
        return str(told[self.language])

    def title(self, programme: str) -> str:
        """A programme's title."""
        held = self.programmes.get(programme)
        return programme if held is None else self.said(held.document["title"])

    def of(self, programme: str, section: str, id: str | None) -> str | None:
        """What a programme calls one of its kinds, clocks, roles and so on."""
        held = self.programmes.get(programme)
        entries: Iterable[Mapping[str, Any]] = () if held is None else held.document.get(section, ())
        return next((self.said(entry) for entry in entries if entry["id"] == id and self.language in entry), id)

    def clock(self, programme: str, name: str) -> str:
        """A clock of the programme, or one that every programme has; a milestone's bears its number."""
        id, _, number = name.partition(":")
        told = self.of(programme, "clocks", id) or id
        if told == id:
            told = next((said for said in (self._names.pgettext(c, id) for c in _ELSEWHERE) if said != id), id)
        return f"{told} {number}".strip()

    def enterprises(self, ids: Collection[str]) -> dict[str, str]:
        """Names of enterprises by id."""
        return self._by(select(enterprises.c.enterprise_id, enterprises.c.name), enterprises.c.enterprise_id, ids)

    def _by(self, rows: Any, column: Any, ids: Collection[str]) -> dict[str, str]:
        return dict(self._connection.execute(rows.where(column.in_(set(ids)))).all())
