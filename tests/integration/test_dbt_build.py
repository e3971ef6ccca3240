"""`dbt build` as dbt runs it: every model, data test and unit test on the simulated practice.

Belongs here: dbt's own verdict. `rapport build` ran the data tests on these very rows; it leaves
the unit tests out, because they test the rules and not the practice's data, and here they all run.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

from tests.support import REPO

DBT = Path(sys.executable).with_name("dbt")


def test_every_model_data_test_and_unit_test_passes(demo_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in ("landing", "quarantine", "build"):
        shutil.copytree(demo_home / folder, home / folder, copy_function=shutil.copyfile)
    build_file = home / "build" / "all.duckdb"
    done = subprocess.run(
        [
            str(DBT),
            "build",
            "--profiles-dir",
            ".",
            "--target-path",
            str(tmp_path / "target"),
            "--log-path",
            str(tmp_path / "logs"),
            "--quiet",
            *("--exclude-resource-type", "test"),
        ],
        cwd=REPO / "dbt_project",
        env={**os.environ, "RAPPORT_HOME": str(home), "RAPPORT_BUILD_FILE": str(build_file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    results = json.loads((tmp_path / "target" / "run_results.json").read_text())["results"]
    kinds = Counter(r["unique_id"].split(".")[0] for r in results)
    assert {r["status"] for r in results} <= {"success", "pass"}, done.stdout[-4000:]
    assert kinds["unit_test"] >= 60
    assert kinds["model"] >= 80
    tested = re.findall(r"(\w+) test\.", (demo_home / "logs" / "build.log").read_text())
    assert set(tested) == {"pass"}
    assert len(tested) >= 80
