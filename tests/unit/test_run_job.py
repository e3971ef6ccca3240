"""What a run of the job leaves out, and that it leaves nothing out for those who come after it.

Belongs here: the events that are not kept or not made, and Python's own settings. Does not belong
here: what a build makes (tests/integration).
"""

from __future__ import annotations

import gc

import dagster as dg
import pytest
from dbt.adapters.events.types import AdapterEventWarning
from dbt.events.types import NodeFinished
from dbt_common.events.event_manager_client import get_event_manager
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from orchestration import run_job
from orchestration.dbt_events import few_events


@dg.asset
def table() -> None:
    """Stand for a table of the warehouse."""


@dg.asset(deps=[table])
def release() -> None:
    """Stand for the release."""


@dg.asset
def broken() -> None:
    """Stand for a stage that fails."""
    raise dg.Failure(allow_retries=False)


@pytest.mark.parametrize(("assets", "success"), [([table, release], True), ([broken], False)])
def test_how_a_run_ends_is_known_although_its_events_are_not_kept(
    assets: list[dg.AssetsDefinition], success: bool
) -> None:
    defs = dg.Definitions(assets=assets, jobs=[dg.define_asset_job("build")])
    with dg.DagsterInstance.ephemeral() as instance:
        run_job._forget_events(instance)
        job = defs.resolve_job_def("build")
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        assert result.success is success
        assert instance.get_runs()[0].is_success is success
        assert instance.all_logs(result.run_id) == []


def test_memory_is_searched_as_before_once_the_run_is_over() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyboardInterrupt), run_job._seldom_collected():
        assert gc.get_threshold() > before
        raise KeyboardInterrupt
    assert gc.get_threshold() == before


def test_of_dbts_events_the_ends_of_nodes_and_warnings_are_told() -> None:
    before, told = get_event_manager(), []
    with few_events():
        get_event_manager().add_callback(lambda event: told.append(event.info.name))
        fire_event(Note(msg="on the way"))
        fire_event(NodeFinished())
        fire_event(AdapterEventWarning(base_msg="careful"))
    assert told == ["NodeFinished", "AdapterEventWarning"]
    assert get_event_manager() is before
