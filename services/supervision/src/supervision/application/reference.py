"""What handlers look up: programme versions and calendars, as far as they have reached supervision."""

from __future__ import annotations

from eventkit.errors import NotYet
from eventkit.session import Session
from supervision.application.ports import Reads, Streams
from supervision.domain.calendar import EVERY_DAY, Calendar
from supervision.domain.duty import View
from supervision.domain.limits import Counting
from supervision.domain.policy import Policy


def programme_token(programme: str, version: int | None = None) -> str:
    """What an event waits for until a programme version, or any version of it, is known."""
    return f"programme:{programme}:{version or '*'}"


class Reference:
    """Bound to the streams and the tables."""

    def __init__(self, streams: Streams, reads: Reads) -> None:
        self.streams = streams
        self.reads = reads

    def policy(self, session: Session, programme: str, version: int) -> Policy:
        """Raises NotYet when the programme version has not arrived."""
        policy = self.reads(session.tx).policy(programme, version)
        if policy is None:
            raise NotYet(programme_token(programme, version))
        return policy

    def newest(self, session: Session, programme: str) -> Policy:
        """The highest version that has arrived. Raises NotYet when none has."""
        newest = self.reads(session.tx).newest(programme)
        if newest is None:
            raise NotYet(programme_token(programme))
        return newest[0]

    def calendar(self, session: Session, policy: Policy) -> Calendar:
        """The calendar as published so far; while it is not, one in which every year is unknown."""
        if policy.calendar == EVERY_DAY:
            return Calendar(EVERY_DAY)
        published = session.get(self.streams.calendar, policy.calendar)
        return published if published.version else Calendar(policy.calendar)

    def view(self, session: Session, policy: Policy) -> View:
        """How duties of the programme are judged by the newest calendar."""
        counting = Counting(self.calendar(session, policy), policy.zone)
        return View(counting, policy.observed_until, policy.grace, policy.quiet)
