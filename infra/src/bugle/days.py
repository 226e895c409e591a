"""The days that a command asks about."""

from __future__ import annotations

from datetime import date

import typer

FORM = "YYYY-MM-DD"


def day(text: str) -> date:
    """What an option gives, as `parser`; BadParameter when it is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it like 2021-04-22.") from None


def span(first: date | None, last: date | None) -> dict[str, str | None]:
    """The parameters `from` and `to`; BadParameter when the last day is before the first."""
    if first and last and last < first:
        raise typer.BadParameter(f"{last} is before --from {first}; exchange the two.", param_hint="--to")
    return {"from": first.isoformat() if first else None, "to": last.isoformat() if last else None}
