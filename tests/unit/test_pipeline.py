"""What holds for every build, whoever started it.

Belongs here: the build session. Does not belong here: what its stages make (tests/integration).
"""

from __future__ import annotations

import os
from pathlib import Path

from orchestration.pipeline import build_session
from orchestration.settings import load_settings
from orchestration.settings_template import init_home


def test_files_of_a_build_are_private_whatever_the_callers_umask(tmp_path: Path) -> None:
    """A run that Dagster launched does not pass the command line, which sets the umask."""
    home = init_home(tmp_path / "home")
    before = os.umask(0o022)
    try:
        with build_session(load_settings(home.path), lambda *said: None):
            (home.releases / "written").write_text("")
        outside = os.umask(0o022)
    finally:
        os.umask(before)
    assert (home.releases / "written").stat().st_mode & 0o777 == 0o600
    assert outside == 0o022
