"""Instants as people read them: in their zone, and a day's end as its 24:00."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from eventkit.moments import minute, until

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("hour", "told", "due"),
    [
        (16, "2021-04-27 00:00", "2021-04-26 24:00"),
        (15, "2021-04-26 23:00", "2021-04-26 23:00"),
        (0, "2021-04-26 08:00", "2021-04-26 08:00"),
    ],
)
def test_deadline_at_midnight_ends_the_day(hour: int, told: str, due: str) -> None:
    moment = datetime(2021, 4, 26, hour, tzinfo=UTC)
    assert (minute(moment, CHINA), until(moment, CHINA)) == (told, due)
