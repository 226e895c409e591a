"""What may be chosen in the forms of a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from console.case import CaseView
from console.forms import TICK
from console.names import Options
from console.rendering import minute, until
from console.services import Away, Services
from eventkit.text import Text
from eventkit.voice import Voice

FIXED: Final[Mapping[str, Mapping[str, Text]]] = {
    "jurisdictions": {"own": Text("Our own"), "passed_on": Text("To be passed on")},
    "modes": {
        "visit": Text("Visit"),
        "call": Text("Call"),
        "survey": Text("Survey"),
        "return_visit": Text("Return visit"),
    },
    "tiers": {"ordinary": Text("Ordinary"), "key": Text("Key enterprise")},
    "outcomes": {
        "solved": Text("Solved"),
        "explained": Text("Explained by policy"),
        "long_term": Text("Put on the long-term list"),
    },
    "satisfactions": {
        "satisfied": Text("Satisfied"),
        "basically_satisfied": Text("Basically satisfied"),
        "unsatisfied": Text("Unsatisfied: the case is opened again"),
    },
    "decisions": {"granted": Text("Grant"), "changed": Text("Grant another span"), "refused": Text("Refuse")},
    TICK: {"yes": Text("yes")},
}
"""What is the same everywhere, by the name that a field gives; a tick by its kind."""


def fixed(voice: Voice) -> dict[str, Options]:
    """The choices that neither a programme nor a directory lists."""
    return {name: [(value, voice.say(text)) for value, text in texts.items()] for name, texts in FIXED.items()}


def choices_of(view: CaseView, voice: Voice) -> dict[str, Options]:
    """By the name that a field gives."""
    names, course, watch = view.names, view.course or {}, view.watch or {}
    return fixed(voice) | {
        "units": list(names.units.items()),
        "kinds": names.options("kinds"),
        "bodies": names.options("passing_on", "bodies"),
        "grades": names.options("grades"),
        "causes": names.options("causes"),
        "reasons": names.options("returns", "reasons"),
        "pauses": names.options("pause", "reasons"),
        "milestones": [(line["name"], line["name"]) for line in course.get("milestones", ())],
        "clocks": _clocks(view, watch),
        "extensions": _extensions(view, watch),
    }


def others_of(view: CaseView, services: Services) -> Options:
    """Issues of the same enterprise and programme that are still open; none while intake does not answer."""
    if view.issue is None:
        return []
    about = {"programme": view.issue["programme"], "enterprise": view.issue["enterprise"], "order": "newest"}
    try:
        found = [row for row in services.all("intake", "/issues", **about) if _is_open(row)]
    except Away:
        return []
    return [
        (row["issue"], f"{row['title']} · {minute(row['reported_at'], view.zone)}")
        for row in found
        if row["issue"] != view.case
    ]


def _is_open(row: Mapping[str, Any]) -> bool:
    gone = (row["merger"], row["withdrawal"])
    return row["answer"] != "closed_out" and all(one in (None, "refused") for one in gone)


def _clocks(view: CaseView, watch: Mapping[str, Any]) -> Options:
    """Those whose extension may be asked for, with when they are due."""
    due = {clock["clock"]: clock["due_at"] for clock in watch.get("clocks", ())}
    return [
        (name, f"{view.names.of('clocks', name)} · {until(due[name], view.zone)}")
        for name in watch.get("extendable", ())
    ]


def _extensions(view: CaseView, watch: Mapping[str, Any]) -> Options:
    """Those that may be decided: the clock, when it is due now, the span that was asked for and when it would be due
    with it, and why."""
    open_ = watch.get("decidable", ())
    due = {clock["clock"]: until(clock["due_at"], view.zone) for clock in watch.get("clocks", ())}

    def told(one: Mapping[str, Any]) -> str:
        named, later = str(view.names.of("clocks", one["clock"])), one.get("due_if_granted")
        span = f"+{one['limit']}" if later is None else f"+{one['limit']} → {until(later, view.zone)}"
        return " · ".join(filter(None, (named, due[one["clock"]], span, one.get("reason"))))

    return [(str(one["extension"]), told(one)) for one in watch.get("extensions", ()) if one["extension"] in open_]
