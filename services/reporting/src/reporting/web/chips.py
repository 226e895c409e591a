"""The filters of a page in words, so that each can be read and taken away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from eventkit.catalogues import catalogue
from reporting.queries.filters import shown
from reporting.web.opening import View
from reporting.web.rendering import TEXTS
from reporting.web.telling import NAMED, Telling

_TOLD_AS = {"reason": "exclusion"}
"""Filters that have their names and values from a column that is called otherwise."""
_CONTEXTS = NAMED | {"columns": "column"}
_TRUTH = ["true", "false"]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter by its name in the address: what it is called, and its value, in words."""

    name: str
    called: str
    value: str


def chips(view: View, filters: Mapping[str, str], enterprises: Mapping[str, str]) -> list[Chip]:
    """The filters in their order. `enterprises`: the names of those that the page shows, by id."""
    about = ("", "") if view.programme is None else (view.of.id, view.of.agency)
    telling = Telling(view.words, view.cells, *about)

    def told(name: str, value: str) -> str:
        return enterprises.get(value, value) if name == "enterprise" else _value(telling, name, value)

    return [Chip(name, called(name, view.words.language), told(name, value)) for name, value in filters.items()]


def called(name: str, language: str) -> str:
    """What a filter is called: as forms call it, else as columns are."""
    texts = catalogue(TEXTS, language)
    said = {
        "after": texts.gettext("Page of the list"),
        "at": texts.gettext("As it stood at"),
        "as_of": texts.gettext("As it was known on a day"),
        "columns": texts.gettext("Columns"),
        "next": texts.gettext("Next page"),
        "part": texts.gettext("Part of the figure"),
        "reported": texts.gettext("reported in"),
        "closed": texts.gettext("closed out in"),
        "due": texts.gettext("due by"),
        "title": texts.gettext("In the title"),
        "open": texts.gettext("Still open?"),
        "findings": texts.gettext("Findings"),
        "without": texts.gettext("without"),
    }
    return said.get(name) or catalogue("reporting", language).pgettext("column", _TOLD_AS.get(name, name))


def called_by_id(parameter: str, id: str, language: str) -> str:
    """What an id is called wherever it is met: as a value of the parameter, else as what parameters or columns are."""
    value = _named(parameter, id, language)
    return called(id, language) if value == id else value


def _named(name: str, value: str, language: str) -> str:
    """What a filter's value is called in every programme; the value itself where that differs."""
    texts = catalogue(TEXTS, language)
    if name == "open":
        return {"true": texts.gettext("open"), "false": texts.gettext("not open")}.get(value, value)
    if shown(name).get("enum") == _TRUTH:
        return {"true": texts.pgettext("answer", "yes"), "false": texts.pgettext("answer", "no")}.get(value, value)
    context = _CONTEXTS.get(_TOLD_AS.get(name, name))
    return value if context is None else catalogue("reporting", language).pgettext(context, value)


def _value(telling: Telling, name: str, value: str) -> str:
    language = telling.words.language
    if name == "without":
        return telling.cells.joined(called(one, language) for one in value.split(","))
    said = _named(name, value, language)
    return (telling.value(_TOLD_AS.get(name, name), value) or value) if said == value else said
