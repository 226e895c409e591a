"""The frozen content of a document: what it tells, and by which prefix of the logs and which versions of rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, func, select, text, union_all

from eventkit.catalogues import LANGUAGES
from eventkit.envelope import parse_instant
from reporting import CONSUMER
from reporting.bulletins.drawing import draw
from reporting.bulletins.labels import RULES
from reporting.queries.issues import as_dict
from reporting.queries.measures import MEASURES, RATES
from reporting.queries.programme_routes import OfProgramme
from reporting.queries.working_days import EVERY_DAY
from reporting.read_model.tables import VERSIONS, records

Told = dict[str, Any]
_PROGRESS = text(
    "SELECT topic, partition, next_offset, log_seq, watermark FROM progress WHERE consumer = :consumer ORDER BY 1, 2"
)
_ASIDE = text(
    "SELECT (SELECT count(*) FROM parked WHERE consumer = :consumer) AS parked,"
    " (SELECT count(*) FROM waiting WHERE consumer = :consumer) AS waiting,"
    " (SELECT count(*) FROM discarded WHERE consumer = :consumer) AS discarded"
)


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values, with instants in equal zones, make equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS).decode()


def digest(content: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal digits."""
    return sha256(content.encode()).hexdigest()


def pins(of: OfProgramme, known_before: datetime) -> Told:
    """The prefix of the logs and the versions of all rules that a document goes by.

    `logs`: a partition's records below `next_offset` have been read, up to `log_seq` of its service; of these counts
    what was sequenced before `known_before`, which every watermark has passed. `aside`:
    events that are parked, waiting or discarded.
    """
    connection, calendar = of.asked.connection, of.document.get("calendar", EVERY_DAY)
    aside = connection.execute(_ASIDE, {"consumer": CONSUMER}).one()
    logs = connection.execute(_PROGRESS, {"consumer": CONSUMER})
    newest = select(func.max(records.c.version)).where(records.c.stream == f"calendar-{calendar}")
    return {
        "known_before": known_before,
        "logs": [as_dict(row) for row in logs],
        "aside": as_dict(aside),
        "programme": {"id": of.id, "version": of.version},
        "calendar": {"id": calendar, "version": connection.scalar(newest)},
        "formulas": formulas(),
    }


def other_rules(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which rules two documents do not go by alike: `rule`, `from`, `to`; nothing is told of those that agree."""
    named = [(rule, _ruled(before, rule), _ruled(after, rule)) for rule in RULES]
    return [{"rule": rule, "from": was, "to": now} for rule, was, now in named if was != now]


def _ruled(pinned: Mapping[str, Any], rule: str) -> str | None:
    """By which rule a document goes: which programme or calendar in which version, the definitions' digest, or since
    when the directory was known; None: there was none."""
    held = pinned[rule]
    if held is None or isinstance(held, str):
        return held
    return " ".join(str(part) for part in held.values() if part is not None)


def directory_known(connection: Connection, agency: str, before: datetime) -> str | None:
    """Since when the directory of an agency was known that was the newest before an instant; None: there was none."""
    held = (VERSIONS[name].c for name in ("units", "people"))
    found = union_all(*(select(of.known_from).where(of.agency == agency, of.known_from < before) for of in held))
    since: datetime | None = connection.scalar(select(func.max(found.subquery().c.known_from)))
    return None if since is None else since.isoformat()


def formulas() -> str:
    """By which a set of definitions of measures and rates is told from another."""
    return digest(canonical({name: measure.formula for name, measure in (MEASURES | RATES).items()}))[:16]


def same(before: Told, after: Told, zone: ZoneInfo) -> bool:
    """Whether two documents, as JSON has them, print the same in each language, whenever each was drawn up.

    What the former one did not tell yet is no difference, but for what it is known to have printed nothing of.
    """
    former = {**after, **_SINCE_THEN, **before}
    return all(_print(former, language, zone) == _print(after, language, zone) for language in LANGUAGES)


def _print(told: Told, language: str, zone: ZoneInfo) -> str:
    return draw({"told": _thawed({**_SINCE_THEN, **told, "known_until": None})}, language, zone)


def _thawed(value: Any, name: str = "") -> Any:
    """What JSON has as texts under the names of instants as instants again."""
    if isinstance(value, Mapping):
        return {each: _thawed(held, each) for each, held in value.items()}
    if isinstance(value, list):
        return [_thawed(each) for each in value]
    instant = (name.endswith("_at") or name in _INSTANTS) and isinstance(value, str) and _INSTANT.fullmatch(value)
    return parse_instant(value) if instant else value


_INSTANTS = ("at", "begin", "end", "observed_until")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""A unit may have such a name too, but is hardly called so."""
_SINCE_THEN: Told = {"undecided": 0}
"""What documents did not tell at first, by the value with which they print nothing of it."""
