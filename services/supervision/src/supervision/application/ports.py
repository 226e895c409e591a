"""What the handlers need of the outside: streams of each kind, and tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from eventkit.codec import Codec
from eventkit.session import Aggregate
from eventkit.store import Transaction
from supervision.domain import publication, watch
from supervision.domain.calendar import Calendar
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch


class Streams:
    """The kinds of streams supervision keeps; each is named <prefix>-<id>."""

    def __init__(self, codec: Codec) -> None:
        self.watch: Aggregate[Watch] = Aggregate("watch", Watch, watch.apply, codec)
        self.calendar: Aggregate[Calendar] = Aggregate("calendar", Calendar, publication.apply, codec)


@dataclass(frozen=True, slots=True)
class WatchRow:
    """What the tables say of a watch. `units`: who has a part in it; `ripe_at`: when something of it runs out next;
    `calendar`: whose next version may move one of its deadlines; `provisional`: whether one waits for it."""

    case: str
    programme: str
    agency: str
    enterprise: str
    lead: str | None
    units: list[str]
    closed: bool
    ripe_at: datetime | None
    calendar: str | None
    provisional: bool


class ReadModel(Protocol):
    """Tables of one transaction."""

    def policy(self, programme: str, version: int) -> Policy | None:
        """A programme version that has reached supervision."""

    def newest(self, programme: str) -> tuple[Policy, datetime] | None:
        """The highest version that has reached supervision, and when it was learnt."""

    def adopt(self, programme: str, version: int, document: Mapping[str, Any], learnt_at: datetime) -> None:
        """Keep a programme version; again is nothing new."""

    def keep(self, rows: Sequence[WatchRow]) -> None:
        """Bring these watches up to date."""

    def wake(self, calendar: str, at: datetime) -> None:
        """Have the watches looked at that count on a calendar whose new version was published at `at`."""

    def wake_programme(self, programme: str, at: datetime) -> None:
        """Have the open watches of a programme looked at, of which a new version was learnt at `at`."""


Reads = Callable[[Transaction], ReadModel]
