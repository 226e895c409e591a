"""What is owed, what was done, and the copies of intake's people, enterprises, teams and policies, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, TextClause, text

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.application.ports import (
    DeedRow,
    Dismissed,
    DutyRow,
    Ending,
    Explained,
    LibraryPolicy,
    PairedTeam,
    Recorded,
    Subject,
)
from supervision.domain.duty import Deed, DutyOpened, Paired

_KEEP = text(
    """
    INSERT INTO duties (duty, programme, agency, rule, subject_kind, subject, unit, case_id, about, ended, ripe_at)
    VALUES (CAST(:duty AS uuid), :programme, :agency, :rule, :subject_kind, :subject, :unit, :case, :about, :ended,
        :ripe_at)
    ON CONFLICT (duty) DO UPDATE SET ended = excluded.ended, ripe_at = excluded.ripe_at
    """
)
_WAKE = text(
    """
    UPDATE duties SET ripe_at = least(ripe_at, :at)
    WHERE programme = :programme AND (
        subject = ANY(CAST(:subjects AS text[])) OR subject_kind = 'programme'
        OR subject IN (SELECT unnest(people) FROM teams WHERE team = :team)
    )
    """
)
_WAKE_CALENDAR = text(
    "UPDATE duties SET ripe_at = least(ripe_at, :at) WHERE NOT ended"
    " AND programme IN (SELECT programme FROM programmes WHERE document->>'calendar' = :calendar)"
)
_OF_CASE = text("SELECT duty FROM duties WHERE case_id = :case AND NOT ended ORDER BY duty")
_ABOUT = text("SELECT duty FROM duties WHERE about = :about AND NOT ended ORDER BY duty")
_OF_RULE = text("SELECT subject, duty FROM duties WHERE programme = :programme AND rule = :rule AND NOT ended")
_ADD = text(
    """
    INSERT INTO deeds (source, counts, programme, agency, people, unit, enterprise, team, case_id, kind, mode, period,
        done, at, learnt_at)
    VALUES (CAST(:source AS uuid), :counts, :programme, :agency, CAST(:people AS text[]), :unit, :enterprise, :team,
        :case, :kind, :mode, :period, :done, :at, :learnt_at)
    ON CONFLICT DO NOTHING
    """
)
_DEEDS = """
    SELECT d.source, d.counts, d.kind, d.mode, d.period, d.done, d.at, d.learnt_at,
        coalesce((SELECT array_agg(r.role) FROM roles_told r
            WHERE r.agency = d.agency AND r.person = ANY(went.people) AND r.role IS NOT NULL
                AND (r.version = held.version OR (r.version > held.version AND NOT EXISTS (SELECT FROM roles_told o
                    WHERE o.agency = r.agency AND o.person = r.person AND o.version < r.version)))), '{{}}')
        || CASE WHEN cardinality(d.people) = 0 THEN coalesce(t.roles, '{{}}') ELSE '{{}}' END AS roles
    FROM deeds d LEFT JOIN teams t ON t.team = d.team
    CROSS JOIN LATERAL (
        SELECT CASE WHEN cardinality(d.people) = 0 THEN coalesce(t.people, '{{}}') ELSE d.people END AS people
    ) went
    LEFT JOIN LATERAL (
        SELECT v.version FROM directory_versions v WHERE v.agency = d.agency
        ORDER BY v.at <= d.at DESC, CASE WHEN v.at <= d.at THEN -v.version ELSE v.version END LIMIT 1
    ) held ON true
    WHERE d.programme = :programme AND d.counts = ANY(CAST(:counts AS text[])) AND {mine} AND (
        d.counts <> 'visit' OR CAST(:paired AS text) IS NULL OR EXISTS (SELECT FROM teams p
            WHERE p.programme = d.programme AND :paired = ANY(p.people) AND d.enterprise = ANY(p.enterprises)
                AND CAST(timezone(:zone, d.at) AS date) <@ daterange(p.since, p.until)))
    ORDER BY d.at, d.source
"""
"""Deeds with the roles of whoever went: by the directory of the deed's moment, or by the first one for a deed before
it; whom only a later directory knows has the role that this one told first."""
_MINE: Mapping[str, TextClause] = {
    kind: text(_DEEDS.format(mine=mine))
    for kind, mine in {
        "programme": "true",
        "person": ":subject = ANY(went.people)",
        "unit": "d.unit = :subject",
        "enterprise": "d.enterprise = :subject",
        "team": "d.team = :subject",
        "case": "d.case_id = :subject",
    }.items()
}
_PROGRAMMES = text("SELECT DISTINCT programme FROM programmes WHERE document->>'agency' = :agency ORDER BY programme")

_KNOWN_DIRECTORY = text("SELECT EXISTS (SELECT FROM directories WHERE agency = :agency)")
_DIRECTORY = text("INSERT INTO directories (agency) VALUES (:agency) ON CONFLICT DO NOTHING")
_LEFT = (
    text("DELETE FROM people WHERE agency = :agency AND person <> ALL(CAST(:ids AS text[]))"),
    text("DELETE FROM units WHERE agency = :agency AND unit <> ALL(CAST(:ids AS text[]))"),
)
_PERSON = text(
    "INSERT INTO people AS p (agency, person, role, unit, since) VALUES (:agency, :person, :role, :unit, :since)"
    " ON CONFLICT (agency, person) DO UPDATE SET role = excluded.role, unit = excluded.unit,"
    " since = CASE WHEN p.role IS DISTINCT FROM excluded.role THEN excluded.since ELSE p.since END"
)
_VERSION = text(
    "INSERT INTO directory_versions (agency, version, at) VALUES (:agency, :version, :at) ON CONFLICT DO NOTHING"
)
_ROLE = text(
    "INSERT INTO roles_told (agency, person, version, role) VALUES (:agency, :person, :version, :role)"
    " ON CONFLICT DO NOTHING"
)
_UNIT = text("INSERT INTO units (agency, unit, since) VALUES (:agency, :unit, :since) ON CONFLICT DO NOTHING")
_ENTERPRISE = text(
    "INSERT INTO enterprises (enterprise, agency, tier) VALUES (:enterprise, :agency, :tier) ON CONFLICT DO NOTHING"
)
_TEAM = text(
    "INSERT INTO teams AS t (team, programme, tier, enterprises, roles, people, since)"
    " VALUES (:team, :programme, :tier, CAST(:enterprises AS text[]), CAST(:roles AS text[]),"
    " CAST(:people AS text[]), :since)"
    " ON CONFLICT (team) DO UPDATE SET tier = excluded.tier, enterprises = excluded.enterprises,"
    " roles = excluded.roles, people = excluded.people, since = excluded.since,"
    " until = CASE WHEN t.until IS NOT NULL THEN greatest(t.until, excluded.since) END"
)
_NAME_UNIT = text(
    "INSERT INTO unit_names (agency, unit, name) VALUES (:agency, :unit, :name)"
    " ON CONFLICT (agency, unit) DO UPDATE SET name = excluded.name"
)
_PAIRED = text(
    "SELECT DISTINCT unnest(people) FROM teams"
    " WHERE programme = :programme AND :enterprise = ANY(enterprises) AND until IS NULL"
)
_PAIRINGS = text(
    "SELECT lower(span) AS since, upper(span) AS until FROM (SELECT unnest(range_agg(daterange(since, until))) AS span"
    " FROM teams WHERE programme = :programme AND :person = ANY(people)) AS spans ORDER BY since"
)
_END_TEAM = text(
    "INSERT INTO teams AS t"
    " (team, programme, tier, enterprises, roles, people, since, until, ended_at, end_learnt_at, ripe_at)"
    " VALUES (:team, :programme, '', '{}', '{}', '{}', :until, :until, :at, :learnt_at, :ripe_at)"
    " ON CONFLICT (team) DO UPDATE SET until = greatest(excluded.until, t.since), ended_at = excluded.ended_at,"
    " end_learnt_at = excluded.end_learnt_at, ripe_at = excluded.ripe_at"
)
_DISMISS = text(
    "UPDATE teams SET ripe_at = NULL WHERE team = :team"
    " RETURNING programme, people, enterprises, ended_at, end_learnt_at"
)
_STANDS = "(until IS NULL OR ripe_at IS NOT NULL)"
_PEOPLE = text("SELECT person AS id, role, unit, since FROM people WHERE agency = :agency ORDER BY person")
_UNITS = text("SELECT unit AS id, since FROM units WHERE agency = :agency ORDER BY unit")
_ENTERPRISES = text(
    f"""
    SELECT coalesce(e.enterprise, t.enterprise) AS id, e.tier, coalesce(t.roles, '{{}}') AS roles, t.since
    FROM (SELECT enterprise, tier FROM enterprises WHERE agency = :agency) e
    FULL JOIN (
        SELECT enterprise, array_agg(DISTINCT role) FILTER (WHERE role IS NOT NULL) AS roles, min(since) AS since
        FROM teams, unnest(enterprises) AS enterprise LEFT JOIN LATERAL unnest(roles) AS role ON true
        WHERE programme = :programme AND {_STANDS} GROUP BY enterprise
    ) t ON t.enterprise = e.enterprise
    ORDER BY 1
    """
)
_TEAMS = text(
    f"SELECT team AS id, tier, roles, since FROM teams WHERE programme = :programme AND {_STANDS} ORDER BY team"
)

_TELL = text(
    "INSERT INTO case_words (case_id, title, text, kind, kind_at, kind_by)"
    " VALUES (:case, :title, :text, :kind, :at, 'intake') ON CONFLICT DO NOTHING"
)
_WORDS: Mapping[str, TextClause] = {
    "title": text("UPDATE case_words SET title = :title WHERE case_id = :case"),
    "text": text("UPDATE case_words SET text = :text WHERE case_id = :case"),
}
_KIND = text(
    "UPDATE case_words SET kind = :kind, kind_at = :at, kind_by = :by"
    " WHERE case_id = :case AND (kind_at, kind_by) <= (:at, :by)"
)
_EXPLAINED = text("SELECT case_id, programme, agency, unit, at FROM explained WHERE case_id = :case")
_EXPLAIN = text(
    "INSERT INTO explained (case_id, programme, agency, unit, at) VALUES (:case, :programme, :agency, :unit, :at)"
    " ON CONFLICT (case_id) DO UPDATE SET unit = excluded.unit, at = excluded.at"
)
_NO_MORE = text("DELETE FROM explained WHERE case_id = :case")
_POLICY = text(
    "INSERT INTO library (policy, agency, title, programmes, kinds, keywords, valid_from, valid_to, at)"
    " VALUES (:policy, :agency, :title, CAST(:programmes AS jsonb), CAST(:kinds AS jsonb), CAST(:keywords AS jsonb),"
    " :valid_from, :valid_to, :at)"
    " ON CONFLICT (policy) DO UPDATE SET title = excluded.title, programmes = excluded.programmes,"
    " kinds = excluded.kinds, keywords = excluded.keywords, valid_from = excluded.valid_from,"
    " valid_to = excluded.valid_to"
)
_FITS = """
    FROM explained e JOIN case_words w ON w.case_id = e.case_id JOIN library l ON l.agency = e.agency
    WHERE l.at >= e.at AND (l.programmes = '[]' OR l.programmes ? e.programme) AND (
        l.kinds ? w.kind
        OR EXISTS (SELECT FROM jsonb_array_elements_text(l.keywords) AS word
            WHERE strpos(w.title, word) > 0 OR strpos(coalesce(w.text, ''), word) > 0)
    )
"""
_HELPED = text(
    f"SELECT e.case_id, e.programme, e.agency, e.unit, e.at {_FITS} AND l.policy = :policy ORDER BY e.case_id"
)
_ONE_POLICY = text("SELECT * FROM library WHERE policy = :policy")
_HELPING = text(
    "SELECT l.policy, l.agency, l.title, l.programmes, l.kinds, l.keywords, l.at, l.valid_from, l.valid_to"
    f" {_FITS} AND e.case_id = :case ORDER BY l.policy"
)
_RECORDED = text(
    """
    SELECT e.event_id, e.stream, e.data, EXISTS (SELECT FROM events w WHERE w.stream = e.stream
        AND split_part(w.type, '.', 3) IN ('misses_rescinded', 'duty_rescinded')
        AND strpos(w.data, e.event_id::text) > 0) AS withdrawn
    FROM events e WHERE e.event_id = ANY(CAST(:ids AS uuid[]))
    """
)
_ENTERPRISE_OF = text("SELECT agency FROM enterprises WHERE enterprise = :enterprise")


def register(tx: Transaction) -> PostgresRegister:
    """The tables of a transaction."""
    return PostgresRegister(cast(PostgresTransaction, tx).connection)


class PostgresRegister:
    """Implements `ports.Register`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep(self, rows: Sequence[DutyRow]) -> None:
        if rows:
            self._connection.execute(_KEEP, [_duty(row) for row in rows])

    def wake(self, programme: str, subjects: Collection[str], at: datetime, team: str | None = None) -> None:
        told = {"programme": programme, "subjects": sorted(subjects), "at": at, "team": team}
        self._connection.execute(_WAKE, told)

    def wake_calendar(self, calendar: str, at: datetime) -> None:
        self._connection.execute(_WAKE_CALENDAR, {"calendar": calendar, "at": at})

    def of_case(self, case: str) -> Sequence[UUID]:
        return list(self._connection.execute(_OF_CASE, {"case": case}).scalars())

    def about(self, about: str) -> Sequence[UUID]:
        return list(self._connection.execute(_ABOUT, {"about": about}).scalars())

    def of_rule(self, programme: str, rule: str) -> Mapping[str, UUID]:
        rows = self._connection.execute(_OF_RULE, {"programme": programme, "rule": rule})
        return {row.subject: row.duty for row in rows}

    def add(self, row: DeedRow) -> None:
        deed = row.deed
        told = {
            "source": str(deed.source),
            "counts": deed.counts,
            "programme": row.programme,
            "agency": row.agency,
            "people": list(row.people),
            "unit": row.unit,
            "enterprise": row.enterprise,
            "team": row.team,
            "case": row.case,
            "kind": deed.kind,
            "mode": deed.mode,
            "period": deed.period,
            "done": deed.done,
            "at": deed.at,
            "learnt_at": deed.learnt_at,
        }
        self._connection.execute(_ADD, told)

    def deeds(self, opened: DutyOpened, zone: ZoneInfo, *, paired: bool) -> Sequence[Deed]:
        about: dict[str, Any] = {"programme": opened.programme, "counts": [need.counts for need in opened.needs]}
        about |= {"paired": opened.subject if paired else None, "zone": str(zone)}
        if opened.subject_kind != "programme":
            about["subject"] = opened.subject
        return [
            Deed(r.source, r.counts, r.at, r.learnt_at, r.done, r.kind, r.mode, frozenset(r.roles), r.period)
            for r in self._connection.execute(_MINE[opened.subject_kind], about)
        ]

    def programmes(self, agency: str) -> Sequence[str]:
        return list(self._connection.execute(_PROGRAMMES, {"agency": agency}).scalars())

    def take_directory(
        self, agency: str, units: Iterable[str], people: Iterable[tuple[str, str | None, str | None]], since: date
    ) -> None:
        known = self._connection.execute(_KNOWN_DIRECTORY, {"agency": agency}).scalar_one()
        about = {"agency": agency, "since": since if known else None}
        self._connection.execute(_DIRECTORY, {"agency": agency})
        ones = [{**about, "person": id, "role": role, "unit": unit} for id, role, unit in people]
        others = [{**about, "unit": unit} for unit in units]
        ids = ([one["person"] for one in ones], [one["unit"] for one in others])
        for statement, held in zip(_LEFT, ids, strict=True):
            self._connection.execute(statement, {"agency": agency, "ids": held})
        for statement, rows in ((_PERSON, ones), (_UNIT, others)):
            if rows:
                self._connection.execute(statement, rows)

    def name_units(self, agency: str, names: Mapping[str, str]) -> None:
        if names:
            told = [{"agency": agency, "unit": unit, "name": name} for unit, name in names.items()]
            self._connection.execute(_NAME_UNIT, told)

    def tell_roles(self, agency: str, version: int, at: datetime, people: Iterable[tuple[str, str | None]]) -> None:
        about = {"agency": agency, "version": version}
        self._connection.execute(_VERSION, {**about, "at": at})
        if rows := [{**about, "person": person, "role": role} for person, role in people]:
            self._connection.execute(_ROLE, rows)

    def enterprise_of(self, enterprise: str) -> str | None:
        return self._connection.execute(_ENTERPRISE_OF, {"enterprise": enterprise}).scalar_one_or_none()

    def take_enterprise(self, agency: str, enterprise: str, tier: str) -> None:
        self._connection.execute(_ENTERPRISE, {"agency": agency, "enterprise": enterprise, "tier": tier})

    def take_team(
        self,
        team: str,
        programme: str,
        tier: str,
        enterprises: Sequence[str],
        members: Sequence[tuple[str, str | None]],
        since: date,
    ) -> None:
        told = {
            "team": team,
            "programme": programme,
            "tier": tier,
            "enterprises": list(enterprises),
            "roles": sorted({role for role, _ in members}),
            "people": sorted({person for _, person in members if person is not None}),
            "since": since,
        }
        self._connection.execute(_TEAM, told)

    def end_team(self, ending: Ending, ripe_at: datetime) -> None:
        self._connection.execute(_END_TEAM, {**asdict(ending), "ripe_at": ripe_at})

    def dismiss(self, team: str) -> Dismissed:
        row = self._connection.execute(_DISMISS, {"team": team}).one()
        paired = PairedTeam(team, tuple(row.people), tuple(row.enterprises))
        return Dismissed(row.programme, paired, row.ended_at, row.end_learnt_at)

    def paired(self, programme: str, enterprise: str) -> frozenset[str]:
        about = {"programme": programme, "enterprise": enterprise}
        return frozenset(self._connection.execute(_PAIRED, about).scalars())

    def pairings(self, programme: str, person: str) -> Sequence[Paired]:
        rows = self._connection.execute(_PAIRINGS, {"programme": programme, "person": person})
        return [Paired(row.since, row.until) for row in rows]

    def people(self, agency: str) -> Sequence[Subject]:
        rows = self._connection.execute(_PEOPLE, {"agency": agency})
        return [
            Subject(row.id, frozenset(() if row.role is None else (row.role,)), None, row.unit, row.since)
            for row in rows
        ]

    def units(self, agency: str) -> Sequence[Subject]:
        return [Subject(row.id, since=row.since) for row in self._connection.execute(_UNITS, {"agency": agency})]

    def enterprises(self, agency: str, programme: str) -> Sequence[Subject]:
        rows = self._connection.execute(_ENTERPRISES, {"agency": agency, "programme": programme})
        return [_subject(row) for row in rows]

    def teams(self, programme: str) -> Sequence[Subject]:
        return [_subject(row) for row in self._connection.execute(_TEAMS, {"programme": programme})]

    def tell_case(self, case: str, title: str, text: str | None, kind: str | None, at: datetime) -> None:
        self._connection.execute(_TELL, {"case": case, "title": title, "text": text, "kind": kind, "at": at})

    def amend_case(self, case: str, changes: Mapping[str, Any]) -> None:
        for name, statement in _WORDS.items():
            if name in changes:
                self._connection.execute(statement, {"case": case, name: changes[name]})

    def tell_kind(self, case: str, kind: str, at: datetime, by: str) -> None:
        self._connection.execute(_KIND, {"case": case, "kind": kind, "at": at, "by": by})

    def explained_case(self, case: str) -> Explained | None:
        row = self._connection.execute(_EXPLAINED, {"case": case}).one_or_none()
        return None if row is None else Explained(row.case_id, row.programme, row.agency, row.unit, row.at)

    def explain(self, explained: Explained) -> None:
        told = {
            "case": explained.case,
            "programme": explained.programme,
            "agency": explained.agency,
            "unit": explained.unit,
            "at": explained.at,
        }
        self._connection.execute(_EXPLAIN, told)

    def explain_no_more(self, case: str) -> None:
        self._connection.execute(_NO_MORE, {"case": case})

    def take_policy(self, policy: LibraryPolicy) -> None:
        plain = ("policy", "agency", "title", "valid_from", "valid_to", "at")
        told: dict[str, Any] = {name: getattr(policy, name) for name in plain}
        for name in ("programmes", "kinds", "keywords"):
            told[name] = orjson.dumps(getattr(policy, name)).decode()
        self._connection.execute(_POLICY, told)

    def policy(self, id: str) -> LibraryPolicy | None:
        row = self._connection.execute(_ONE_POLICY, {"policy": id}).one_or_none()
        return None if row is None else _library_policy(row)

    def helped_by(self, policy: LibraryPolicy) -> Sequence[Explained]:
        rows = self._connection.execute(_HELPED, {"policy": policy.policy})
        return [Explained(row.case_id, row.programme, row.agency, row.unit, row.at) for row in rows]

    def helping(self, case: str) -> Sequence[LibraryPolicy]:
        return [_library_policy(row) for row in self._connection.execute(_HELPING, {"case": case})]

    def recorded(self, ids: Collection[UUID]) -> Sequence[Recorded]:
        rows = self._connection.execute(_RECORDED, {"ids": [str(id) for id in ids]})
        return [Recorded(row.event_id, row.stream, orjson.loads(row.data), row.withdrawn) for row in rows]


def _library_policy(row: Row[Any]) -> LibraryPolicy:
    return LibraryPolicy(
        *(row.policy, row.agency, row.title),
        *(tuple(row.programmes), tuple(row.kinds), tuple(row.keywords)),
        *(row.at, row.valid_from, row.valid_to),
    )


def _duty(row: DutyRow) -> dict[str, Any]:
    names = ("programme", "agency", "rule", "subject_kind", "subject", "unit", "case", "about")
    told = {name: getattr(row.opened, name) for name in names}
    return {**told, "duty": str(row.opened.duty), "ended": row.ended, "ripe_at": row.ripe_at}


def _subject(row: Row[Any]) -> Subject:
    return Subject(row.id, frozenset(row.roles or ()), row.tier, None, row.since)
