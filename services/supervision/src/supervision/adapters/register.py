"""What is owed, what was done, and the copies of intake's people, enterprises, teams and policies, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row, TextClause, text

from eventkit.postgres import PostgresTransaction
from eventkit.store import Transaction
from supervision.application.ports import DeedRow, DutyRow, Explained, LibraryPolicy, Subject
from supervision.domain.duty import Deed, DutyOpened

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
        coalesce((SELECT array_agg(p.role) FROM people p
            WHERE p.agency = d.agency AND p.person = ANY(went.people) AND p.role IS NOT NULL), '{{}}')
        || CASE WHEN cardinality(d.people) = 0 THEN coalesce(t.roles, '{{}}') ELSE '{{}}' END AS roles
    FROM deeds d LEFT JOIN teams t ON t.team = d.team
    CROSS JOIN LATERAL (
        SELECT CASE WHEN cardinality(d.people) = 0 THEN coalesce(t.people, '{{}}') ELSE d.people END AS people
    ) went
    WHERE d.programme = :programme AND d.counts = ANY(CAST(:counts AS text[])) AND {mine}
    ORDER BY d.at, d.source
"""
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
_UNIT = text("INSERT INTO units (agency, unit, since) VALUES (:agency, :unit, :since) ON CONFLICT DO NOTHING")
_ENTERPRISE = text(
    "INSERT INTO enterprises (enterprise, agency, tier) VALUES (:enterprise, :agency, :tier) ON CONFLICT DO NOTHING"
)
_TEAM = text(
    "INSERT INTO teams (team, programme, tier, enterprises, roles, people, since) VALUES (:team, :programme, :tier,"
    " CAST(:enterprises AS text[]), CAST(:roles AS text[]), CAST(:people AS text[]), :since)"
    " ON CONFLICT (team) DO UPDATE SET tier = excluded.tier, enterprises = excluded.enterprises,"
    " roles = excluded.roles, people = excluded.people"
)
_PEOPLE = text("SELECT person AS id, role, unit, since FROM people WHERE agency = :agency ORDER BY person")
_UNITS = text("SELECT unit AS id, since FROM units WHERE agency = :agency ORDER BY unit")
_ENTERPRISES = text(
    """
    SELECT coalesce(e.enterprise, t.enterprise) AS id, e.tier, coalesce(t.roles, '{}') AS roles, t.since
    FROM (SELECT enterprise, tier FROM enterprises WHERE agency = :agency) e
    FULL JOIN (
        SELECT enterprise, array_agg(DISTINCT role) FILTER (WHERE role IS NOT NULL) AS roles, min(since) AS since
        FROM teams, unnest(enterprises) AS enterprise LEFT JOIN LATERAL unnest(roles) AS role ON true
        WHERE programme = :programme GROUP BY enterprise
    ) t ON t.enterprise = e.enterprise
    ORDER BY 1
    """
)
_TEAMS = text("SELECT team AS id, tier, roles, since FROM teams WHERE programme = :programme ORDER BY team")

_TELL = text(
    "INSERT INTO case_words (case_id, title, text, kind) VALUES (:case, :title, :text, :kind) ON CONFLICT DO NOTHING"
)
_EXPLAIN = text(
    "INSERT INTO explained (case_id, programme, agency, unit, at) VALUES (:case, :programme, :agency, :unit, :at)"
    " ON CONFLICT (case_id) DO UPDATE SET unit = excluded.unit, at = excluded.at"
)
_NO_MORE = text("DELETE FROM explained WHERE case_id = :case")
_POLICY = text(
    "INSERT INTO library (policy, agency, title, programmes, kinds, keywords, at) VALUES (:policy, :agency, :title,"
    " CAST(:programmes AS jsonb), CAST(:kinds AS jsonb), CAST(:keywords AS jsonb), :at)"
    " ON CONFLICT (policy) DO UPDATE SET title = excluded.title, programmes = excluded.programmes,"
    " kinds = excluded.kinds, keywords = excluded.keywords"
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
_HELPING = text(
    "SELECT l.policy, l.agency, l.title, l.programmes, l.kinds, l.keywords, l.at"
    f" {_FITS} AND e.case_id = :case ORDER BY l.policy"
)
_RECORDED = text("SELECT event_id FROM events WHERE event_id = ANY(CAST(:ids AS uuid[]))")


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

    def deeds(self, opened: DutyOpened) -> Sequence[Deed]:
        about: dict[str, Any] = {"programme": opened.programme, "counts": [need.counts for need in opened.needs]}
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

    def tell_case(self, case: str, title: str, text: str | None, kind: str | None) -> None:
        self._connection.execute(_TELL, {"case": case, "title": title, "text": text, "kind": kind})

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
        told: dict[str, Any] = {name: getattr(policy, name) for name in ("policy", "agency", "title", "at")}
        for name in ("programmes", "kinds", "keywords"):
            told[name] = orjson.dumps(getattr(policy, name)).decode()
        self._connection.execute(_POLICY, told)

    def helped_by(self, policy: LibraryPolicy) -> Sequence[Explained]:
        rows = self._connection.execute(_HELPED, {"policy": policy.policy})
        return [Explained(row.case_id, row.programme, row.agency, row.unit, row.at) for row in rows]

    def helping(self, case: str) -> Sequence[LibraryPolicy]:
        return [
            LibraryPolicy(
                row.policy, row.agency, row.title, tuple(row.programmes), tuple(row.kinds), tuple(row.keywords), row.at
            )
            for row in self._connection.execute(_HELPING, {"case": case})
        ]

    def recorded(self, ids: Collection[UUID]) -> frozenset[UUID]:
        return frozenset(self._connection.execute(_RECORDED, {"ids": [str(id) for id in ids]}).scalars())


def _duty(row: DutyRow) -> dict[str, Any]:
    names = ("programme", "agency", "rule", "subject_kind", "subject", "unit", "case", "about")
    told = {name: getattr(row.opened, name) for name in names}
    return {**told, "duty": str(row.opened.duty), "ended": row.ended, "ripe_at": row.ripe_at}


def _subject(row: Row[Any]) -> Subject:
    return Subject(row.id, frozenset(row.roles or ()), row.tier, None, row.since)
