"""What the page Data quality says of sources, checks, deliveries and verdicts, as readable rows.

Here: rows of `quality.*` and of the signal rules turned into words. Not here: any figure; counting
rows and comparing an age with its threshold is all that is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from textwrap import shorten
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.texts import quality as texts
from review_log import NAME

# All of it stands in quality.delivery; a table is to be read at a glance.
_LONGEST_WHY = 120


def sources(found: pl.DataFrame, day: date, late_days: float) -> pl.DataFrame:
    """Say of each source when it last delivered, whether that is late, and what became of rows.

    Args:
        found: rows of `quality.delivery`.
        day: the day of the release.
        late_days: age from which a source is late.
    """
    rows = []
    for (source,), lines in sorted(found.group_by("source")):
        taken = lines.filter(pl.col("status").str.starts_with("accepted"))
        newest = taken["generated_at"].max()
        rows.append(
            {
                texts.SOURCE: source,
                texts.NEWEST: wording.moment(newest),
                texts.AGE: _age(newest, day),
                texts.STATE: (
                    _log_state(lines) if source == NAME else _state(newest, day, late_days)
                ),
                texts.DELIVERIES_N: lines.height,
                texts.NOT_TAKEN: lines.filter(pl.col("status").is_in(["rejected", "held"])).height,
                texts.READ: taken["rows_read"].sum(),
                texts.ACCEPTED: taken["rows_accepted"].sum(),
                texts.HELD_BACK: taken["rows_quarantined"].sum(),
                texts.LEFT_OUT: taken["rows_collapsed"].sum() + taken["rows_filtered"].sum(),
            }
        )
    return pl.DataFrame(rows)


def _days(newest: datetime, day: date) -> int:
    return max(0, (day - newest.date()).days)


def _age(newest: datetime | None, day: date) -> str:
    return wording.NOTHING if newest is None else wording.counted(_days(newest, day), "day")


def _state(newest: datetime | None, day: date, late_days: float) -> str:
    if newest is None:
        return texts.NEVER
    return texts.LATE if _days(newest, day) > late_days else texts.IN_TIME


def _log_state(lines: pl.DataFrame) -> str:
    """Nobody owes the review log an entry, so it is never late; but it may not have answered."""
    return texts.READ_BY_BUILD if (lines["status"] == "accepted").all() else texts.SILENT


def checks_said(found: pl.DataFrame) -> str:
    """Say how many checks passed, and how the others stand."""
    failed = found.filter(~pl.col("is_passed"))
    blocking = failed.filter(pl.col("severity") == "blocking").height
    said = texts.PASSED_OF if not failed.height else texts.WARNED
    return (texts.BLOCKED if blocking else said).format(
        passed=wording.whole(found.height - failed.height),
        all=wording.counted(found.height, "check"),
        warnings=wording.counted(failed.height, "warning"),
        blocking=wording.whole(blocking),
    )


def class_table(found: pl.DataFrame) -> pl.DataFrame:
    """Count passed and failed checks by class."""
    is_blocking = pl.col("severity") == "blocking"
    counts = (
        found.group_by("kahn_class")
        .agg(
            passed=pl.col("is_passed").sum(),
            warned=(~pl.col("is_passed") & ~is_blocking).sum(),
            blocked=(~pl.col("is_passed") & is_blocking).sum(),
        )
        .sort("kahn_class")
    )
    return pl.DataFrame(
        {
            texts.CLASS: [wording.sentence_case(code) for code in counts["kahn_class"]],
            texts.PASSED_N: counts["passed"].cast(pl.Int64),
            texts.WARNED_N: counts["warned"].cast(pl.Int64),
            texts.BLOCKED_N: counts["blocked"].cast(pl.Int64),
        }
    )


def check_table(found: pl.DataFrame, *, has_counts: bool) -> pl.DataFrame:
    """Give the checks as readable rows.

    Args:
        found: rows of `quality.check_result`.
        has_counts: whether the viewer may know how many rows; some are of single clients.
    """
    table = pl.DataFrame(
        {
            texts.RESULT: [
                texts.PASSED if ok else (texts.BLOCKING if s == "blocking" else texts.WARNING)
                for ok, s in found.select("is_passed", "severity").iter_rows()
            ],
            texts.CLASS: [wording.sentence_case(code) for code in found["kahn_class"]],
            texts.MUST_HOLD: found["description"],
            texts.AGAINST: found["violated_rows"],
            texts.OF: found["denominator"],
            texts.ALLOWED: [_allowed(v) for v in found["threshold"]],
            texts.SEVERITY: [texts.SEVERITIES.get(s, s) for s in found["severity"]],
            texts.AFFECTS: [
                affects if ok else texts.AFFECTS_AND.format(affects=affects, advice=advice)
                for ok, affects, advice in found.select(
                    "is_passed", "affects", "advice"
                ).iter_rows()
            ],
        }
    )
    # Some of these counts are of single clients of the whole practice (design.md 3.4).
    return table if has_counts else table.drop(texts.AGAINST, texts.OF)


def _allowed(threshold: float | None) -> str:
    return (
        texts.SHARE_ALLOWED.format(share=f"{threshold * 100:g}")
        if threshold
        else texts.NONE_ALLOWED
    )


def guarded(found: pl.DataFrame) -> pl.DataFrame:
    """Mark the deliveries that are held for what they lack, and those a later full one settled.

    A delivery that is not complete yet is held too, and is another thing.
    """
    is_held = (pl.col("status") == "held") & pl.col("rows_gone").is_not_null()
    is_taken = pl.col("status").str.starts_with("accepted") & (pl.col("extract_kind") == "full")
    last = pl.col("generated_at").filter(is_taken).max().over("source")
    return found.with_columns(
        is_guarded=is_held, is_settled=(is_held & (pl.col("generated_at") < last)).fill_null(False)
    )


def delivery_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give every delivery, marked by `guarded`, as a readable row."""
    rows = list(found.iter_rows(named=True))
    return pl.DataFrame(
        {
            texts.DELIVERY: [f"{row['source']}/{row['delivery']}" for row in rows],
            texts.MADE: [wording.moment(m) for m in found["generated_at"]],
            texts.STATUS: [_status(row) for row in rows],
            texts.READ: found["rows_read"],
            texts.ACCEPTED: [None if row["is_guarded"] else row["rows_accepted"] for row in rows],
            texts.HELD_BACK: found["rows_quarantined"],
            texts.LEFT_OUT: found["rows_collapsed"] + found["rows_filtered"],
            texts.GONE: found["rows_gone"],
            texts.WHY: [_why(row) for row in rows],
        }
    )


def _status(row: Mapping[str, Any]) -> str:
    if row["status"] == "held" and not row["is_guarded"]:
        return texts.NOT_COMPLETE
    return texts.STATUSES.get(str(row["status"]), str(row["status"]))


def _why(row: Mapping[str, Any]) -> str:
    """Say in a few words why a delivery is what it is."""
    if row["is_settled"]:
        return texts.SETTLED
    if row["is_guarded"]:
        return texts.SEE_ABOVE
    said = str(row["reason"] or row["warnings"] or wording.NOTHING).splitlines()
    more = texts.AND_MORE.format(more=wording.whole(len(said) - 1)) if len(said) > 1 else ""
    return shorten(said[0], _LONGEST_WHY, placeholder=texts.CUT) + more


def correction_table(found: pl.DataFrame) -> pl.DataFrame:
    """Say what each delivery changed."""
    return pl.DataFrame(
        {
            texts.SOURCE: found["source"],
            texts.DELIVERY: found["delivery"],
            texts.MADE: [wording.moment(m) for m in found["generated_at"]],
            texts.ROWS_OF: [wording.sentence_case(feed) for feed in found["feed"]],
            texts.NEW: found["inserted"],
            texts.CHANGED: found["updated"],
            texts.GONE: found["deleted"],
            texts.BACK: found["undeleted"],
            texts.AS_BEFORE: found["unchanged"],
        }
    )


def held_table(found: pl.DataFrame) -> pl.DataFrame:
    """Say which rows are held back by rule; never a value."""
    return pl.DataFrame(
        {
            texts.SOURCE: found["source"],
            texts.FILE: found["feed"],
            texts.WRONG: [
                meaning or wording.sentence_case(rule)
                for rule, meaning in found.select("rule", "meaning").iter_rows()
            ],
            texts.COLUMN: found["column_name"],
            texts.ROWS: found["n"],
            texts.FIRST_AT: [str(r) for r in found["first_row"]],
            texts.DO: found["advice"],
        }
    )


def coverage_table(found: pl.DataFrame) -> pl.DataFrame:
    """Say how many forms of a questionnaire each clinician has."""
    return pl.DataFrame(
        {
            texts.CLINICIAN: found["clinician_label"],
            texts.DUE: found["eligible_sessions"],
            texts.WITH_FORM: found["scored_sessions"],
            texts.IN_TIME_N: found["on_time"],
            texts.CASES: found["episodes"],
            texts.CASES_1: found["episodes_scored_1"],
            texts.CASES_3: found["episodes_scored_3"],
            texts.PAIRED: found["paired"],
            texts.UNLINKED: found["unlinked_scores"],
        }
    )


def verdict_table(found: pl.DataFrame) -> pl.DataFrame:
    """Say what supervisors made of each rule."""
    return pl.DataFrame(
        {
            texts.RULE: found["name"],
            texts.FIRED: found["fired_n"],
            texts.CONFIRMED: found["confirmed_n"],
            texts.DISMISSED: found["dismissed_n"],
            texts.DISMISSED_OF: [_dismissed(r) for r in found.iter_rows(named=True)],
            texts.READING: [texts.READINGS.get(code, code) for code in found["status"]],
        }
    )


def _dismissed(r: Mapping[str, Any]) -> str:
    if not r["judged_n"]:
        return wording.NOTHING
    return texts.DISMISSED_SAID.format(
        dismissed=wording.whole(r["dismissed_n"]),
        judged=wording.whole(r["judged_n"]),
        limits=wording.in_brackets(r["lo"], r["hi"], is_share=True),
    )


def budget(row: Mapping[str, Any] | None, low: float, high: float) -> str:
    """Say how much of the caseload the agenda calls for, against its budget.

    Args:
        row: the practice's figure `agenda_load`, or None.
        low: up to this share it is within its budget.
        high: up to this share it is at the edge.
    """
    if row is None or row["estimate"] is None:
        return texts.TOO_FEW_OPEN
    verdict = texts.OVER
    if row["estimate"] <= low:
        verdict = texts.WITHIN
    elif row["estimate"] <= high:
        verdict = texts.AT_EDGE
    return texts.BUDGET.format(
        load=wording.whole(row["numerator"]),
        cases=wording.counted(row["denominator_n"], texts.ONE_OPEN_CASE),
        share=wording.percent(row["estimate"]),
        limits=wording.interval(row["lo"], row["hi"], is_share=True),
        low=wording.percent(low),
        high=wording.percent(high),
        verdict=verdict,
    )
