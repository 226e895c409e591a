"""Cards and supervision letters in one view for analysts' own tools."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"

_SAID = "One row per card and supervision letter that was issued to a department, also of those withdrawn since."
_COLUMNS = {
    "event": "Id of the event that issued it, the key of this view.",
    "form": "card (for a missed deadline of an issue), duty_card (for a missed duty) or letter.",
    "issued_at": "When it was issued.",
    "programme": "Id of the programme.",
    "agency": "Id of the agency.",
    "unit": "Unit that it was issued to; of a card that names none, who led the issue then.",
    "unit_name": "Its name in the agency's directory.",
    "person": "Id of the official whose duty it was.",
    "colour": "yellow or red; null: a letter.",
    "issue": "Id of the issue it concerns; null: none.",
    "clock": "Of a card: id of the clock that was missed.",
    "generation": "Of a card: generation of that clock.",
    "duty": "Of a card for a duty: id of the duty.",
    "rule": "Of a card for a duty: what was owed, as the programme names it.",
    "period": "Of a card for a duty: the period it was owed for.",
    "ground": "Of a letter: cards or order.",
    "issued_by": "rule, or who ordered the letter.",
    "reply_due_at": "Of a letter: until when a reply is due.",
    "answered_at": "Of a letter: when it was answered; null: not yet.",
    "withdrawn_at": "When it was withdrawn; null: it stands.",
    "synthetic": "Of a made-up issue.",
}
_LETTER = "bugle.supervision.supervision_letter_{}.v1"


def _after(name: str) -> str:
    """When the letter was answered or withdrawn, before it was issued again."""
    type, again = _LETTER.format(name), _LETTER.format("issued")
    return f"""(SELECT CASE WHEN w.type = '{type}' THEN w.occurred_at END FROM live.records w
        WHERE w.stream = r.stream AND w.version > r.version AND w.type IN ('{type}', '{again}')
        ORDER BY w.version LIMIT 1)"""


_ISSUED = f"""
SELECT t.event_id AS event, 'card' AS form, t.occurred_at AS issued_at, l.programme, l.agency,
    coalesce(t.data->>'unit', (SELECT h.lead FROM live.traits h WHERE h.case_id = t.case_id
        AND h.from_at <= t.occurred_at AND (h.to_at IS NULL OR h.to_at > t.occurred_at))) AS unit,
    NULL AS person, t.data->>'colour' AS colour, t.case_id AS issue, t.data->>'clock' AS clock,
    CAST(t.data->>'generation' AS integer) AS generation, NULL AS duty, NULL AS rule, NULL AS period, NULL AS ground,
    'rule' AS issued_by, CAST(NULL AS timestamptz) AS reply_due_at, CAST(NULL AS timestamptz) AS answered_at,
    (SELECT min(w.occurred_at) FROM live.timeline w WHERE w.case_id = t.case_id
        AND w.type IN ('bugle.supervision.misses_rescinded.v1', 'bugle.supervision.misses_rescinded.v2')
        AND w.data->'withdrawn' @> jsonb_build_array(jsonb_build_object('event', CAST(t.event_id AS text))))
        AS withdrawn_at
FROM live.timeline t JOIN live.ledger l ON l.case_id = t.case_id WHERE t.type = 'bugle.supervision.card_issued.v1'
UNION ALL
SELECT r.event_id, 'duty_card', r.occurred_at, f.data->>'programme', f.data->>'agency', r.data->>'unit',
    r.data->>'person', r.data->>'colour', CAST(f.data->>'case' AS uuid), NULL, NULL, r.data->>'duty', f.data->>'rule',
    r.data->>'period', NULL, 'rule', NULL, NULL,
    (SELECT min(w.occurred_at) FROM live.records w WHERE w.stream = r.stream
        AND w.type = 'bugle.supervision.duty_rescinded.v1'
        AND w.data->'withdrawn' @> to_jsonb(CAST(r.event_id AS text)))
FROM live.records r JOIN live.records f ON f.stream = r.stream AND f.version = 1
WHERE r.type = 'bugle.supervision.duty_card_issued.v1'
UNION ALL
SELECT r.event_id, 'letter', r.occurred_at, r.data->>'programme', r.data->>'agency', r.data->>'unit', NULL, NULL,
    CAST(r.data->>'case' AS uuid), NULL, NULL, NULL, NULL, NULL, r.data->>'ground', r.data->>'by',
    CAST(r.data->>'reply_due_at' AS timestamptz), {_after("answered")}, {_after("withdrawn")}
FROM live.records r WHERE r.type = '{_LETTER.format("issued")}'
"""
_TOLD = {"unit_name": "u.name", "synthetic": "coalesce(l.synthetic, false)"}


def upgrade() -> None:
    """Make the view, its comments and its grant."""
    shown = ", ".join(f"{_TOLD.get(name, f'i.{name}')} AS {name}" for name in _COLUMNS)
    op.execute(
        f"CREATE VIEW analysis.cards_and_letters AS SELECT {shown} FROM ({_ISSUED}) i"
        " LEFT JOIN live.units u ON u.agency = i.agency AND u.unit_id = i.unit"
        " LEFT JOIN live.ledger l ON l.case_id = i.issue"
    )
    _comment("VIEW analysis.cards_and_letters", _SAID)
    for name, meaning in _COLUMNS.items():
        _comment(f"COLUMN analysis.cards_and_letters.{name}", meaning)
    op.execute("GRANT SELECT ON analysis.cards_and_letters TO PUBLIC")


def _comment(of: str, said: str) -> None:
    quoted = said.replace("'", "''")
    op.execute(f"COMMENT ON {of} IS '{quoted}'")
