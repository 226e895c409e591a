"""What operators have discarded of the records that were parked."""

from __future__ import annotations

from alembic import op

from eventkit import schema
from eventkit.migration import service_role

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table."""
    schema.install_discards(op, service_role())
