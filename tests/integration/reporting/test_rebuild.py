"""The rebuild on real servers: parity, difference, parked events, live traffic, and kill -9."""

from __future__ import annotations

import pytest

from reporting.read_model.hashing import table_hashes
from reporting.rebuild.running import rebuild
from tests.integration.reporting.delivery import Delivery
from tests.unit.reporting.made import courses, day

pytestmark = pytest.mark.timeout(180)


def hashes(delivery: Delivery) -> dict[str, tuple[int, str]]:
    with delivery.engine.connect() as connection:
        return table_hashes(connection, business=False)


def test_rebuild_equals_live(delivery: Delivery) -> None:
    delivery.publish(courses(60).events, mark=day(90))
    delivery.apply()
    before = hashes(delivery)

    report = rebuild(delivery.settings)

    assert report.swapped
    assert report.tables == before == hashes(delivery)
    assert report.tables["ledger"][0] == 60
