"""Whole builds on real exports that nobody here made, through the committed example configurations.

Belongs here: from the example's rapport.toml to the release, with counts read independently from
the files. Does not belong here: the reader alone (`test_real_sources.py`). The data stay where
they are; only the temporary home of a test holds a copy.
"""

from __future__ import annotations

import csv
import shutil
import signal
from pathlib import Path

import duckdb
import numpy as np
import pytest

from orchestration.release.kill_points import VARIABLE
from tests.integration.test_order_of_arrival import content
from tests.support import REPO, run_rapport

SECRET = {"RAPPORT_PSEUDONYM_KEY": "c3" * 32}
EXAMPLES = REPO / "docs" / "examples"


def home_of(example: str, home: Path) -> Path:
    """A home with the example's configuration and nothing in the inbox."""
    assert run_rapport(home, "init", **SECRET).returncode == 0
    shutil.copy(EXAMPLES / example / "rapport.toml", home / "rapport.toml")
    return home


def drop(home: Path, source: str, delivery: str, file: Path) -> None:
    folder = home / "inbox" / source / delivery
    folder.mkdir(parents=True)
    shutil.copyfile(file, folder / file.name)


def build(home: Path, as_of: str) -> None:
    done = run_rapport(home, "build", "--as-of", as_of, **SECRET)
    assert done.returncode == 0, done.stdout + done.stderr


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(newline="") as handle:
        return list(csv.DictReader(handle))


def open_release(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str((home / "releases" / "current").resolve()), read_only=True)


# -- the trial with alliance and anxiety -----------------------------------------------------


@pytest.fixture(scope="module")
def trial(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    home = home_of("gad_alliance", tmp_path_factory.mktemp("trial") / "home")
    file = real_data / "gad_alliance" / "alliance_outcome_raw_reconstructed.csv"
    drop(home, "gad_alliance", "trial", file)
    build(home, "2015-12-31")
    return open_release(home)


@pytest.fixture(scope="module")
def trial_rows(real_data: Path) -> list[dict[str, str]]:
    return rows_of(real_data / "gad_alliance" / "alliance_outcome_raw_reconstructed.csv")


def test_clients_and_clinicians_of_the_trial(trial: duckdb.DuckDBPyConnection) -> None:
    per_clinician = trial.execute(
        "select count(distinct client_key) from core.fct_session group by clinician_key"
    ).fetchall()
    assert sorted(n for (n,) in per_clinician) == sorted([5, 2, 7, 7, 6, 2, 1, 4, 5, 4, 7, 3, 4])
    assert trial.execute("select count(*) from core.dim_client").fetchone() == (57,)


def test_a_session_is_a_row_with_an_answer(
    trial: duckdb.DuckDBPyConnection, trial_rows: list[dict[str, str]]
) -> None:
    answered = [
        row
        for row in trial_rows
        if any(row[c] for c in row if c.startswith(("wai_", "bai_")) and c[4:5] in "123456789p")
    ]
    assert trial.execute("select count(*) from core.fct_session").fetchone() == (len(answered),)
    assert len(answered) < len(trial_rows) == 855


def test_alliance_and_anxiety_correlate_as_published(trial: duckdb.DuckDBPyConnection) -> None:
    """The data's README gives r = -0.14968 over the 620 rows complete in all twelve cells."""
    pairs = trial.execute(
        """
        select a.score::double, b.score::double
        from core.fct_score as a
        inner join core.fct_score as b using (session_key)
        where a.instrument = 'custom:wai9' and b.instrument = 'custom:bai_parcels'
            and a.scale = 'total' and b.scale = 'total'
            and not a.is_prorated and not b.is_prorated
        """
    ).fetchnumpy()
    left, right = pairs.values()
    assert len(left) == 620
    assert np.corrcoef(left, right)[0, 1] == pytest.approx(-0.14968, abs=5e-5)


def test_the_case_review_has_what_it_draws(trial: duckdb.DuckDBPyConnection) -> None:
    kinds = dict(
        trial.execute(
            "select event_kind, count(*) from metrics.case_timeline group by all"
        ).fetchall()
    )
    sessions = trial.execute("select count(*) from core.fct_session").fetchone()[0]
    assert kinds["session"] == sessions
    assert kinds["score"] > sessions
    assert trial.execute("select count(*) from metrics.case_summary").fetchone() == (57,)


# -- seven re-exports of one session file ----------------------------------------------------


def versions(real_data: Path) -> list[Path]:
    files = sorted((real_data / "tfcbt").glob("SessionSurvey_*.csv"))
    assert len(files) == 7
    return files


def arrive(real_data: Path, home: Path, *, order: str) -> Path:
    """Seven deliveries in one build, or the last ones first in several, of which one gets nothing.

    All builds but the last are killed when they have landed: that is what they leave to the next.
    """
    files = versions(real_data)
    home_of("tfcbt", home)
    steps = {"at_once": [files], "reversed": [files[4:], [], files[2:4], files[:2]]}[order]
    for step in steps:
        for file in step:
            drop(home, "tfcbt", f"export-{file.stem[-16:]}", file)
        if step is not steps[-1]:
            landed = run_rapport(home, "build", **SECRET, **{VARIABLE: "landed"})
            assert landed.returncode == -signal.SIGKILL, landed.stdout + landed.stderr
    build(home, "2015-02-20")
    return home


@pytest.fixture(scope="module")
def programme(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return arrive(real_data, tmp_path_factory.mktemp("programme") / "home", order="at_once")


def test_the_newest_export_is_the_state(programme: Path, real_data: Path) -> None:
    newest = versions(real_data)[-1]
    exported_on = "2015-02-20"
    expected: dict[tuple[str, str, str], str] = {}
    for row in rows_of(newest):
        dated = row["session_date"] != "NA" and row["session_date"] <= exported_on
        if row["therapist_tag"] not in ("", "NA") and dated:
            key = row["therapist_tag"], row["client_number"], row["session_number"]
            expected.setdefault(key, row["session_date"])
    days = (
        open_release(programme)
        .execute("select started_on::varchar from core.fct_session order by all")
        .fetchall()
    )
    assert [d for (d,) in days] == sorted(expected.values())


def test_every_export_is_accounted_for(programme: Path, real_data: Path) -> None:
    held = (
        open_release(programme)
        .execute(
            """
        select count(*), count(*) filter (where status = 'duplicate'),
            bool_and(rows_read = rows_accepted + rows_quarantined + rows_collapsed + rows_filtered)
        from quality.delivery
        """
        )
        .fetchone()
    )
    # the export of 23:58 is byte for byte that of 04:47, so one of the two is a duplicate
    assert held == (7, 1, True)


def test_reversed_and_repeated_end_in_the_same_state(
    programme: Path, real_data: Path, tmp_path: Path
) -> None:
    assert content(arrive(real_data, tmp_path / "home", order="reversed")) == content(programme)
