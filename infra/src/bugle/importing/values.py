"""Texts of cells as typed values. Every function raises BadValue with the mend."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bugle.importing.faults import BadValue
from eventkit.text import Text

FORMATS = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d", "%Y/%m/%d %H:%M",
    "%Y年%m月%d日",
)  # fmt: skip
EXAMPLE = datetime(2021, 4, 22, 15, 30, tzinfo=UTC)
"""Shown in place of a format's pattern, which few readers of a ledger can read."""
MOST = 2**53 - 1
"""The largest integer that contracts take."""
NOON = time(12)
"""A day without a time counts as noon: within the day on either side of any deadline, which all end at midnight."""

_FLAGS = {
    "true": True, "yes": True, "1": True, "是": True, "false": False, "no": False, "0": False, "否": False,
}  # fmt: skip


def instant(text: str, zone: ZoneInfo, formats: Sequence[str] = FORMATS) -> datetime:
    """A moment with its zone; a wall time that summer time skips or repeats is refused."""
    for pattern in formats:
        try:
            parsed = datetime.strptime(text, pattern)  # noqa: DTZ007 - a wall time; `_aware` gives it its zone
        except ValueError:
            continue
        if parsed.tzinfo is not None:
            return _kept(parsed)
        dated = "%H" not in pattern
        return _aware(datetime.combine(parsed.date(), NOON) if dated else parsed, zone)
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue(
            Text("{text!r} is no date", text=text),
            Text("write it like {example}", example=EXAMPLE.strftime(formats[0])),
        ) from None
    return _kept(parsed) if parsed.tzinfo is not None else _aware(parsed, zone)


def _kept(moment: datetime) -> datetime:
    """The moment, which must lie in the years 1 to 9999 in UTC too."""
    try:
        moment.astimezone(UTC)
    except OverflowError:
        raise BadValue(
            Text("{moment} is no date that can be kept", moment=moment),
            Text("correct the year, as in {year}", year=EXAMPLE.year),
        ) from None
    return moment


def _aware(wall: datetime, zone: ZoneInfo) -> datetime:
    early, late = _kept(wall.replace(tzinfo=zone, fold=0)), wall.replace(tzinfo=zone, fold=1)
    if early.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != wall:
        raise BadValue(
            Text("{wall} did not exist in {zone}: summer time skips it", wall=wall, zone=zone),
            Text("correct the time, or add its offset"),
        )
    if early.utcoffset() != late.utcoffset():
        raise BadValue(
            Text("{wall} happened twice in {zone}: summer time ends", wall=wall, zone=zone),
            Text("add its offset, as in -04:00"),
        )
    return early


def day(text: str) -> date:
    """A calendar day."""
    for pattern in FORMATS:
        if "%H" not in pattern:
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a day has no zone
            except ValueError:
                continue
    raise BadValue(
        Text("{text!r} is no day", text=text), Text("write it like {example}", example=f"{EXAMPLE:%Y-%m-%d}")
    )


def integer(text: str) -> int:
    """A whole number, thousands separators allowed."""
    try:
        number = int(text.replace(",", "").replace("_", ""))
    except ValueError:
        raise BadValue(Text("{text!r} is no whole number", text=text), Text("write digits only")) from None
    if abs(number) > MOST:
        raise BadValue(
            Text("{text!r} is too large a number", text=text), Text("write one of at most {most:,}", most=MOST)
        )
    return number


def flag(text: str) -> bool:
    """true or false, also 是 or 否."""
    try:
        return _FLAGS[text.lower()]
    except KeyError:
        raise BadValue(Text("{text!r} is neither true nor false", text=text), Text("write true or false")) from None


def listed(text: str) -> list[str]:
    """The parts between semicolons, empty ones left out."""
    return [part.strip() for part in text.replace("；", ";").split(";") if part.strip()]
