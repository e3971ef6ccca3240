"""What Dagster shows: lineage from every export to every metric, what each asset says of itself.

Asset keys are compared with the contracts and the manifest, not snapshotted: a table that is added
must appear without a change here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.definitions import defs
from orchestration.defs.automation import (
    QUIET_SECONDS,
    STARTING_SECONDS,
    Watch,
    end_dead_runs,
    look,
)
from orchestration.defs.warehouse import MANIFEST
from orchestration.extract.inbox import find_deliveries
from tests.support import REPO

GRAPH = defs.resolve_asset_graph()
SPECS = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
NODES = MANIFEST["nodes"].values()


def _downstream(key: dg.AssetKey) -> set[dg.AssetKey]:
    seen: set[dg.AssetKey] = set()
    waiting = [key]
    while waiting:
        for child in GRAPH.get(waiting.pop()).child_keys - seen:
            seen.add(child)
            waiting.append(child)
    return seen


def test_every_model_and_seed_is_an_asset_named_after_its_table() -> None:
    wanted = {
        dg.AssetKey([node["schema"], node["alias"]])
        for node in NODES
        if node["resource_type"] in ("model", "seed")
    }
    assert wanted <= set(SPECS)


@pytest.mark.parametrize("feed", sorted(FEEDS))
def test_every_export_leads_to_the_release(feed: str) -> None:
    landed = dg.AssetKey(["landing", feed])
    assert landed in _downstream(dg.AssetKey("inbox"))
    assert dg.AssetKey("release") in _downstream(landed)


def test_sessions_and_feedback_lead_to_every_metric() -> None:
    metrics = {key for key in SPECS if key.path[0] == "metrics"}
    # These are copies of seeds.
    copies = (
        "benchmark",
        "claim",
        "claim_metric",
        "metric_catalogue",
        "parameter",
        "review_code",
        "rupture_method",
    )
    described = {dg.AssetKey(["metrics", name]) for name in copies}
    sessions, feedback = (
        _downstream(dg.AssetKey(["landing", n])) for n in ("sessions", "feedback")
    )
    assert metrics - described <= sessions
    measured = {"rupture", "signal", "episode_alliance", "clinician_metric", "supervision_agenda"}
    assert {dg.AssetKey(["metrics", name]) for name in measured} <= feedback


def test_release_waits_for_every_table_it_holds() -> None:
    held = {
        key for key in SPECS if key.path[0] in ("core", "metrics", "quality", "meta", "analyst")
    }
    assert held <= set(GRAPH.get(dg.AssetKey("release")).parent_keys)


def test_every_asset_says_what_it_is_where_it_belongs_and_whose_it_is() -> None:
    lacking = [
        key.to_user_string()
        for key, spec in SPECS.items()
        if not (spec.description and spec.group_name and spec.kinds and spec.owners)
    ]
    assert lacking == []


def test_landed_assets_carry_their_schema() -> None:
    schema = SPECS[dg.AssetKey(["landing", "sessions"])].metadata["dagster/column_schema"]
    assert [column.name for column in schema.columns] == list(FEEDS["sessions"].landed_schema())


def test_dbt_tests_are_asset_checks_those_of_sources_included() -> None:
    checks = {key.name for key in GRAPH.asset_check_keys}
    tests = {node["name"] for node in NODES if node["resource_type"] == "test"}
    assert tests <= checks
    assert {"rows_are_conserved", "current_release_is_whole"} <= checks


def test_one_job_takes_everything_in_one_process() -> None:
    job = defs.resolve_job_def("build")
    assert job.executor_def.name == dg.in_process_executor.name
    materializable = {key for key in SPECS if GRAPH.get(key).is_materializable}
    assert set(job.asset_layer.executable_asset_keys) >= materializable


def test_root_stays_small() -> None:
    lines = (REPO / "orchestration" / "definitions.py").read_text().splitlines()
    assert len(lines) <= 15


def test_importing_the_definitions_needs_no_home(tmp_path: Path) -> None:
    environment = {**os.environ, "RAPPORT_HOME": str(tmp_path / "nowhere")}
    done = subprocess.run(
        [sys.executable, "-c", "import orchestration.definitions"],
        env=environment,
        cwd=REPO,
        check=False,
    )
    assert done.returncode == 0
    assert not (tmp_path / "nowhere").exists()


# --- the inbox sensor ----------------------------------------------------------------------------


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / "clinic" / "november"
    folder.mkdir(parents=True)
    (folder / "sessions.csv").write_text("session_id\n1\n")
    return tmp_path / "inbox"


def test_delivery_without_manifest_must_rest(inbox: Path) -> None:
    first = look(find_deliveries(inbox), Watch({}), now=1000)
    early = look(find_deliveries(inbox), first.watch, now=1000 + QUIET_SECONDS - 1)
    late = look(find_deliveries(inbox), early.watch, now=1000 + QUIET_SECONDS)
    assert [first.build, early.build, late.build] == [False, False, True]


def test_delivery_with_manifest_needs_two_equal_looks(inbox: Path) -> None:
    (inbox / "clinic" / "november" / "manifest.json").write_text("{}")
    first = look(find_deliveries(inbox), Watch({}), now=1000)
    second = look(find_deliveries(inbox), first.watch, now=1001)
    assert [first.build, second.build] == [False, True]


def test_change_starts_the_wait_anew(inbox: Path) -> None:
    first = look(find_deliveries(inbox), Watch({}), now=1000)
    (inbox / "clinic" / "november" / "feedback.csv").write_text("response_id\n1\n")
    second = look(find_deliveries(inbox), first.watch, now=1000 + QUIET_SECONDS)
    third = look(find_deliveries(inbox), second.watch, now=1000 + 2 * QUIET_SECONDS)
    assert [second.build, third.build] == [False, True]


def test_same_state_is_built_once(inbox: Path) -> None:
    watch = look(find_deliveries(inbox), Watch({}), now=1000).watch
    built = look(find_deliveries(inbox), watch, now=2000)
    assert built.build
    again = look(find_deliveries(inbox), Watch.from_cursor(built.watch.to_cursor()), now=3000)
    assert not again.build
    assert again.why == "Nothing new in the inbox."


def test_temporary_name_neither_builds_nor_blocks_the_others(inbox: Path) -> None:
    half = inbox / "clinic" / "december"
    half.mkdir()
    (half / "sessions.csv.part").write_text("session_id\n")
    watch = look(find_deliveries(inbox), Watch({}), now=1000).watch
    assert look(find_deliveries(inbox), watch, now=2000).build


def test_empty_inbox_waits(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    assert not look(find_deliveries(tmp_path / "inbox"), Watch({}), now=1000).build


@pytest.mark.parametrize("cursor", [None, "", "{", "[]", '{"seen": 1}'])
def test_unreadable_cursor_is_a_fresh_start(cursor: str | None) -> None:
    assert Watch.from_cursor(cursor) == Watch({})


def test_run_whose_process_is_gone_is_ended_and_a_fresh_one_is_not() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(defs.resolve_job_def("build"))
        started = dg.DagsterEventType.RUN_START.value
        instance.report_dagster_event(dg.DagsterEvent(started, "build"), run_id=run.run_id)
        now = datetime.now(UTC)
        assert end_dead_runs(instance, now) == []
        assert end_dead_runs(instance, now + timedelta(seconds=STARTING_SECONDS + 5)) == [
            run.run_id
        ]
        ended = instance.get_run_by_id(run.run_id)
        assert ended is not None
        assert ended.status is dg.DagsterRunStatus.FAILURE


def test_cursor_holds_no_name_of_a_delivery(tmp_path: Path) -> None:
    folder = tmp_path / "inbox" / "clinic" / "Anna Schmidt"
    folder.mkdir(parents=True)
    (folder / "sessions.csv").write_text("x")
    cursor = look(find_deliveries(tmp_path / "inbox"), Watch({}), now=1).watch.to_cursor()
    assert "Anna" not in cursor
    assert "Schmidt" not in cursor


# --- fetching ------------------------------------------------------------------------------------


def test_fetching_is_a_job_of_its_own() -> None:
    nodes = {node.name for node in defs.resolve_job_def("fetch").nodes}
    assert nodes == {"fetch_every_source"}
    built = {node.name for node in defs.resolve_job_def("build").nodes}
    assert "fetch_every_source" not in built


def test_nightly_fetch_runs_only_where_something_is_to_be_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path))
    (tmp_path / "rapport.toml").write_text("")
    with dg.build_schedule_context() as context:
        assert isinstance(defs.resolve_schedule_def("nightly_fetch")(context), dg.SkipReason)
        monkeypatch.setattr("orchestration.defs.fetch.fetched_sources", lambda settings: ["a"])
        assert isinstance(defs.resolve_schedule_def("nightly_fetch")(context), dg.RunRequest)
