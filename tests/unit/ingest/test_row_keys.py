"""A row held back is still known to exist by its key, wherever the key itself could be read.

Belongs here: which key the quarantine keeps. Does not belong here: what follows from it
(test_deletions.py).
"""

from __future__ import annotations

import polars as pl

from orchestration.contracts.feeds import NO_ROW_KEY
from orchestration.erasure.forget import forget, remember
from orchestration.extract.pseudonyms import Pseudonymiser
from tests.unit.ingest.making import KEY, SESSIONS

FEEDBACK = "response_id,client_id,completed_at,instrument,scale,score,respondent"


def keys(practice, files):
    practice.put("clinic/today", files)
    practice.land()
    rows = practice.quarantine().sort("feed", "row_number")
    return dict(rows.select(pl.format("{} {}", "feed", "row_number"), "row_key").iter_rows())


def session(name):
    return Pseudonymiser(KEY).one("session", "clinic", name)


def test_the_key_of_a_bad_row_is_its_pseudonym(practice):
    text = (
        f"{SESSIONS},is_deleted\n"
        "s1,c1,t1,2026-03-04T10:00,attended,\n"
        "s2,c1,t1,2026-03-04T10:00,somehow,false\n"  # a code nobody knows
        "Ann Example,c1,t1,2026-03-04T10:00,attended,\n"  # the key itself is suspected
        "s4,c1,t1,soon,attended,true\n"  # bad, and gone
        "s5,c1,t1,2026-03-04T10:00,attended\n"  # a cell is missing
    )
    found = keys(practice, {"sessions.csv": text})
    assert found == {
        "sessions 3": session("s2"),
        "sessions 4": None,
        "sessions 5": NO_ROW_KEY,
        "sessions 6": None,
    }


def test_contradicting_rows_exist(practice):
    text = f"{SESSIONS}\n" + "".join(
        f"s1,c1,t1,2026-03-04T10:00,{status}\n" for status in ("attended", "no_show")
    )
    found = keys(practice, {"sessions.csv": text})
    assert found == {"sessions 2": session("s1"), "sessions 3": session("s1")}


def test_keys_of_several_columns(practice):
    texts = {
        "feedback.csv": f"{FEEDBACK}\nr1,c1,2026-03-04T10:00,SRS,Total,high,client\n",
        "id_links.csv": "entity,source_system,old_id,target_source_system,new_id,relation,"
        "effective_at,record_updated_at\n"
        "client,clinic,c1,,c2,perhaps,2026-01-01T00:00:00Z,\n"
        "client,clinic,c1,,c2,renamed,2026-01-01T00:00:00Z,soon\n"
        "client,clinic,c1,clinic,c2,renamed,,soon\n"
        "client,clinic,c1,,Ann Example,renamed,,\n",
    }
    name = Pseudonymiser(KEY).one
    pair = "|".join(name("client", "clinic", client) for client in ("c1", "c2"))
    assert keys(practice, texts) == {
        "feedback 2": f"{name('response', 'clinic', 'r1')}|total",
        "id_links 2": None,
        "id_links 3": f"client|clinic|{pair}|renamed|2026-01-01 00:00:00.000000",
        "id_links 4": f"client|clinic|{pair}|renamed|",
        "id_links 5": None,
    }


def test_an_erased_client_leaves_no_key_in_the_quarantine(practice):
    texts = {
        "clients.csv": "client_id,birth_year\nc1,young\nc2,old\n",
        "sessions.csv": f"{SESSIONS},record_updated_at\n"
        "s1,c1,t1,2026-03-04T10:00,attended,2026-03-04T11:00\n"
        "s1,c1,t1,2026-03-04T10:00,somehow,2026-03-04T12:00\n",
        "id_links.csv": "entity,source_system,old_id,new_id,relation,record_updated_at\n"
        "client,clinic,c2,c1,merged_into,soon\n",
    }
    found = keys(practice, texts)
    assert found["sessions 3"] == session("s1")
    name = Pseudonymiser(KEY).one
    remember(practice.home, [name("client", "clinic", "c1")])
    assert forget(practice.home) == 1
    kept = practice.quarantine().sort("feed", "row_number")["row_key"].to_list()
    assert kept == [NO_ROW_KEY, name("client", "clinic", "c2"), NO_ROW_KEY, NO_ROW_KEY]
