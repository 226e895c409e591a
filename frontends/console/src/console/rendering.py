"""Draws the console's pages: what each of its templates may ask for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from fastapi import Request, Response

from console import SERVICE
from console.due import left
from console.visiting import reports
from eventkit import moments
from eventkit.caller import Caller
from eventkit.catalogues import catalogue
from eventkit.text import Text
from pagekit.rendering import ABSENT, drawn, voice
from pagekit.session import language_of

CHINA: Final = ZoneInfo("Asia/Shanghai")
"""Lists over several programmes show moments by this zone."""


def draw(request: Request, template: str, status: int = 200, /, **about: Any) -> Response:
    """A page in the visitor's language."""
    texts = catalogue(SERVICE, language_of(request))
    known: dict[str, Any] = {
        "say": voice(request).say,
        "called": lambda context, id: ABSENT if id is None else texts.pgettext(context, id),
        "minute": minute,
        "until": until,
        "left": left_now,
        "pages": request.app.state.held.pages_url,
        "start": start,
        "reports": reports,
        "reads_lists": reads_lists,
    }
    return drawn(request, SERVICE, template, status, (), known | about)


def minute(moment: str | None, zone: ZoneInfo = CHINA) -> str:
    """An instant to the minute."""
    return ABSENT if moment is None else moments.minute(datetime.fromisoformat(moment), zone)


def until(moment: str | None, zone: ZoneInfo = CHINA) -> str:
    """A deadline to the minute; one at midnight is the end of the day before, 24:00."""
    return ABSENT if moment is None else moments.until(datetime.fromisoformat(moment), zone)


def left_now(moment: str, zone: ZoneInfo = CHINA) -> Text:
    """How long a deadline leaves now."""
    return left(datetime.fromisoformat(moment), datetime.now(UTC), zone)


def start(caller: Caller) -> Text:
    """What the first page is called."""
    return Text("Work list") if reads_lists(caller) else Text("Reported issues")


def reads_lists(caller: Caller) -> bool:
    """Whether reporting's lists and pages are open to the caller."""
    return not caller.roles.isdisjoint({"office", "leader", "department", "analyst"})


Say = Callable[[str], str]
"""Says a text in the visitor's language."""
