"""Custom instruments: what may be declared, and that dbt meets the columns of the seeds.

Belongs here: the model and the three files. Does not belong here: scoring.
"""

from __future__ import annotations

import csv

import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from orchestration.instruments import (
    INSTRUMENT_SCHEMA,
    ITEM_SCHEMA,
    SCALE_SCHEMA,
    Instrument,
    write_instruments,
)
from tests.support import REPO

CHECK = {
    "name": "Session check",
    "family": "alliance",
    "direction": "higher_is_better",
    "items": 4,
    "item_minimum": 0,
    "item_maximum": 10,
    "scales": {"bond": [1, 2], "warmth": [3, 4]},
    "reverse": [2],
    "max_missing": 1,
}
TOTAL = {
    "name": "Wellbeing",
    "family": "outcome",
    "direction": "lower_is_better",
    "minimum": 0,
    "maximum": 50,
}
SEEDS = {
    "instruments": INSTRUMENT_SCHEMA,
    "instrument_scales": SCALE_SCHEMA,
    "instrument_items": ITEM_SCHEMA,
}
TYPES = {"varchar": pl.String, "double": pl.Float64, "integer": pl.Int32, "boolean": pl.Boolean}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_files_have_the_columns_and_types_of_the_seeds(seed, tmp_path):
    with (REPO / "seeds" / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        header = next(csv.reader(file))
    described = yaml.safe_load((REPO / "seeds" / f"{seed}.yml").read_text(encoding="utf-8"))
    types = described["seeds"][0]["config"]["column_types"]
    assert list(SEEDS[seed]) == header
    assert {name: TYPES[kind] for name, kind in types.items()} == {
        name: type(kind) for name, kind in SEEDS[seed].items()
    }
    write_instruments({}, tmp_path)
    empty = pl.read_parquet(tmp_path / f"{seed}.parquet")
    assert (empty.height, dict(empty.schema)) == (0, SEEDS[seed])


def test_items_make_scales_and_ranges(tmp_path):
    write_instruments({"custom:check": Instrument(**CHECK)}, tmp_path)
    (whole,) = pl.read_parquet(tmp_path / "instruments.parquet").rows(named=True)
    assert (whole["minimum"], whole["maximum"], whole["item_count"]) == (0.0, 40.0, 4)
    scales = pl.read_parquet(tmp_path / "instrument_scales.parquet")
    assert scales.select("scale", "component", "item_count", "maximum", "max_missing").rows() == [
        ("total", None, 4, 40.0, 1),
        ("bond", "bond", 2, 20.0, 0),
        ("warmth", None, 2, 20.0, 0),
    ]
    items = pl.read_parquet(tmp_path / "instrument_items.parquet")
    assert items.select("scale", "item", "is_reversed").rows() == [
        ("total", "item_01", False),
        ("total", "item_02", True),
        ("total", "item_03", False),
        ("total", "item_04", False),
        ("bond", "item_01", False),
        ("bond", "item_02", True),
        ("warmth", "item_03", False),
        ("warmth", "item_04", False),
    ]


def test_a_mean_keeps_the_range_of_its_items(tmp_path):
    write_instruments({"custom:check": Instrument(**CHECK | {"total": "mean"})}, tmp_path)
    scales = pl.read_parquet(tmp_path / "instrument_scales.parquet")
    assert scales.select("method", "minimum", "maximum").unique().rows() == [("mean", 0.0, 10.0)]


def test_a_shipped_instrument_is_switched_on_by_its_code_alone(tmp_path):
    write_instruments({"custom:check": Instrument(**CHECK)}, tmp_path, ["yp_core", "arm5", "arm5"])
    rows = pl.read_parquet(tmp_path / "instruments.parquet")
    assert rows.select("instrument", "is_enabled", "family").rows() == [
        ("custom:check", True, "alliance"),
        ("arm5", True, None),
        ("yp_core", True, None),
    ]
    assert set(pl.read_parquet(tmp_path / "instrument_scales.parquet")["instrument"]) == {
        "custom:check"
    }


def test_uncertain_instruments_are_off_and_all_others_on():
    with (REPO / "seeds" / "instruments.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    off = {row["instrument"] for row in rows if row["is_enabled"] == "false"}
    uncertain = {row["instrument"] for row in rows if row["evidence"] == "M-low"}
    # metrics.md 1.2 and 1.4: the forms for the youngest are not scored at all.
    assert off == uncertain | {"ycsrs", "ycors"}
    assert uncertain == {"arm5", "arm12", "arm28", "wai_srt", "yp_core"}


def _bands(instrument: str) -> dict[float, str]:
    """Lowest total of each severity band of an instrument."""
    with (REPO / "seeds" / "instrument_cutoffs.csv").open(encoding="utf-8", newline="") as file:
        return {
            float(row["value"]): row["kind"].removeprefix("severity_")
            for row in csv.DictReader(file)
            if row["instrument"] == instrument and row["kind"].startswith("severity_")
        }


@pytest.mark.parametrize(
    ("instrument", "total", "band"),
    [
        ("gad7", 7, "mild"),  # metrics.md 1.5: the public FHIR sample
        ("gad7", 4, None),
        ("gad7", 15, "severe"),
        ("phq9", 14, "moderate"),
        ("phq9", 15, "moderately_severe"),
    ],
)
def test_a_total_falls_into_its_published_band(instrument, total, band):
    reached = {low: name for low, name in _bands(instrument).items() if low <= total}
    assert (reached[max(reached)] if reached else None) == band


def test_a_form_may_be_known_by_its_total_alone(tmp_path):
    write_instruments({"custom:wellbeing": Instrument(**TOTAL)}, tmp_path)
    (whole,) = pl.read_parquet(tmp_path / "instruments.parquet").rows(named=True)
    assert (whole["maximum"], whole["item_count"], whole["sigma_w"]) == (50.0, None, None)
    assert pl.read_parquet(tmp_path / "instrument_items.parquet").is_empty()


@pytest.mark.parametrize(
    ("base", "change", "said"),
    [
        (TOTAL, {"maximum": None}, "minimum and maximum are needed"),
        (TOTAL, {"maximum": 0}, "minimum must be below maximum"),
        (TOTAL, {"reverse": [1]}, "need items"),
        (TOTAL, {"sigma_w": 2.0}, "belong together"),
        (TOTAL, {"family": "mood"}, "alliance"),
        (CHECK, {"item_maximum": None}, "item_minimum and item_maximum are needed"),
        (CHECK, {"items": [1, 2, 2]}, "each once"),
        (CHECK, {"items": [0, 1]}, "from 1 to 99"),
        (CHECK, {"reverse": [5]}, "reverse names an item"),
        (CHECK, {"max_missing": 4}, "max_missing must be smaller"),
        (CHECK, {"maximum": 41}, "contradict the items"),
        (CHECK, {"scales": {"total": [1]}}, "a scale's code"),
        (CHECK, {"scales": {"item_01": [1]}}, "a scale's code"),
        (CHECK, {"scales": {"bond": [9]}}, "scale bond must list"),
        (TOTAL, {"maximum": 100_000}, "less than or equal to 10000"),
        (TOTAL, {"maximum": float("inf")}, "less than or equal to 10000"),
        (TOTAL, {"cutoff": float("nan")}, "or equal to -?10000"),
        (CHECK, {"item_maximum": 9_000, "scales": {}}, "between -10,000 and 10,000"),
    ],
)
def test_what_contradicts_itself_is_refused(base, change, said):
    with pytest.raises(ValidationError, match=said):
        Instrument(**base | change)
