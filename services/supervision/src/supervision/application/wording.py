"""What a notification says, in Chinese and English. The English templates are the message ids of the catalogues."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from eventkit.catalogues import catalogue
from eventkit.moments import minute, until
from eventkit.text import Text
from supervision.domain.limits import parse_limit
from supervision.domain.policy import Policy

SUBJECT_LENGTH = 150  # characters: what mail programs show in a line

LINES: Mapping[str, Text] = {
    "reminder_sent": Text("{clock}: due {ends}"),
    "deadline_missed": Text("{clock}: the limit ran out {due_at}"),
    "card_issued": Text("{colour} for a limit that ran out: {clock}"),
    "case_escalated": Text("Escalated to level {level}, {role}: {clock}"),
    "case_raised": Text("Reported up to level {level}, {role}"),
    "misses_rescinded": Text("Withdrawn, for it was done in time: {clock}"),
    "case_paused": Text("Paused until {until}: {reason}"),
    "case_resumed": Text("The pause has ended"),
    "extension_asked": Text("{unit} asks for {limit} more: {clock}"),
    "extension_decided": Text("Extension {decision}: {clock}"),
    "policy_matched": Text("A policy has come that may help: {title}"),
    "help_given": Text("The enterprise was helped to apply for a policy"),
    "enterprise_verified": Text("The enterprise says: {satisfaction}"),
    "case_closed_out": Text("Closed out"),
    "reopening_ordered": Text("Not satisfied: round {round} begins"),
    "duty_opened": Text("Owed from now on"),
    "duty_reminded": Text("Due {due_at}"),
    "duty_missed": Text("Not done by {due_at}"),
    "duty_card_issued": Text("{colour} for what was not done"),
    "duty_broken": Text("The pledge was not kept"),
    "duty_fulfilled": Text("Done"),
    "duty_rescinded": Text("Withdrawn, for it was done in time"),
    "dispatch_held": Text("A dispatch session has given tasks: {title}"),
    "accountability_recorded": Text("A measure was recorded"),
    "report_published": Text("The report of {period} was published: {report}"),
    "supervision_letter_issued": Text("Supervision letter; a reply is due {reply_due_at}"),
    "supervision_letter_answered": Text("The unit has replied to the supervision letter"),
    "supervision_letter_withdrawn": Text("The supervision letter was withdrawn"),
    "case_assigned": Text("Assigned to {unit}"),
    "letter_received": Text("{unit} has the letter"),
    "case_accepted": Text("{unit} has accepted it"),
    "enterprise_contacted": Text("{unit} has spoken with the enterprise"),
    "case_planned": Text("{unit} has made a plan"),
    "result_reported": Text("{unit} reports the result: {outcome}"),
    "result_fed_back": Text("The result has been fed back"),
    "case_reopened": Text("Worked on again"),
    "case_returned": Text("{unit} has given it back"),
    "case_transferred": Text("It goes to another unit"),
    "case_merged": Text("It was merged into another case"),
    "case_withdrawn": Text("The enterprise does not pursue it"),
}
"""By the event's name: what it says, with names of its fields; `ends`: see Told."""

WORDS: Mapping[str, Mapping[str, Text]] = {
    "colour": {"yellow": Text("Yellow card"), "red": Text("Red card")},
    "decision": {
        "granted": Text("granted"),
        "changed": Text("granted otherwise than asked"),
        "refused": Text("refused"),
    },
    "satisfaction": {
        "satisfied": Text("satisfied"),
        "basically_satisfied": Text("basically satisfied"),
        "unsatisfied": Text("not satisfied"),
    },
    "outcome": {"solved": Text("solved"), "explained": Text("explained"), "long_term": Text("takes long")},
    "rule": {
        "session": Text("Report in at a joint session"),
        "suggestion": Text("Answer a suggestion"),
        "pledge": Text("Pledge"),
        "dispatch_item": Text("Task of a dispatch session"),
        "letter_reply": Text("Reply to a supervision letter"),
        "help": Text("Help to apply for a policy"),
        "long_term": Text("Report on a long-term issue"),
    },
}
"""Words for the values of fields, by field."""

LIMITS: Mapping[str, Text] = {"wd": Text("{n} working days"), "d": Text("{n} days"), "h": Text("{n} hours")}
UNKNOWN = Text("unknown")
ABOUT = Text("[{programme}] {about}: {line}")
ALONE = Text("[{programme}] {line}")
BODY = (
    Text("Case: {case}"),
    Text("Happened: {at}"),
    Text("Programme: {programme}"),
    Text("Notification {notification}; replies are not read."),
)

_LABELS = {"clock": "clocks", "role": "roles", "reason": "reasons", "report": "reports"}
_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Told:
    """A notification with what its text is made of. `about`: the title of the case, duty or paper; `ends`: when the
    limit runs out that it reminds of.
    """

    notification: UUID
    name: str
    policy: Policy
    case: str | None
    event: Any
    about: str | None = None
    rule: str | None = None
    units: Mapping[str, str] | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A subject of one line, and a body."""

    subject: str
    text: str


def say(told: Told, language: str) -> Words:
    """The text of a notification. KeyError for an event that nobody is told of."""
    translated = catalogue("supervision", language).gettext
    values = _Values(told, language, translated)
    line = translated(LINES[told.name]).format_map(values)
    about = told.about or (None if told.rule is None else values.word("rule", told.rule))
    frame = {"programme": told.policy.telling.label("title", "", language), "about": about, "line": line}
    subject = translated(ALONE if about is None else ABOUT).format_map(frame)
    facts = {
        **frame,
        "case": told.case,
        "at": values.moment(told.event.at),
        "notification": told.notification,
    }
    parts = [about or line, line if about else None]
    parts += [
        translated(template).format_map(facts) for template in BODY if told.case is not None or "{case}" not in template
    ]
    return Words(one_line(subject), "\n".join(part for part in parts if part is not None) + "\n")


def one_line(text: str) -> str:
    """Without line breaks and other control characters, and not too long: fit for a header."""
    clean = _BREAKS.sub(" ", text).strip()
    return clean if len(clean) <= SUBJECT_LENGTH else clean[: SUBJECT_LENGTH - 1] + "…"


class _Values(dict[str, str]):
    """The fields of an event as a reader has them, worked out when a template names them."""

    def __init__(self, told: Told, language: str, translated: Callable[[str], str]) -> None:
        super().__init__()
        self._told = told
        self._language = language
        self._translated = translated
        self._names = {field.name for field in fields(told.event)}
        if told.ends is not None:
            self["ends"] = self.moment(told.ends, ends=True)

    def __missing__(self, name: str) -> str:
        value = getattr(self._told.event, name) if name in self._names else None
        return self._translated(UNKNOWN) if value is None else self._shown(name, value)

    def _shown(self, name: str, value: Any) -> str:
        if isinstance(value, datetime):
            return self.moment(value, ends=True)
        if name == "unit":
            return (self._told.units or {}).get(value, value)
        if name in _LABELS:
            return self._told.policy.telling.label(_LABELS[name], str(value).partition(":")[0], self._language)
        if name == "limit":
            return self._limit(value)
        return self.word(name, str(value))

    def word(self, name: str, value: str) -> str:
        """The word for a field's value; the value itself where there is none."""
        word = WORDS.get(name, {}).get(value)
        return value if word is None else self._translated(word)

    def _limit(self, text: str) -> str:
        limit = parse_limit(text)
        template = LIMITS.get(limit.unit)
        return text if template is None else self._translated(template).format(n=limit.count)

    def moment(self, at: datetime, *, ends: bool = False) -> str:
        """A local day and time; a day that `ends` does so at 24:00, not at 0:00 of the next."""
        zone: ZoneInfo = self._told.policy.zone
        return until(at, zone) if ends else minute(at, zone)
