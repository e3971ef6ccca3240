"""Who looked at which case: the table of viewings. Released, so never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.String(64)


def upgrade() -> None:
    """Make the table of viewings."""
    op.create_table(
        "case_viewing",
        sa.Column("viewing_id", _KEY, primary_key=True),
        sa.Column("viewed_at", sa.DateTime, nullable=False),
        sa.Column("viewer_role", _KEY, nullable=False),
        sa.Column("viewer_key", _KEY),
        sa.Column("page", _KEY, nullable=False),
        sa.Column("episode_key", _KEY, nullable=False),
        sa.Column("client_key", _KEY, nullable=False),
        sa.Column("clinician_key", _KEY, nullable=False),
        sa.Column("release_id", _KEY, nullable=False),
    )
    for column in ("viewed_at", "client_key", "clinician_key"):
        op.create_index(f"ix_case_viewing_{column}", "case_viewing", [column])
