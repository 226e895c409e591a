"""Cards and supervision letters as a file."""

from __future__ import annotations

from reporting.exports.listing import Chunks, Listing, fixed, streamed
from reporting.queries.reproofs import OF_REPROOFS, keys, told
from reporting.web.opening import View


def _issued(view: View) -> Chunks:
    asked = view.asked
    for chunk in streamed(view.connection, *keys(asked.scope, asked.filters, asked.moment)):
        yield told(view.connection, asked.scope, chunk, asked.moment)


REPROOFS = Listing(
    fixed(
        *("event_id", "form", "colour", "issued_at", "unit", "person", "title", "clock", "rule", "task", "period"),
        *("due_at", "ground", "events", "text", "issued_by", "standing", "reply_due_at", "answered_at", "reply"),
        *("withdrawn_at", "case_id", "generation", "duty", "programme", "synthetic"),
    ),
    _issued,
    OF_REPROOFS,
    of_programme=False,
)
