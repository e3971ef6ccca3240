"""The first tables: entries of the review log. Released, so never changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.String(64)


def upgrade() -> None:
    """Make the table of entries."""
    op.create_table(
        "review_entry",
        sa.Column("entry_id", _KEY, primary_key=True),
        sa.Column("recorded_at", sa.DateTime, nullable=False),
        sa.Column("kind", _KEY, nullable=False),
        sa.Column("episode_key", _KEY, nullable=False),
        sa.Column("client_key", _KEY, nullable=False),
        sa.Column("clinician_key", _KEY, nullable=False),
        sa.Column("author_role", _KEY, nullable=False),
        sa.Column("author_key", _KEY),
        sa.Column("release_id", _KEY, nullable=False),
        sa.Column("happened_on", sa.Date),
        sa.Column("until_on", sa.Date),
        sa.Column("code", _KEY),
        sa.Column("done_by", _KEY),
        sa.Column("due_on", sa.Date),
        sa.Column("session_index", sa.Integer),
        sa.Column("refers_to", _KEY),
    )
    for column in ("recorded_at", "episode_key", "client_key", "clinician_key"):
        op.create_index(f"ix_review_entry_{column}", "review_entry", [column])
