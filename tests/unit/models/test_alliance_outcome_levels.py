"""The mixed model behind metrics.alliance_outcome: who may enter it and what it finds.

Belongs here: the functions of the dbt Python model, called as Python. What SQL makes of them is in
the unit tests beside the models.
"""

from __future__ import annotations

import importlib.util
from types import ModuleType

import numpy as np
import pytest

from tests.support import REPO


@pytest.fixture(scope="module")
def levels() -> ModuleType:
    path = REPO / "dbt_project/models/intermediate/int_alliance_outcome__levels.py"
    spec = importlib.util.spec_from_file_location("levels", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def practice(clinicians: int, clients: int, seed: int = 3) -> dict[str, np.ndarray]:
    """Clients of clinicians: 0.8 outcome points per alliance point between, 0.2 within."""
    rng = np.random.default_rng(seed)
    key = np.repeat(np.arange(clinicians), clients)
    own = rng.normal(36, 2, clinicians)[key]
    alliance = own + rng.normal(0, 3, len(key))
    before = rng.normal(18, 5, len(key))
    mean = (np.bincount(key, alliance) / np.bincount(key))[key]
    after = 10 + 0.8 * mean + 0.2 * (alliance - mean) + 0.5 * before
    after += rng.normal(0, 1, clinicians)[key] + rng.normal(0, 2, len(key))
    return {"clinicians": key, "alliance": alliance, "before": before, "after": after}


def as_pairs(found: dict[str, np.ndarray]) -> list[dict[str, object]]:
    return [
        {
            "instrument": "srs",
            "outcome_instrument": "ors",
            "episode_key": f"e{i:05}",
            "clinician_key": f"k{found['clinicians'][i]:03}",
            "alliance": found["alliance"][i],
            "outcome_before": found["before"][i],
            "outcome_after": found["after"][i],
        }
        for i in range(len(found["clinicians"]))
    ]


def test_both_components_are_found_where_they_were_planted(levels: ModuleType) -> None:
    between, between_se, within, within_se = levels.fit(**practice(60, 30))
    assert abs(between - 0.8) < 3 * between_se
    assert abs(within - 0.2) < 3 * within_se
    assert within_se < between_se, "many clients, few clinicians"
    assert between - within > 3 * between_se, "the two are not one coefficient"


def test_thirty_clinicians_are_enough_and_twenty_nine_are_not(levels: ModuleType) -> None:
    (enough,) = levels.rows(as_pairs(practice(30, 10)), 30, 10)
    assert enough["level_clinicians_n"] == 30
    assert enough["b_between"] is not None
    (few,) = levels.rows(as_pairs(practice(29, 10)), 30, 10)
    assert few["level_clinicians_n"] == 29
    assert "b_between" not in few


def test_a_clinician_with_nine_clients_is_left_out(levels: ModuleType) -> None:
    assert (
        levels.eligible(np.array(["a"] * 10 + ["b"] * 9), 10).tolist() == [True] * 10 + [False] * 9
    )
    pairs = as_pairs(practice(2, 10))[:-1]
    (row,) = levels.rows(pairs, 30, 10)
    assert (row["level_clinicians_n"], row["level_clients_n"]) == (1, 10)


def test_the_order_of_rows_moves_nothing(levels: ModuleType) -> None:
    pairs = as_pairs(practice(30, 10))
    assert list(levels.rows(pairs[::-1], 30, 10)) == list(levels.rows(pairs, 30, 10))


def test_a_practice_without_pairs_has_no_row(levels: ModuleType) -> None:
    assert list(levels.rows([], 30, 10)) == []
