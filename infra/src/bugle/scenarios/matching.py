"""Names filled in, and whether an answer has what a scenario expects of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

_NAME = re.compile(r"\$\{?(\w+)\}?")


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """The value with `$name` replaced; a text that is one name alone becomes what it names, whatever type that has.

    Raises KeyError for a name that no step has saved.
    """
    if isinstance(value, dict):
        return {key: filled(part, names) for key, part in value.items()}
    if isinstance(value, list):
        return [filled(part, names) for part in value]
    if not isinstance(value, str):
        return value
    whole = _NAME.fullmatch(value)
    return names[whole[1]] if whole else _NAME.sub(lambda match: str(names[match[1]]), value)


def has(actual: Any, expected: Any) -> bool:
    """Whether the answer contains what is expected.

    An object must have every expected field; of a list every expected element must match one of its own; "*" is
    anything but null; "~text" any text that contains it; everything else must be equal.
    """
    if expected == "*":
        return actual is not None
    if isinstance(expected, str) and expected.startswith("~"):
        return isinstance(actual, str) and expected[1:] in actual
    if isinstance(expected, dict):
        return isinstance(actual, dict) and all(k in actual and has(actual[k], v) for k, v in expected.items())
    if isinstance(expected, list):
        return isinstance(actual, list) and all(any(has(one, wanted) for one in actual) for wanted in expected)
    return bool(actual == expected) and isinstance(actual, bool) == isinstance(expected, bool)


def at(value: Any, path: str) -> Any:
    """What lies at a dotted path, such as `issues.0.id`. Raises KeyError, IndexError or TypeError."""
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    return value


def short(event: Mapping[str, Any]) -> str:
    """`case_opened` of an event of a timeline."""
    return str(event["type"]).split(".")[2]


def expected_event(told: Any) -> dict[str, Any]:
    """{type, data?, at?, count?}, of which a short type alone may be written."""
    return {"type": told} if isinstance(told, str) else dict(told)


def lacking(events: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> list[str]:
    """What of the wanted events is not among those of a timeline."""
    found = []
    for one in wanted:
        matching = [event for event in events if _is(event, one)]
        if len(matching) < one.get("count", 1):
            found.append(str(dict(one)))
    return found


def chosen(events: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]], type: str) -> str:
    """The id of the first event of a short type in a timeline, as it is described among the wanted if it is."""
    described = next((one for one in wanted if one["type"] == type), {"type": type})
    return str(next(event["event_id"] for event in events if _is(event, described)))


def standing(events: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The events of a timeline that late evidence has not withdrawn: between two steps of a play a sweep may come."""
    withdrawn = {
        entry["event"] for event in events if short(event) == "misses_rescinded" for entry in event["data"]["withdrawn"]
    }
    return [event for event in events if event["event_id"] not in withdrawn]


def _is(event: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    alike = short(event) == wanted["type"] and has(event["data"], wanted.get("data", {}))
    return alike and ("at" not in wanted or _instant(wanted["at"]) == _instant(event["occurred_at"]))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
