"""What stands in events and ledger rows, in words: units, kinds, clocks, instants, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from eventkit.catalogues import catalogue
from reporting.bulletins.cells import Cells
from reporting.web.rendering import TEXTS
from reporting.web.words import Words

NAMED = {
    "colour": "card",
    "outcome": "outcome",
    "satisfaction": "satisfaction",
    "decision": "decision",
    "relation": "relation",
    "state": "state",
    "jurisdiction": "jurisdiction",
    "tier": "tier",
    "mode": "mode",
    "status": "clock",
    "exclusion": "exclusion",
    "event": "event",
    "measure": "measure",
    "duty_status": "duty",
    "rule": "rule",
    "way": "way",
    "session_state": "session",
    "holder": "holder",
    "how": "event",
    "signal": "signal",
    "reason": "reason",
    "form": "form",
    "ground": "ground",
    "standing": "standing",
    "issued_by": "issuer",
}
"""Fields whose values have names in reporting's catalogue, and under which context."""
_OF_PROGRAMME = {
    "kind": "kinds",
    "role": "roles",
    "cause": "causes",
    "grade": "grades",
    "service": "services",
    "purpose": "purposes",
    "step": "completeness",
}
"""Fields whose values a programme names, and in which of its sections."""
_UNITS = frozenset({"lead", "unit", "to", "owner", "department", "from_unit", "to_unit"})
_LIMIT = re.compile(r"([1-9][0-9]*)(wd|d|h)")


@dataclass(frozen=True, slots=True)
class Telling:
    """Says values of one programme's cases."""

    words: Words
    cells: Cells
    programme: str
    agency: str

    def value(self, name: str, value: Any) -> str | None:
        """The value of a field of this name; None where there is none."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return self.cells.until(value) if name == "due_at" else self.cells.minute(value)
        if isinstance(value, list):
            return self.cells.joined(filter(None, (self.value(_SINGLE.get(name, name), one) for one in value)))
        if isinstance(value, Mapping):
            return " ".join(str(value[key]) for key in ("name", "due_on") if value.get(key))
        if isinstance(value, bool):
            texts = catalogue(TEXTS, self.words.language)
            return texts.pgettext("answer", "yes") if value else texts.pgettext("answer", "no")
        return self._text(name, str(value))

    def _text(self, name: str, value: str) -> str:
        if name in _UNITS:
            return self.words.unit(value, self.agency) or value
        if name in NAMED:
            return self.words.name(value, NAMED[name]) or value
        if name in _OF_PROGRAMME:
            return self.words.of(self.programme, _OF_PROGRAMME[name], value) or value
        if name == "programme":
            return self.words.title(value)
        if name == "clock":
            return self.words.clock(self.programme, value)
        return self.limit(value) if name == "limit" else value

    def limit(self, value: str) -> str:
        """A limit such as 3wd in words."""
        texts = catalogue(TEXTS, self.words.language)
        fixed = {"same_day": texts.gettext("the same day"), "external": texts.gettext("the issue's own date")}
        match = _LIMIT.fullmatch(value)
        if match is None:
            return fixed.get(value, value)
        one = {"wd": texts.gettext("1 working day"), "d": texts.gettext("1 day"), "h": texts.gettext("1 hour")}
        many = {
            "wd": texts.gettext("%(n)s working days"),
            "d": texts.gettext("%(n)s days"),
            "h": texts.gettext("%(n)s hours"),
        }
        return one[match[2]] if match[1] == "1" else many[match[2]] % {"n": match[1]}


_SINGLE = {
    **dict.fromkeys(("supporting", "units", "present", "absent"), "unit"),
    "purposes": "purpose",
    **dict.fromkeys(("has", "missing"), "step"),
}
"""What a member of a list is, where its name differs."""
