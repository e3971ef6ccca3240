"""Asking the dashboard's code beside: only our own code runs, wherever somebody stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.beside import ask_dashboard
from orchestration.errors import RapportError
from orchestration.home import Home


def test_no_module_is_taken_from_the_folder_somebody_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("json.py", "polars.py", "dashboards.py"):
        (tmp_path / name).write_text("raise SystemExit(9)\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with pytest.raises(RapportError, match="rapport build"):
        ask_dashboard(Home(tmp_path / "home"), kind="digest", base_url=None)
