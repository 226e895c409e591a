"""The programme document a scenario is played with: a copy under an id and an agency of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from bugle.importing.faults import Unreadable

GRACE = 1  # seconds: a play waits for no late evidence
BACKDATING = 3660  # days: plays happen on the days of which the articles tell

_PART = re.compile(r"(?P<name>\w+)(\[(?P<key>\w+)=(?P<value>[^\]]+)\])?")


def staged(document: Mapping[str, Any], agency: str, id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The document for one play. What the play does not set is observed without end."""
    copy = deepcopy(dict(document))
    copy.pop("observed_until", None)
    copy.pop("ends_on", None)
    return (
        copy
        | {"grace_seconds": GRACE, "backdating_days": BACKDATING}
        | dict(changes)
        | {
            "agency": agency,
            "id": id,
            "version": 1,
        }
    )


def without(document: Mapping[str, Any], place: str) -> dict[str, Any]:
    """A copy without the key at `place`: names joined by dots, entries of lists as `clocks[id=contact]`.

    Raises Unreadable when the document has no such place.
    """
    copy = deepcopy(dict(document))
    holder: Any = copy
    parts = place.split(".")
    for depth, part in enumerate(parts):
        match = _PART.fullmatch(part)
        if match is None or match["name"] not in holder:
            raise Unreadable(f"The programme has no {place}.")
        last = depth == len(parts) - 1
        if match["key"] is None:
            if last:
                del holder[match["name"]]
                return copy
            holder = holder[match["name"]]
            continue
        entries = holder[match["name"]]
        entry = next((e for e in entries if str(e.get(match["key"])) == match["value"]), None)
        if entry is None:
            raise Unreadable(f"The programme has no {place}.")
        if last:
            entries.remove(entry)
            return copy
        holder = entry
    raise AssertionError(place)
