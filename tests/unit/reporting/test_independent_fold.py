"""Reporting's fold against the one that `bugle verify` has of its own: two readings of one page."""

from __future__ import annotations

from random import Random

from bugle.verify.event import Event, from_record
from bugle.verify.fold import fold_case as independent
from bugle.verify.tables import COLUMNS, EVENTS
from eventkit.envelope import Envelope, to_record
from eventkit.ids import uid
from reporting.projections.case_event import from_envelope
from reporting.projections.case_fold import CaseRows, fold_case
from reporting.read_model.tables import MARKS, TALLIES, VERSIONS, metadata
from tests.unit.reporting.made import Log, course

CASE = str(uid("case"))


def as_verified(event: Envelope) -> Event:
    read = from_record(*to_record(event))
    assert isinstance(read, Event)
    return read


def test_both_folds_agree() -> None:
    for seed in range(300):
        log = Log()
        course(log, CASE, Random(seed))
        ours = fold_case(CASE, map(from_envelope, log.events))
        theirs: dict[str, list[tuple[object, ...]]] = {name: [] for name in (*CaseRows._fields, "timeline")}
        for table, row in independent(CASE, map(as_verified, log.events)):
            theirs[table].append(row)

        assert ours.ledger == theirs["ledger"]
        assert ours.spans == theirs["spans"]
        assert ours.traits == theirs["traits"]
        assert sorted(ours.clocks) == sorted(theirs["clocks"])


def test_both_know_the_same_columns() -> None:
    folded = [table for table in metadata.sorted_tables if table not in (*VERSIONS.values(), *TALLIES, *MARKS)]

    assert {table.name: tuple(table.columns.keys()) for table in folded} == COLUMNS
    assert set(VERSIONS) == {name for name in COLUMNS if name not in EVENTS}
