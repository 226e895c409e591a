"""What a file tells beside its rows: which list, by which filters, as of when, and whether anything is missing."""

from __future__ import annotations

from eventkit.catalogues import catalogue
from reporting.web.opening import View
from reporting.web.rendering import TEXTS


def beside(view: View) -> str:
    """What the part of a file is called in which this stands."""
    return catalogue(TEXTS, view.words.language).gettext("About this file")


def provenance(view: View, title: str, rows: int) -> tuple[dict[str, str], dict[str, str]]:
    """In words for the file, and as headers for programs."""
    known, asked = view.known, view.asked
    complete = known.complete(asked.moment)
    texts = catalogue(TEXTS, view.words.language)
    yes_no = texts.pgettext("answer", "yes") if complete else texts.pgettext("answer", "no")
    filters = " ".join(f"{name}={value}" for name, value in view.request.query_params.items() if name != "format")
    words = {
        texts.gettext("List"): title,
        texts.gettext("Programme"): "" if view.programme is None else view.words.title(view.of.id),
        texts.gettext("Filters"): filters,
        texts.gettext("As it stood at"): asked.moment.given or "",
        texts.gettext("As it was known at"): asked.as_of.given or "",
        texts.gettext("Known up to"): "" if known.watermark is None else view.cells.minute(known.watermark),
        texts.gettext("Complete"): yes_no,
        texts.gettext("Time zone"): str(view.cells.zone),
        texts.gettext("Rows"): str(rows),
    }
    headers = {
        "Bugle-Rows": str(rows),
        "Bugle-Complete": str(complete).lower(),
        "Bugle-Known-Until": "" if known.watermark is None else known.watermark.isoformat(),
        "Bugle-Zone": str(view.cells.zone),
    }
    return words, headers | ({"Bugle-As-Of": asked.as_of.given} if asked.as_of.given else {})
