"""Runs the migrations on the connection that `migrate` holds; Alembic asks for this file.

Not here: anything that is configured. There is no command line for it and no file of settings.
"""

from __future__ import annotations

from alembic import context

from review_log.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
with context.begin_transaction():
    context.run_migrations()
