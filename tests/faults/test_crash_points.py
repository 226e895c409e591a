"""kill -9 at chosen points: nothing is lost, nothing happens twice."""

from __future__ import annotations

import pytest

from bugle.chaos.arena import Arena, until
from bugle.chaos.failpoints import Order

pytestmark = pytest.mark.timeout(180)

POINTS = [
    ("intake-http", "before_begin"),
    ("intake-http", "after_insert"),
    ("intake-http", "after_commit"),
    ("routing-relay", "after_read"),
    ("routing-relay", "after_log"),
    ("routing-relay", "after_send"),
    ("routing-relay", "before_cursor"),
    ("supervision-worker", "before_commit"),
    ("supervision-worker", "after_commit"),
]


@pytest.mark.parametrize(("process", "point"), POINTS)
def test_death_at_point_loses_nothing(ring: Arena, process: str, point: str) -> None:
    with ring.trial(f"{process} dies {point}"):
        ring.failpoints.order(process, point, Order("die", at=2))
        until(lambda: ring.failpoints.met(process, point), "the death")
    assert ring.last.ok, ring.last.broken
