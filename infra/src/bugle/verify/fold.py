"""The independent fold: events of a case → rows of reporting's tables, written from docs/projections.md alone.

It shares no code with reporting or eventkit (import-linter sees to that). Two people who read one page and arrive at
the same rows are evidence; one function called twice is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bugle.verify.clocks import clock_rows, counts
from bugle.verify.event import Event
from bugle.verify.facts import ENTERED, Fact, answers_anew, facts_of, states_of, timeline_order
from bugle.verify.remarks import remarks
from bugle.verify.tables import COLUMNS, Row

DATED = {
    "assigned_at": "case_assigned",
    "received_at": "letter_received",
    "accepted_at": "case_accepted",
    "contacted_at": "enterprise_contacted",
    "planned_at": "case_planned",
    "result_at": "result_reported",
    "fed_back_at": "result_fed_back",
    "verified_at": "enterprise_verified",
    "closed_at": "case_closed_out",
}
"""Columns that bear the first such fact of the current round."""
ANSWERED = ("result_at", "fed_back_at", "verified_at")
"""Of these, the columns that go by the last answer alone."""


def fold_case(case: str, events: Iterable[Event]) -> Iterator[tuple[str, Row]]:
    """Every (table, row) of one case; `events` are its distinct events in any order."""
    timeline = sorted(events, key=timeline_order)
    for event in timeline:
        yield "timeline", _timeline_row(case, event)
    if not any(event.short_type == "issue_reported" for event in timeline):
        return
    facts = facts_of(timeline)
    moves = states_of(facts)
    ledger = {
        "case_id": case,
        "state": moves[-1][1],
        **_issue(timeline),
        **_workflow(facts),
        **counts(timeline),
        **remarks(timeline),
    }
    yield "ledger", tuple(ledger[column] for column in COLUMNS["ledger"])
    yield from (("spans", row) for row in _spans(case, moves))
    yield from (("traits", row) for row in _traits(case, timeline))
    yield from (("clocks", row) for row in clock_rows(case, timeline))


def _timeline_row(case: str, event: Event) -> Row:
    return (
        case, event.service, event.version, event.type, event.occurred_at, event.sequenced_at, event.log_seq,
        event.id, event.body,
    )  # fmt: skip


def _issue(timeline: list[Event]) -> dict[str, Any]:
    """What intake says of the issue, as amended; the kind as last said by intake or routing."""
    reported = next(event for event in timeline if event.short_type == "issue_reported")
    row = {name: reported.body[name] for name in ("programme", "agency", "enterprise", "synthetic")}
    row |= {name: reported.body.get(name) for name in ("title", "batch", "jurisdiction")}
    row["reported_at"] = reported.occurred_at
    source: Mapping[str, Any] = reported.body.get("ledger") or {}
    row |= {f"ledger_{part}": None if part not in source else str(source[part]) for part in ("name", "row")}
    kinds = [None]
    for event in timeline:
        changes = event.body["changes"] if event.short_type == "issue_amended" else {}
        row |= {name: changes[name] for name in ("title", "batch", "jurisdiction") if name in changes}
        holder = event.body if event.short_type in ("issue_reported", "case_classified") else changes
        kinds.append(holder.get("kind"))
    row["kind"] = next((kind for kind in reversed(kinds) if kind is not None), None)
    return row


def _workflow(facts: list[Fact]) -> dict[str, Any]:
    """Round, dates and outcome of the current round; the enterprise's answer and the assignment as last made."""
    current = max(fact.round for fact in facts)
    held = [fact for fact in facts if fact.round == current]
    row: dict[str, Any] = {"round": current}
    anew = [place for place, fact in enumerate(held) if answers_anew(held[:place], fact)]
    answer = held[anew[-1] :] if anew else held
    for column, name in DATED.items():
        among = answer if column in ANSWERED else held
        row[column] = next((fact.at for fact in among if fact.name == name), None)
    row["outcome"] = _last(held, "result_reported").get("outcome")
    row["satisfaction"] = _satisfaction(facts)
    handed = [fact for fact in facts if fact.name in ("case_assigned", "case_returned")]
    assigned = handed[-1].event.body if handed and handed[-1].name == "case_assigned" else {}
    row |= {name: assigned.get(name) for name in ("lead", "letter", "meeting")}
    row["supporting"] = assigned.get("supporting") or []
    return row


def _satisfaction(facts: list[Fact]) -> Any:
    """The last answer; null if it was no complaint, and what it answered gave way to another result of its round."""
    places = [place for place, fact in enumerate(facts) if fact.name == "enterprise_verified"]
    if not places:
        return None
    given, answer = facts[places[-1]].round, facts[places[-1]].event.body.get("satisfaction")
    round_ = [(place, fact) for place, fact in enumerate(facts) if fact.round == given]
    reopened = next((place for place, fact in enumerate(facts) if fact.round > given), len(facts))
    replaced = any(
        places[-1] < place < reopened and answers_anew([one for at, one in round_ if at < place], fact)
        for place, fact in round_
    )
    return None if replaced and answer != "unsatisfied" else answer


def _last(facts: list[Fact], name: str) -> dict[str, Any]:
    return next((fact.event.body for fact in reversed(facts) if fact.name == name), {})


def _spans(case: str, moves: list[tuple[datetime, str]]) -> Iterator[Row]:
    last_at_instant = dict(moves)  # of several states at one instant the last stands
    kept: list[tuple[datetime, str]] = []
    for at, state in last_at_instant.items():
        if not kept or kept[-1][1] != state:
            kept.append((at, state))
    ends = [at for at, _ in kept[1:]] + [None]
    for ordinal, ((at, state), end) in enumerate(zip(kept, ends, strict=True), start=1):
        yield case, ordinal, state, at, end


def _traits(case: str, timeline: list[Event]) -> Iterator[Row]:
    """The ledger as it would have been at each instant, said again for each: slow, and with nothing to get wrong."""
    reported_at = next(event.occurred_at for event in timeline if event.short_type == "issue_reported")
    marking = {*ENTERED, "issue_amended", "case_graded", "case_merged", "case_unmerged", "case_withdrawn"}
    relevant = [event for event in timeline if event.short_type in marking]
    kept: list[tuple[datetime, Row]] = []
    for at in sorted({max(event.occurred_at, reported_at) for event in relevant}):
        seen = [event for event in relevant if event.occurred_at <= at]
        ledger = {**_issue(seen), **_workflow(facts_of(seen)), **remarks(seen)}
        values = tuple(ledger[column] for column in COLUMNS["traits"][4:])
        if not kept or kept[-1][1] != values:
            kept.append((at, values))
    ends = [at for at, _ in kept[1:]] + [None]
    for ordinal, ((at, values), end) in enumerate(zip(kept, ends, strict=True), start=1):
        yield (case, ordinal, at, end, *values)
