"""Issues what programmes' schedules ask for, each period once, however many processes do so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import Counter, Gauge
from sqlalchemy import Engine, cast, func, select
from sqlalchemy.dialects.postgresql import JSONPATH

from eventkit.errors import Problem
from reporting.bulletins.matter import Matter
from reporting.issuing.acts import Order, issue
from reporting.issuing.tables import documents
from reporting.issuing.timetable import Due, dues
from reporting.queries.desk import Asked, Desk
from reporting.queries.moments import NOW, Moment, knowledge
from reporting.queries.programme_routes import OfProgramme
from reporting.queries.scope import Scope
from reporting.queries.working_days import EVERY_DAY, working_days
from reporting.queries.zones import zone_of
from reporting.read_model.tables import VERSIONS, programmes

log = logging.getLogger(__name__)

issued = Counter("bugle_documents_issued", "Documents that the schedule has had issued")
failing = Gauge("bugle_documents_failing", "Documents that were due and could not be issued in the last round")

BY = "schedule"
_EVERYTHING = Scope(None, None)
_VERSIONS = VERSIONS["programmes"].c
_ORDERING = (
    select(programmes.c.programme_id, programmes.c.document, func.min(_VERSIONS.known_from).label("since"))
    .join(VERSIONS["programmes"], _VERSIONS.programme_id == programmes.c.programme_id)
    .where(func.jsonb_path_exists(_VERSIONS.document, cast("$.reports[*].issue", JSONPATH)))
    .group_by(programmes.c.programme_id, programmes.c.document)
)
"""The programmes that have a schedule, and since when it has been known that they do."""


@dataclass
class Scheduler:
    """`folder`: the office's Word templates."""

    engine: Engine
    folder: Path | None = None

    def round(self) -> int:
        """Issue what has become due and is known; how many documents that were.

        Each is as of the instant at which it was due, whenever that is done. One that cannot be issued, whatever the
        fault, is told in the log and tried again in the next round; the others are issued.
        """
        made, failures = 0, 0
        for programme, due in list(self._asked_for()):
            try:
                made += self._issue(programme, due)
            except Exception as error:  # also a statement that took too long: it is this document's alone
                failures += 1
                named, ours = (due.report, programme, due.period, error), not isinstance(error, Problem)
                log.error("%s of %s over %s is not issued: %s", *named, exc_info=ours)
        issued.inc(made)
        failing.set(failures)
        return made

    def _asked_for(self) -> Iterator[tuple[str, Due]]:
        """What is due, is not issued yet, and may have been ordered when it was due."""
        with self.engine.connect() as connection:
            known = knowledge(connection).watermark
            if known is None:
                return
            done = set(connection.execute(select(documents.c.programme, documents.c.kind, documents.c.about)).all())
            for row in connection.execute(_ORDERING).all():
                document, days = row.document, working_days(connection, row.document.get("calendar", EVERY_DAY))
                for due in dues(document, zone_of(document["zone"]), days, min(known, datetime.now(UTC))):
                    if due.at > row.since and (row.programme_id, due.report, due.period) not in done:
                        yield row.programme_id, due

    def _issue(self, programme: str, due: Due) -> bool:
        """Whether it was issued here: not by another, and ordered by the programme as it was known when it was due."""
        as_of = Moment(due.at.isoformat(), due.at)
        with Desk(self.engine).looking(as_of) as connection:
            known = knowledge(connection, as_of)
            of = OfProgramme(Asked(connection, _EVERYTHING, {"programme": programme}, NOW, as_of, known))
            if not any(rule["id"] == due.report and "issue" in rule for rule in of.document.get("reports", ())):
                return False
            id = issue(of, Order(Matter(due.report, due.period), BY, self.folder, due.at))
            connection.commit()
        if id is not None:
            log.info("issued %s of %s over %s: %s", due.report, programme, due.period, id)
        return id is not None
