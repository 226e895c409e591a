"""Named data of supervision's tests: a calendar, a programme, a case, and both topics as they arrive."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from eventkit.arrivals import Arrival, read
from eventkit.clocks import Ripe
from eventkit.envelope import Envelope, partition_of, to_record
from eventkit.ids import uid
from eventkit.memory import MemoryStore
from eventkit.processing import Processor
from eventkit.session import Session
from supervision.adapters.messages import CODEC
from supervision.application.context import Context
from supervision.application.ports import (
    DeedRow,
    Dismissed,
    DutyRow,
    Ending,
    Explained,
    LibraryPolicy,
    PairedTeam,
    Recorded,
    Streams,
    Subject,
)
from supervision.application.reactions import Watching
from supervision.application.sweeping import Sweeping
from supervision.domain.calendar import Calendar, Year
from supervision.domain.duty import Deed, DutyOpened, Paired
from supervision.domain.events import FactLearnt, Part, WatchEvent, WatchOpened
from supervision.domain.facts import learn
from supervision.domain.policy import Policy
from supervision.domain.sweep import settle
from supervision.domain.watch import Watch, apply
from tests.support.heard import heard
from tests.support.supervision_tables import MemoryReads

ROOT = Path(__file__).parents[3]
CASE = "6f0e8b1c-4d2a-5c7e-9b10-000000000004"
ENTERPRISE = "6f0e8b1c-4d2a-5c7e-9b10-000000000001"
LEARNT = datetime(2021, 5, 1, tzinfo=UTC)
"""When Bugle learnt what a test says nothing else of: after everything in `CONTACT` is due."""

CONTACT: dict[str, Any] = {
    "id": "contact",
    "starts": "received",
    "stops": ["contacted"],
    "limit": "3wd",
    "remind": "1wd",
    "card": "yellow",
    "escalate": [{"level": 1, "after": "1wd"}, {"level": 2, "after": "2wd"}, {"level": 3, "after": "3wd"}],
}
"""Received on Thursday 2021-03-11: reminder 15th, due 16th, levels 17th and 18th, each at 24:00; the ladder has two."""

EXTERNAL: dict[str, Any] = {"id": "external", "starts": "assigned", "stops": ["closed_out"], "limit": "external"}
MILESTONES: dict[str, Any] = {
    "id": "milestone",
    "starts": "planned",
    "stops": ["milestone"],
    "limit": "external",
    "each": "milestone",
}


def china(text: str) -> datetime:
    """An instant of Chinese local time."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


@cache
def cn() -> Calendar:
    """The calendar in the repository, as published."""
    document = tomllib.loads((ROOT / "programmes/calendars/cn.toml").read_text(encoding="utf-8"))
    years = {int(y): Year(frozenset(d["off"]), frozenset(d["work"])) for y, d in document["years"].items()}
    return Calendar("cn", document["version"], document["source"], china("2020-01-01T00:00"), years)


def document(*clocks: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A programme document with these clocks."""
    return {
        "agency": "jinxian",
        "starts_on": "2021-03-01",
        "zone": "Asia/Shanghai",
        "calendar": "cn",
        "grace_seconds": 120,
        "backdating_days": 30,
        "verification": {"required": True, "copy_to_office": True},
        "ladder": [{"level": 1, "role": "department_head"}, {"level": 2, "role": "county_leader"}],
        "clocks": list(clocks or (CONTACT,)),
        **changes,
    }


def policy(*clocks: Mapping[str, Any], **changes: Any) -> Policy:
    """The policy of `document`."""
    return Policy.of("jinxian", 1, document(*clocks, **changes))


class Life:
    """One watch and what has happened to it, decided by hand."""

    def __init__(self, policy: Policy, calendar: Calendar | None = None, due_at: datetime | None = None) -> None:
        self.policy = policy
        self.calendar = calendar or cn()
        self.watch = Watch()
        self.happened: list[WatchEvent] = []
        at = china("2021-03-10T10:00")
        self.hear(WatchOpened(CASE, "jinxian", 1, "jinxian", ENTERPRISE, due_at, False, LEARNT, at))

    def hear(self, event: WatchEvent) -> list[WatchEvent]:
        """A fact and what follows from it."""
        return self.record(learn(self.watch, event, self.policy, self.calendar))

    def step(self, fact: str, at: datetime, learnt_at: datetime = LEARNT, **told: Any) -> list[WatchEvent]:
        """A step that routing tells."""
        nothing = dict.fromkeys(("about", "kind", "grade", "rule", "outcome"))
        held: dict[str, Any] = {"round": 1, "unit": "power", "parts": (), "copied_to_office": False, **nothing, **told}
        source = uid(fact, at, len(self.happened))
        return self.hear(FactLearnt(case=CASE, fact=fact, source=source, learnt_at=learnt_at, at=at, **held))

    def sweep(self, upto: datetime) -> list[WatchEvent]:
        """What has run out."""
        return self.record(settle(self.watch, self.policy, upto))

    def record(self, events: Sequence[WatchEvent]) -> list[WatchEvent]:
        """Take decided events in."""
        for event in events:
            self.watch = apply(self.watch, event)
        self.happened += events
        return list(events)


def names(events: Iterable[object]) -> list[str]:
    """Class names, for a glance at what happened."""
    return [type(event).__name__ for event in events]


def roles_of(role: str | None) -> frozenset[str]:
    """A person's roles, of which the directory knows one."""
    return frozenset(() if role is None else (role,))


def merged(spans: Iterable[Paired]) -> list[Paired]:
    """As few spans as there can be for the same days, as PostgreSQL's range_agg makes them."""
    found: list[Paired] = []
    for span in sorted((span for span in spans if span.until != span.since), key=lambda span: span.since):
        last = found[-1] if found else None
        if last is None or (last.until is not None and last.until < span.since):
            found.append(span)
        elif last.until is not None:
            found[-1] = Paired(last.since, None if span.until is None else max(last.until, span.until))
    return found


def _served(enterprise: str, tier: str | None, teams: Sequence[Subject]) -> Subject:
    """An enterprise with all that its teams bring."""
    roles = frozenset(role for team in teams for role in team.roles)
    since = min((team.since for team in teams if team.since is not None), default=None)
    return Subject(enterprise, roles, tier, None, since)


class MemoryRegister:
    """The tables of duties and of what they go by, in memory; as far as no query of SQL is the matter itself."""

    def __init__(self) -> None:
        self.rows: dict[UUID, DutyRow] = {}
        self.woken: list[str] = []
        self.done: dict[tuple[UUID, str], DeedRow] = {}
        self.known_programmes = ["jinxian"]
        self.known_people: dict[str, list[Subject]] = {}
        self.known_units: dict[str, list[Subject]] = {}
        self.known_teams: dict[str, tuple[str, Subject, PairedTeam]] = {}
        self.ended_teams: dict[str, Ending] = {}
        self.ripe_teams: dict[str, datetime] = {}
        self.known_enterprises: dict[str, dict[str, str]] = {}
        self.words: dict[str, str] = {}
        self.explained: dict[str, Explained] = {}

    def keep(self, rows: Sequence[DutyRow]) -> None:
        self.rows.update({row.opened.duty: row for row in rows})

    def wake(self, programme: str, subjects: Collection[str], at: datetime, team: str | None = None) -> None:
        self.woken += sorted(subjects)

    def wake_calendar(self, calendar: str, at: datetime) -> None:
        self.woken.append(calendar)

    def of_case(self, case: str) -> Sequence[UUID]:
        return [id for id, row in self.rows.items() if row.opened.case == case and not row.ended]

    def about(self, about: str) -> Sequence[UUID]:
        return [id for id, row in self.rows.items() if row.opened.about == about and not row.ended]

    def of_rule(self, programme: str, rule: str) -> Mapping[str, UUID]:
        rows = [row for row in self.rows.values() if not row.ended]
        of = (row.opened for row in rows if (row.opened.programme, row.opened.rule) == (programme, rule))
        return {opened.subject: opened.duty for opened in of}

    def add(self, row: DeedRow) -> None:
        self.done.setdefault((row.deed.source, row.deed.counts), row)

    def deeds(self, opened: DutyOpened, zone: ZoneInfo, *, paired: bool) -> Sequence[Deed]:
        return [
            row.deed
            for row in self.done.values()
            if opened.subject in (*row.people, row.unit, row.enterprise, row.team, row.case, row.programme)
        ]

    def programmes(self, agency: str) -> Sequence[str]:
        return self.known_programmes

    def take_directory(
        self, agency: str, units: Iterable[str], people: Iterable[tuple[str, str | None, str | None]], since: date
    ) -> None:
        before = {one.id: one for one in self.known_people.get(agency, ())}
        first = None if agency not in self.known_people else since
        self.known_units[agency] = [Subject(id) for id in units]
        self.known_people[agency] = [
            Subject(id, roles_of(role), None, unit, before[id].since if id in before else first)
            for id, role, unit in people
        ]

    def name_units(self, agency: str, names: Mapping[str, str]) -> None:
        self.unit_names = dict(names)

    def paired(self, programme: str, enterprise: str) -> frozenset[str]:
        known = (team for held, _, team in self.known_teams.values() if held == programme)
        standing = (team for team in known if team.team not in self.ended_teams and enterprise in team.enterprises)
        return frozenset(person for team in standing for person in team.people)

    def pairings(self, programme: str, person: str) -> Sequence[Paired]:
        mine = [of for held, of, team in self.known_teams.values() if held == programme and person in team.people]
        return merged(self._span(of) for of in mine)

    def _span(self, team: Subject) -> Paired:
        assert team.since is not None
        ended = self.ended_teams.get(team.id)
        return Paired(team.since, None if ended is None else max(ended.until, team.since))

    def tell_roles(self, agency: str, version: int, at: datetime, people: Iterable[tuple[str, str | None]]) -> None:
        pass  # whose roles count when is a query of SQL: see the integration tests

    def enterprise_of(self, enterprise: str) -> str | None:
        return "jinxian"

    def take_enterprise(self, agency: str, enterprise: str, tier: str) -> None:
        self.known_enterprises.setdefault(agency, {}).setdefault(enterprise, tier)

    def take_team(
        self,
        team: str,
        programme: str,
        tier: str,
        enterprises: Sequence[str],
        members: Sequence[tuple[str, str | None]],
        since: date,
    ) -> None:
        roles = frozenset(role for role, _ in members)
        people = tuple(person for _, person in members if person is not None)
        told = PairedTeam(team, people, tuple(enterprises))
        self.known_teams[team] = (programme, Subject(team, roles, tier, None, since), told)

    def end_team(self, ending: Ending, ripe_at: datetime) -> None:
        self.ended_teams[ending.team], self.ripe_teams[ending.team] = ending, ripe_at

    def dismiss(self, team: str) -> Dismissed:
        del self.ripe_teams[team]
        ended, nobody = self.ended_teams[team], PairedTeam(team, (), ())
        paired = self.known_teams[team][2] if team in self.known_teams else nobody
        return Dismissed(ended.programme, paired, ended.at, ended.learnt_at)

    def people(self, agency: str) -> Sequence[Subject]:
        return self.known_people.get(agency, [])

    def units(self, agency: str) -> Sequence[Subject]:
        return self.known_units.get(agency, [])

    def enterprises(self, agency: str, programme: str) -> Sequence[Subject]:
        tiers, of = self.known_enterprises.get(agency, {}), dict[str, list[Subject]]()
        for team in self.teams(programme):
            for id in self.known_teams[team.id][2].enterprises:
                of.setdefault(id, []).append(team)
        return [_served(id, tiers.get(id), of.get(id, [])) for id in sorted({*tiers, *of})]

    def teams(self, programme: str) -> Sequence[Subject]:
        known = sorted((of for held, of, _ in self.known_teams.values() if held == programme), key=lambda of: of.id)
        return [of for of in known if of.id not in self.ended_teams or of.id in self.ripe_teams]

    def tell_case(self, case: str, title: str, text: str | None, kind: str | None, at: datetime) -> None:
        self.words[case] = title

    def amend_case(self, case: str, changes: Mapping[str, Any]) -> None:
        self.words[case] = changes.get("title", self.words.get(case, ""))

    def tell_kind(self, case: str, kind: str, at: datetime, by: str) -> None:
        pass  # matching is a query of SQL: see the integration tests

    def explained_case(self, case: str) -> Explained | None:
        return self.explained.get(case)

    def explain(self, explained: Explained) -> None:
        self.explained[explained.case] = explained

    def explain_no_more(self, case: str) -> None:
        self.explained.pop(case, None)

    def take_policy(self, policy: LibraryPolicy) -> None:
        pass  # matching is a query of SQL: see the integration tests

    def helped_by(self, policy: LibraryPolicy) -> Sequence[Explained]:
        return []

    def policy(self, id: str) -> LibraryPolicy | None:
        return None

    def helping(self, case: str) -> Sequence[LibraryPolicy]:
        return []

    def recorded(self, ids: Collection[UUID]) -> Sequence[Recorded]:
        return []


class Service:
    """Supervision's worker and sweeper on a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryStore("supervision")
        self.reads = MemoryReads(self.store)
        self.register = MemoryRegister()
        self.context = Context(Streams(CODEC), self.reads, lambda tx: self.register)
        self._processor = Processor(self.store, Watching(self.context))
        self._offsets = count()

    def hear(self, *events: Envelope) -> None:
        """Consume events as one batch."""
        self._processor.process([arrival(event, next(self._offsets)) for event in events])

    def sweep(self, upto: datetime) -> None:
        """Fire what is ripe, unless an event of the case waits."""
        ripe = [Ripe(row.case, upto) for row in self.reads.rows.values() if row.ripe_at and row.ripe_at < upto]
        with self.store.transaction() as tx:
            if tx.blocked("supervision", [CASE])[1]:
                return
            session, sweeping = Session(tx), Sweeping(self.context)
            sweeping.prepare(session, ripe)
            for one in ripe:
                sweeping.decide(session, one)
            sweeping.finish(session, ripe)
            session.flush()

    def recorded(self) -> dict[str, tuple[str, datetime, Any]]:
        """Every event by id: type, time and content."""
        return {str(e.id): (e.type.split(".")[2], e.occurred_at, e.json()) for e in self.store.tables.events}


def arrival(event: Envelope, offset: int) -> Arrival:
    """An event as it comes off its topic."""
    return read(f"{event.service}.events", partition_of(event.key), offset, *to_record(event))


def told(
    name: str, at: datetime, sequenced_at: datetime, data: Mapping[str, Any], key: str = CASE, version: int = 1
) -> Envelope:
    """An event of another service; `name` as "routing.case_assigned"."""
    return heard(f"{name}.v{version}", key, at, data, sequenced_at=sequenced_at)


def programme_published(
    document: Mapping[str, Any], programme: str = "jinxian", version: int = 1, at: datetime | None = None
) -> Envelope:
    """intake's programme."""
    data = {"programme": programme, "version": version, "agency": "jinxian", "document": document}
    at = at or LEARNT - timedelta(days=100)
    return told("intake.programme_published", at, at, data, key=programme)


def issue_reported(
    sequenced_at: datetime,
    at: datetime | None = None,
    due_at: datetime | None = None,
    case: str = CASE,
    programme: str = "jinxian",
) -> Envelope:
    """intake's issue, with fields that supervision does not read."""
    data = {
        "issue": case,
        "programme": programme,
        "programme_version": 1,
        "agency": "jinxian",
        "enterprise": ENTERPRISE,
        "title": "变压器容量不足",
        "due_at": due_at,
        "synthetic": False,
    }
    return told("intake.issue_reported", at or china("2021-03-10T10:00"), sequenced_at, data, key=case)


def history_declared(sequenced_at: datetime, **facts: datetime) -> Envelope:
    """intake's history with facts of supervision, in the order given."""
    listed = [{"fact": name, "at": at, "satisfaction": "satisfied"} for name, at in facts.items()]
    data = {"issue": CASE, "programme": "jinxian", "facts": listed}
    return told("intake.history_declared", china("2021-03-10T10:00"), sequenced_at, data)


def rounds_declared(sequenced_at: datetime, *facts: Mapping[str, Any]) -> Envelope:
    """intake's history of a row that tells rounds."""
    data = {"issue": CASE, "programme": "jinxian", "facts": facts}
    return told("intake.history_declared", china("2021-03-10T10:00"), sequenced_at, data, version=2)


STEPS = {
    "assigned": "case_assigned",
    "received": "letter_received",
    "accepted": "case_accepted",
    "contacted": "enterprise_contacted",
    "planned": "case_planned",
    "milestone": "progress_reported",
    "result": "result_reported",
    "fed_back": "result_fed_back",
    "reopened": "case_reopened",
    "progress": "progress_reported",
    "returned": "case_returned",
    "merged": "case_merged",
    "unmerged": "case_unmerged",
    "withdrawn": "case_withdrawn",
}


def step(fact: str, at: datetime, sequenced_at: datetime, case: str = CASE, **data: Any) -> Envelope:
    """One of routing's steps."""
    held = {"case": case, "by": "ledger", **data}
    if fact == "assigned":
        held = {"lead": "power", "supporting": [], "round": 1, **held}
    elif fact != "reopened":
        held = {"unit": "power", **held}
    return told(f"routing.{STEPS[fact]}", at, sequenced_at, held, key=case)


def plan(*lines: tuple[str, str]) -> tuple[Part, ...]:
    """Milestones by name and day."""
    return tuple(Part(name, due_on=datetime.fromisoformat(day).date()) for name, day in lines)
