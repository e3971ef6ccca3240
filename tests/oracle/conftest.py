"""Random practices built once for all comparisons, whichever worker asks first.

Belongs here: building them as a user would. Does not belong here: comparing (`agreement.py`).
"""

from __future__ import annotations

import fcntl
import os
from contextlib import closing

import duckdb
import pytest

from review_log.store import open_log
from tests.oracle.agreement import SECRET, Case, pseudonym
from tests.oracle.extras import add_extras
from tests.oracle.practices import random_practice
from tests.oracle.reading import Reading
from tests.oracle.review_rows import add_reviews
from tests.support import run_rapport

# Seed, clients and clinicians: small and nasty ones, and one large enough for what needs many
# clinicians (an estimated variance between them, a case-mix model, a spread of the practice's own).
PRACTICES = {1: (240, None), 2: (240, None), 3: (240, None), 4: (680, 24)}


@pytest.fixture(scope="session", params=PRACTICES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """One random practice as the oracle reads it and as `rapport build` releases it."""
    seed = request.param
    clients, clinicians = PRACTICES[seed]
    practice = random_practice(seed, clients, clinicians)
    add_extras(practice, seed)
    practice.reviews = add_reviews(practice, seed)
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home = shared / f"oracle{seed}"
    secret = {"RAPPORT_PSEUDONYM_KEY": SECRET}
    with (shared / f"oracle{seed}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            assert run_rapport(home, "init", **secret).returncode == 0
            practice.write(home / "inbox" / "random" / "first")
            with closing(open_log(home)) as log:
                log.restore(row.entry(pseudonym) for row in practice.reviews)
            built = run_rapport(home, "build", **secret)
            assert built.returncode == 0, built.stdout + built.stderr
    release = duckdb.connect(str((home / "releases" / "current").resolve()), read_only=True)
    return Case(Reading(practice, pseudonym), release, home, seed)
