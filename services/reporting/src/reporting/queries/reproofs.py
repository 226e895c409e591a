"""Cards and supervision letters in one list: to which department, why, by whom, and what became of each.

Made by query from the events, as they stand at a moment and as they were known; nothing is kept for it (ADR 42). What
was withdrawn stays on the list and says so, since it was issued; it is withdrawn at every moment (ADR 41).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Row, Select, func, select, text, union_all

from eventkit.paging import Window
from reporting.queries.filters import Condition, Filters, conditions, equals, month, truth
from reporting.queries.issues import as_dict
from reporting.queries.moments import Moment
from reporting.queries.past import all_written, as_folded
from reporting.queries.scope import Scope
from reporting.queries.zones import zones
from reporting.read_model.tables import ledger

_CARDS = """
SELECT t.event_id, 'card' AS form, t.occurred_at AS issued_at, l.programme, l.agency,
    coalesce(t.data->>'unit', (SELECT h.lead FROM traits h WHERE h.case_id = t.case_id AND h.from_at <= t.occurred_at
        AND (h.to_at IS NULL OR h.to_at > t.occurred_at))) AS unit,
    NULL AS person, t.data->>'colour' AS colour, t.case_id, t.data->>'clock' AS clock,
    CAST(t.data->>'generation' AS integer) AS generation, NULL AS duty, NULL AS rule, NULL AS task, NULL AS period,
    (SELECT min(CAST(m.data->>'due_at' AS timestamptz)) FROM timeline m WHERE m.case_id = t.case_id
        AND m.type = 'bugle.supervision.deadline_missed.v1' AND m.data->>'clock' = t.data->>'clock'
        AND m.data->>'generation' = t.data->>'generation') AS due_at,
    NULL AS ground, CAST(NULL AS text[]) AS events, NULL AS text, 'rule' AS issued_by,
    CAST(NULL AS timestamptz) AS reply_due_at, CAST(NULL AS timestamptz) AS answered_at, NULL AS reply,
    (SELECT min(w.occurred_at) FROM timeline w WHERE w.case_id = t.case_id
        AND w.type IN ('bugle.supervision.misses_rescinded.v1', 'bugle.supervision.misses_rescinded.v2')
        AND w.data->'withdrawn' @> jsonb_build_array(jsonb_build_object('event', CAST(t.event_id AS text))))
        AS withdrawn_at,
    l.synthetic
FROM timeline t JOIN ledger l ON l.case_id = t.case_id WHERE t.type = 'bugle.supervision.card_issued.v1'
"""
_OF_DUTIES = """
SELECT r.event_id, 'duty_card', r.occurred_at, f.data->>'programme', f.data->>'agency', r.data->>'unit',
    r.data->>'person', r.data->>'colour', CAST(f.data->>'case' AS uuid), NULL, CAST(NULL AS integer), r.data->>'duty',
    f.data->>'rule', f.data->>'title', r.data->>'period',
    (SELECT min(CAST(m.data->>'due_at' AS timestamptz)) FROM records m WHERE m.stream = r.stream
        AND m.type = 'bugle.supervision.duty_missed.v1' AND m.data->>'period' = r.data->>'period'),
    NULL, CAST(NULL AS text[]), NULL, 'rule', CAST(NULL AS timestamptz), CAST(NULL AS timestamptz), NULL,
    (SELECT min(w.occurred_at) FROM records w WHERE w.stream = r.stream
        AND w.type = 'bugle.supervision.duty_rescinded.v1'
        AND w.data->'withdrawn' @> to_jsonb(CAST(r.event_id AS text))),
    coalesce((SELECT l.synthetic FROM ledger l WHERE l.case_id = CAST(f.data->>'case' AS uuid)), false)
FROM records r JOIN records f ON f.stream = r.stream AND f.version = 1
WHERE r.type = 'bugle.supervision.duty_card_issued.v1'
"""
_ISSUED, _ANSWERED, _WITHDRAWN = (
    f"'bugle.supervision.supervision_letter_{what}.v1'" for what in ("issued", "answered", "withdrawn")
)


def _then(told: str, type: str) -> str:
    """Of the event of this type after a letter, before it is issued again: something that it tells."""
    return f"""(SELECT CASE WHEN w.type = {type} THEN {told} END FROM records w WHERE w.stream = r.stream
        AND w.version > r.version AND w.type IN ({type}, {_ISSUED}) ORDER BY w.version LIMIT 1)"""


_LETTERS = f"""
SELECT r.event_id, 'letter', r.occurred_at, r.data->>'programme', r.data->>'agency', r.data->>'unit', NULL, NULL,
    CAST(r.data->>'case' AS uuid), NULL, CAST(NULL AS integer), NULL, NULL, NULL, NULL, CAST(NULL AS timestamptz),
    r.data->>'ground', ARRAY(SELECT jsonb_array_elements_text(r.data->'cards')), r.data->>'text', r.data->>'by',
    CAST(r.data->>'reply_due_at' AS timestamptz), {_then("w.occurred_at", _ANSWERED)},
    {_then("w.data->>'reply'", _ANSWERED)}, {_then("w.occurred_at", _WITHDRAWN)},
    coalesce((SELECT l.synthetic FROM ledger l WHERE l.case_id = CAST(r.data->>'case' AS uuid)), false)
FROM records r WHERE r.type = {_ISSUED}
"""
COLUMNS = (
    *("event_id", "form", "issued_at", "programme", "agency", "unit", "person", "colour", "case_id", "clock"),
    *("generation", "duty", "rule", "task", "period", "due_at", "ground", "events", "text", "issued_by"),
    *("reply_due_at", "answered_at", "reply", "withdrawn_at", "synthetic"),
)
_FORMS = tuple(f"SELECT * FROM ({one}) AS one ({', '.join(COLUMNS)})" for one in (_CARDS, _OF_DUTIES, _LETTERS))


_KNOWN = text(
    "coalesce(CAST(nullif(current_setting('bugle.before', true), '') AS timestamptz), 'infinity') + interval '1 day'"
)
"""What was known before an instant happened before it, give or take a day of clocks that go wrong: an index begins."""


def _withdrawn(rows: FromClause, value: str) -> ColumnElement[bool]:
    held = rows.c.withdrawn_at
    return held.is_not(None) if value == "true" else held.is_(None)


def _answered(rows: FromClause, value: str) -> ColumnElement[bool]:
    """Of letters: whether there is a reply, or one is still to come."""
    if value == "true":
        return rows.c.answered_at.is_not(None)
    return (rows.c.form == "letter") & rows.c.answered_at.is_(None) & rows.c.withdrawn_at.is_(None)


OF_REPROOFS: Mapping[str, Condition] = {
    "programme": equals("programme"),
    "department": equals("unit"),
    "form": equals("form"),
    "colour": equals("colour"),
    "issued": month("issued_at"),
    "withdrawn": _withdrawn,
    "answered": _answered,
    "synthetic": truth("synthetic"),
}
"""`department`: whom it was issued to; `issued`: in which month."""


def keys(scope: Scope, filters: Filters, moment: Moment) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    """`issued_at` and `event_id` of what was issued, and the key that orders it; a department sees its own."""
    return _together(wanted for wanted, *_ in _of_forms(scope, filters, moment))


def count(connection: Connection, scope: Scope, filters: Filters, moment: Moment, most: int | None = None) -> int:
    """How many there are; those beyond `most` are not counted."""
    wanted, _ = keys(scope, filters, moment)
    return int(connection.scalar(select(func.count()).select_from(wanted.limit(most).subquery())) or 0)


def page_of(connection: Connection, scope: Scope, filters: Filters, moment: Moment, window: Window) -> list[Row[Any]]:
    """The keys of a page, the newest first; one more than the window holds.

    Each form gives its newest, which an index finds without a look at the others.
    """
    window = replace(window, newest=True)
    wanted, key = _together(window.select(*one) for one in _of_forms(scope, filters, moment))
    return list(connection.execute(replace(window, after=None).select(wanted, *key)))


def _of_forms(
    scope: Scope, filters: Filters, moment: Moment
) -> Iterator[tuple[Select[Any], ColumnElement[Any], ColumnElement[Any]]]:
    """By form what is wanted of it, and its key."""
    for rows in _rows(moment):
        key = (rows.c.issued_at, rows.c.event_id)
        wanted = select(*key).where(
            scope.rows(rows), *conditions(rows, filters, OF_REPROOFS), rows.c.issued_at < _KNOWN
        )
        if moment.before is not None:  # the tables are narrowed to it already, by what an index cannot begin with
            wanted = wanted.where(rows.c.issued_at < moment.before)
        yield (wanted if scope.department is None else wanted.where(rows.c.unit == scope.department)), *key


def _together(wanted: Iterable[Select[Any]]) -> tuple[Select[Any], Sequence[ColumnElement[Any]]]:
    """What is wanted of each form as one, and its key."""
    rows = union_all(*(select(one.subquery()) for one in wanted)).subquery("of_forms")
    return select(rows), (rows.c.issued_at, rows.c.event_id)


def told(connection: Connection, scope: Scope, found: Sequence[Row[Any]], moment: Moment) -> list[dict[str, Any]]:
    """The rows of these keys, in their order. `case_id` and `title` of issues that the caller may see, `standing`:
    stands, answered or withdrawn."""
    ids = [one.event_id for one in found]
    whole = union_all(*(select(rows).where(rows.c.event_id.in_(ids)) for rows in _rows(moment)))
    held = {row.event_id: as_dict(row) for row in connection.execute(whole)}
    about = {row["case_id"] for row in held.values() if row["case_id"] is not None}
    mine = select(ledger.c.case_id, ledger.c.title).where(ledger.c.case_id.in_(about), scope.cases(ledger))
    titles = {str(row.case_id): row.title for row in connection.execute(mine)}
    return as_folded(connection, [_shown(held[id], titles, moment) for id in ids], moment)


def _rows(moment: Moment) -> list[FromClause]:
    """What was issued, by form, with the zone of its programme."""
    found: list[FromClause] = []
    for form in all_written(_FORMS, COLUMNS, moment, {}):
        issued = form.subquery("issued")
        of_programme = zones.c.programme_id == issued.c.programme
        found.append(select(issued, zones.c.zone).outerjoin_from(issued, zones, of_programme).subquery("reproofs"))
    return found


def _shown(row: Mapping[str, Any], titles: Mapping[str, str], moment: Moment) -> dict[str, Any]:
    case, gone = str(row["case_id"]), row["withdrawn_at"]
    standing = "withdrawn" if gone else "answered" if row["answered_at"] else "stands"
    later = gone is not None and moment.before is not None and gone >= moment.before
    known = {name: row[name] for name in COLUMNS}
    return known | {
        "case_id": case if case in titles else None,
        "title": titles.get(case),
        "standing": standing,
        "withdrawn_at": None if later else gone,
    }
