"""Fixtures of the ingest tests. Helpers are in making.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from orchestration.readers.base import DeliveryFile
from orchestration.settings_template import init_home
from tests.unit.ingest.making import KEY, Practice, memory_file


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A fresh home with a fixed key, in Europe/London."""
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    home = init_home(tmp_path / "home", time_zone="Europe/London")
    return Practice(home)


@pytest.fixture
def file_of() -> Callable[[str, bytes | str], DeliveryFile]:
    """Makes a file of a delivery from its name and bytes."""
    return memory_file
