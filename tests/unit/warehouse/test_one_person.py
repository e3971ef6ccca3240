"""From what landed to who is whose: merges, two systems, a new clinician, a new supervisor.

Belongs here: several models in a row over rows that the reader landed. Does not belong here: which
links hold (test_id_links.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.settings_template import init_home
from tests.unit.ingest.making import KEY, Practice
from tests.unit.warehouse.landed import LandedSql, landed_sql

AS_OF = date(2026, 6, 30)
SESSIONS = "session_id,client_id,clinician_id,started_at,status,episode_id\n"
LINKS = "entity,source_system,old_id,target_source_system,new_id,relation,effective_at\n"
TABLES = ("core.fct_session", "core.fct_episode", "core.dim_client", "core.dim_clinician")
NAME = Pseudonymiser(KEY).one


@pytest.fixture(scope="module")
def warehouse() -> Iterator[LandedSql]:
    with landed_sql() as made:
        yield made


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    return Practice(init_home(tmp_path / "home", time_zone="Europe/London"))


def weekly(prefix: str, client: str, clinician: str, days: str, episode: str = "") -> str:
    """Attended sessions on these days of March to June, ``MMDD`` each."""
    return "".join(
        f"{prefix}{number},{client},{clinician},2026-{day[:2]}-{day[2:]}T10:00,attended,{episode}\n"
        for number, day in enumerate(days.split())
    )


def tables(con) -> dict[str, list[tuple]]:
    return {table: con.execute(f"from {table} order by all").fetchall() for table in TABLES}


def series(con) -> list[tuple[date, int]]:
    return con.execute(
        "select started_on, session_index from core.fct_session order by started_at"
    ).fetchall()


@pytest.mark.parametrize("way", ["column", "link"])
def test_a_merge_joins_the_sessions_and_an_unmerge_parts_them_as_before(practice, warehouse, way):
    rows = SESSIONS + weekly("a", "c1", "t1", "0302 0309") + weekly("b", "c2", "t1", "0316 0323")
    clients = "client_id,birth_year,gender\nc1,1980,female\nc2,,male\n"
    practice.put("clinic/2026-04-01", {"sessions.csv": rows, "clients.csv": clients})
    before = tables(warehouse.run(practice, AS_OF))
    merged = {"id_links.csv": f"{LINKS}client,clinic,c1,,c2,merged_into,2026-05-01T00:00:00\n"}
    parted = {"id_links.csv": f"{LINKS}client,clinic,c2,,c1,unmerged,2026-06-01T00:00:00\n"}
    if way == "column":
        header = "client_id,birth_year,gender,merged_into_client_id\n"
        merged = {"clients.csv": f"{header}c1,1980,female,c2\n"}
        parted = {"clients.csv": f"{header}c1,1980,female,\n"}
    practice.put("clinic/2026-05-01", merged)
    con = warehouse.run(practice, AS_OF)
    both = NAME("client", "clinic", "c2")
    assert con.execute("select distinct client_key from core.fct_session").fetchall() == [(both,)]
    assert [index for _, index in series(con)] == [1, 2, 3, 4]
    assert con.execute("select client_key, birth_year, gender from core.dim_client").fetchall() == [
        (both, 1980, "male")
    ]
    joined = tables(con)
    practice.put("clinic/2026-06-02", parted)
    assert tables(warehouse.run(practice, AS_OF)) == before
    # The past is a matter of as_of and of what was said: asked for May, the merge still holds.
    if way == "link":
        again = tables(warehouse.run(practice, date(2026, 5, 15)))
        assert again["core.fct_session"] == joined["core.fct_session"]


def test_two_systems_of_one_namespace_know_one_client(practice, warehouse):
    practice.configure(
        '[practice]\ntime_zone = "Europe/London"\n'
        '[sources.clinic]\nid_namespace = "shared"\n[sources.annex]\nid_namespace = "shared"\n'
    )
    practice.put(
        "clinic/2026-04-01", {"sessions.csv": SESSIONS + weekly("a", "c1", "t1", "0302 0316")}
    )
    practice.put(
        "annex/2026-04-01", {"sessions.csv": SESSIONS + weekly("b", "C1 ", "t1", "0309 0323")}
    )
    con = warehouse.run(practice, AS_OF)
    assert [index for _, index in series(con)] == [1, 2, 3, 4]
    assert con.execute("select count(*) from core.dim_client").fetchone() == (1,)
    assert con.execute("select count(*) from core.dim_clinician").fetchone() == (1,)


def test_where_namespaces_differ_a_statement_joins_people(practice, warehouse):
    practice.put("clinic/2026-04-01", {"sessions.csv": SESSIONS + weekly("a", "7", "t1", "0302")})
    practice.put("annex/2026-04-01", {"sessions.csv": SESSIONS + weekly("a", "x", "ann", "0309")})
    practice.put("third/2026-04-01", {"sessions.csv": SESSIONS + weekly("a", "7", "t1", "0316")})
    apart = warehouse.run(practice, AS_OF)
    assert apart.execute("select count(*) from core.dim_client").fetchone() == (3,)
    practice.put(
        "clinic/2026-04-02",
        {
            "id_links.csv": LINKS
            + "client,clinic,7,annex,x,same_person,\nclient,clinic,7,third,7,same_person,\n"
            "clinician,clinic,t1,annex,ann,same_person,\n"
            "clinician,clinic,t1,third,t1,same_person,\n"
        },
    )
    con = warehouse.run(practice, AS_OF)
    assert [index for _, index in series(con)] == [1, 2, 3]
    assert con.execute("select count(*) from core.dim_client").fetchone() == (1,)
    assert con.execute("select count(*) from core.dim_clinician").fetchone() == (1,)


def test_a_session_is_its_own_clinicians_and_a_reassigned_case_is_two_courses(practice, warehouse):
    """The export names today's clinician; the sessions before were somebody else's."""
    rows = (
        SESSIONS
        + weekly("a", "c1", "t1", "0302 0309 0316", "e1")
        + weekly("s", "c1", "t3", "0323", "e1")
        + weekly("b", "c1", "t2", "0608 0615 0622", "e1")
    )
    episodes = "episode_id,client_id,clinician_id,opened_on\ne1,c1,{},2026-03-01\n"
    practice.put("clinic/2026-04-01", {"episodes.csv": episodes.format("t1")})
    practice.put("clinic/2026-06-25", {"episodes.csv": episodes.format("t2"), "sessions.csv": rows})
    con = warehouse.run(practice, AS_OF)
    first, second, third = (NAME("clinician", "clinic", each) for each in ("t1", "t2", "t3"))
    held = con.execute(
        "select sessions.clinician_key, episodes.clinician_key, count(*), max(session_index) "
        "from core.fct_session as sessions join core.fct_episode as episodes using (episode_key) "
        "group by all order by min(started_at)"
    ).fetchall()
    assert held == [(first, first, 3, 3), (third, second, 1, 1), (second, second, 3, 4)]
    kept = con.execute(
        "select clinician_key, is_derived, status, opened_on from core.fct_episode order by all"
    ).fetchall()
    assert sorted(kept) == sorted(
        [
            (first, True, "lapsed", date(2026, 3, 2)),
            (second, False, "open", date(2026, 3, 1)),
        ]
    )


@pytest.mark.parametrize(
    ("as_of", "supervisor"),
    [("2026-05-30", "v1"), ("2026-05-31", "v1"), ("2026-06-01", "v2"), ("2026-06-16", "v3")],
)
def test_the_supervisor_is_the_one_assigned_on_the_day(practice, warehouse, as_of, supervisor):
    rows = SESSIONS + weekly("a", "c1", "t1", "0504 0511 0518 0525", "e1")
    rows += weekly("b", "c1", "t2", "0615 0622", "e1")
    practice.put(
        "clinic/2026-06-25",
        {
            "sessions.csv": rows,
            "episodes.csv": "episode_id,client_id,clinician_id,opened_on\ne1,c1,t2,2026-05-01\n",
            "supervision.csv": "supervision_id,supervisor_id,supervisee_id,kind,started_on,ended_on"
            "\nu1,v1,t1,assignment,2026-01-01,2026-05-31\nu2,v2,t1,assignment,2026-06-01,\n"
            "u3,v3,t2,assignment,2026-01-01,\n",
        },
    )
    con = warehouse.run(practice, date.fromisoformat(as_of))
    found = con.execute(
        "select distinct supervisor_key from intermediate.int_case__supervisor "
        "join core.fct_episode using (episode_key) where not is_derived"
    ).fetchall()
    assert found == [(NAME("clinician", "clinic", supervisor),)]
