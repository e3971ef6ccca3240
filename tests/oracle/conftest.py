"""Random practices built once for all comparisons, whichever worker asks first.

Belongs here: building them as a user would. Does not belong here: comparing (`agreement.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest

from review_log.store import open_log
from tests.oracle.agreement import SECRET, Case, pseudonym
from tests.oracle.extras import add_extras
from tests.oracle.practices import Practice, random_practice
from tests.oracle.reading import Reading
from tests.oracle.review_rows import add_reviews
from tests.support import made_once, run_rapport

# Seed, clients and clinicians: small and nasty ones, and one large enough for what needs many
# clinicians (an estimated variance between them, a case-mix model, a spread of the practice's own).
PRACTICES = {1: (240, None), 2: (240, None), 3: (240, None), 4: (680, 24)}


# Each file of tests asks for all practices anew.
@cache
def read(seed: int) -> tuple[Practice, Reading]:
    """One random practice, and as the oracle reads it."""
    clients, clinicians = PRACTICES[seed]
    practice = random_practice(seed, clients, clinicians)
    add_extras(practice, seed)
    practice.reviews = add_reviews(practice, seed)
    return practice, Reading(practice, pseudonym)


@pytest.fixture(scope="session", params=PRACTICES)
def case(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Case]:
    """One random practice as the oracle reads it and as `rapport build` releases it."""
    seed = request.param
    practice, reading = read(seed)

    def make(folder: Path) -> None:
        home, secret = folder / "home", {"RAPPORT_PSEUDONYM_KEY": SECRET}
        assert run_rapport(home, "init", **secret).returncode == 0
        practice.write(home / "inbox" / "random" / "first")
        with closing(open_log(home)) as log:
            log.restore(row.entry(pseudonym) for row in practice.reviews)
        built = run_rapport(home, "build", **secret)
        assert built.returncode == 0, built.stdout + built.stderr

    home = made_once(tmp_path_factory, f"oracle{seed}", make) / "home"
    release = (home / "releases" / "current").resolve()
    with duckdb.connect(str(release), read_only=True) as con:
        yield Case(reading, con, home, seed)
