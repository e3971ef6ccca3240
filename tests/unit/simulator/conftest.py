"""Two simulated practices for the tests of this folder: a small one and one of the usual size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from orchestration.simulator import Truth, simulate


@dataclass(frozen=True)
class Simulated:
    """A simulated practice on disk; tests only read it."""

    inbox: Path
    truth_dir: Path
    truth: Truth
    end_on: date


def _simulated(
    tmp_path_factory: pytest.TempPathFactory, clinicians: int, sessions: int, seed: int
) -> Simulated:
    folder = tmp_path_factory.mktemp("simulated")
    end_on = date(2026, 11, 20)
    truth = simulate(
        folder / "inbox",
        folder / "truth",
        clinicians=clinicians,
        sessions=sessions,
        seed=seed,
        end_on=end_on,
    )
    return Simulated(folder / "inbox", folder / "truth", truth, end_on)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """About 3,000 bookings."""
    return _simulated(tmp_path_factory, 10, 3000, 3)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """About 40,000 bookings with many clinicians, for shares that need numbers."""
    return _simulated(tmp_path_factory, 40, 40_000, 5)
