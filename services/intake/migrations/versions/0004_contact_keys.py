"""The keys of contacts in a table of their own, and notes of reading that nobody can change.

`contacts.wrapped_key` is still read by processes of the version before; nothing is written there any more, and the
first change of the master key empties it.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0004"
down_revision = "0003"

_KEYS = """
CREATE TABLE contact_keys (contact_ref uuid PRIMARY KEY, wrapped_key bytea NOT NULL);
COMMENT ON TABLE contact_keys IS 'not for the ordinary backup: keep the newest copy only, and apart';
CREATE TABLE contact_master (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    fingerprint bytea,
    erasures integer NOT NULL DEFAULT 0,
    changed_at timestamptz
);
COMMENT ON COLUMN contact_master.fingerprint IS 'of the key that wraps all contact_keys; null before the first use';
COMMENT ON COLUMN contact_master.erasures IS 'since the last change of the master: their old copies can be unwrapped';
INSERT INTO contact_master DEFAULT VALUES;
INSERT INTO contact_keys SELECT contact_ref, wrapped_key FROM contacts;
ALTER TABLE contacts ALTER wrapped_key DROP NOT NULL;
CREATE FUNCTION keep_contact_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO contact_keys VALUES (NEW.contact_ref, NEW.wrapped_key);
    RETURN NULL;
END$$;
CREATE TRIGGER contact_key_of_older_process AFTER INSERT ON contacts
    FOR EACH ROW WHEN (NEW.wrapped_key IS NOT NULL) EXECUTE FUNCTION keep_contact_key();
"""

_READS = """
ALTER TABLE contact_reads ADD deed text NOT NULL DEFAULT 'read' CHECK (deed IN ('read', 'erased'));
CREATE INDEX contact_reads_time ON contact_reads (read_at);
CREATE INDEX contact_reads_contact ON contact_reads (contact_ref, read_at);
CREATE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.read_at > now() - interval '6 months' THEN
        RAISE EXCEPTION 'notes of reading are kept for six months' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END$$;
CREATE TRIGGER contact_reads_kept BEFORE DELETE ON contact_reads
    FOR EACH ROW EXECUTE FUNCTION refuse_early_removal();
CREATE TRIGGER contact_reads_unchanged BEFORE UPDATE OR TRUNCATE ON contact_reads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Make them; existing keys are copied as they are, under the same master."""
    role = service_role()
    op.execute(_KEYS)
    op.execute(_READS)
    op.execute(f'GRANT SELECT, INSERT, DELETE ON contact_keys TO "{role}"')
    op.execute(f'GRANT SELECT, UPDATE ON contact_master TO "{role}"')
    op.execute(f'GRANT UPDATE (wrapped_key) ON contacts TO "{role}"')
