"""Intake, routing and supervision through whole lives of cases, whatever happens: 10,000 steps, the same each time.

More lives, others each time, and what fails brought down to few steps: BUGLE_LIVES=5000 with pytest --timeout=0.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from eventkit.envelope import Envelope
from eventkit.session import Aggregate, Session
from tests.unit.life.machine import WholeLife

RARE = {
    *("case_concluded", "case_reopened", "case_returned", "case_arbitrated", "part_closed"),
    *("merger_refused", "misses_rescinded", "case_resumed", "extension_decided", "policy_adopted", "case_raised"),
}
LIVES = os.environ.get("BUGLE_LIVES")
ALL = settings(
    max_examples=int(LIVES or 200),
    stateful_step_count=50,
    deadline=None,
    derandomize=LIVES is None,
    database=None,
    phases=[Phase.generate] if LIVES is None else [Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(540)
def test_nothing_illegal_in_whole_lives(checked: None) -> None:
    """And most of what may happen does: a table that names what never comes would check nothing."""
    seen: set[str] = set()
    again = 0

    class Noting(WholeLife):
        def teardown(self) -> None:
            nonlocal again
            super().teardown()
            again += self.watcher.answered_again
            seen.update(e.type.split(".")[2] for service in self.world.services for e in service.store.tables.events)

    run_state_machine_as_test(Noting, settings=ALL)
    assert seen >= RARE and again > 0


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever a handler writes, its state must be the fold of what was stored."""
    record, flush = Session.record, Session.flush

    def noting_record(session: Session, aggregate: Aggregate[Any], id: str, *events: Any, **about: Any) -> None:
        vars(session).setdefault("kinds", {})[aggregate.stream(id)] = (aggregate, id)
        record(session, aggregate, id, *events, **about)

    def folding_flush(session: Session) -> list[Envelope]:
        written = flush(session)
        for aggregate, id in vars(session).pop("kinds", {}).values():
            assert Session(session.tx).get(aggregate, id) == session.get(aggregate, id)
        return written

    monkeypatch.setattr(Session, "record", noting_record)
    monkeypatch.setattr(Session, "flush", folding_flush)
