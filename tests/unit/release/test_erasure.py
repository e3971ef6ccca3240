"""Erasing a client from the landing: whose rows go, that they stay out, a kill half-way."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import polars as pl
import pytest

from orchestration.durable import write_json
from orchestration.erasure.forget import JOURNAL_NAME, forget, remember, tombstones
from orchestration.erasure.person import linked_elsewhere, linked_keys
from orchestration.errors import RapportError
from orchestration.extract.intake import land_inbox
from orchestration.extract.pseudonyms import Pseudonymiser, load_key
from orchestration.home import Home
from orchestration.release.gates import unaccounted_rows
from orchestration.release.publish import promote
from orchestration.settings import Settings, load_settings
from orchestration.settings_template import init_home
from tests.unit.release.conftest import write_build

FILES = {
    "clients.csv": "client_id,birth_year\nc1,1980\nc2,1990\nc3,1985\n",
    "sessions.csv": (
        "session_id,client_id,clinician_id,started_at,status\n"
        "s1,c1,k1,2026-01-05T10:00:00,attended\n"
        "s2,c2,k1,2026-01-06T10:00:00,attended\n"
        "s3,c1,k1,2026-01-12T10:00:00,no_show\n"
        "s4,c9,k1,2026-01-13T10:00:00,attended\n"
    ),
    "supervision.csv": (
        "supervision_id,supervisor_id,supervisee_id,kind,started_on,client_id\n"
        "v1,k2,k1,individual,2026-01-07,c1\n"
    ),
    "id_links.csv": (
        "entity,source_system,old_id,new_id,relation,effective_at\n"
        "client,clinic,c9,c1,merged_into,2026-01-20T00:00:00\n"
        "client,clinic,c2,c1,same_person,2026-01-20T00:00:00\n"
        "client,clinic,c2,c1,unmerged,2026-01-25T00:00:00\n"
    ),
}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = init_home(tmp_path / "home")
    folder = home.inbox / "clinic" / "january"
    folder.mkdir(parents=True)
    for name, text in FILES.items():
        (folder / name).write_text(text)
    found = load_settings(home.path)
    assert [report.status for report in land_inbox(found)] == ["accepted"]
    return found


def _key(home: Home, client_id: str) -> str:
    return Pseudonymiser(load_key(home.secrets)).one("client", "clinic", client_id)


def _rows(home: Home, feed: str) -> pl.DataFrame:
    return pl.read_parquet(home.landing / feed / "*.parquet")


def test_merged_ids_are_one_person_and_unmerged_ones_are_two(settings: Settings) -> None:
    home = settings.home
    both = {_key(home, "c1"), _key(home, "c9")}
    assert linked_keys(home, _key(home, "c1")) == both
    assert linked_keys(home, _key(home, "c9")) == both
    assert linked_keys(home, _key(home, "c2")) == {_key(home, "c2")}


def test_a_release_knows_better_than_the_landing_who_is_one_person(settings: Settings) -> None:
    """What the practice has taken back since still stands in the landing of old deliveries."""
    home = settings.home
    names = ("c1", "c2", "c3", "c9")
    one, two, three, nine = (_key(home, name) for name in names)
    write_build(home, "20261123T001005-aaaaaa")
    with closing(duckdb.connect(str(home.build / "build.duckdb"))) as con:
        con.execute(
            "create table core.id_link as from (values ('client', ?, ?), ('clinician', ?, ?)) "
            "as links (entity, merged_key, kept_key)",
            [two, three, nine, one],
        )
    promote(home)
    assert linked_keys(home, two) == linked_keys(home, three) == {two, three}
    assert linked_keys(home, one) == {one}


def test_rows_go_and_every_record_stays_accounted_for(settings: Settings) -> None:
    home = settings.home
    remember(home, linked_keys(home, _key(home, "c1")))
    assert forget(home) == 1 + 3 + 1 + 3  # clients, sessions, supervision, id_links
    assert _rows(home, "sessions")["client_key"].to_list() == [_key(home, "c2")]
    assert set(_rows(home, "clients")["client_key"]) == {_key(home, "c2"), _key(home, "c3")}
    assert _rows(home, "id_links").is_empty()
    assert unaccounted_rows(home) == []
    sessions = pl.read_parquet(home.landing / "delivery" / "*.parquet").filter(feed="sessions")
    counts = sessions.select("rows_read", "rows_accepted", "rows_filtered").row(0)
    assert counts == (4, 1, 3)


def test_supervision_stays_without_the_client(settings: Settings) -> None:
    home = settings.home
    remember(home, [_key(home, "c1")])
    forget(home)
    assert _rows(home, "supervision").select("client_key", "kind").rows() == [(None, "individual")]


def test_links_that_the_release_does_not_hold_are_counted_not_followed(settings: Settings) -> None:
    one, nine = _key(settings.home, "c1"), _key(settings.home, "c9")
    assert linked_elsewhere(settings.home, {one}) == 1
    assert linked_elsewhere(settings.home, {one, nine}) == 0  # c2 was unmerged


def test_old_export_cannot_bring_the_client_back(settings: Settings) -> None:
    home = settings.home
    remember(home, linked_keys(home, _key(home, "c1")))
    forget(home)
    again = home.inbox / "clinic" / "january-again"
    again.mkdir()
    # The same client in other bytes: a new delivery, which lands anew.
    for name, text in FILES.items():
        (again / name).write_text(text.replace("attended\ns4", "attended\n\ns4") + "\n")
    land_inbox(settings)
    assert _key(home, "c1") in set(_rows(home, "sessions")["client_key"])
    assert forget(home) > 0
    assert _key(home, "c1") not in set(_rows(home, "sessions")["client_key"])
    assert unaccounted_rows(home) == []
    assert forget(home) == 0


def test_kill_between_rows_and_ledger_is_mended_by_the_journal(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = settings.home
    remember(home, [_key(home, "c1")])
    from orchestration.erasure import forget as module  # noqa: PLC0415 -- patched below

    replaced = module._replace
    done = 0

    def stop_after_two(rows: pl.DataFrame, path: Path) -> None:
        nonlocal done
        if done == 2:
            raise KeyboardInterrupt
        done += 1
        replaced(rows, path)

    monkeypatch.setattr(module, "_replace", stop_after_two)
    with pytest.raises(KeyboardInterrupt):
        forget(home)
    assert unaccounted_rows(home) != []
    monkeypatch.undo()
    forget(home)
    assert unaccounted_rows(home) == []
    assert not (home.landing / JOURNAL_NAME).exists()
    assert _key(home, "c1") not in set(_rows(home, "sessions")["client_key"])


def test_unreadable_tombstones_stop_everything(settings: Settings) -> None:
    (settings.home.landing / "erased.json").write_text("{")
    with pytest.raises(RapportError, match="which clients were erased"):
        forget(settings.home)


def test_tombstones_add_up(settings: Settings) -> None:
    remember(settings.home, ["a"])
    remember(settings.home, ["b"])
    assert tombstones(settings.home) == {"a", "b"}
    write_json(settings.home.landing / "erased.json", {})
    assert forget(settings.home) == 0
