"""An index, to find what was recorded while a release was current. Released, so never changed."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_review_entry_release_id", "review_entry", ["release_id"])
