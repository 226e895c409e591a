"""From causes to notifications: whom a programme wants told of an event, recorded once for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from eventkit.envelope import Envelope
from eventkit.session import Session
from eventkit.tracing import span
from supervision.application.context import Context
from supervision.domain import notification
from supervision.domain.notice import Affair, Official, recipients
from supervision.domain.notification import NotificationRaised, is_history, notification_id
from supervision.domain.policy import Policy


@dataclass(frozen=True, slots=True)
class Cause:
    """A recorded event that a programme names. `name`: as the programme does."""

    name: str
    withdrawn: bool
    event: Envelope

    @property
    def id(self) -> UUID:
        """That of the event."""
        return self.event.id

    @property
    def kind(self) -> str:
        """What the stream is of: watch, duty, letter and so on."""
        return self.event.stream.partition("-")[0]

    @property
    def about(self) -> str:
        """The id of what it is of."""
        return self.event.stream.partition("-")[2]


class Causes(Protocol):
    """Tables of one transaction."""

    def due(self, now: datetime, limit: int) -> Sequence[Cause]:
        """Causes that nobody else is at, the earliest first, locked until the transaction ends."""

    def settle(self, ids: Sequence[UUID]) -> None:
        """Nothing more comes of these."""

    def postpone(self, ids: Sequence[UUID], until: datetime) -> None:
        """These failed: they must not stand in the way of others."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a cause is about, and the programme version that says who is told."""

    policy: Policy
    affair: Affair
    case: str | None = None


class Notifying:
    """Decides on one cause after the other. `history`: what was recorded longer after it happened tells nobody."""

    def __init__(self, context: Context, history: timedelta) -> None:
        self._context = context
        self._history = history

    def tell(self, session: Session, cause: Cause) -> int:
        """Raise what the cause asks for and is not raised yet; how many notifications that were."""
        event = cause.event
        if cause.withdrawn or is_history(event.occurred_at, event.recorded_at, self._history):
            return 0
        matter = self._matter(session, cause)
        telling, affair = matter.policy.telling, matter.affair
        officials = self._officials(session, matter) if telling.asks_for_roles(cause.name) else ()
        found = recipients(cause.name, affair, telling, officials)
        raised = [
            NotificationRaised(
                notification=notification_id(cause.id, who),
                cause=cause.id,
                on=cause.name,
                programme=matter.policy.programme,
                programme_version=matter.policy.version,
                agency=affair.agency,
                case=matter.case,
                recipient_kind=who.kind,
                recipient=who.id,
                unit=who.unit,
                access=who.access,
                channels=channels,
                at=event.recorded_at,
            )
            for who, channels in found.items()
        ]
        with span(f"notify of {cause.name}", parent=event.traceparent):
            return sum(self._raise(session, one) for one in raised)

    def _raise(self, session: Session, raised: NotificationRaised) -> int:
        stream, id = self._context.streams.notification, str(raised.notification)
        held = session.get(stream, id)
        if held.raised is not None:
            return 0
        ids = [notification.event_id(held, raised)]
        session.record(stream, id, [raised], key=id, cause=raised.cause, ids=ids)
        return 1

    def _matter(self, session: Session, cause: Cause) -> Matter:
        event = self._context.streams.watch.codec.decode(cause.event)
        match cause.kind:
            case "watch":
                return self._of_case(session, cause.about, event)
            case "duty":
                return self._of_duty(session, cause.about)
            case "letter":
                paper: Any = session.get(self._context.streams.letter, cause.about).issued
            case _:
                paper = event
        return self._of_paper(session, paper)

    def _of_case(self, session: Session, case: str, event: Any) -> Matter:
        watch = self._context.watch(session, case)
        lead = watch.lead()
        unit = getattr(event, "unit", None) or lead
        others = watch.concerned() - {unit, lead}
        affair = Affair(
            agency=watch.agency,
            units=() if unit is None else (unit,),
            supporting=tuple(sorted(others)),
            enterprise=watch.enterprise,
            role=getattr(event, "role", None),
        )
        policy = self._context.policy(session, watch.programme, watch.programme_version)
        return Matter(policy, affair, watch.case)

    def _of_duty(self, session: Session, duty: str) -> Matter:
        opened = session.get(self._context.streams.duty, duty).opened
        assert opened is not None  # the first event of its stream
        units = () if opened.unit is None else (opened.unit,)
        affair = Affair(opened.agency, units, (), opened.enterprise, opened.person)
        policy = self._context.policy(session, opened.programme, opened.programme_version)
        return Matter(policy, affair, opened.case)

    def _of_paper(self, session: Session, paper: Any) -> Matter:
        """Of a letter, a dispatch, a measure or a report."""
        named = [getattr(paper, "unit", None), *(item.unit for item in getattr(paper, "items", ()))]
        units = tuple(dict.fromkeys(unit for unit in named if unit is not None))
        affair = Affair(paper.agency, units, person=getattr(paper, "person", None))
        policy = self._context.policy(session, paper.programme, paper.programme_version)
        return Matter(policy, affair, getattr(paper, "case", None))

    def _officials(self, session: Session, matter: Matter) -> list[Official]:
        register, affair = self._context.duties.register(session.tx), matter.affair
        paired: frozenset[str] = frozenset()
        if affair.enterprise is not None:
            paired = register.paired(matter.policy.programme, affair.enterprise)
        return [
            Official(one.id, next(iter(one.roles), None), one.unit, one.id in paired)
            for one in register.people(affair.agency)
        ]
