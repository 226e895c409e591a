"""A programme's lists (three libraries and one list 三库一单, three lists 三张清单) and service cards 企业服务卡."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select

from eventkit.catalogues import LANGUAGES, catalogue
from eventkit.errors import Problem
from eventkit.paging import Window
from eventkit.text import Text
from reporting.queries import conduct
from reporting.queries.issues import as_dict
from reporting.queries.moments import NOW, Moment
from reporting.queries.past import as_folded, written
from reporting.queries.scope import Scope

Document = Mapping[str, Any]


class UnknownList(Problem):
    """The programme has no such list."""

    slug = "unknown-list"
    status = 404


class NoServiceCard(Problem):
    """The programme has no service cards, or the agency has no such enterprise."""

    slug = "no-service-card"
    status = 404


@dataclass(frozen=True, slots=True)
class Listing:
    """A kind of list: its rows as SQL, its columns, and how many of them are its key, in whose order it is paged.

    `of_some`: the cases that it may tell of, and its rows about `:cases` alone, both as SQL; None: PostgreSQL finds the
    rows of a page without the others.
    """

    sql: str
    columns: tuple[str, ...]
    keys: int = 1
    types: tuple[type, ...] = (UUID, int)
    of_some: tuple[str, str] | None = None

    @property
    def key_types(self) -> tuple[type, ...]:
        """Of its key's columns."""
        return self.types[: self.keys]


_CASES = """
    FROM ledger l LEFT JOIN enterprises e ON e.enterprise_id = l.enterprise
    WHERE l.programme = :programme AND l.agency = :agency
        AND (CAST(:department AS text) IS NULL OR l.lead = :department OR :department = ANY(l.supporting))
"""
_ENTERPRISES = """
    SELECT e.enterprise_id, e.name, e.tier, e.industry, e.township,
        (SELECT count(*) FROM team_enterprises p JOIN teams t ON t.team_id = p.team_id
            WHERE p.enterprise_id = e.enterprise_id AND t.programme = :programme AND t.ended_at IS NULL) AS teams,
        e.registered_at, e.synthetic
    FROM enterprises e WHERE e.agency = :agency
        AND (CAST(:before AS timestamptz) IS NULL OR e.registered_at < :before)
"""
_HELPERS = """
    SELECT t.team_id, m.ordinality AS ordinal, t.name AS team, t.tier, m.member->>'role' AS role,
        m.member->>'person' AS person, p.name, coalesce(m.member->>'unit', p.unit) AS unit,
        (SELECT count(*) FROM team_enterprises e WHERE e.team_id = t.team_id) AS enterprises, t.synthetic
    FROM teams t
    CROSS JOIN LATERAL jsonb_array_elements(t.members) WITH ORDINALITY AS m(member, ordinality)
    LEFT JOIN people p ON p.agency = t.agency AND p.person_id = m.member->>'person'
    WHERE t.programme = :programme AND t.agency = :agency AND t.ended_at IS NULL
"""
_ISSUES = f"""
    SELECT l.case_id, l.title, l.kind, e.name AS enterprise, l.lead, l.state, l.reported_at, l.closed_at, l.synthetic
    {_CASES}
"""
_RECTIFICATION = f"""
    SELECT l.case_id, l.title, e.name AS enterprise, l.lead, l.state, l.assigned_at, l.result_at, l.outcome,
        l.satisfaction, l.closed_at, l.synthetic
    {_CASES} AND l.assigned_at IS NOT NULL
"""
_TASKS = f"""
    SELECT l.case_id, m.ordinality AS ordinal, m.line->>'name' AS task, m.line->>'due_on' AS due_on,
        coalesce(p.data->>'unit', l.lead) AS unit, l.title, e.name AS enterprise,
        (SELECT min(d.occurred_at) FROM timeline d WHERE d.case_id = l.case_id
            AND d.type = 'bugle.routing.progress_reported.v1' AND d.data->>'milestone' = m.line->>'name'
            AND d.version > p.began) AS done_at,
        l.synthetic
    FROM ledger l
    JOIN LATERAL (SELECT t.data, (SELECT coalesce(max(r.version), 0) FROM timeline r
            WHERE r.case_id = t.case_id AND r.version < t.version AND r.type IN ('bugle.routing.case_reopened.v1',
                'bugle.routing.case_returned.v1', 'bugle.routing.case_transferred.v1',
                'bugle.routing.case_arbitrated.v1')) AS began
        FROM timeline t WHERE t.case_id = l.case_id
            AND t.type = 'bugle.routing.case_planned.v1' ORDER BY t.version DESC LIMIT 1) p ON true
    CROSS JOIN LATERAL jsonb_array_elements(p.data->'milestones') WITH ORDINALITY AS m(line, ordinality)
    {_CASES.strip().removeprefix("FROM ledger l")}
"""
_RESPONSIBILITIES = f"""
    SELECT l.case_id, l.title, e.name AS enterprise, l.lead, l.supporting, l.owner, l.level, l.assigned_at, l.state,
        l.synthetic
    {_CASES} AND l.assigned_at IS NOT NULL
"""
_OF_ISSUES = ("case_id", "title", "kind", "enterprise", "lead", "state", "reported_at", "closed_at", "synthetic")

LISTINGS: Mapping[str, Listing] = {
    "enterprises": Listing(
        _ENTERPRISES,
        ("enterprise_id", "name", "tier", "industry", "township", "teams", "registered_at", "synthetic"),
    ),
    "helpers": Listing(
        _HELPERS,
        ("team_id", "ordinal", "team", "tier", "role", "person", "name", "unit", "enterprises", "synthetic"),
        keys=2,
    ),
    "issues": Listing(_ISSUES, _OF_ISSUES),
    "problems": Listing(_ISSUES, _OF_ISSUES),
    "rectification": Listing(
        _RECTIFICATION,
        (
            *("case_id", "title", "enterprise", "lead", "state", "assigned_at", "result_at", "outcome"),
            *("satisfaction", "closed_at", "synthetic"),
        ),
    ),
    "tasks": Listing(
        _TASKS,
        ("case_id", "ordinal", "task", "due_on", "unit", "title", "enterprise", "done_at", "synthetic"),
        keys=2,
    ),
    "responsibilities": Listing(
        _RESPONSIBILITIES,
        (
            *("case_id", "title", "enterprise", "lead", "supporting", "owner", "level", "assigned_at", "state"),
            "synthetic",
        ),
    ),
}
"""By what `lists[].of` of a programme document may say."""

_OF_CONTRIBUTIONS = (
    *("case_id", "ordinal", "title", "holder", "unit", "state", "from_at", "to_at", "days", "overdue_days"),
    *("awaited_days", "synthetic"),
)
OF_ONE = Listing(conduct.CONTRIBUTIONS_OF_ONE, _OF_CONTRIBUTIONS, keys=2)
"""The contributions to one issue, named by `issue`."""
HANDLED: Mapping[str, Listing] = {
    "contributions": Listing(
        conduct.CONTRIBUTIONS,
        _OF_CONTRIBUTIONS,
        keys=2,
        of_some=(conduct.CONTRIBUTED, conduct.CONTRIBUTIONS_OF_SOME),
    ),
    "contributions_by_unit": Listing(
        conduct.BY_UNIT,
        ("unit", "holder", "issues", "days", "overdue_days", "awaited_days", "synthetic"),
        keys=2,
        types=(str, str),
    ),
    "returns": Listing(
        conduct.RETURNS,
        (
            *("case_id", "ordinal", "title", "how", "from_unit", "to_unit", "reason", "returned_at", "days", "again"),
            *("lead", "state", "closed_at", "event_id", "synthetic"),
        ),
        keys=2,
        of_some=(conduct.RETURNED, conduct.RETURNS_OF_SOME),
    ),
    "returns_by_unit": Listing(
        conduct.PAIRS,
        ("from_unit", "to_unit", "times", "issues", "days", "back", "synthetic"),
        keys=2,
        types=(str, str),
    ),
    "signals": Listing(
        conduct.SIGNALS,
        (
            *("signal_id", "ordinal", "signal", "unit", "case_id", "title", "first_at", "last_at", "times"),
            *("threshold", "events", "synthetic"),
        ),
        keys=2,
    ),
}
"""Lists that every programme has; `docs/analysis.md` says what they mean."""


@dataclass(frozen=True, slots=True)
class Named:
    """A list as the programme names it. `of`: which of the lists that there are it is."""

    id: str
    of: str
    zh: str
    en: str
    listing: Listing


def named(document: Document, id: str) -> Named:
    """The programme's list of this id, or one that every programme has; UnknownList tells which there are."""
    told = {entry["id"]: entry for entry in document.get("lists", ())}
    if id not in told and id in HANDLED:
        zh, en = (catalogue("reporting", language).pgettext("list", id) for language in LANGUAGES)
        return Named(id, id, zh, en, HANDLED[id])
    if id not in told:
        raise UnknownList(field="list", mend=Text("the programme has: {known}", known=[*told, *HANDLED]))
    of = told[id]["of"]
    return Named(id, of, told[id]["zh"], told[id]["en"], LISTINGS[of])


def list_query(
    listing: Listing, scope: Scope, programme: str, agency: str, moment: Moment = NOW, issue: str | None = None
) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    """The list's rows, still to be `as_folded`, and the key that orders them. `issue`: of a list about one."""
    about = _about(scope, programme, agency) | ({} if issue is None else {"issue": issue})
    return _keyed(listing, listing.sql, moment, about)


def _about(scope: Scope, programme: str, agency: str) -> dict[str, Any]:
    return {"programme": programme, "agency": agency, "department": scope.department}


def _keyed(
    listing: Listing, sql: str, moment: Moment, about: Mapping[str, Any]
) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    rows = written(sql, listing.columns, moment, {name: about[name] for name in about if f":{name}" in sql})
    return rows, [rows.selected_columns[name] for name in listing.columns[: listing.keys]]


def listed(
    connection: Connection,
    listing: Listing,
    scope: Scope,
    programme: str,
    agency: str,
    window: Window,
    moment: Moment = NOW,
) -> list[dict[str, Any]]:
    """A page of the list as it stood, by its key."""
    about = _about(scope, programme, agency)
    if listing.of_some is None:
        rows, keys = _keyed(listing, listing.sql, moment, about)
        found = list(connection.execute(window.select(rows, *keys)))
    else:
        found = _of_some(connection, listing, listing.of_some, about, window, moment)
    return as_folded(connection, [as_dict(row) for row in found], moment)


def _of_some(
    connection: Connection,
    listing: Listing,
    of_some: tuple[str, str],
    about: Mapping[str, Any],
    window: Window,
    moment: Moment,
) -> list[Row[Any]]:
    """A page of a list that is made case by case: of as many cases as fill it. A case may have no row, or many."""
    told, sql = of_some
    cases = written(told, ("case_id",), moment, {name: about[name] for name in about if f":{name}" in told})
    case = cases.selected_columns.case_id
    most, since = window.limit + 1, None if window.after is None else case >= window.after[0]
    found: list[Row[Any]] = []
    while len(found) <= window.limit:
        next_ = (cases if since is None else cases.where(since)).order_by(case).limit(most)
        ids = connection.scalars(next_).all()
        rows, keys = _keyed(listing, sql, moment, {**about, "cases": list(map(str, ids))})
        found += connection.execute(window.select(rows, *keys))
        if len(ids) < most:
            break
        since = case > ids[-1]
    return found[: window.limit + 1]


def key_of(listing: Listing, row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a row of the list is paged by."""
    return tuple(row[name] for name in listing.columns[: listing.keys])


_ENTERPRISE = Listing(
    """
    SELECT e.enterprise_id, e.agency, e.name, e.tier, e.industry, e.township FROM enterprises e
    WHERE e.enterprise_id = CAST(:enterprise AS uuid) AND e.agency = :agency
        AND (CAST(:before AS timestamptz) IS NULL OR e.registered_at < :before)
    """,
    ("enterprise_id", "agency", "name", "tier", "industry", "township"),
)
_MEMBERS = Listing(
    """
    SELECT array_position(CAST(:roles AS text[]), m.member->>'role') AS place, t.formed_at, m.ordinality AS ordinal,
        t.team_id, t.name AS team, m.member->>'role' AS role, m.member->>'person' AS person, p.name, p.title,
        coalesce(m.member->>'unit', p.unit) AS unit, u.name AS unit_name
    FROM team_enterprises e JOIN teams t ON t.team_id = e.team_id
    CROSS JOIN LATERAL jsonb_array_elements(t.members) WITH ORDINALITY AS m(member, ordinality)
    LEFT JOIN people p ON p.agency = t.agency AND p.person_id = m.member->>'person'
    LEFT JOIN units u ON u.agency = t.agency AND u.unit_id = coalesce(m.member->>'unit', p.unit)
    WHERE e.enterprise_id = CAST(:enterprise AS uuid) AND t.programme = :programme AND t.ended_at IS NULL
        AND m.member->>'role' = ANY(CAST(:roles AS text[]))
    """,
    (
        *("place", "formed_at", "ordinal"),
        *("team_id", "team", "role", "person", "name", "title", "unit", "unit_name"),
    ),
    keys=3,
)


def service_card(
    connection: Connection, enterprise: UUID, programme: str, agency: str, document: Document, moment: Moment = NOW
) -> dict[str, Any]:
    """Who serves an enterprise, by the roles that the programme's card names, each with the title of the role.

    By the teams that stood at the moment; NoServiceCard where the enterprise was not registered by then.
    """
    card = document.get("service_card")
    about = {"enterprise": str(enterprise), "agency": agency}
    asked = written(_ENTERPRISE.sql, _ENTERPRISE.columns, moment, about)
    found = None if card is None else connection.execute(asked).one_or_none()
    if card is None or found is None:
        raise NoServiceCard(mend=Text("name an enterprise of the agency, and a programme with [service_card]"))
    members = [as_dict(row) for row in connection.execute(_members(enterprise, programme, card["roles"], moment))]
    titles = {role["id"]: {"title_zh": role["zh"], "title_en": role["en"]} for role in document["roles"]}
    return as_dict(found) | {"programme": programme, "members": [one | titles[one["role"]] for one in members]}


def _members(enterprise: UUID, programme: str, roles: Sequence[str], moment: Moment) -> Select[Any]:
    """In the order of the roles, then of the teams; without the columns that only order them."""
    about = {"enterprise": str(enterprise), "programme": programme, "roles": list(roles)}
    rows = written(_MEMBERS.sql, _MEMBERS.columns, moment, about)
    order, told = ([rows.selected_columns[name] for name in names] for names in (
        _MEMBERS.columns[: _MEMBERS.keys], _MEMBERS.columns[_MEMBERS.keys :],
    ))  # fmt: skip
    return rows.order_by(*order).with_only_columns(*told)
