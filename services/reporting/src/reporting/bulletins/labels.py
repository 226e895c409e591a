"""What figures are called: by the names that a report's content gives them, the English that catalogues know."""

from __future__ import annotations

from typing import Final


def _(text: str) -> str:
    """Marks a text that the catalogue has; it is looked up where it is shown."""
    return text


TALLIES: Final = {
    "issues": _("Issues reported"),
    "letters": _("Assignments by letter"),
    "issues_closed": _("Issues closed out"),
    "issues_open": _("Issues still open"),
    "enterprises": _("Enterprises in the library"),
    "enterprises_visited": _("Enterprises visited"),
    "enterprises_with_issues": _("Enterprises that raised issues"),
    "teams": _("Teams formed"),
}
RATES: Final = {
    "response": _("Response rate"),
    "contact_in_time": _("Contacted in time"),
    "resolution": _("Resolution rate"),
    "satisfaction": _("Satisfaction rate"),
    "on_time": _("Deadlines kept"),
    "composite": _("Weighed together"),
}
REASONS: Final = {
    "long_term": _("tracked long term"),
    "merged": _("merged"),
    "withdrawn": _("withdrawn"),
    "no_result": _("closed without a result"),
    "not_asked": _("not asked yet"),
    "running": _("still running"),
    "unobserved": _("not observed further"),
    "cancelled": _("cancelled"),
}
COLUMNS: Final = {
    "period": _("This period"),
    "cumulative": _("Up to its end"),
    "assigned": _("Assigned"),
    "closed": _("Closed out"),
    "kept": _("Deadlines kept / due"),
    "score": _("Score"),
    "rank": _("Rank"),
    "issues": _("Issues"),
    "open": _("Open"),
    "unsatisfied": _("Unsatisfied"),
    "fulfilled": _("Done in time"),
    "late": _("Done late"),
    "missed": _("Missed"),
    "listed": _("Listed"),
    "total": _("In all"),
    "amount": _("Amount (CNY)"),
}
SECTIONS: Final = {
    "tallies": _("Overview"),
    "rates": _("Rates"),
    "league": _("Departments"),
    "services": _("Services"),
    "supervised": _("Supervision list"),
    "long_term": _("Long-term list"),
    "gathering": _("Where issues gather"),
    "owed": _("What officials owe"),
    "text": _("Text"),
}
