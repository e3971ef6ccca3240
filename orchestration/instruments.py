"""What ``rapport.toml`` says of instruments: forms of the practice's own, shipped ones switched on.

Here: their model, and the Parquet files in which dbt meets them, with the columns of
seeds/instruments.csv, instrument_scales.csv and instrument_items.csv. Not here: the instruments
that Rapport ships (seeds), scoring (dbt), or the wording of any item.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
CODE = re.compile(r"custom:[a-z0-9][a-z0-9_]{0,39}")
SCALE_CODE = re.compile(r"(?!item_)[a-z][a-z0-9_]{0,39}")

# Columns and types of the three seeds (seeds/*.yml); tests/unit/ingest compares them.
INSTRUMENT_SCHEMA: dict[str, pl.DataType] = {
    "instrument": pl.String(),
    "name": pl.String(),
    "family": pl.String(),
    "respondent": pl.String(),
    "minimum": pl.Float64(),
    "maximum": pl.Float64(),
    "direction": pl.String(),
    "item_count": pl.Int32(),
    "cutoff": pl.Float64(),
    "alert_drop": pl.Float64(),
    "ceiling": pl.Float64(),
    "reliable_change": pl.Float64(),
    "sigma_w": pl.Float64(),
    "sigma_floor": pl.Float64(),
    "min_drop": pl.Float64(),
    "outcome_priority": pl.Int32(),
    "is_enabled": pl.Boolean(),
    "licence": pl.String(),
    "evidence": pl.String(),
    "source": pl.String(),
}
SCALE_SCHEMA: dict[str, pl.DataType] = {
    "instrument": pl.String(),
    "scale": pl.String(),
    "name": pl.String(),
    "component": pl.String(),
    "item_count": pl.Int32(),
    "minimum": pl.Float64(),
    "maximum": pl.Float64(),
    "max_missing": pl.Int32(),
    "method": pl.String(),
    "multiplier": pl.Float64(),
    "evidence": pl.String(),
    "source": pl.String(),
}
ITEM_SCHEMA: dict[str, pl.DataType] = {
    "instrument": pl.String(),
    "scale": pl.String(),
    "item": pl.String(),
    "is_reversed": pl.Boolean(),
    "minimum": pl.Float64(),
    "maximum": pl.Float64(),
    "evidence": pl.String(),
    "source": pl.String(),
}
# What a score can be is the column it lies in (decimal(9, 4)); a larger one would stop every build.
_LARGEST = 10_000
Points = Annotated[float, Field(ge=-_LARGEST, le=_LARGEST)]
Spread = Annotated[float, Field(gt=0, le=_LARGEST)]
_ORIGIN = {"evidence": "practice", "source": "rapport.toml"}


class Instrument(BaseModel):
    """``[instruments."custom:<name>"]``: a form the practice uses and Rapport does not know.

    ``minimum`` and ``maximum`` are those of the total; with items they follow from the items and
    may be left out. ``max_missing`` is the number of items that may lack for the total; a subscale
    is scored only when all its items are there. The rupture rule applies only where ``sigma_w``,
    ``sigma_floor`` and ``min_drop`` are given.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    family: Literal["alliance", "outcome", "other"]
    direction: Literal["higher_is_better", "lower_is_better"]
    respondent: Literal["client", "clinician", "observer", "caregiver"] = "client"
    minimum: Points | None = None
    maximum: Points | None = None
    items: int | list[int] = 0
    item_minimum: Points | None = None
    item_maximum: Points | None = None
    scales: dict[str, list[int]] = Field(default_factory=dict)
    reverse: list[int] = Field(default_factory=list)
    max_missing: int = Field(default=0, ge=0)
    total: Literal["sum", "mean"] = "sum"
    cutoff: Points | None = None
    alert_drop: Spread | None = None
    ceiling: Points | None = None
    reliable_change: Spread | None = None
    sigma_w: Spread | None = None
    sigma_floor: Spread | None = None
    min_drop: Spread | None = None
    outcome_priority: int | None = Field(default=None, ge=1)

    @property
    def item_numbers(self) -> tuple[int, ...]:
        """Numbers of the items that make the total; empty for a form known by its total alone."""
        if isinstance(self.items, int):
            return tuple(range(1, self.items + 1))
        return tuple(self.items)

    def range_of(self, item_count: int) -> tuple[float | None, float | None]:
        """Smallest and largest score of a scale of this many items; as declared without items."""
        if self.item_minimum is None or self.item_maximum is None:
            return self.minimum, self.maximum
        factor = item_count if self.total == "sum" else 1
        return self.item_minimum * factor, self.item_maximum * factor

    @model_validator(mode="after")
    def _consistent(self) -> Instrument:
        items = self.item_numbers
        if items:
            self._check_items(items)
            self._check_scales(items)
        elif self.scales or self.reverse or self.max_missing:
            raise ValueError("scales, reverse and max_missing need items")
        _need_order(*self.range_of(len(items)), "minimum", "maximum")
        rupture = (self.sigma_w, self.sigma_floor, self.min_drop)
        if len({part is None for part in rupture}) > 1:
            raise ValueError("sigma_w, sigma_floor and min_drop belong together")
        return self

    def _check_items(self, items: tuple[int, ...]) -> None:
        if min(items) < 1 or max(items) > 99 or len(set(items)) < len(items):
            raise ValueError("items are numbered from 1 to 99, each once")
        _need_order(self.item_minimum, self.item_maximum, "item_minimum", "item_maximum")
        if not set(items).issuperset(self.reverse):
            raise ValueError("reverse names an item that is not in items")
        if self.max_missing >= len(items):
            raise ValueError("max_missing must be smaller than the number of items")

    def _check_scales(self, items: tuple[int, ...]) -> None:
        declared = (self.minimum, self.maximum)
        for bound, made in zip(declared, self.range_of(len(items)), strict=True):
            if bound is not None and bound != made:
                raise ValueError("minimum and maximum of the total contradict the items")
        for code, numbers in self.scales.items():
            if not SCALE_CODE.fullmatch(code) or code == "total":
                raise ValueError("a scale's code is lower case, and neither total nor item_..")
            if not numbers or len(set(numbers)) < len(numbers) or not set(numbers) <= set(items):
                raise ValueError(f"scale {code} must list some of the items, each once")


def _need_order(low: float | None, high: float | None, low_name: str, high_name: str) -> None:
    if low is None or high is None:
        raise ValueError(f"{low_name} and {high_name} are needed")
    if low >= high:
        raise ValueError(f"{low_name} must be below {high_name}")
    if max(abs(low), abs(high)) > _LARGEST:
        raise ValueError(f"scores lie between -{_LARGEST:,} and {_LARGEST:,}")


@dataclass(frozen=True)
class Shipped:
    """What the seeds say of an instrument, as far as a reader needs it.

    Attributes:
        respondent: who fills it in.
        item_count: how many items it has; None where that is not settled.
        scales: codes of its scales, ``total`` apart; empty where none are known.
    """

    respondent: str
    item_count: int | None
    scales: frozenset[str]


@cache
def shipped_instruments() -> dict[str, Shipped]:
    """The instruments of the seeds, by code."""
    scales: dict[str, set[str]] = {}
    for row in _rows("instrument_scales"):
        scales.setdefault(row["instrument"], set()).add(row["scale"])
    return {
        row["instrument"]: Shipped(
            respondent=row["respondent"],
            item_count=int(row["item_count"]) if row["item_count"] else None,
            scales=frozenset(scales.get(row["instrument"], set()) - {"total"}),
        )
        for row in _rows("instruments")
    }


def check_switched_on(codes: Iterable[str]) -> None:
    """Check that Rapport ships each of these instruments and knows how to score it.

    Args:
        codes: of ``[instruments] enable``.

    Raises:
        ValueError: one is unknown, or has no scale that could be scored.
    """
    wanted = set(codes)
    if not wanted:
        return
    shipped, scored = _column("instruments"), _column("instrument_scales")
    if unknown := sorted(wanted - shipped):
        raise ValueError(f"enable: no instrument is shipped under {', '.join(unknown)}")
    if unscored := sorted(wanted - scored):
        raise ValueError(f"enable: {', '.join(unscored)} cannot be scored, its rules are not known")


def _column(seed: str) -> set[str]:
    """The instrument codes of a seed."""
    return {row["instrument"] for row in _rows(seed)}


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write_instruments(
    instruments: Mapping[str, Instrument], folder: Path, switched_on: Iterable[str] = ()
) -> None:
    """Write the three Parquet files of custom instruments; without any, each has zero rows.

    Args:
        instruments: by code (``custom:...``).
        folder: where to write instruments.parquet, instrument_scales.parquet and
            instrument_items.parquet (the home's ``build``).
        switched_on: codes of shipped instruments; each is a row of instruments.parquet that says
            nothing but its code and that it is on.
    """
    codes = sorted(instruments)
    totals = [_instrument_row(code, instruments[code]) for code in codes]
    totals += [
        dict.fromkeys(INSTRUMENT_SCHEMA) | {"instrument": code, "is_enabled": True, **_ORIGIN}
        for code in sorted(set(switched_on))
    ]
    scales = [row for code in codes for row in _scale_rows(code, instruments[code])]
    items = [row for code in codes for row in _item_rows(code, instruments[code])]
    for name, rows, schema in (
        ("instruments", totals, INSTRUMENT_SCHEMA),
        ("instrument_scales", scales, SCALE_SCHEMA),
        ("instrument_items", items, ITEM_SCHEMA),
    ):
        pl.DataFrame(rows, schema=schema, orient="row").write_parquet(folder / f"{name}.parquet")


def _instrument_row(code: str, instrument: Instrument) -> dict[str, Any]:
    count = len(instrument.item_numbers)
    low, high = instrument.range_of(count)
    same = ("name", "family", "respondent", "direction", "cutoff", "alert_drop", "ceiling")
    same += ("reliable_change", "sigma_w", "sigma_floor", "min_drop", "outcome_priority")
    return {
        **{column: getattr(instrument, column) for column in same},
        "instrument": code,
        "minimum": low,
        "maximum": high,
        "item_count": count or None,
        "is_enabled": True,
        "licence": "held by the practice",
        **_ORIGIN,
    }


def _scales(instrument: Instrument) -> dict[str, tuple[int, ...]]:
    """Item numbers by scale, the total first."""
    subscales = {scale: tuple(numbers) for scale, numbers in instrument.scales.items()}
    return {"total": instrument.item_numbers, **subscales}


def _scale_rows(code: str, instrument: Instrument) -> list[dict[str, Any]]:
    rows = []
    for scale, numbers in _scales(instrument).items():
        low, high = instrument.range_of(len(numbers))
        rows.append(
            {
                "instrument": code,
                "scale": scale,
                "name": "Total" if scale == "total" else scale.replace("_", " ").capitalize(),
                "component": scale if scale in ("bond", "task", "goal") else None,
                "item_count": len(numbers) or None,
                "minimum": low,
                "maximum": high,
                "max_missing": instrument.max_missing if scale == "total" else 0,
                "method": instrument.total,
                "multiplier": 1.0,
                **_ORIGIN,
            }
        )
    return rows


def _item_rows(code: str, instrument: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "instrument": code,
            "scale": scale,
            "item": f"item_{number:02d}",
            "is_reversed": number in instrument.reverse,
            "minimum": instrument.item_minimum,
            "maximum": instrument.item_maximum,
            **_ORIGIN,
        }
        for scale, numbers in _scales(instrument).items()
        for number in numbers
    ]
