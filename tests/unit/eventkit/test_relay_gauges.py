"""What a relay tells of itself before it has done anything: `max` over nothing would be nothing, and wake nobody."""

from __future__ import annotations

from typing import NoReturn

from sqlalchemy import create_engine

from eventkit import telemetry
from eventkit.relay import Relay
from tests.support.metering import told, value


def away() -> NoReturn:
    raise ConnectionError


def test_relay_without_promise_tells_nought() -> None:
    for gauge in (telemetry.watermark, telemetry.leader):
        gauge.clear()
    Relay(create_engine("postgresql+psycopg://nowhere"), "ledgers", away)
    for name in ("bugle_relay_watermark_seconds", "bugle_relay_leader"):
        assert (told(name), value(name, service="ledgers")) == (True, 0)
