"""One writer per home: the lock of a process, taken again inside it, freed by its death (P5)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.errors import HomeBusyError
from orchestration.lock import hold, holder
from tests.support import REPO

_HOLD = """
import sys, time
from pathlib import Path
from orchestration.lock import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def _holding(home: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(home)], cwd=REPO, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_free_home_has_no_holder(tmp_path: Path) -> None:
    assert holder(tmp_path) is None


def test_same_process_may_take_it_again(tmp_path: Path) -> None:
    with hold(tmp_path):
        with hold(tmp_path):
            assert holder(tmp_path) == os.getpid()
        assert holder(tmp_path) == os.getpid()
    assert holder(tmp_path) is None


def test_another_process_is_named_and_its_death_frees_the_home(tmp_path: Path) -> None:
    process = _holding(tmp_path)
    try:
        assert holder(tmp_path) == process.pid
        with pytest.raises(HomeBusyError, match=f"process {process.pid}"), hold(tmp_path):
            pass
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    with hold(tmp_path):
        assert holder(tmp_path) == os.getpid()


def test_error_inside_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), hold(tmp_path):
        raise ValueError("inside")
    assert holder(tmp_path) is None
