"""A past report rebuilt "as known on" its day: what came later does not leak into it.

Belongs here: whole builds of one small home, before and after later deliveries. Does not belong
here: which deliveries count (tests/unit/ingest/test_known_on.py), or how the result is kept
(tests/unit/release/test_known_on.py).
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.home import Home
from orchestration.release.catalogue import Release, current_release, list_releases, shelf
from tests.integration.small_practice import make_small_home, only_client
from tests.support import run_rapport

DAY = "2026-10-29"


@dataclass
class Story:
    """One home: the release of a day, and what was made of the same day three weeks later."""

    home: Home
    then: Release
    again: Release
    said: str


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Build on the day; deliver corrections, late rows and an undated file; look back."""
    folder = tmp_path_factory.mktemp("known")
    home = make_small_home(folder / "home")
    later = [path for path in home.inbox.glob("*/*2026-11-*") if path.is_dir()]
    assert {path.name for path in later} >= {"2026-11-20-corrections", "2026-11-20-delta"}
    for path in later:
        aside = folder / path.relative_to(home.inbox)
        aside.parent.mkdir(exist_ok=True)
        path.rename(aside)
    done = run_rapport(home.path, "build")
    assert done.returncode == 0, done.stdout + done.stderr
    then = current_release(home).release
    for path in later:
        (folder / path.relative_to(home.inbox)).rename(path)
    # A full export that does not say when it was made, and lacks all but one of the sessions.
    undated = home.inbox / "practice" / "undated"
    undated.mkdir()
    sessions = (home.inbox / "practice" / "2026-10-01-full" / "sessions.csv").read_text()
    (undated / "sessions.csv").write_text("\n".join(sessions.splitlines()[:2]) + "\n")
    done = run_rapport(home.path, "build", "--known-on", DAY)
    assert done.returncode == 0, done.stdout + done.stderr
    (again,) = (release for release in shelf(home) if release.known_on is not None)
    return Story(home, then, again, done.stdout)


def content(release: Release) -> dict[str, str]:
    """Hashes of the tables that the figures are made of."""
    return {
        table: value
        for table, value in release.content.items()
        if table.startswith(("core.", "metrics.", "analyst."))
        and table != "analyst.delivery"  # lists deliveries as the ledger has them today
    }


def test_the_figures_are_those_of_the_day(story: Story) -> None:
    assert story.then.as_of == story.again.as_of == DAY
    assert len(content(story.then)) > 40
    assert content(story.again) == content(story.then)


def test_what_came_later_has_landed_all_the_same(story: Story) -> None:
    ledger = list((story.home.landing / "delivery").glob("[0-9a-f]*.parquet"))
    assert len(ledger) >= 7
    assert "as known on" not in run_rapport(story.home.path, "sql", "from meta.release").stdout


def test_it_is_beside_the_current_release_and_says_what_it_is(story: Story) -> None:
    home = story.home.path
    assert current_release(story.home).release == story.then
    assert [each.release_id for each in list_releases(story.home)] == [story.then.release_id]
    assert story.again.release_id.startswith(f"known-on-{DAY}-")
    assert f"{DAY}: what came to be known later is left out" in story.said
    listed = run_rapport(home, "releases").stdout.splitlines()
    assert listed[-1].endswith(f"whole, as known on {DAY}")
    query = "select known_on, as_of, count(*) from meta.release, core.fct_session group by all"
    asked = run_rapport(
        home, "sql", query, "--format", "csv", "--release", story.again.release_id[:20]
    )
    assert asked.stdout.splitlines()[1].startswith(f"{DAY},{DAY},"), asked.stderr
    refused = run_rapport(home, "rollback", story.again.release_id)
    assert refused.returncode == 1
    assert "No release fits" in refused.stderr


def test_a_day_before_everything_and_a_day_to_come_are_refused(story: Story) -> None:
    before = run_rapport(story.home.path, "build", "--known-on", "2020-01-01")
    assert before.returncode == 1
    assert "Nothing was known on 2020-01-01: the first delivery is of 2026-10-01" in before.stderr
    assert run_rapport(story.home.path, "build", "--known-on", "2999-01-01").returncode == 2
    # A look at the past that failed is no failed build.
    assert "failed" not in run_rapport(story.home.path, "releases").stdout


def test_who_was_erased_is_erased_from_the_past_too(story: Story) -> None:
    """Last here: it changes the home."""
    shutil.rmtree(story.home.inbox / "practice" / "undated")
    client = only_client(story.home)
    done = run_rapport(story.home.path, "erase", client, "--source", "practice")
    assert done.returncode == 0, done.stdout + done.stderr
    assert story.again.release_id not in {each.release_id for each in shelf(story.home)}
    files: list[Path] = list(story.home.releases.glob("*known-on*"))
    assert files == []
