"""What each delivery changed, counted from rows that the reader landed.

Belongs here: quality.correction over real deliveries. Does not belong here: every way in which a
row comes and goes (unit test beside int_delivery__changes).
"""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path

import pytest

from orchestration.settings_template import init_home
from tests.unit.ingest.making import KEY, SESSIONS, Practice, forget
from tests.unit.warehouse.landed import CORRECTIONS, LandedSql, landed_sql

AS_OF = date(2026, 6, 30)
HEADER = f"{SESSIONS},is_deleted,record_updated_at\n"
MANIFEST = '{{"extract_kind": "{}", "generated_at": "{}T18:00:00Z"}}'
DELIVERIES = {
    "march": (
        MANIFEST.format("full", "2026-03-31"),
        "s1,c1,t1,2026-03-04T10:00,scheduled,,\n"
        "s2,c2,t1,2026-03-05T10:00,attended,,\n"
        "s3,c2,t1,2026-03-12T10:00,attended,,\n",
    ),
    "april": (
        MANIFEST.format("delta", "2026-04-30"),
        "s1,c1,t1,2026-03-04T10:00,attended,,\n"
        "s2,c2,t1,2026-03-05T10:00,attended,,2026-04-02T10:00\n"
        "s3,c2,t1,2026-03-12T10:00,attended,true,\n"
        "s4,c1,t1,2026-04-01T10:00,attended,,\n",
    ),
    "may": (
        MANIFEST.format("full", "2026-05-31"),
        "s1,c1,t1,2026-03-04T10:00,attended,,\n"
        "s3,c2,t1,2026-03-12T10:00,attended,,\n"
        "s4,c1,t1,2026-04-01T10:00,somehow,,\n",
    ),
}


@pytest.fixture(scope="module")
def warehouse() -> LandedSql:
    with landed_sql(CORRECTIONS) as made:
        yield made


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    return Practice(init_home(tmp_path / "home", time_zone="Europe/London"))


def test_corrections_are_counted_whatever_the_order_of_arrival(practice, warehouse):
    for order in permutations(DELIVERIES):
        for name in order:
            manifest, rows = DELIVERIES[name]
            practice.put(f"clinic/{name}", {"sessions.csv": HEADER + rows})
            practice.put(f"clinic/{name}", {"manifest.json": manifest})
            practice.land()
        con = warehouse.run(practice, AS_OF)
        found = con.execute(
            "select delivery, inserted, updated, deleted, undeleted, unchanged "
            "from quality.correction order by delivery_order"
        ).fetchall()
        assert found == [
            ("march", 3, 0, 0, 0, 0),
            # a newer record_updated_at alone is no change
            ("april", 1, 1, 1, 0, 1),
            # s2 is lacking; s4 is held back, and so neither gone nor changed
            ("may", 0, 0, 1, 1, 1),
        ]
        forget(practice)
