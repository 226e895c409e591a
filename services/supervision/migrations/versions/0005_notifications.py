"""Notifications: causes that a programme names, the inbox, deliveries with their leases, and encrypted addresses."""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0005"
down_revision = "0004"

_TABLES = """
CREATE TABLE notify_names (programme text NOT NULL, name text NOT NULL, PRIMARY KEY (programme, name));
COMMENT ON TABLE notify_names IS 'events of which any version of a programme tells somebody';
INSERT INTO notify_names (programme, name)
    SELECT DISTINCT p.programme, notice->>'on'
    FROM programmes p, jsonb_array_elements(p.document->'notify') AS notice;
CREATE TABLE causes (
    event_id uuid PRIMARY KEY,
    name text NOT NULL,
    programme text NOT NULL,
    stream text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    next_at timestamptz,
    withdrawn boolean NOT NULL DEFAULT false
);
COMMENT ON COLUMN causes.next_at IS 'when the notifier looks at it; null: settled, and kept so that it stays so';
CREATE INDEX causes_next ON causes (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX causes_stream ON causes (stream);
CREATE TABLE notifications (
    notification uuid PRIMARY KEY,
    cause uuid NOT NULL,
    name text NOT NULL,
    programme text NOT NULL,
    programme_version integer NOT NULL,
    agency text NOT NULL,
    case_id text,
    recipient_kind text NOT NULL,
    recipient text NOT NULL,
    unit text,
    access text,
    inbox boolean NOT NULL,
    at timestamptz NOT NULL,
    read_at timestamptz,
    read_by text,
    withdrawn boolean NOT NULL DEFAULT false
);
CREATE INDEX notifications_cause ON notifications (cause);
CREATE INDEX notifications_inbox ON notifications (recipient_kind, recipient, at, notification) WHERE inbox;
CREATE INDEX notifications_access ON notifications (agency, access, at) WHERE inbox AND access IS NOT NULL;
CREATE TABLE deliveries (
    notification uuid NOT NULL REFERENCES notifications,
    channel text NOT NULL CHECK (channel IN ('inbox', 'email', 'webhook')),
    state text NOT NULL CHECK (state IN ('waiting', 'held', 'no_address', 'delivered', 'dead', 'cancelled')),
    agency text NOT NULL,
    at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    claim uuid,
    claimed_until timestamptz,
    reason text,
    done_at timestamptz,
    PRIMARY KEY (notification, channel)
);
COMMENT ON COLUMN deliveries.claim IS 'of the notifier that sends it now; after claimed_until any other may';
CREATE INDEX deliveries_due ON deliveries (channel, next_at) WHERE state = 'waiting';
CREATE INDEX deliveries_held ON deliveries (channel) WHERE state = 'held';
CREATE INDEX deliveries_list ON deliveries (agency, at, notification, channel);
CREATE INDEX deliveries_unsent ON deliveries (state, at) WHERE state IN ('held', 'no_address', 'dead');
CREATE TABLE addresses (
    agency text NOT NULL,
    kind text NOT NULL,
    recipient text NOT NULL,
    channel text NOT NULL CHECK (channel IN ('email', 'webhook')),
    sealed bytea NOT NULL,
    shown text NOT NULL,
    language text NOT NULL,
    set_by text NOT NULL,
    set_at timestamptz NOT NULL,
    PRIMARY KEY (agency, kind, recipient, channel)
);
COMMENT ON COLUMN addresses.sealed IS 'address and secret, AES-256-GCM with the key of the service';
COMMENT ON COLUMN addresses.shown IS 'as much of the address as is shown again';
CREATE TABLE unit_names (agency text NOT NULL, unit text NOT NULL, name text NOT NULL, PRIMARY KEY (agency, unit));
"""
_OWN = "notify_names, causes, notifications, deliveries, addresses, unit_names"


def upgrade() -> None:
    """Make them."""
    op.execute(_TABLES)
    op.execute(f'GRANT SELECT, INSERT, UPDATE ON {_OWN} TO "{service_role()}"')
    op.execute(f'GRANT DELETE ON addresses TO "{service_role()}"')
