"""The consumer's tables, and the projections in the schema `live`."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role
from eventkit.schema import install_consumer

revision = "0001"
down_revision = None

_LIVE = """
CREATE SCHEMA live;
CREATE TABLE live.timeline (
    case_id uuid NOT NULL,
    service text NOT NULL,
    version integer NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    sequenced_at timestamptz NOT NULL,
    log_seq bigint NOT NULL,
    event_id uuid NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT timeline_pkey PRIMARY KEY (case_id, service, version)
);
CREATE TABLE live.ledger (
    case_id uuid NOT NULL CONSTRAINT ledger_pkey PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    enterprise uuid NOT NULL,
    title text NOT NULL,
    kind text,
    batch text,
    jurisdiction text,
    ledger_name text,
    ledger_row text,
    synthetic boolean NOT NULL,
    lead text,
    supporting text[] NOT NULL,
    letter text,
    meeting text,
    reported_at timestamptz NOT NULL,
    assigned_at timestamptz,
    received_at timestamptz,
    accepted_at timestamptz,
    contacted_at timestamptz,
    planned_at timestamptz,
    result_at timestamptz,
    outcome text,
    fed_back_at timestamptz,
    verified_at timestamptz,
    satisfaction text,
    closed_at timestamptz,
    round integer NOT NULL,
    state text NOT NULL,
    cards integer NOT NULL,
    level integer NOT NULL,
    misses integer NOT NULL
);
CREATE INDEX ledger_order ON live.ledger (reported_at, case_id);
CREATE INDEX ledger_programme ON live.ledger (programme, reported_at, case_id);
CREATE TABLE live.spans (
    case_id uuid NOT NULL,
    ordinal integer NOT NULL,
    state text NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    CONSTRAINT spans_pkey PRIMARY KEY (case_id, ordinal)
);
CREATE TABLE live.traits (
    case_id uuid NOT NULL,
    ordinal integer NOT NULL,
    from_at timestamptz NOT NULL,
    to_at timestamptz,
    kind text,
    batch text,
    jurisdiction text,
    lead text,
    supporting text[] NOT NULL,
    outcome text,
    satisfaction text,
    round integer NOT NULL,
    closed_at timestamptz,
    CONSTRAINT traits_pkey PRIMARY KEY (case_id, ordinal)
);
CREATE TABLE live.clocks (
    case_id uuid NOT NULL,
    clock text NOT NULL,
    generation integer NOT NULL,
    unit text,
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    stopped_at timestamptz,
    status text NOT NULL,
    provisional boolean NOT NULL,
    CONSTRAINT clocks_pkey PRIMARY KEY (case_id, clock, generation)
);
CREATE TABLE live.enterprises (
    enterprise_id uuid NOT NULL CONSTRAINT enterprises_pkey PRIMARY KEY,
    agency text NOT NULL,
    name text NOT NULL,
    tier text NOT NULL,
    industry text,
    township text,
    synthetic boolean NOT NULL,
    registered_at timestamptz NOT NULL
);
CREATE INDEX enterprises_agency ON live.enterprises (agency);
CREATE TABLE live.teams (
    team_id uuid NOT NULL CONSTRAINT teams_pkey PRIMARY KEY,
    programme text NOT NULL,
    programme_version integer NOT NULL,
    agency text NOT NULL,
    name text NOT NULL,
    tier text NOT NULL,
    batch text,
    members jsonb NOT NULL,
    findings jsonb NOT NULL,
    synthetic boolean NOT NULL,
    formed_at timestamptz NOT NULL
);
CREATE TABLE live.team_enterprises (
    team_id uuid NOT NULL,
    enterprise_id uuid NOT NULL,
    CONSTRAINT team_enterprises_pkey PRIMARY KEY (team_id, enterprise_id)
);
CREATE TABLE live.visits (
    visit_id uuid NOT NULL CONSTRAINT visits_pkey PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    enterprise uuid NOT NULL,
    mode text NOT NULL,
    purposes text[] NOT NULL,
    team uuid,
    batch text,
    note text,
    synthetic boolean NOT NULL,
    visited_at timestamptz NOT NULL
);
CREATE INDEX visits_programme ON live.visits (programme);
CREATE TABLE live.services (
    record_id uuid NOT NULL CONSTRAINT services_pkey PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    enterprise uuid,
    unit text,
    kind text NOT NULL,
    count bigint NOT NULL,
    amount bigint,
    batch text,
    note text,
    synthetic boolean NOT NULL,
    served_at timestamptz NOT NULL
);
CREATE INDEX services_programme ON live.services (programme, kind);
CREATE TABLE live.programmes (
    programme_id text NOT NULL CONSTRAINT programmes_pkey PRIMARY KEY,
    version integer NOT NULL,
    agency text NOT NULL,
    document jsonb NOT NULL,
    published_at timestamptz NOT NULL
);
CREATE TABLE live.units (
    agency text NOT NULL,
    unit_id text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    synthetic boolean NOT NULL,
    CONSTRAINT units_pkey PRIMARY KEY (agency, unit_id)
);
CREATE TABLE live.people (
    agency text NOT NULL,
    person_id text NOT NULL,
    name text NOT NULL,
    title text,
    unit text,
    role text,
    synthetic boolean NOT NULL,
    CONSTRAINT people_pkey PRIMARY KEY (agency, person_id)
);
"""


def upgrade() -> None:
    """Make the tables and let the service's role read and write them; a rebuild makes them anew as the owner."""
    role = service_role()
    install_consumer(op, role)
    op.execute(_LIVE)
    op.execute(f'GRANT USAGE ON SCHEMA live TO "{role}"')
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA live TO "{role}"')
