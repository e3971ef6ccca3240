"""Moving a home's review log out of its SQLite file into the database that its URL names.

`python -m review_log.move HOME`, once, while no dashboard runs. Not here: backups, which are the
databases' own business (docs/operators.md).
"""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from review_log.errors import LogUnreachableError
from review_log.location import file_of, sqlite_of, url_of
from review_log.store import ReviewLog

_ALL = 10**9


def move(home: Path) -> tuple[int, int]:
    """Copy every entry and viewing, ids and moments as they are; the file stays where it is.

    Args:
        home: the home's folder.

    Returns:
        How many entries and viewings were copied.

    Raises:
        LogUnreachableError: there is nothing to copy or nowhere to copy it to; nothing was changed.
    """
    old, new = sqlite_of(home), url_of(home)
    if new == old:
        raise LogUnreachableError("No other database is named (secrets/review_log_url).")
    file = file_of(old)
    if file is None or not file.exists():
        raise LogUnreachableError("This home has no review log in SQLite.")
    with closing(ReviewLog(old)) as source, closing(ReviewLog(new)) as target:
        if target.read() or target.views(limit=1):
            raise LogUnreachableError("The other database holds a review log already.")
        entries, viewings = source.read(), source.views(limit=_ALL)
        target.restore(entries, viewings)
    return len(entries), len(viewings)


if __name__ == "__main__":
    try:
        copied = move(Path(sys.argv[1]).expanduser().absolute())
    except (LogUnreachableError, IndexError) as problem:
        sys.exit(str(problem) if problem.args else "usage: python -m review_log.move HOME")
    print("copied {} entries and {} lines of who looked at which case".format(*copied))
