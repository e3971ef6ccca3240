"""Taking a client out of the review log for good, and looking whether that was done.

Here: the only deletion there is. Not here: whose keys these are, and the rest of the home
(orchestration/erasure/).
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from review_log.engine import overwrite_free_space, reading, writing
from review_log.store import ReviewLog
from review_log.tables import metadata

# Databases take only so many values in one statement.
_AT_ONCE = 500


def forget(log: ReviewLog, client_keys: Collection[str]) -> int:
    """Remove what was recorded about clients, and who looked at their cases.

    Args:
        log: the log.
        client_keys: every key of the clients.

    Returns:
        How many rows went. Where any did, their bytes went too.
    """
    gone = 0
    with writing(log.engine) as con:
        for table in metadata.sorted_tables:
            for keys in _parts(client_keys):
                gone += con.execute(sa.delete(table).where(table.c.client_key.in_(keys))).rowcount
    if gone:
        overwrite_free_space(log.engine)
    return gone


def records_of(log: ReviewLog, client_keys: Collection[str]) -> set[str]:
    """Keys of entries and cases of clients, as far as the log names them."""
    found: set[str] = set()
    with reading(log.engine) as con:
        for table in metadata.sorted_tables:
            named = [table.c[name] for name in ("entry_id", "episode_key") if name in table.c]
            for keys in _parts(client_keys):
                rows = con.execute(sa.select(*named).where(table.c.client_key.in_(keys)))
                found |= {key for row in rows for key in row}
    return found


def places_of(log: ReviewLog, keys: Collection[str]) -> list[str]:
    """Columns of the log in which one of these keys stands, as `table.column`."""
    with reading(log.engine) as con:
        return [
            f"{table.name}.{column.name}"
            for table in metadata.sorted_tables
            for column in table.c
            if isinstance(column.type, sa.String)
            and any(
                con.execute(sa.select(sa.exists().where(column.in_(part)))).scalar()
                for part in _parts(keys)
            )
        ]


def _parts(keys: Collection[str]) -> list[list[str]]:
    known = sorted(keys)
    return [known[start : start + _AT_ONCE] for start in range(0, len(known), _AT_ONCE)]
