"""Bringing the database of a review log to the tables of this version, in this process.

Here: running what is missing (versions/, by Alembic), once, however many processes start together.
Not here: the tables as they are now (tables.py). A migration that was released is never changed: a
new one follows it, and `tables.SCHEMA` names the last.
"""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa

from review_log.engine import reading, writing
from review_log.errors import ODD, LogUnreachableError
from review_log.tables import SCHEMA, VERSION_TABLE

FOLDER = Path(__file__).parent
# Alembic keeps what it works on in a module: two threads at once would mix it up.
_one_at_a_time = threading.Lock()


def version_of(engine: sa.Engine) -> str | None:
    """The version of the tables in a database; None where there are none."""
    with reading(engine) as con:
        return _version(con)


def migrate(engine: sa.Engine, to: str = SCHEMA) -> None:
    """Bring an older or empty database to the tables of this version; others wait meanwhile.

    Args:
        engine: of the log.
        to: the version; another than the newest is for tests.

    Raises:
        LogUnreachableError: the database does not answer, or a newer Rapport has written it.
    """
    if _is_done(version_of(engine), to):
        return
    # Imported here: most starts find everything done.
    from alembic import command, util  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    with _one_at_a_time, writing(engine) as con:
        # Somebody else may have done it while this one waited.
        if _is_done(_version(con), to):
            return
        config = Config()
        config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
        config.attributes["connection"] = con
        try:
            command.upgrade(config, to)
        except util.CommandError:
            raise LogUnreachableError(ODD) from None


def _version(con: sa.Connection) -> str | None:
    if not sa.inspect(con).has_table(VERSION_TABLE):
        return None
    return con.execute(
        sa.select(sa.column("version_num")).select_from(sa.table(VERSION_TABLE))
    ).scalar()


def _is_done(found: str | None, to: str) -> bool:
    if found is not None and found > SCHEMA:
        raise LogUnreachableError(
            "The review log was written by a newer version of Rapport. Update Rapport; nothing "
            "was changed."
        )
    return found is not None and found >= to
