"""What may follow what, written down by hand from the glossary: the tests' own word against the domains'."""

from __future__ import annotations

from collections.abc import Mapping

Moves = Mapping[str, Mapping[str, set[str]]]
"""By event: each state in which it may be recorded, and the states in which the thing may be afterwards."""

GOING_ON = {
    *("progress_reported", "result_reported", "enterprise_contacted", "case_planned", "case_graded"),
    *("case_transferred", "case_arbitrated", "case_merged", "case_withdrawn"),
}
"""In an answered case these follow only what takes long."""
UNASSIGNED = {"opened", "classified", "returned", "reopened"}
WORKED_ON = {"assigned", "received", "accepted", "contacted", "planned", "in_progress"}
OPEN = UNASSIGNED | WORKED_ON | {"passed_on"}
ANSWERED = {"result_reported", "fed_back"}
GONE = {"merged", "withdrawn", "concluded"}
BEFORE_UNITS = UNASSIGNED | {"contacted", "in_progress"}
"""Nobody has the case yet, though whoever was asked first may have begun."""
ALL = OPEN | ANSWERED | GONE


def _stay(*states: str) -> Mapping[str, set[str]]:
    return {state: {state} for state in states}


def _to(states: set[str], *after: str) -> Mapping[str, set[str]]:
    return {state: set(after) for state in states}


ROUTING: Moves = {
    "case_opened": {"": {"opened"}},
    "case_classified": {**_to({"opened"}, "classified"), **_stay(*BEFORE_UNITS - {"opened"}, *GONE)},
    "case_assigned": {**_to({"classified", "returned", "reopened"}, "assigned"), **_stay("contacted", "in_progress")},
    "letter_received": {"assigned": {"received"}, **_stay("contacted", "in_progress")},
    "case_accepted": {"received": {"accepted"}, **_stay("contacted", "in_progress")},
    "enterprise_contacted": {
        **_to(UNASSIGNED | {"assigned", "received", "accepted"}, "contacted"),
        **_stay("planned", "in_progress", *ANSWERED),
    },
    "case_planned": {**_to({"accepted", "contacted"}, "planned"), **_stay("in_progress", *ANSWERED)},
    "progress_reported": {**_to(UNASSIGNED | WORKED_ON, "in_progress"), **_stay(*ANSWERED)},
    "result_reported": _to(
        {"accepted", "contacted", "planned", "in_progress", "passed_on", *ANSWERED}, "result_reported"
    ),
    "result_fed_back": {"result_reported": {"fed_back"}, **_stay("fed_back")},
    "case_returned": _to({"assigned", "received", "contacted", "in_progress"}, "returned"),
    "case_transferred": _to(WORKED_ON | ANSWERED, "returned"),
    "case_arbitrated": _to((UNASSIGNED | WORKED_ON | ANSWERED) - {"opened", "classified"}, "returned"),
    "case_passed_on": _to(BEFORE_UNITS, "passed_on"),
    "case_reopened": _to(ANSWERED, "reopened", "passed_on"),
    "case_merged": _to(OPEN | ANSWERED, "merged"),
    "case_unmerged": {"merged": OPEN | ANSWERED, **_stay("withdrawn")},
    "case_withdrawn": _to(OPEN | ANSWERED | {"merged"}, "withdrawn"),
    "case_concluded": _to(ANSWERED, "concluded"),
    "support_reported": _stay(*WORKED_ON, *ANSWERED),
    "case_graded": _stay(*OPEN, *ANSWERED),
    "cause_named": _stay(*OPEN, *ANSWERED),
    "return_limit_set": _stay(*ALL),
    "owner_named": _stay(*ALL - {"concluded"}),
    "case_amended": _stay(*ALL),
    "merger_refused": _stay(*ANSWERED, "concluded"),
    "withdrawal_refused": _stay(*ANSWERED, "concluded"),
}
WITH_PARTS: Moves = {
    **ROUTING,
    "case_concluded": _to(ALL - {"concluded"}, "concluded"),
    "case_unmerged": {**ROUTING["case_unmerged"], **_stay("concluded")},
}
"""A case that was divided ends with its parts, wherever it stood, and may have been merged meanwhile."""

INTAKE: Moves = {
    "issue_reported": {"": {"reported"}},
    "merger_requested": {"reported": {"merging"}},
    "merger_undone": {"merging": {"reported"}, "withdrawn": {"withdrawn"}},
    "merger_declined": {"merging": {"reported"}, "withdrawn": {"withdrawn"}},
    "withdrawal_requested": _to({"reported", "merging"}, "withdrawn"),
    "withdrawal_declined": {"withdrawn": {"reported", "merging"}},
    **{
        name: _stay("reported", "merging", "withdrawn")
        for name in ("issue_amended", "issue_linked", "issue_divided", "first_asked_named")
    },
}

WATCHED: Moves = {
    "watch_opened": {"": {"watched"}},
    "merged": {"watched": {"merged"}, **_stay("closed_out")},
    "unmerged": {"merged": {"watched"}, **_stay("withdrawn", "closed_out")},
    "withdrawn": {**_to({"watched", "merged"}, "withdrawn"), **_stay("closed_out")},
    "case_closed_out": {"watched": {"closed_out"}},
    **{
        name: _stay("watched")
        for name in (
            *("enterprise_verified", "reopening_ordered", "case_paused", "case_resumed"),
            *("extension_asked", "extension_decided", "case_raised", "policy_adopted"),
        )
    },
}
"""Of supervision: a fact that routing told is named by the fact."""

CLOCK: Moves = {
    "clock_started": {"": {"running"}},
    "clock_stopped": {**_to({"running", "stopped"}, "stopped"), **_stay("ended")},
    "clock_cancelled": _to({"running", "stopped"}, "ended"),
    **{
        name: _stay("running", "stopped", "ended")
        for name in ("reminder_sent", "deadline_missed", "card_issued", "case_escalated", "misses_rescinded")
    },
}
"""Of one generation of a clock. Late evidence moves the stop to an earlier moment; what was due before still fires."""
