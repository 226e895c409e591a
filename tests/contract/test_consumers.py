"""Each consumer reads the example of every event it reacts to, and passes over fields it does not know."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial

import pytest

from contracts import EVENTS
from eventkit.arrivals import read
from eventkit.codec import message
from eventkit.envelope import Envelope, partition_of, to_record
from eventkit.memory import MemoryStore
from eventkit.reactions import Gate
from eventkit.session import Session
from eventkit.store import Transaction
from intake.adapters.messages import CODEC
from intake.application.ports import Streams
from intake.application.reactions import ANSWERS, MERGER_REFUSED, SETTLED, WITHDRAWAL_REFUSED, reactions
from reporting.projections.case_event import from_envelope, is_case_event
from reporting.projections.case_fold import fold_case
from reporting.projections.reference import describe
from routing.adapters.messages import INCOMING
from supervision.application import incoming
from tests.contract.examples import envelope

Reader = Callable[[Envelope], object]

ISSUE = envelope(EVENTS["bugle.intake.issue_reported.v1"])


class Notes:
    """Intake's notes of an issue, on a list."""

    def __init__(self) -> None:
        self.noted: list[object] = []

    def answer(self, tx: Transaction, issue: str, answer: str, at: datetime) -> None:
        self.noted.append((issue, answer, at))

    def settle(self, tx: Transaction, issue: str, what: str, state: str) -> None:
        self.noted.append((issue, what, state))


ASKED = [
    ISSUE,
    *(envelope(EVENTS[f"bugle.intake.{name}.v1"]) for name in ("merger_requested", "withdrawal_requested")),
]


def answered(event: Envelope) -> object:
    """What intake notes or records of an event of an issue whose merger and withdrawal were asked for."""
    notes, streams = Notes(), Streams(CODEC)
    arrival = read(f"{event.service}.events", partition_of(event.key), 0, *to_record(event))
    gate = Gate(set(), set())
    with MemoryStore("intake").transaction() as tx:
        session = Session(tx)
        asked = [replace(CODEC.decode(one), at=event.occurred_at) for one in ASKED]
        session.record(streams.issue, event.key, asked, key=event.key, cause=ISSUE.id)
        session.flush()
        reactions(notes, streams).apply(session, [arrival], gate)
        recorded = [(one.type, one.data) for one in session.flush()]
    assert gate.to_park == []
    return recorded or notes.noted or None


def projected(event: Envelope) -> object:
    """What reporting makes of an event, of a case's event beside its report."""
    if is_case_event(event.stream):
        return fold_case(ISSUE.key, [from_envelope(e) for e in {ISSUE.id: ISSUE, event.id: event}.values()])
    return describe([event])


SUPERVISED = (
    *(incoming.PROGRAMME_PUBLISHED, incoming.ISSUE_REPORTED, *incoming.HISTORY_DECLARED, incoming.TEAM_DISBANDED),
    *(incoming.ISSUE_DIVIDED, incoming.ISSUE_LINKED, *incoming.STEPS),
)
CONSUMERS: Mapping[str, Mapping[str, Reader]] = {
    "intake": dict.fromkeys((*ANSWERS, *SETTLED, MERGER_REFUSED, WITHDRAWAL_REFUSED), answered),
    "routing": {type: partial(message, adapter) for type, adapter in INCOMING.items()},
    "supervision": dict.fromkeys(SUPERVISED, incoming.read),
    "reporting": dict.fromkeys(EVENTS, projected),
}
READINGS = [
    pytest.param(type, reader, id=f"{consumer}-{type}")
    for consumer, readers in CONSUMERS.items()
    for type, reader in readers.items()
]


@pytest.mark.parametrize(("type", "reader"), READINGS)
def test_consumer_reads_the_example(type: str, reader: Reader) -> None:
    assert reader(envelope(EVENTS[type])) is not None


@pytest.mark.parametrize(("type", "reader"), READINGS)
def test_consumer_passes_over_unknown_fields(type: str, reader: Reader) -> None:
    contract = EVENTS[type]
    assert reader(envelope(contract, said_by_a_later_version=[1])) == reader(envelope(contract))
