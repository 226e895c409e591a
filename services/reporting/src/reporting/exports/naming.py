"""Lists by the names that addresses and `bugle export` use for them."""

from __future__ import annotations

from collections.abc import Mapping

from eventkit.errors import Problem
from eventkit.text import Text
from reporting.exports.events import EVENTS
from reporting.exports.issues import ISSUES
from reporting.exports.listing import Listing
from reporting.exports.numbers import COUNTED, NUMBERS, counted_listing
from reporting.exports.programme import LISTS, PROGRAMME, programme_listing
from reporting.exports.reproofs import REPROOFS
from reporting.exports.standing import STANDING
from reporting.queries import lists
from reporting.web.opening import View

LISTINGS: Mapping[str, Listing] = {
    **ISSUES,
    "events": EVENTS,
    "cards-and-letters": REPROOFS,
    **NUMBERS,
    **STANDING,
    **PROGRAMME,
}


class NoSuchList(Problem):
    """There is no such list to make a file of."""

    slug = "no-such-list"
    status = 404


def listing_of(name: str) -> Listing:
    """The list of this name: one of LISTINGS, `counted.` and a number, or `lists.` and a list of the programme's."""
    if name.startswith(COUNTED):
        return counted_listing(name.removeprefix(COUNTED))
    if name.startswith(LISTS):
        return programme_listing(name.removeprefix(LISTS))
    if name not in LISTINGS:
        known = [*sorted(LISTINGS), f"{COUNTED}NUMBER", f"{LISTS}LIST"]
        raise NoSuchList(field="list", mend=Text("use one of {known}", known=known))
    return LISTINGS[name]


def title_of(view: View, name: str) -> str:
    """What the list is called."""
    if name.startswith(COUNTED):
        return view.words.name(name.removeprefix(COUNTED), "measure") or name
    if name.startswith(LISTS):
        found = lists.named(view.of.document, name.removeprefix(LISTS))
        return view.words.said({"zh": found.zh, "en": found.en})
    return view.words.name(name, "list") or name
