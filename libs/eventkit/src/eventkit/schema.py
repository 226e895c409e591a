"""Tables of the event log and of the consumer's side, installed by a service's first migration.

Only `install_*` are called from migrations; a later change of a table comes as a further function here, never as an
edit of one that has run somewhere.
"""

from __future__ import annotations

from typing import Protocol

_LOG = """
CREATE TABLE events (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    stream text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    event_id uuid NOT NULL,
    type text NOT NULL,
    key text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    traceparent text,
    data text NOT NULL,
    CONSTRAINT events_stream_version UNIQUE (stream, version),
    CONSTRAINT events_event_id UNIQUE (event_id)
);
CREATE TABLE pending (position bigint PRIMARY KEY);
CREATE TABLE log (
    log_seq bigint PRIMARY KEY,
    position bigint NOT NULL UNIQUE,
    sequenced_at timestamptz NOT NULL,
    hash bytea NOT NULL
);
CREATE TABLE relay_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    epoch bigint NOT NULL,
    log_seq bigint NOT NULL,
    head bytea NOT NULL,
    published_seq bigint NOT NULL,
    clock timestamptz NOT NULL
);
INSERT INTO relay_state VALUES (true, 0, 0, decode(repeat('00', 32), 'hex'), 0, '1970-01-01Z');
CREATE TABLE idempotency (
    scope text NOT NULL,
    key text NOT NULL,
    digest bytea NOT NULL,
    status smallint NOT NULL,
    body text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, key)
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END$$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

_CONSUMER = """
CREATE TABLE inbox (consumer text NOT NULL, event_id uuid NOT NULL, PRIMARY KEY (consumer, event_id));
CREATE TABLE parked (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    event_id uuid,
    record bytea NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX parked_key ON parked (consumer, key, seq);
CREATE UNIQUE INDEX parked_record ON parked (consumer, topic, partition, kafka_offset);
CREATE TABLE waiting (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    event_id uuid NOT NULL,
    record bytea NOT NULL,
    token text NOT NULL,
    tried_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX waiting_lane ON waiting (consumer, key, topic, seq);
CREATE INDEX waiting_token ON waiting (consumer, token);
CREATE TABLE progress (
    consumer text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    log_seq bigint NOT NULL,
    watermark timestamptz NOT NULL,
    PRIMARY KEY (consumer, topic, partition)
);
"""

_DISCARDS = """
CREATE TABLE discarded (
    seq bigint PRIMARY KEY,
    consumer text NOT NULL,
    key text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    kafka_offset bigint NOT NULL,
    event_id uuid,
    record bytea NOT NULL,
    error text NOT NULL,
    parked_at timestamptz NOT NULL,
    reason text NOT NULL CHECK (reason <> ''),
    discarded_by text NOT NULL CHECK (discarded_by <> ''),
    discarded_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE discarded IS 'records that were parked and that an operator gave up; seq is what they had in parked';
CREATE UNIQUE INDEX discarded_record ON discarded (consumer, topic, partition, kafka_offset);
"""


class Operations(Protocol):
    """Alembic's `op`, as far as it is used here."""

    def execute(self, sqltext: str) -> None: ...


def install_log(op: Operations, service_role: str) -> None:
    """The tables of a service that records events; the service's role may add to events and log, never change them."""
    op.execute(_LOG)
    op.execute(f'GRANT SELECT, INSERT ON events, log TO "{service_role}"')
    op.execute(f'GRANT SELECT, INSERT, DELETE ON pending, idempotency TO "{service_role}"')
    op.execute(f'GRANT SELECT, UPDATE ON relay_state TO "{service_role}"')


def install_consumer(op: Operations, service_role: str) -> None:
    """The tables of a service that consumes topics."""
    op.execute(_CONSUMER)
    op.execute(f'GRANT SELECT, INSERT, UPDATE, DELETE ON inbox, parked, waiting, progress TO "{service_role}"')


def install_discards(op: Operations, service_role: str) -> None:
    """The table of what operators have discarded; the service's role may add to it, never change it."""
    op.execute(_DISCARDS)
    op.execute(f'GRANT SELECT, INSERT ON discarded TO "{service_role}"')


def let_malformed_wait(op: Operations) -> None:
    """A record that is no event, so has no id, waits like others behind one of its key."""
    op.execute("ALTER TABLE waiting ALTER COLUMN event_id DROP NOT NULL")


_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'the table % is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END$$
"""


def install_append_only(op: Operations, *tables: str) -> None:
    """Have tables refuse every change of a row that they hold, the owner's too."""
    op.execute(_REFUSE)
    for table in tables:
        name = f"{table.rpartition('.')[2]}_append_only"
        op.execute(
            f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
