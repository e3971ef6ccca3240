"""Papers of a built practice: by the command line and by the pages' own addresses.

Belongs here: that real cases fit their pages and that `rapport report` and `rapport digest` work
over a built home. What a paper must hold is tested on small releases (tests/unit/reports).
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
import streamlit as st

from dashboards.reports.shelf import paper_of
from tests.support import run_rapport
from tests.unit.reports.reading import figures, opened, text_of


@pytest.fixture
def home(demo_home: Path, tmp_path: Path) -> Path:
    """Give what papers need of the built home, to write views and digests into."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("releases", "secrets"):
        shutil.copytree(demo_home / name, home / name, symlinks=True)
    shutil.copy(demo_home / "rapport.toml", home)
    return home


def telling_cases(home: Path) -> list[str]:
    """Give keys of cases that differ: longest, without forms, most ruptures, most reasons."""
    with closing(duckdb.connect(str(home / "releases" / "current"), read_only=True)) as con:
        found = con.execute(
            """
            (select episode_key from metrics.case_summary order by attended_sessions desc limit 1)
            union all
            (select episode_key from metrics.case_summary where alliance_scored_sessions = 0
                order by 1 limit 1)
            union all
            (select episode_key from metrics.case_summary order by rupture_n desc, 1 limit 1)
            union all
            (select episode_key from metrics.supervision_agenda
                order by length(reasons) desc, 1 limit 1)
            """
        ).fetchall()
    return [key for (key,) in found]


@pytest.mark.parametrize("size", ["a4", "letter"])
def test_cases_of_a_practice_fit_one_page_and_its_month_two(
    size: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(home))
    st.cache_data.clear()
    st.cache_resource.clear()
    for key in telling_cases(home):
        pdf = paper_of("case", key, {"paper": size}).pdf
        assert len(opened(pdf).pages) == 1
        assert "Review again on" in text_of(pdf)
        assert all(figures(pdf))
    assert len(opened(paper_of("month", None, {"paper": size}).pdf).pages) == 2
    assert len(opened(paper_of("agenda", None, {"paper": size}).pdf).pages) <= 2
    assert len(opened(paper_of("quality", None, {"paper": size}).pdf).pages) <= 2
    st.cache_data.clear()
    st.cache_resource.clear()


def test_rapport_report_writes_a_whole_private_file_or_none(home: Path, tmp_path: Path) -> None:
    (key, *_) = telling_cases(home)
    out = tmp_path / "review.pdf"
    done = run_rapport(home, "report", "case", key, "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert "DEMO DATA" in text_of(out.read_bytes())
    assert out.stat().st_mode & 0o777 == 0o600
    again = run_rapport(home, "report", "case", key, "--out", str(out))
    assert again.returncode == 1
    assert "is there already" in again.stderr
    folder = tmp_path / "papers"
    folder.mkdir()
    for asked, said in (
        (("case", "C-NOBODY"), "No such paper"),
        (("agenda", "--clinician", "Clinician ????"), "no such clinician"),
        (("case", key, "--as", "Analyst"), "No such paper"),
        (("month", "--release", "nothing"), "nothing"),
    ):
        refused = run_rapport(home, "report", *asked, "--out", str(folder))
        assert refused.returncode == 1
        assert said in refused.stderr
        assert refused.stderr.count("\n") <= 2
    assert list(folder.iterdir()) == []


def test_rapport_digest_writes_a_text_for_each_supervisor(home: Path) -> None:
    off = run_rapport(home, "digest")
    assert "off" in off.stdout
    with (home / "rapport.toml").open("a") as file:
        file.write("\n[digest]\nenabled = true\n")
    done = run_rapport(home, "digest")
    assert done.returncode == 0, done.stderr
    texts = [path.read_text() for path in (home / "digests").glob("*/*.txt")]
    assert texts
    for text in texts:
        assert "DEMO DATA" in text
        assert "C-" not in text
