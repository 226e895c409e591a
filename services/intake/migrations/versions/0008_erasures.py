"""The service may see which contacts were erased by the notes, and not who read or erased whom.

A contact without a key was erased, or its key was lost. A restore that erases again records no event: its note tells.
"""

from __future__ import annotations

from alembic import op

from eventkit.migration import service_role

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the view, which reads with its owner's rights."""
    op.execute("CREATE VIEW contact_erasures AS SELECT DISTINCT contact_ref FROM contact_reads WHERE deed = 'erased'")
    op.execute(f'GRANT SELECT ON contact_erasures TO "{service_role()}"')
