"""How departments and officials stand, and what happened to the issues of a period, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reporting.exports.cells import Row
from reporting.exports.issues import named
from reporting.exports.listing import Chunks, Listing, fixed
from reporting.queries import appraisal
from reporting.queries.cadres import cadres
from reporting.queries.periods import Period
from reporting.queries.programme_routes import OF_SCORES
from reporting.web import deadlines, overview
from reporting.web.opening import View
from reporting.web.points import places_of

PERIOD = ("period",)


def period_of(view: View) -> Period:
    """The period that the address asks for, else the month that the overview ends with."""
    given = view.request.query_params.get("period")
    return view.of.period(given or overview.trend(view)[-1].name)


def _league(view: View) -> Chunks:
    _, rows = overview.standing(view, period_of(view).name)
    yield [
        {
            **row,
            "given": row["assigned"],
            "closed_out": row["closed"],
            "fell_due": row["due"],
            "share_kept": row["kept"] / row["due"] if row["due"] else None,
            "points": sum(item["points"] for item in row["points"]),
        }
        for row in rows
    ]


def _scores(view: View) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The appraisal of the period, and what its items are called."""
    of = view.of
    until = period_of(view).until(view.asked.moment.before)
    told = appraisal.departments(view.connection, view.asked.scope, of.id, of.document, until, view.asked.filters)
    return told, {item["id"]: view.words.said(item) for item in told.get("formula", ())}


def _appraisal(view: View) -> Chunks:
    told, names = _scores(view)
    yield [
        {
            "unit": row["unit"],
            "score": row["score"],
            "item": names[item["id"]],
            "times": item["count"],
            "points": item["points"],
        }
        for row in told["items"]
        for item in row["items"]
    ]


def _points(view: View) -> Chunks:
    told, names = _scores(view)
    unit = view.request.query_params.get("unit")
    rows = [row for row in told["items"] if unit in (None, row["unit"])]
    for row in rows:
        places = places_of(view, [id for item in row["items"] for id in item["events"]])
        yield [
            {"unit": row["unit"], "item": names[item["id"]], "event_id": id, **places.get(id, {})}
            for item in row["items"]
            for id in item["events"]
        ]


def _supervision(view: View) -> Chunks:
    asked, month = view.asked, period_of(view)
    yield named(
        view, _by_event(appraisal.supervision_list(view.connection, asked.scope, view.of.id, month, asked.moment))
    )


def _climbed(view: View) -> Chunks:
    items, _ = deadlines.climbed(view, period_of(view).name)
    yield named(view, _by_event(items))


def _by_event(items: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """A row per event, with its issue's columns."""
    for item in items:
        for event in item["events"]:
            told = {"event": event["type"], "occurred_at": event["at"], "event_id": event["event_id"]}
            yield {**item, **told, **{name: event.get(name) for name in ("clock", "unit", "colour", "level")}}


def _cadres(view: View) -> Chunks:
    of = view.of
    found = cadres(view.connection, view.asked.scope, of.id, of.document, period_of(view), view.asked.moment)
    yield [
        {
            **{name: one[name] for name in ("person", "name", "unit", "rule", "duty")},
            "task": one["title"],
            "period": held["period"],
            "duty_status": held["status"],
            "lacking": held["lacking"],
        }
        for one in found
        for held in one["periods"]
    ]


_EVENTS = (
    *("case_id", "title", "enterprise", "kind", "lead", "state", "event", "occurred_at", "clock", "unit", "colour"),
    *("level", "event_id", "enterprise_id", "synthetic"),
)
STANDING: Mapping[str, Listing] = {
    "league": Listing(
        fixed("unit", "rank", "given", "closed_out", "kept", "fell_due", "share_kept", "score", "points"),
        _league,
        OF_SCORES,
        PERIOD,
    ),
    "appraisal": Listing(fixed("unit", "score", "item", "times", "points"), _appraisal, OF_SCORES, PERIOD),
    "points": Listing(
        fixed("unit", "item", "occurred_at", "title", "case_id", "event_id"),
        _points,
        OF_SCORES,
        ("unit", *PERIOD),
    ),
    "supervision-list": Listing(fixed(*_EVENTS), _supervision, parameters=PERIOD),
    "climbed": Listing(fixed(*_EVENTS), _climbed, parameters=PERIOD),
    "cadres": Listing(
        fixed("person", "name", "unit", "rule", "task", "period", "duty_status", "lacking", "duty"),
        _cadres,
        parameters=PERIOD,
    ),
}
