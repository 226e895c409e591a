"""What stands in a report: by the kind of its period, so that every programme's reports come of data alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from eventkit.errors import Problem
from eventkit.text import Text
from reporting.bulletins.departments import league, unit_names
from reporting.bulletins.lists import every_supervised, gathering, long_term, owed, supervised
from reporting.bulletins.tallies import Reported, Told, rates, services, tallies
from reporting.queries.clocks import undecided
from reporting.queries.moments import Knowledge, Moment

Section = Callable[[Reported], Any]

_EVERY: Mapping[str, Section] = {"tallies": tallies, "rates": rates, "league": league, "services": services}
_SECTIONS: Mapping[str, Mapping[str, Section]] = {
    "month": {**_EVERY, "supervised": supervised, "long_term": long_term},
    "quarter": {**_EVERY, "supervised": supervised, "long_term": long_term, "gathering": gathering, "owed": owed},
    "list": {"supervised": every_supervised},
    "year": {**_EVERY, "long_term": long_term, "gathering": gathering, "owed": owed},
}


class UnknownReport(Problem):
    """The programme has no such report."""

    slug = "unknown-report"
    status = 404


class PeriodTooEarly(Problem):
    """The period ends before the report begins: there is nothing to tell of it."""

    slug = "period-too-early"
    status = 422


def rule_of(document: Mapping[str, Any], report: str) -> Mapping[str, Any]:
    """What the programme says of a report: `id`, `zh`, `en`, `every`; UnknownReport tells which there are."""
    rules = {rule["id"]: rule for rule in document.get("reports", ())}
    if report not in rules:
        mend = Text("choose one of its reports: {known}", known=list(rules)) if rules else Text("it orders no reports")
        raise UnknownReport(field="report", mend=mend)
    found: Mapping[str, Any] = rules[report]
    return found


def begins_on(document: Mapping[str, Any], rule: Mapping[str, Any]) -> date | None:
    """The day with which a report's periods begin: its own, else the programme's; None where neither is told."""
    first = rule.get("from") or document.get("starts_on")
    return None if first is None else date.fromisoformat(str(first))


def content(of: Reported, rule: Mapping[str, Any], known: Knowledge) -> Told:
    """All that the report tells, as it stood at the end of its period, and whether everything up to then was known.

    `over`: whether the period had ended when the report was drawn up; `observed_until`: where a finished programme
    stops to be watched before the period ends; `undecided`: how many deadlines were past by then and not judged yet.
    """
    end, until = of.period.end, of.document.get("observed_until")
    moment = Moment(None, end)
    return {
        "programme": {"id": of.programme, **of.document["title"]},
        "report": {name: rule[name] for name in ("id", "zh", "en", "every")},
        "period": {"name": of.period.name, "begin": of.period.begin, "end": end},
        "known_until": known.watermark,
        "complete": known.complete(moment),
        "over": known.watermark is not None and known.watermark >= end,
        "undecided": undecided(of.connection, of.scope, of.programme, min(end, known.watermark or end)),
        "observed_until": None if until is None else datetime.fromisoformat(until.upper()),
        "units": unit_names(of),
        "kinds": {kind["id"]: {"zh": kind["zh"], "en": kind["en"]} for kind in of.document.get("kinds", ())},
        **{name: section(of) for name, section in _SECTIONS[rule["every"]].items()},
    }
