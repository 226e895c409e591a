"""What the handlers need of the outside: streams of each kind, and tables beside them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from eventkit.codec import Codec
from eventkit.session import Aggregate
from eventkit.store import Transaction
from supervision.domain import duty, notification, publication, steering, watch
from supervision.domain.calendar import Calendar
from supervision.domain.duty import Deed, Duty, DutyOpened, Paired
from supervision.domain.notification import Notification
from supervision.domain.policy import Policy
from supervision.domain.watch import Watch


class Streams:
    """The kinds of streams supervision keeps; each is named <prefix>-<id>."""

    def __init__(self, codec: Codec) -> None:
        self.watch: Aggregate[Watch] = Aggregate("watch", Watch, watch.apply, codec)
        self.calendar: Aggregate[Calendar] = Aggregate("calendar", Calendar, publication.apply, codec)
        self.duty: Aggregate[Duty] = Aggregate("duty", Duty, duty.apply, codec)
        self.dispatch = Aggregate("dispatch", steering.Filed, steering.apply_filed, codec)
        self.letter = Aggregate("letter", steering.Letter, steering.apply_letter, codec)
        self.record = Aggregate("accountability", steering.Filed, steering.apply_filed, codec)
        self.publication = Aggregate("report", steering.Filed, steering.apply_filed, codec)
        self.notification = Aggregate("notification", Notification, notification.apply, codec)


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

    def in_force(self, programme: str, at: datetime) -> Policy | None:
        """The highest version that had been learnt at a moment; before the first of all, that one."""

    def adopt(self, programme: str, version: int, document: Mapping[str, Any], learnt_at: datetime) -> None:
        """Keep a programme version; again is nothing new."""

    def keep(self, rows: Sequence[WatchRow]) -> None:
        """Bring these watches up to date."""

    def wake(self, calendar: str, at: datetime) -> None:
        """Have the watches looked at that count on a calendar whose new version was published at `at`."""

    def wake_programme(self, programme: str, at: datetime) -> None:
        """Have the open watches of a programme looked at, of which a new version was learnt at `at`."""


Reads = Callable[[Transaction], ReadModel]


@dataclass(frozen=True, slots=True)
class DutyRow:
    """What the tables say of a duty; `ripe_at`: when something comes of it next."""

    opened: DutyOpened
    ended: bool
    ripe_at: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a recurring duty may concern. `since`: when an agency that was known before gained it; None: from the start.

    `roles`: a person's role, or those of an enterprise's or team's members; `tier`: of an enterprise or team.
    """

    id: str
    roles: frozenset[str] = frozenset()
    tier: str | None = None
    unit: str | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class PairedTeam:
    """Whom a team pairs with which enterprises."""

    team: str
    people: tuple[str, ...]
    enterprises: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ending:
    """A team was disbanded at `at`: from the day `until` on it pairs nobody. `learnt_at`: when that was recorded."""

    team: str
    programme: str
    until: date
    at: datetime
    learnt_at: datetime


@dataclass(frozen=True, slots=True)
class Dismissed:
    """A team that stands no more: whom it paired, until when, and when that was recorded."""

    programme: str
    team: PairedTeam
    at: datetime
    learnt_at: datetime


@dataclass(frozen=True, slots=True)
class DeedRow:
    """A deed, and what it was done by, for and about."""

    programme: str
    agency: str
    deed: Deed
    people: tuple[str, ...] = ()
    unit: str | None = None
    enterprise: str | None = None
    team: str | None = None
    case: str | None = None


@dataclass(frozen=True, slots=True)
class LibraryPolicy:
    """A policy of intake's library; `programmes` empty: all of the agency; `valid_from`, `valid_to`: its days."""

    policy: str
    agency: str
    title: str
    programmes: tuple[str, ...]
    kinds: tuple[str, ...]
    keywords: tuple[str, ...]
    at: datetime
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A case that could only be explained, at a moment, by a unit."""

    case: str
    programme: str
    agency: str
    unit: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of supervision's own log; `withdrawn`: by a later one of its stream."""

    id: UUID
    stream: str
    data: Mapping[str, Any]
    withdrawn: bool


class Register(Protocol):
    """Tables of one transaction: duties, deeds, and copies of what intake tells of people and policies."""

    def keep(self, rows: Sequence[DutyRow]) -> None:
        """Bring these duties up to date."""

    def wake(self, programme: str, subjects: Collection[str], at: datetime, team: str | None = None) -> None:
        """Have the duties of these subjects, of a team's members, and of the programme itself looked at again."""

    def wake_calendar(self, calendar: str, at: datetime) -> None:
        """Have the duties looked at again of the programmes whose calendar has a new version, published at `at`."""

    def of_case(self, case: str) -> Sequence[UUID]:
        """The duties of a case that have not ended."""

    def about(self, about: str) -> Sequence[UUID]:
        """The duties that follow from a session, dispatch or letter and have not ended."""

    def of_rule(self, programme: str, rule: str) -> Mapping[str, UUID]:
        """The recurring duties of a rule that have not ended, by subject."""

    def add(self, row: DeedRow) -> None:
        """Keep a deed; the same source for the same kind of record again is nothing new."""

    def deeds(self, opened: DutyOpened, zone: ZoneInfo, *, paired: bool) -> Sequence[Deed]:
        """Every deed that may count for a duty.

        `paired`: of visits those alone to enterprises with which a team paired the person on the day, in `zone`.
        """

    def programmes(self, agency: str) -> Sequence[str]:
        """The programmes of an agency that have arrived."""

    def take_directory(
        self, agency: str, units: Iterable[str], people: Iterable[tuple[str, str | None, str | None]], since: date
    ) -> None:
        """Copy a directory: people as (id, role, unit). Whom a later directory adds is there `since` that day."""

    def name_units(self, agency: str, names: Mapping[str, str]) -> None:
        """Keep how units are called, by id."""

    def tell_roles(self, agency: str, version: int, at: datetime, people: Iterable[tuple[str, str | None]]) -> None:
        """Keep who has which role by a version of the directory: (person, role). Deeds count by that of their day."""

    def enterprise_of(self, enterprise: str) -> str | None:
        """The agency of an enterprise; None: none of this id has been told of."""

    def take_enterprise(self, agency: str, enterprise: str, tier: str) -> None:
        """Copy an enterprise."""

    def take_team(
        self,
        team: str,
        programme: str,
        tier: str,
        enterprises: Sequence[str],
        members: Sequence[tuple[str, str | None]],
        since: date,
    ) -> None:
        """Copy a team: members as (role, person)."""

    def end_team(self, ending: Ending, ripe_at: datetime) -> None:
        """Nobody is paired by the team any more; it still stands until it is dismissed, once `ripe_at` has passed.

        One that has not been told of yet pairs nobody so far.
        """

    def dismiss(self, team: str) -> Dismissed:
        """From now on a team that was ended does not stand."""

    def paired(self, programme: str, enterprise: str) -> frozenset[str]:
        """The people whom the programme's teams still pair with an enterprise."""

    def pairings(self, programme: str, person: str) -> Sequence[Paired]:
        """The days on which a person is in a team of the programme, in as few spans as there can be."""

    def people(self, agency: str) -> Sequence[Subject]:
        """The people of an agency's directory."""

    def units(self, agency: str) -> Sequence[Subject]:
        """The units of an agency's directory."""

    def enterprises(self, agency: str, programme: str) -> Sequence[Subject]:
        """Enterprises with the roles that teams of the programme that stand have for them."""

    def teams(self, programme: str) -> Sequence[Subject]:
        """The teams of a programme that stand."""

    def tell_case(self, case: str, title: str, text: str | None, kind: str | None, at: datetime) -> None:
        """Keep what a policy may match of a case that was reported at a moment."""

    def amend_case(self, case: str, changes: Mapping[str, Any]) -> None:
        """Put its title and text right, as far as the changes have them."""

    def tell_kind(self, case: str, kind: str, at: datetime, by: str) -> None:
        """The case's kind as a service told it; what was told later stands."""

    def explained_case(self, case: str) -> Explained | None:
        """The case as it was explained; None when it was not, or went on."""

    def explain(self, explained: Explained) -> None:
        """The case could only be explained."""

    def explain_no_more(self, case: str) -> None:
        """The case went on after all."""

    def take_policy(self, policy: LibraryPolicy) -> None:
        """Copy a policy of the library, or put it right."""

    def policy(self, id: str) -> LibraryPolicy | None:
        """A policy of the library as it was told last; None for one that has not been told of."""

    def helped_by(self, policy: LibraryPolicy) -> Sequence[Explained]:
        """The explained cases that a policy may help, which came after they were explained."""

    def helping(self, case: str) -> Sequence[LibraryPolicy]:
        """The policies that may help an explained case and came after it was."""

    def recorded(self, ids: Collection[UUID]) -> Sequence[Recorded]:
        """The events of these ids that supervision's own log has."""


Registers = Callable[[Transaction], Register]
