"""The folder in which Dagster keeps its runs: ``logs/dagster`` of the home.

Here: its ``dagster.yaml``, because limits of runs live in Dagster's instance and not in code. Not
here: definitions (defs/). `dagster dev -w workspace.yaml` uses it when DAGSTER_HOME names it.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.home import Home

_SETTINGS = """\
# Written by Rapport; change what you like, it is not overwritten.

telemetry:
  enabled: false

# One build at a time: two would wait for each other's lock and one would fail.
concurrency:
  runs:
    max_concurrent_runs: 1

# After a power cut Dagster keeps the run that died as started, and with one run at a time the queue
# would wait for it for ever. Ended after two hours; a build takes minutes.
run_monitoring:
  enabled: true
  start_timeout_seconds: 120
  max_runtime_seconds: 7200
  poll_interval_seconds: 30

# A build that failed fails again on the same input; one that was killed is worth another try.
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false

retention:
  sensor:
    purge_after_days: {skipped: 2, failure: 30, success: 30}
  schedule:
    purge_after_days: 30
"""


def dagster_folder(home: Home) -> Path:
    """What DAGSTER_HOME must be for this home."""
    return home.logs / "dagster"


def make_dagster_home(home: Home) -> Path:
    """Make the folder with its settings, unless they are there."""
    folder = dagster_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "dagster.yaml"
    if not path.exists():
        path.write_text(_SETTINGS, encoding="utf-8")
    return folder
