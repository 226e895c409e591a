"""Draws a document up as Markdown, in Chinese or English."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_quarter_names
from jinja2 import Environment, PackageLoader, StrictUndefined

from eventkit.catalogues import LANGUAGES, catalogue
from reporting.bulletins import labels, markdown
from reporting.bulletins.cells import Cells, Told
from reporting.queries.periods import Period, period

TEXTS = "reporting.bulletins"
_MONTH = {"zh": "yyyy年M月", "en": "MMMM yyyy"}
_YEAR = {"zh": "yyyy年", "en": "yyyy"}


@dataclass(frozen=True, slots=True)
class Header:
    """What an issued document bears: its number of the year, when it was issued, the digest of its content."""

    year: int
    serial: int
    at: datetime
    digest: str


def draw(content: Told, language: str, zone: ZoneInfo, header: Header | None = None) -> str:
    """A document in `language` (zh or en). `content`: what it tells (`told`), its pins and what it restates; without a
    header it is a draft."""
    told = content["told"]
    template = _environment(language, zone).get_template(f"{told['report']['every']}.md")
    return template.render(
        told=told,
        title=title_of(told, zone)[language],
        remarked=_remarked(told) if "league" in told else None,
        header=header,
        restates=content.get("restates"),
        pins=content.get("pins"),
    )


def title_of(told: Told, zone: ZoneInfo) -> dict[str, str]:
    """What stands below a document's name, by language: its period, or the day that it bears."""
    if "period" in told:
        held = period(told["period"]["name"], zone)
        return {language: period_title(held, language) for language in LANGUAGES}
    at: datetime = told["held_at"] if "held_at" in told else told["assigned_at"]
    return dict.fromkeys(LANGUAGES, f"{at.astimezone(zone):%Y-%m-%d}")


def period_title(held: Period, language: str) -> str:
    """What a period is called."""
    day = held.begin.date()
    if held.every == "month":
        return format_date(day, _MONTH[language], locale=language)
    year = format_date(day, _YEAR[language], locale=language)
    if held.every == "year":
        return year
    quarter = get_quarter_names("wide", locale=language)[(day.month + 2) // 3]
    return f"{year}{quarter}" if language == "zh" else f"{quarter} {year}"


def _remarked(told: Told) -> dict[str, Any]:
    """Departments that a review names: the first three, and the last three of the others."""
    ranked = [one for one in told["league"] if one["rank"] is not None]
    return {"first": ranked[:3], "last": ranked[3:][-3:]}


@cache
def _environment(language: str, zone: ZoneInfo) -> Environment:
    texts = catalogue(TEXTS, language)
    environment = Environment(
        loader=PackageLoader(TEXTS),
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        finalize=markdown.escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # finalize escapes for Markdown; there is no HTML here
    )
    environment.install_gettext_translations(texts, newstyle=True)  # type: ignore[attr-defined]  # of the extension
    environment.globals |= {"language": language, "labels": labels}
    cells = Cells(language, zone, texts, catalogue("reporting", language))
    environment.filters |= {
        "row": markdown.row,
        "head": markdown.head,
        "paragraph": markdown.paragraph,
        **cells.filters(),
    }
    return environment
