"""Reporting's tables as docs/projections.md lists them: their columns in the order in which rows are hashed."""

from __future__ import annotations

Row = tuple[object, ...]
"""A row's values in the order of `COLUMNS`; instants are datetimes, JSON columns their decoded value."""

COLUMNS: dict[str, tuple[str, ...]] = {
    name: tuple(columns.split())
    for name, columns in {
        "timeline": "case_id service version type occurred_at sequenced_at log_seq event_id data",
        "ledger": "case_id programme agency enterprise title kind batch jurisdiction ledger_name ledger_row synthetic "
        "lead supporting letter meeting reported_at assigned_at received_at accepted_at contacted_at planned_at "
        "result_at outcome fed_back_at verified_at satisfaction closed_at round state cards level misses "
        "grade owner passed_to cause parent recurrence_of merged_into withdrawn transfers",
        "spans": "case_id ordinal state from_at to_at",
        "traits": "case_id ordinal from_at to_at kind batch jurisdiction lead supporting outcome satisfaction round "
        "closed_at grade merged_into withdrawn",
        "clocks": "case_id clock generation unit started_at due_at stopped_at status provisional cancelled_at",
        "enterprises": "enterprise_id agency name tier industry township synthetic registered_at",
        "teams": "team_id programme programme_version agency name tier batch members findings synthetic formed_at "
        "ended_at",
        "team_enterprises": "team_id enterprise_id",
        "visits": "visit_id programme agency enterprise mode purposes team batch note synthetic visited_at",
        "services": "record_id programme agency enterprise unit kind count amount batch note synthetic served_at",
        "programmes": "programme_id version agency document published_at",
        "units": "agency unit_id name kind synthetic",
        "records": "stream version service type occurred_at sequenced_at log_seq event_id data",
        "people": "agency person_id name title unit role synthetic",
    }.items()
}

EVENTS = ("timeline", "records")
"""Tables of events, which never change. Each other one has its versions beside it, `<name>_versions`."""

KEY_WIDTH = {
    **dict.fromkeys(("timeline", "clocks"), 3),
    **dict.fromkeys(("spans", "traits", "team_enterprises", "units", "people", "records"), 2),
}
"""How many leading columns name a row, where it is more than one."""


def row_key(table: str, row: Row) -> Row:
    """What names a row: its leading columns as text."""
    return tuple(str(value) for value in row[: KEY_WIDTH.get(table, 1)])
