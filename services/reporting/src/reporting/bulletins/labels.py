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
    "explained": _("explained"),
    "passed_on": _("passed on"),
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
    "previous": _("The period before"),
    "cumulative": _("Up to its end"),
    "synthetic": _("Of these generated"),
    "weight": _("Weight"),
    "exclusions": _("Excluded"),
    "name": _("Department"),
    "assigned": _("Assigned"),
    "closed": _("Closed out"),
    "kept": _("Deadlines kept / due"),
    "score": _("Score"),
    "rank": _("Rank"),
    "points": _("Points of the appraisal"),
    "called": _("Service"),
    "count_period": _("This period"),
    "count_cumulative": _("Up to its end"),
    "amount_period": _("Amount this period (CNY)"),
    "amount_cumulative": _("Amount up to its end (CNY)"),
    "total": _("In all"),
    "enterprise": _("Enterprise"),
    "title": _("Issue"),
    "lead": _("Lead department"),
    "events": _("What happened"),
    "reported_at": _("Reported on"),
    "issues": _("Issues"),
    "open": _("Open"),
    "unsatisfied": _("Unsatisfied"),
    "fulfilled": _("Done in time"),
    "late": _("Done late"),
    "missed": _("Missed"),
    "missed_by": _("Missed by"),
    "number": _("Number"),
    "kind": _("Kind"),
    "supporting": _("Supporting departments"),
    "meeting": _("Meeting"),
    "due_at": _("Due"),
    "provisional": _("Provisional"),
    "held_at": _("Held on"),
    "subject": _("Subject"),
    "place": _("Place"),
    "present": _("Present"),
    "absent": _("Did not report in"),
    "minutes": _("Minutes"),
    "task": _("Task"),
    "unit": _("Department"),
    "due_on": _("Due on"),
    "programme": _("Programme"),
    "report": _("Document"),
    "observed_until": _("Observed until"),
    "undecided": _("Not judged yet"),
    "text": _("Text"),
}
FORMS: Final = {
    "exclusions": "excluded",
    "score": "number",
    "weight": "number",
    "points": "points",
    "events": "happened",
    "reported_at": "day",
    "missed_by": "times",
    "supporting": "joined",
    "due_at": "until",
    "held_at": "minute",
    "present": "joined",
    "absent": "joined",
    "observed_until": "day",
    "directory": "minute",
}
"""How the values of a column, or of a rule, are written, where not as an amount or a text."""
SECTIONS: Final = {
    "tallies": _("Overview"),
    "rates": _("Rates"),
    "league": _("Departments"),
    "services": _("Services"),
    "supervised": _("Supervision list"),
    "long_term": _("Long-term list"),
    "gathering": _("Where issues gather"),
    "owed": _("What officials owe"),
    "letter": _("Assignment letter"),
    "deadlines": _("Deadlines"),
    "minutes": _("Minutes"),
    "cases": _("Issues discussed"),
    "items": _("Tasks"),
    "text": _("Text"),
}
RULES: Final = {
    "programme": _("Programme, version"),
    "calendar": _("Calendar, version"),
    "formulas": _("Definitions of figures"),
    "directory": _("Directory, known since"),
}
"""What a document goes by: the rules as its pins name them, and what the directory calls departments and people."""
