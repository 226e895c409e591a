"""What may be chosen in the forms of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from console.case import CaseView
from console.names import Options
from console.rendering import until
from eventkit.text import Text
from eventkit.voice import Voice

OUTCOMES = {
    "solved": Text("Solved"),
    "explained": Text("Explained by policy"),
    "long_term": Text("Put on the long-term list"),
}
SATISFACTIONS = {
    "satisfied": Text("Satisfied"),
    "basically_satisfied": Text("Basically satisfied"),
    "unsatisfied": Text("Unsatisfied: the case is opened again"),
}
DECISIONS = {"granted": Text("Grant"), "changed": Text("Grant another span"), "refused": Text("Refuse")}


def choices_of(view: CaseView, voice: Voice) -> dict[str, Options]:
    """By the name that a field gives."""
    names, course, watch = view.names, view.course or {}, view.watch or {}
    return {
        "units": list(names.units.items()),
        "kinds": names.options("kinds"),
        "bodies": names.options("passing_on", "bodies"),
        "grades": names.options("grades"),
        "causes": names.options("causes"),
        "reasons": names.options("returns", "reasons"),
        "pauses": names.options("pause", "reasons"),
        "milestones": [(line["name"], line["name"]) for line in course.get("milestones", ())],
        "outcomes": _said(OUTCOMES, voice),
        "satisfactions": _said(SATISFACTIONS, voice),
        "decisions": _said(DECISIONS, voice),
        "clocks": _clocks(view, watch),
        "extensions": _extensions(view, watch),
    }


def _said(texts: Mapping[str, Text], voice: Voice) -> Options:
    return [(value, voice.say(text)) for value, text in texts.items()]


def _clocks(view: CaseView, watch: Mapping[str, Any]) -> Options:
    """Those whose extension may be asked for, with when they are due."""
    due = {clock["clock"]: clock["due_at"] for clock in watch.get("clocks", ())}
    return [
        (name, f"{view.names.of('clocks', name)} · {until(due[name], view.zone)}")
        for name in watch.get("extendable", ())
    ]


def _extensions(view: CaseView, watch: Mapping[str, Any]) -> Options:
    """Those that may be decided, with the clock and the span that was asked for."""
    open_ = set(watch.get("decidable", ()))
    return [
        (str(one["extension"]), f"{view.names.of('clocks', one['clock'])} · {one['limit']}")
        for one in watch.get("extensions", ())
        if one["extension"] in open_
    ]
