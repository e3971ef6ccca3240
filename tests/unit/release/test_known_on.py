"""Releases as known on a past day: on the shelf, never current, never in the way of the others."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from orchestration.durable import read_json
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.catalogue import (
    NoReleaseError,
    Release,
    current_release,
    discard,
    find_release,
    list_releases,
    new_release_id,
    recover,
    rollback,
    shelf,
)
from orchestration.release.publish import promote
from orchestration.release.reading import run_query
from orchestration.settings import load_settings
from tests.unit.release.conftest import write_build

FIRST, SECOND, THIRD = (f"20261123T0010{second}-aaaaaa" for second in ("05", "06", "07"))
PAST = "known-on-2026-03-31-bbbbbb"


@pytest.fixture
def past(home: Home) -> Home:
    """A home with a current release and one as known on a past day."""
    home.settings_file.write_text("[practice]\n")
    write_build(home, FIRST)
    promote(home)
    write_build(home, PAST, rows=2, known_on="2026-03-31")
    promote(home)
    return home


def test_its_name_is_the_day_and_the_hash(home: Home) -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert new_release_id(home, now, "b" * 64, date(2026, 3, 31)) == PAST


def test_it_stands_beside_the_current_release(past: Home) -> None:
    assert current_release(past).release.release_id == FIRST
    assert (past.releases / "current").resolve().name == f"release-{FIRST}.duckdb"
    assert read_json(past.releases / "last_build.json")["release_id"] == FIRST
    assert [each.release_id for each in list_releases(past)] == [FIRST]
    assert [each.release_id for each in shelf(past)] == [FIRST, PAST]
    assert shelf(past)[1].known_on == "2026-03-31"


def test_it_is_read_by_its_name(past: Home) -> None:
    settings = load_settings(past.path)
    query = "select count(*) from core.fct_session"
    assert run_query(settings, query).rows == [(3,)]
    assert run_query(settings, query, release_id="known-on-2026-03-31").rows == [(2,)]
    analyst = run_query(settings, "from practice_metric", release_id=PAST, analyst=True)
    assert analyst.rows[0][1] == 10
    with pytest.raises(RapportError, match="No release fits"):
        run_query(settings, query, release_id="known-on-2026-04")


def test_it_neither_becomes_current_nor_is_counted_among_the_kept(past: Home) -> None:
    with pytest.raises(RapportError, match="No release fits"):
        rollback(past, PAST)
    for release_id in (SECOND, THIRD):
        write_build(past, release_id)
        promote(past, keep=2)
    assert [each.release_id for each in shelf(past)] == [THIRD, SECOND, PAST]
    recover(past)
    assert find_release(past, PAST).file in {path.name for path in past.releases.iterdir()}


def test_it_never_stands_in_for_a_damaged_release(past: Home) -> None:
    path = past.releases / f"release-{FIRST}.duckdb"
    path.chmod(0o600)
    path.write_bytes(b"no database")
    with pytest.raises(NoReleaseError, match="no earlier one is whole"):
        current_release(past)


def test_made_again_it_takes_the_place_of_the_one_before(past: Home) -> None:
    write_build(past, PAST, rows=2, known_on="2026-03-31")
    promote(past)
    assert [each.release_id for each in shelf(past)] == [FIRST, PAST]
    assert find_release(past, PAST).row_counts["core.fct_session"] == 2


def test_one_that_was_killed_before_its_card_is_swept(past: Home) -> None:
    (past.releases / f"release-{PAST}.json").unlink()
    recover(past)
    assert [path.name for path in past.releases.glob("*known-on*")] == []


def test_it_can_be_removed_and_the_others_cannot(past: Home) -> None:
    with pytest.raises(RapportError, match="No release fits"):
        discard(past, FIRST)
    assert discard(past, "known-on").release_id == PAST
    assert [each.release_id for each in shelf(past)] == [FIRST]
    assert list(past.releases.glob("*known-on*")) == []


def test_a_card_of_an_older_version_is_read(past: Home) -> None:
    told = read_json(past.releases / f"release-{FIRST}.json")
    assert told is not None
    del told["known_on"]
    assert Release.from_json(told) == list_releases(past)[0]
