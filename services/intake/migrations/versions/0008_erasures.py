"""The service may see which contacts were erased by the notes, and not who read or erased whom.

A contact without a key was erased, or its key was lost. A restore that erases again records no event: its note tells,
so notes of erasing are kept for good.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0008"
down_revision = "0007"

_KEPT = """
CREATE OR REPLACE FUNCTION refuse_early_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.deed = 'erased' OR OLD.read_at > now() - interval '6 months' THEN
        RAISE EXCEPTION 'notes of reading are kept for six months, of erasing for good'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN OLD;
END$$;
"""


def upgrade() -> None:
    """Make the view, which reads with its owner's rights, and keep what it is made of."""
    op.execute(_KEPT)
    op.execute("CREATE VIEW contact_erasures AS SELECT DISTINCT contact_ref FROM contact_reads WHERE deed = 'erased'")
    op.execute(f'GRANT SELECT ON contact_erasures TO "{service_role()}"')
