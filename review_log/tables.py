"""The tables of the review log, as the newest migration leaves them.

Here: columns and indexes. Not here: how an older database gets there (migrations/), statements
(store.py). A test compares the two on both databases.
"""

from __future__ import annotations

import sqlalchemy as sa

# Its own name, because a shared PostgreSQL database may hold other people's Alembic table.
VERSION_TABLE = "review_log_version"
SCHEMA = "0003"

metadata = sa.MetaData()

_KEY = sa.String(64)

entries = sa.Table(
    "review_entry",
    metadata,
    sa.Column("entry_id", _KEY, primary_key=True),
    sa.Column("recorded_at", sa.DateTime, nullable=False, index=True),
    sa.Column("kind", _KEY, nullable=False),
    sa.Column("episode_key", _KEY, nullable=False, index=True),
    sa.Column("client_key", _KEY, nullable=False, index=True),
    sa.Column("clinician_key", _KEY, nullable=False, index=True),
    sa.Column("author_role", _KEY, nullable=False),
    sa.Column("author_key", _KEY),
    sa.Column("release_id", _KEY, nullable=False, index=True),
    sa.Column("happened_on", sa.Date),
    sa.Column("until_on", sa.Date),
    sa.Column("code", _KEY),
    sa.Column("done_by", _KEY),
    sa.Column("due_on", sa.Date),
    sa.Column("session_index", sa.Integer),
    sa.Column("refers_to", _KEY),
)

viewings = sa.Table(
    "case_viewing",
    metadata,
    sa.Column("viewing_id", _KEY, primary_key=True),
    sa.Column("viewed_at", sa.DateTime, nullable=False, index=True),
    sa.Column("viewer_role", _KEY, nullable=False),
    sa.Column("viewer_key", _KEY),
    sa.Column("page", _KEY, nullable=False),
    sa.Column("episode_key", _KEY, nullable=False),
    sa.Column("client_key", _KEY, nullable=False, index=True),
    sa.Column("clinician_key", _KEY, nullable=False, index=True),
    sa.Column("release_id", _KEY, nullable=False),
)
