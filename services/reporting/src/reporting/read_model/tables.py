"""Reporting's tables. docs/projections.md says what the columns mean; they stand in the order in which rows are hashed.

They live in the schema `live`; a rebuild fills equal ones in `shadow`, to which
`execution_options(schema_translate_map={LIVE: SHADOW})` leads every statement made of these definitions. The tables
themselves are made by the migrations, which a test compares with this page.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Integer, MetaData, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID
from sqlalchemy.types import TypeEngine

LIVE, SHADOW = "live", "shadow"
KNOWN = "_known"
"""`live_known` has a view for each table, of its rows as they were known before the instant of `bugle.before`."""
ANALYSIS = "analysis"
"""Views of the tables for analysts' own tools; the migrations make them."""

metadata = MetaData(schema=LIVE)

_ID = UUID(as_uuid=False)
_INSTANT = TIMESTAMP(timezone=True)


def _table(name: str, keys: str, types: dict[TypeEngine[Any], str], order: str) -> Table:
    """A table with the columns of `order`; `types` gives the type of columns that are not text."""
    of = {column: kind for kind, columns in types.items() for column in columns.split()}
    primary = keys.split()
    columns = (Column(c, of.get(c, Text()), primary_key=c in primary) for c in order.split())
    return Table(name, metadata, *columns)


timeline = _table(
    "timeline",
    "case_id service version",
    {
        _ID: "case_id event_id",
        _INSTANT: "occurred_at sequenced_at",
        Integer(): "version",
        BigInteger(): "log_seq",
        JSONB(): "data",
    },
    "case_id service version type occurred_at sequenced_at log_seq event_id data",
)
ledger = _table(
    "ledger",
    "case_id",
    {
        _ID: "case_id enterprise parent recurrence_of merged_into",
        Boolean(): "synthetic withdrawn",
        ARRAY(Text): "supporting",
        _INSTANT: "reported_at assigned_at received_at accepted_at contacted_at planned_at result_at fed_back_at"
        " verified_at closed_at",
        Integer(): "round cards level misses transfers",
    },
    "case_id programme agency enterprise title kind batch jurisdiction ledger_name ledger_row synthetic lead supporting"
    " letter meeting reported_at assigned_at received_at accepted_at contacted_at planned_at result_at outcome"
    " fed_back_at verified_at satisfaction closed_at round state cards level misses grade owner passed_to cause parent"
    " recurrence_of merged_into withdrawn transfers",
)
spans = _table(
    "spans",
    "case_id ordinal",
    {_ID: "case_id", Integer(): "ordinal", _INSTANT: "from_at to_at"},
    "case_id ordinal state from_at to_at",
)
traits = _table(
    "traits",
    "case_id ordinal",
    {
        _ID: "case_id merged_into",
        Integer(): "ordinal round",
        ARRAY(Text): "supporting",
        Boolean(): "withdrawn",
        _INSTANT: "from_at to_at closed_at",
    },
    "case_id ordinal from_at to_at kind batch jurisdiction lead supporting outcome satisfaction round closed_at grade"
    " merged_into withdrawn",
)
clocks = _table(
    "clocks",
    "case_id clock generation",
    {
        _ID: "case_id",
        Integer(): "generation",
        _INSTANT: "started_at due_at stopped_at cancelled_at",
        Boolean(): "provisional",
    },
    "case_id clock generation unit started_at due_at stopped_at status provisional cancelled_at",
)
WAITING = ("running", "missed")
"""Deadlines that somebody still has to answer, unless the case has moved on without them."""
unanswered = clocks.to_metadata(MetaData(), schema=LIVE, name="unanswered")
"""A view of the clocks of these states: as of an instant, it does not read all others."""
enterprises = _table(
    "enterprises",
    "enterprise_id",
    {_ID: "enterprise_id", Boolean(): "synthetic", _INSTANT: "registered_at"},
    "enterprise_id agency name tier industry township synthetic registered_at",
)
teams = _table(
    "teams",
    "team_id",
    {
        _ID: "team_id",
        Integer(): "programme_version",
        JSONB(): "members findings",
        Boolean(): "synthetic",
        _INSTANT: "formed_at ended_at",
    },
    "team_id programme programme_version agency name tier batch members findings synthetic formed_at ended_at",
)
team_enterprises = _table(
    "team_enterprises", "team_id enterprise_id", {_ID: "team_id enterprise_id"}, "team_id enterprise_id"
)
visits = _table(
    "visits",
    "visit_id",
    {_ID: "visit_id enterprise team", ARRAY(Text): "purposes", Boolean(): "synthetic", _INSTANT: "visited_at"},
    "visit_id programme agency enterprise mode purposes team batch note synthetic visited_at",
)
services = _table(
    "services",
    "record_id",
    {_ID: "record_id enterprise", BigInteger(): "count amount", Boolean(): "synthetic", _INSTANT: "served_at"},
    "record_id programme agency enterprise unit kind count amount batch note synthetic served_at",
)
programmes = _table(
    "programmes",
    "programme_id",
    {Integer(): "version", JSONB(): "document", _INSTANT: "published_at"},
    "programme_id version agency document published_at",
)
units = _table("units", "agency unit_id", {Boolean(): "synthetic"}, "agency unit_id name kind synthetic")
people = _table(
    "people", "agency person_id", {Boolean(): "synthetic"}, "agency person_id name title unit role synthetic"
)

records = _table(
    "records",
    "stream version",
    {
        _ID: "event_id",
        _INSTANT: "occurred_at sequenced_at",
        Integer(): "version",
        BigInteger(): "log_seq",
        JSONB(): "data",
    },
    "stream version service type occurred_at sequenced_at log_seq event_id data",
)

CASE_TABLES = (timeline, ledger, spans, traits, clocks)
REFERENCE_TABLES = (enterprises, teams, team_enterprises, visits, services, programmes, units, people)


def _versions(table: Table) -> Table:
    """The table of a table's versions: its columns, and from when until when they were what was known."""
    columns = (Column(c.name, c.type, primary_key=c.primary_key) for c in table.columns)
    known = Column("known_from", _INSTANT, primary_key=True), Column("known_to", _INSTANT)
    return Table(f"{table.name}_versions", metadata, *columns, *known)


VERSIONS = {str(table.name): _versions(table) for table in (ledger, spans, traits, clocks, *REFERENCE_TABLES)}
"""By the name of the table whose versions they hold. Events themselves (`timeline`, `records`) have but one."""

_LEVELED = "programme level since cell"
_COUNTED: dict[TypeEngine[Any], str] = {_ID: "cell", _INSTANT: "since", BigInteger(): "count"}
issue_tallies = _table(
    "issue_tallies",
    _LEVELED,
    _COUNTED | {Boolean(): "closed merged withdrawn passed_on synthetic"},
    "programme level since cell agency lead kind reported outcome satisfaction closed merged withdrawn passed_on"
    " synthetic count",
)
clock_tallies = _table(
    "clock_tallies",
    _LEVELED,
    _COUNTED | {Boolean(): "merged withdrawn passed_on synthetic"},
    "programme level since cell agency lead kind unit clock due status outcome merged withdrawn passed_on synthetic"
    " count",
)
closing_tallies = _table(
    "closing_tallies",
    _LEVELED,
    _COUNTED | {Boolean(): "synthetic"},
    "programme level since cell agency lead kind month synthetic count",
)
event_tallies = _table(
    "event_tallies",
    _LEVELED,
    _COUNTED | {Boolean(): "synthetic"},
    "programme level since cell agency event unit month synthetic count",
)
due_tallies = _table(
    "due_tallies",
    _LEVELED,
    _COUNTED | {Boolean(): "open synthetic"},
    "programme level since cell agency status open due synthetic count",
)
TALLIES = (issue_tallies, clock_tallies, closing_tallies, event_tallies, due_tallies)
"""How many issues, clocks and events have the same values: now, and by how many that changed in each month and on each
day, as it became known and as it occurred."""

tallied = _table("tallied", "whole", {Boolean(): "whole"}, "whole")
"""Holds one row where the tallies are whole; without it they are neither kept nor asked."""
tallied_days = _table("tallied_days", "whole", {Boolean(): "whole"}, "whole")
"""The same of the tallies of what stood at a day, which are whole only where the others are."""
MARKS = (tallied, tallied_days)
