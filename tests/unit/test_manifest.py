"""The held manifest: parsed once per state of the project, and anew when what is held is damaged.

A project of one model stands in for the real one, whose parsing takes seconds.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.errors import RapportError
from orchestration.manifest import dbt_environment, held_manifest, project_fingerprint
from tests.support import REPO

MODEL = "select 1 as a"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (tmp_path / "seeds").mkdir()
    (folder / "models" / "one.sql").write_text(MODEL)
    (folder / "dbt_project.yml").write_text("name: small\nversion: 1.0.0\nprofile: rapport\n")
    profiles = (REPO / "dbt_project" / "profiles.yml").read_text()
    (folder / "profiles.yml").write_text(profiles)
    held_manifest.cache_clear()
    yield folder
    held_manifest.cache_clear()


def _written(project: Path) -> int:
    held = held_manifest(project, project.parent / "seeds")
    return (held.folder / "manifest.json").stat().st_mtime_ns


def test_parsed_once_and_readable_for_both(project: Path) -> None:
    first = _written(project)
    held_manifest.cache_clear()
    assert _written(project) == first
    held = held_manifest(project, project.parent / "seeds")
    assert "model.small.one" in held.content["nodes"]
    assert "model.small.one" in held.for_dbt().nodes
    assert held.content["nodes"]["model.small.one"]["database"] == "build"


@pytest.mark.parametrize("name", ["manifest.json", "partial_parse.msgpack", "sums.json"])
def test_damaged_one_is_parsed_anew(project: Path, name: str) -> None:
    _written(project)
    damaged = held_manifest(project, project.parent / "seeds").folder / name
    damaged.write_bytes(damaged.read_bytes()[:-10])
    held_manifest.cache_clear()
    held = held_manifest(project, project.parent / "seeds")
    assert "model.small.one" in held.content["nodes"]
    assert "model.small.one" in held.for_dbt().nodes


@pytest.mark.parametrize("name", ["models/one.sql", "dbt_project.yml", "../seeds/a.csv"])
def test_any_file_that_matters_changes_the_fingerprint(project: Path, name: str) -> None:
    before = project_fingerprint(project, project.parent / "seeds")
    place = project / name
    place.write_text((place.read_text() if place.exists() else "") + "\n")
    assert project_fingerprint(project, project.parent / "seeds") != before


def test_what_dbt_writes_does_not_change_the_fingerprint(project: Path) -> None:
    before = project_fingerprint(project, project.parent / "seeds")
    for place in ("target/manifest.json", "logs/dbt.log"):
        (project / place).parent.mkdir(exist_ok=True)
        (project / place).write_text("x")
    assert project_fingerprint(project, project.parent / "seeds") == before


def test_project_that_dbt_cannot_read_is_said(project: Path) -> None:
    (project / "models" / "one.sql").write_text("select * from {{ ref('nosuch') }}")
    with pytest.raises(RapportError, match="cannot read the project"):
        held_manifest(project, project.parent / "seeds")
    assert not list((project / "target" / "held").glob("parse-*"))


def test_environment_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORT_HOME", "before")
    monkeypatch.delenv("RAPPORT_BUILD_FILE", raising=False)
    with dbt_environment(RAPPORT_HOME="during", RAPPORT_BUILD_FILE="file"):
        assert os.environ["RAPPORT_HOME"] == "during"
        assert os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] == "false"
    assert os.environ["RAPPORT_HOME"] == "before"
    assert "RAPPORT_BUILD_FILE" not in os.environ
