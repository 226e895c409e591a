"""Views for analysts' own tools, and what each of their columns means.

Any role that may connect to the database may read them, and nothing else of it.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

_DAYS = "round(extract(epoch FROM {until} - {since})::numeric / 86400, 2)"

_VIEWS: dict[str, tuple[str, dict[str, tuple[str, str]], str]] = {
    "issues": (
        "One row per issue, as it stands now.",
        {
            "issue": ("l.case_id", "Id of the issue, the key of this view."),
            "programme": ("l.programme", "Id of the programme."),
            "programme_title": ("p.document->'title'->>'zh'", "Title of the programme, in Chinese."),
            "agency": ("l.agency", "Id of the agency that runs it."),
            "title": ("l.title", "What the issue is about."),
            "kind": ("l.kind", "Kind of issue, of those the programme names; null: not classified."),
            "state": ("l.state", "Where it stands: from reported to closed_out."),
            "round": ("l.round", "1, and one more for each return, transfer, arbitration or reopening."),
            "enterprise": ("l.enterprise", "Id of the enterprise."),
            "enterprise_name": ("e.name", "Its registered name."),
            "tier": ("e.tier", "key or ordinary."),
            "industry": ("e.industry", "Its industry, as registered."),
            "township": ("e.township", "Its township, as registered."),
            "lead": ("l.lead", "Unit that leads; null: none now."),
            "lead_name": ("u.name", "Its name in the agency's directory."),
            "supporting": ("l.supporting", "Units that support, in the order given."),
            "letter": ("l.letter", "Number of the assignment letter."),
            "batch": ("l.batch", "Batch of the programme."),
            "jurisdiction": ("l.jurisdiction", "own, or passed_on to others."),
            "reported_at": ("l.reported_at", "When it was reported."),
            "assigned_at": ("l.assigned_at", "When it was first assigned in this round."),
            "contacted_at": ("l.contacted_at", "When the unit first contacted the enterprise in this round."),
            "result_at": ("l.result_at", "When the result was first reported in this round."),
            "verified_at": ("l.verified_at", "When the enterprise was first asked in this round."),
            "closed_at": ("l.closed_at", "When it was closed out; null: open."),
            "days_to_contact": (
                _DAYS.format(since="l.assigned_at", until="l.contacted_at"),
                "Days of 24 hours from assignment to contact; clocks count working days.",
            ),
            "days_to_close": (
                _DAYS.format(since="l.reported_at", until="l.closed_at"),
                "Days of 24 hours from report to close-out.",
            ),
            "outcome": ("l.outcome", "solved, explained or long_term: the last result of this round."),
            "satisfaction": ("l.satisfaction", "satisfied, basically_satisfied or unsatisfied: the last answer."),
            "misses": ("l.misses", "Deadlines missed that stand."),
            "cards": ("l.cards", "Cards issued that stand."),
            "level": ("l.level", "Highest level it was escalated or raised to; 0: none."),
            "transfers": ("l.transfers", "How often it was returned or transferred."),
            "merged_into": ("l.merged_into", "Issue that it was merged into."),
            "withdrawn": ("l.withdrawn", "Whether it was withdrawn."),
            "recurrence_of": ("l.recurrence_of", "Earlier issue that it repeats."),
            "part_of": ("l.parent", "Issue that it is a part of."),
            "synthetic": ("l.synthetic", "Made up to reach a published total; leave it out when single issues matter."),
        },
        "live.ledger l LEFT JOIN live.enterprises e ON e.enterprise_id = l.enterprise"
        " LEFT JOIN live.units u ON u.agency = l.agency AND u.unit_id = l.lead"
        " LEFT JOIN live.programmes p ON p.programme_id = l.programme",
    ),
    "deadlines": (
        "One row per clock and generation: a deadline of a unit, and what became of it.",
        {
            "issue": ("c.case_id", "Id of the issue; with clock and generation the key of this view."),
            "clock": ("c.clock", "Id of the clock in the programme."),
            "generation": ("c.generation", "1, and one more each time it was set or counted anew."),
            "programme": ("l.programme", "Id of the programme."),
            "agency": ("l.agency", "Id of the agency."),
            "unit": ("c.unit", "Unit whose deadline it is."),
            "unit_name": ("u.name", "Its name in the agency's directory."),
            "started_at": ("c.started_at", "When it began to count."),
            "due_at": ("c.due_at", "When it runs out, counted in working days of the programme's calendar."),
            "stopped_at": ("c.stopped_at", "When what it waited for was done."),
            "status": ("c.status", "running, met, late, missed, unobserved or cancelled."),
            "provisional": ("c.provisional", "Counted by a calendar that is not published yet."),
            "synthetic": ("l.synthetic", "Of a made-up issue."),
        },
        "live.clocks c JOIN live.ledger l USING (case_id)"
        " LEFT JOIN live.units u ON u.agency = l.agency AND u.unit_id = c.unit",
    ),
    "events": (
        "One row per event of an issue: everything that was said of it.",
        {
            "event": ("t.event_id", "Id of the event, the key of this view."),
            "issue": ("t.case_id", "Id of the issue."),
            "service": ("t.service", "Service that recorded it."),
            "version": ("t.version", "Its number in that service's stream of the issue."),
            "type": ("t.type", "Type, with the version of its schema; see docs/events.md."),
            "occurred_at": ("t.occurred_at", "When it happened."),
            "known_at": ("t.sequenced_at", "When it entered the log."),
            "data": ("t.data", "What it says."),
        },
        "live.timeline t",
    ),
    "states": (
        "One row per state that an issue was in.",
        {
            "issue": ("s.case_id", "Id of the issue; with ordinal the key of this view."),
            "ordinal": ("s.ordinal", "1 for its first state."),
            "state": ("s.state", "The state."),
            "from_at": ("s.from_at", "Since when."),
            "to_at": ("s.to_at", "Until when; null: still."),
        },
        "live.spans s",
    ),
    "enterprises": (
        "One row per enterprise of an agency's library.",
        {
            "enterprise": ("e.enterprise_id", "Id, the key of this view."),
            "agency": ("e.agency", "Id of the agency."),
            "name": ("e.name", "Registered name."),
            "tier": ("e.tier", "key or ordinary."),
            "industry": ("e.industry", "Industry."),
            "township": ("e.township", "Township."),
            "registered_at": ("e.registered_at", "When it was registered."),
            "synthetic": ("e.synthetic", "Made up to reach a published total."),
        },
        "live.enterprises e",
    ),
    "visits": (
        "One row per visit, call or survey.",
        {
            "visit": ("v.visit_id", "Id, the key of this view."),
            "programme": ("v.programme", "Id of the programme."),
            "agency": ("v.agency", "Id of the agency."),
            "enterprise": ("v.enterprise", "Id of the enterprise."),
            "mode": ("v.mode", "visit, call, survey or return_visit."),
            "purposes": ("v.purposes", "What for, as the programme names it."),
            "team": ("v.team", "Id of the team."),
            "batch": ("v.batch", "Batch of the programme."),
            "visited_at": ("v.visited_at", "When."),
            "synthetic": ("v.synthetic", "Made up to reach a published total."),
        },
        "live.visits v",
    ),
}


def upgrade() -> None:
    """Make schema, views and comments."""
    op.execute("CREATE SCHEMA analysis")
    op.execute("COMMENT ON SCHEMA analysis IS 'Views for analysts. Reading only; names and meanings are stable.'")
    for name, (said, columns, source) in _VIEWS.items():
        shown = ", ".join(f'{expression} AS "{column}"' for column, (expression, _) in columns.items())
        op.execute(f"CREATE VIEW analysis.{name} AS SELECT {shown} FROM {source}")
        _comment(f"VIEW analysis.{name}", said)
        for column, (_, meaning) in columns.items():
            _comment(f'COLUMN analysis.{name}."{column}"', meaning)
    op.execute("GRANT USAGE ON SCHEMA analysis TO PUBLIC")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA analysis TO PUBLIC")


def _comment(of: str, said: str) -> None:
    quoted = said.replace("'", "''")
    op.execute(f"COMMENT ON {of} IS '{quoted}'")
