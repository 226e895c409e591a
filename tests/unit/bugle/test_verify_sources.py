"""What `bugle verify` takes each consumer to read is what it reads."""

from __future__ import annotations

import pytest

import reporting
from bugle.verify.consumption import SOURCES
from intake.application.reactions import TOPICS as INTAKE
from routing.bootstrap import TOPICS as ROUTING
from supervision.application.reactions import TOPICS as SUPERVISION

TOPICS = {
    "intake": INTAKE,
    "routing": ROUTING,
    "supervision": SUPERVISION,
    "reporting": reporting.TOPICS,
}


@pytest.mark.parametrize("consumer", TOPICS)
def test_sources_are_the_topics_that_are_read(consumer: str) -> None:
    assert {f"{source}.events" for source in SOURCES[consumer]} == set(TOPICS[consumer])
