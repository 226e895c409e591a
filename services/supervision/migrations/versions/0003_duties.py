"""Duties and what counts for them, supervision letters and the like, and copies of people, teams and policies."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0003"
down_revision = "0002"

_TABLES = """
CREATE TABLE duties (
    duty uuid PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    rule text NOT NULL,
    subject_kind text NOT NULL,
    subject text NOT NULL,
    unit text,
    person text,
    enterprise text,
    case_id text,
    about text,
    title text,
    status text NOT NULL,
    ended boolean NOT NULL,
    partition integer NOT NULL,
    ripe_at timestamptz,
    opened_at timestamptz NOT NULL
);
COMMENT ON COLUMN duties.status IS 'of what is owed once; recurring duties have theirs by period, in their stream';
CREATE INDEX duties_ripe ON duties (ripe_at) WHERE ripe_at IS NOT NULL;
CREATE INDEX duties_subject ON duties (programme, subject);
CREATE INDEX duties_whole ON duties (programme) WHERE subject_kind = 'programme';
CREATE INDEX duties_rule ON duties (programme, rule);
CREATE INDEX duties_case ON duties (case_id) WHERE case_id IS NOT NULL;
CREATE INDEX duties_about ON duties (about) WHERE about IS NOT NULL;
CREATE INDEX duties_list ON duties (agency, duty);
CREATE TABLE deeds (
    source uuid NOT NULL,
    counts text NOT NULL,
    programme text NOT NULL,
    agency text NOT NULL,
    people text[] NOT NULL,
    unit text,
    enterprise text,
    team text,
    case_id text,
    kind text,
    mode text,
    period text,
    done integer NOT NULL,
    at timestamptz NOT NULL,
    learnt_at timestamptz NOT NULL,
    PRIMARY KEY (source, counts)
);
CREATE INDEX deeds_programme ON deeds (programme, counts, at);
CREATE INDEX deeds_enterprise ON deeds (enterprise) WHERE enterprise IS NOT NULL;
CREATE INDEX deeds_case ON deeds (case_id) WHERE case_id IS NOT NULL;
CREATE TABLE directories (agency text PRIMARY KEY);
CREATE TABLE people (
    agency text NOT NULL, person text NOT NULL, role text, unit text, since date, PRIMARY KEY (agency, person)
);
CREATE TABLE units (agency text NOT NULL, unit text NOT NULL, since date, PRIMARY KEY (agency, unit));
COMMENT ON COLUMN people.since IS 'the day a later directory added the person; null: from the start';
CREATE TABLE enterprises (enterprise text PRIMARY KEY, agency text NOT NULL, tier text NOT NULL);
CREATE INDEX enterprises_agency ON enterprises (agency);
CREATE TABLE teams (
    team text PRIMARY KEY,
    programme text NOT NULL,
    tier text NOT NULL,
    enterprises text[] NOT NULL,
    roles text[] NOT NULL,
    people text[] NOT NULL,
    since date NOT NULL
);
CREATE INDEX teams_programme ON teams (programme);
CREATE TABLE case_words (case_id text PRIMARY KEY, title text NOT NULL, text text, kind text);
CREATE TABLE explained (
    case_id text PRIMARY KEY, programme text NOT NULL, agency text NOT NULL, unit text, at timestamptz NOT NULL
);
CREATE INDEX explained_agency ON explained (agency);
CREATE TABLE library (
    policy text PRIMARY KEY,
    agency text NOT NULL,
    title text NOT NULL,
    programmes jsonb NOT NULL,
    kinds jsonb NOT NULL,
    keywords jsonb NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX library_agency ON library (agency);
CREATE TABLE papers (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('dispatch', 'letter', 'accountability', 'report')),
    programme text NOT NULL,
    agency text NOT NULL,
    units text[] NOT NULL,
    at timestamptz NOT NULL,
    data jsonb NOT NULL
);
COMMENT ON COLUMN papers.units IS 'the units that may read it besides the office';
CREATE INDEX papers_list ON papers (kind, agency, at, id);
CREATE TABLE card_accounts (
    account text PRIMARY KEY,
    programme text NOT NULL,
    agency text NOT NULL,
    unit text NOT NULL,
    partition integer NOT NULL,
    ripe_at timestamptz
);
COMMENT ON TABLE card_accounts IS 'units whose cards must be added up again';
CREATE INDEX card_accounts_ripe ON card_accounts (ripe_at) WHERE ripe_at IS NOT NULL;
"""
_OWN = "duties, deeds, directories, people, units, enterprises, teams, case_words, explained, library, papers"


def upgrade() -> None:
    """Make them."""
    op.execute(_TABLES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON {_OWN}, card_accounts TO "{service_role()}"')
    op.execute(f'GRANT DELETE ON people, units, explained TO "{service_role()}"')
