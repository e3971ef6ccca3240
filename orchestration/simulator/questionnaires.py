"""Forms in the shapes the two systems export: canonical item rows, and the tool's wide rows.

The practice system holds WAI-SR, PHQ-9, GAD-7 and the clinicians' own form, one row per item, and
what reports.py adds. The feedback tool holds SRS and ORS, one row per session, among columns that
identify people (here obviously invented ones) and that must never leave the reader. Wrong totals
and forms answered twice arise here.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from orchestration.simulator.details import raw_ids
from orchestration.simulator.forms import CLINICIAN_FORM, ITEM_COLUMNS, Forms
from orchestration.simulator.parameters import value
from orchestration.simulator.practice import Practice
from orchestration.simulator.reports import Reports

TOOL_INSTRUMENTS = ("srs", "ors")
QUARTET = ITEM_COLUMNS[:4]


def _bookings(practice: Practice) -> pl.DataFrame:
    """What a form takes from its booking."""
    return practice.bookings.with_row_index("booking").select(
        pl.col("booking").cast(pl.Int64), "session_id", "client_id", "clinician_id", "episode_id",
        "ended_at", "collection_mode",
    )  # fmt: skip


def _declined(rng: np.random.Generator, forms: Forms, instrument: str) -> pl.DataFrame:
    """Missing forms of an instrument that are recorded as declined."""
    missing = forms.expected.filter(
        (pl.col("instrument") == instrument) & pl.col("is_missing")
    ).select("booking")
    return missing.filter(pl.Series(rng.random(len(missing)) < value("form_declined_share")))


def item_rows(
    rng: np.random.Generator, practice: Practice, forms: Forms, has_record: np.ndarray
) -> pl.DataFrame:
    """Feedback of the practice system: one row per form and item, times local.

    Args:
        rng: the stream of draws.
        practice: the practice with details.
        forms: its forms.
        has_record: per episode, whether the practice keeps a record of it.

    Returns:
        Contract columns, `booking`, and `known_from`.
    """
    mine = forms.answered.filter(~pl.col("instrument").is_in(TOOL_INSTRUMENTS)).drop(
        "collection_mode", "ended_at"
    )
    declined = (
        _declined(rng, forms, "wai_sr")
        .join(_bookings(practice), on="booking", maintain_order="left")
        .select(
            "booking",
            instrument=pl.lit("wai_sr"),
            respondent=pl.lit("client"),
            timing=pl.lit("post_session"),
            completed_at=pl.col("ended_at"),
            is_linked=pl.lit(value=True),
            skipped=pl.lit(value=True),
        )
    )
    numbered = (
        pl.concat([mine, declined], how="diagonal")
        .filter(pl.col("completed_at") <= mine["completed_at"].max())
        .sort("completed_at", "booking", "instrument")
        .with_columns(response_id=raw_ids("r", pl.int_range(pl.len()), 7))
        .join(_bookings(practice), on="booking", how="left", maintain_order="left")
    )
    is_total = (pl.col("instrument") == CLINICIAN_FORM) | pl.col("skipped").is_not_null()
    long = (
        numbered.drop("session", "episode", "clinician", "started_at")
        .with_row_index("form")
        .unpivot(
            ITEM_COLUMNS,
            index=[
                "form", "booking", "response_id", "client_id", "clinician_id", "session_id",
                "episode_id", "instrument", "respondent", "timing", "collection_mode",
                "completed_at", "is_linked", "skipped",
            ],
            variable_name="scale",
            value_name="score",
        )
        .with_columns(is_total=is_total)
    )  # fmt: skip
    lengths = pl.col("instrument").replace_strict(
        ["wai_sr", "phq9", "gad7", CLINICIAN_FORM], [12, 9, 7, 1], return_dtype=pl.Int64
    )
    number = pl.col("scale").str.tail(2).cast(pl.Int64)
    kept = (number == 1) | (~pl.col("is_total") & (number <= lengths))
    skipped_item = ~pl.col("is_total") & pl.col("score").is_null()
    recorded = pl.Series("recorded", has_record)
    episode = pl.col("episode_id").str.slice(1).cast(pl.Int64) - 1
    return (
        long.filter(kept)
        .sort("form", "scale")
        .with_columns(
            scale=pl.when("is_total").then(pl.lit("total")).otherwise("scale"),
            skipped=pl.coalesce("skipped", pl.when(skipped_item).then(pl.lit(value=True))),
            skip_reason=pl.when(pl.col("skipped").is_not_null()).then(pl.lit("declined")),
            session_id=pl.when("is_linked").then("session_id"),
            episode_id=pl.when("is_linked").then("episode_id"),
            keeps=episode,
            known_from=pl.col("completed_at"),
        )
        .with_columns(
            episode_id=pl.when(pl.lit(recorded).gather(pl.col("keeps"))).then("episode_id")
        )
        .drop("form", "is_linked", "is_total", "keeps")
    )


def report_rows(practice: Practice, reports: Reports, has_record: np.ndarray) -> pl.DataFrame:
    """Rupture reports and the other forms of reports.py: one row per form and scale, times local.

    Args:
        practice: the practice with details.
        reports: what was said; a form after the end names the episode and no session.
        has_record: per episode, whether the practice keeps a record of it.

    Returns:
        The columns of `item_rows` without those of declined forms.
    """
    keys = ["booking", "instrument", "respondent", "completed_at"]
    numbers = (
        reports.rows.select(keys)
        .unique(maintain_order=True)
        .with_columns(response_id=raw_ids("q", pl.int_range(pl.len()), 7))
    )
    recorded = pl.Series("recorded", has_record).gather(reports.rows["episode"])
    ids = _bookings(practice).drop("ended_at", "collection_mode")
    return (
        reports.rows.with_columns(is_recorded=recorded)
        .join(numbers, on=keys, how="left", maintain_order="left")
        .join(ids, on="booking", how="left", maintain_order="left")
        .with_columns(
            session_id=pl.when("is_linked").then("session_id"),
            episode_id=pl.when("is_recorded").then("episode_id"),
            known_from=pl.col("completed_at"),
        )
        .drop("episode", "is_linked", "is_recorded")
    )


def _repeated(rng: np.random.Generator, srs: pl.DataFrame) -> pl.DataFrame:
    """Second answers to the same session, an hour or so after the first."""
    again = srs.filter(pl.Series(rng.random(len(srs)) < value("form_repeated_share")))
    shift = pl.Series(np.round(rng.normal(0.0, 0.3, len(again)), 1))
    minutes = pl.Series(rng.integers(30, 180, len(again)))
    return again.with_columns(
        [(pl.col(name) + shift).clip(0, 10).round(1) for name in QUARTET]
    ).with_columns(
        completed_at=pl.col("completed_at") + pl.duration(minutes=minutes),
        is_again=pl.lit(value=True),
    )


def _with_totals(rng: np.random.Generator, forms: pl.DataFrame) -> pl.DataFrame:
    """Totals as the tool shows them; a few contradict their items (metrics.md 1.1 rule 6)."""
    wrong = rng.random(len(forms)) < value("total_contradicted_share")
    off = np.where(wrong, rng.integers(1, 4, len(forms)), 0).astype(float)
    total = pl.sum_horizontal(QUARTET).round(1)
    away = pl.when(total > 20).then(total - pl.Series(off)).otherwise(total + pl.Series(off))
    return forms.with_columns(total=away.round(1), is_contradicted=pl.Series(wrong))


def tool_rows(rng: np.random.Generator, practice: Practice, forms: Forms) -> pl.DataFrame:
    """The feedback tool's rows: one per session with SRS and ORS side by side, times local.

    Returns:
        `booking`, ids, `ors_…` and `srs_…` columns, `srs_skip`, `known_from` (first form) and
        `settled_at` (last form), in order of time. A row of a repeated SRS has no ORS.
    """
    srs = forms.answered.filter(pl.col("instrument") == "srs")
    again = _repeated(rng, srs)
    latest = forms.answered["completed_at"].max()
    again = again.filter(pl.col("completed_at") <= latest)
    srs = _with_totals(rng, pl.concat([srs, again], how="diagonal"))
    ors = _with_totals(rng, forms.answered.filter(pl.col("instrument") == "ors"))

    def side(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        renamed = {column: f"{name}_{column}" for column in (*QUARTET, "total", "completed_at")}
        renamed |= {"is_contradicted": f"{name}_contradicted", "is_linked": f"{name}_linked"}
        kept = ["booking", *renamed, *(["is_again"] if name == "srs" else [])]
        return frame.select(kept).rename(renamed)

    first = side(srs.filter(pl.col("is_again").is_null()), "srs")
    both = first.join(side(ors, "ors"), on="booking", how="full", coalesce=True)
    rows = pl.concat(
        [both, side(srs.filter(pl.col("is_again").is_not_null()), "srs")], how="diagonal"
    )
    declined = _declined(rng, forms, "srs").with_columns(srs_skip=pl.lit(value=True))
    rows = rows.join(declined, on="booking", how="full", coalesce=True)
    rows = rows.join(_bookings(practice), on="booking", how="left")
    skipped_at = pl.when(pl.col("srs_skip").is_not_null()).then("ended_at")
    rows = rows.filter((skipped_at <= latest).fill_null(value=True))
    linked = pl.coalesce("srs_linked", "ors_linked", "srs_skip")
    return (
        rows.with_columns(
            srs_completed_at=pl.coalesce("srs_completed_at", skipped_at),
            session_id=pl.when(linked).then("session_id"),
        )
        .with_columns(
            known_from=pl.min_horizontal("srs_completed_at", "ors_completed_at"),
            settled_at=pl.max_horizontal("srs_completed_at", "ors_completed_at"),
        )
        .sort("known_from", "booking", "is_again")
        .with_columns(form_id=raw_ids("f", pl.int_range(pl.len()), 7))
    )
