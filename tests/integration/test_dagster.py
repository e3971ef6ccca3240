"""The same job through Dagster: the workspace loads, and a materialisation publishes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import dagster as dg
import pytest

from orchestration.dagster_home import make_dagster_home
from orchestration.definitions import defs
from orchestration.home import HOME_VARIABLE
from orchestration.lock import holder
from orchestration.release.catalogue import current_release
from tests.integration.small_practice import make_small_home
from tests.support import RAPPORT, REPO


def test_workspace_loads_in_dagster(tmp_path: Path) -> None:
    home = make_small_home(tmp_path / "home")
    done = subprocess.run(
        [str(RAPPORT.with_name("dagster")), "definitions", "validate", "-w", "workspace.yaml"],
        env={
            **os.environ,
            HOME_VARIABLE: str(home.path),
            "DAGSTER_HOME": str(make_dagster_home(home)),
        },
        cwd=REPO,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Validation successful for code location rapport" in done.stdout + done.stderr


def test_materialising_everything_publishes_a_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_small_home(tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(home.path))
    result = defs.resolve_job_def("build").execute_in_process(raise_on_error=False)
    assert result.success

    materialised = {event.asset_key for event in result.get_asset_materialization_events()}
    graph = defs.resolve_asset_graph()
    assert materialised == graph.materializable_asset_keys
    checks = result.get_asset_check_evaluations()
    assert {check.asset_check_key for check in checks} == graph.asset_check_keys
    assert [check.check_name for check in checks if not check.passed] == []

    release = current_release(home).release
    [published] = [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey("release")
    ]
    assert published.metadata["release_id"].value == release.release_id
    assert holder(home.path) is None


def test_landing_alone_says_nothing_about_a_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_small_home(tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(home.path))
    keys = [["landing", "sessions"], ["landing", "delivery"], ["landing", "quarantine"]]
    landing = dg.AssetSelection.groups("exports")
    assert landing.resolve(defs.resolve_asset_graph()) >= {dg.AssetKey(key) for key in keys}
    job = dg.define_asset_job("land", selection=landing - dg.AssetSelection.assets("inbox"))
    made = dg.Definitions.merge(defs, dg.Definitions(jobs=[job])).resolve_job_def("land")
    result = made.execute_in_process(raise_on_error=False)
    assert result.success
    [sessions] = [
        event.step_materialization_data.materialization
        for event in result.get_asset_materialization_events()
        if event.asset_key == dg.AssetKey(["landing", "sessions"])
    ]
    assert sessions.metadata["dagster/row_count"].value > 100
    assert sessions.metadata["quarantined"].value >= 0
    assert not (home.releases / "last_build.json").exists()
