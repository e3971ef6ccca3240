"""Charts and tables about ruptures with their words: found, repaired, by chance, what followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import practice as charts
from dashboards.charts import ruptures as curves
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import ruptures
from dashboards.scope import Scope

_STATES = {"none": "No rupture so far", "open": "Rupture open", "repaired": "Rupture repaired"}
_MIN_FOR_A_RATE = 20


@st.cache_data(show_spinner=False, max_entries=64)
def quarters(scope: Scope, instrument: str, method_id: str, start: date, end: date) -> Drawn:
    """Draw the ruptures in view of one method by quarter of onset and what became of them."""
    frame = ruptures.quarters(scope, instrument, method_id, start, end)
    if frame.is_empty():
        return Drawn(
            None,
            "",
            empty="No rupture by this method among the cases in view in this period. That may be "
            "calm work, few forms, or forms that are always at the top: see coverage in Data "
            "quality.",
        )
    totals = dict(frame.group_by("status").agg(pl.col("n").sum()).iter_rows())
    sentence = (
        f"{wording.counted(int(frame['n'].sum()), 'rupture')} among the cases in view: "
        + ", ".join(
            f"{wording.whole(totals[s])} {words.lower()}"
            for s, words in wording.RUPTURE_WORDS.items()
            if s in totals
        )
        + ". More ruptures found is not worse: where clients answer openly, more are seen."
    )
    table = pl.DataFrame(
        {
            "Quarter of onset": [wording.period(q) for q in frame["quarter"]],
            "Now": [
                f"{wording.RUPTURE_SHAPES[s]} {wording.RUPTURE_WORDS[s]}" for s in frame["status"]
            ],
            "Ruptures": frame["n"],
        }
    )
    return Drawn(spec(charts.rupture_quarters(frame)), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def course(scope: Scope, instrument: str, value: str, name: str, min_ruptures: int) -> Drawn:
    """Draw the course of repair of the practice, or of one clinician when one is chosen.

    Args:
        scope: who is looking.
        instrument: an alliance instrument.
        value: a clinician's key, or empty for the practice.
        name: how the scope is said.
        min_ruptures: seed `display_repair_n`.
    """
    frame = (
        ruptures.course_of(scope, instrument, value)
        if value
        else ruptures.course(scope, instrument)
    )
    if frame.is_empty() and not value and not scope.sees_practice_figures:
        return Drawn(None, "", empty="Choose a clinician: the practice's course is the director's.")
    # everybody is at risk at the onset itself
    n = int(frame["at_risk"][0]) if frame.height else 0
    if n < min_ruptures:
        return Drawn(
            None,
            "",
            empty=f"{name}: {wording.counted(n, 'rupture')}. The course is drawn from "
            f"{min_ruptures} on.",
        )
    last = frame.row(-1, named=True)
    spoken = wording.interval(last["lo"], last["hi"], is_share=True).removeprefix(" · ")
    sentence = (
        f"{name}: of {wording.counted(n, 'rupture')} {wording.percent(last['cif_repaired'])} are "
        f"repaired within {wording.counted(last['sessions_since_onset'], 'session')}"
        f"{f' ({spoken})' if spoken else ''}; in {wording.percent(last['cif_ended'])} the case "
        f"ended first, {wording.percent(last['still_open'])} stay open. Cases still running count "
        "for as long as they were seen."
    )
    table = pl.DataFrame(
        {
            "Sessions since the fall": frame["sessions_since_onset"],
            "Open before": frame["at_risk"],
            "Repaired": frame["repaired"],
            "Ended": frame["ended"],
            "Last seen open": frame["censored"],
            "Share repaired": [wording.percent(v) for v in frame["cif_repaired"]],
            "95 % interval": [
                wording.limits(lo, hi, is_share=True)
                for lo, hi in frame.select("lo", "hi").iter_rows()
            ],
            "Share ended": [wording.percent(v) for v in frame["cif_ended"]],
            "Share still open": [wording.percent(v) for v in frame["still_open"]],
        }
    )
    return Drawn(spec(curves.course(frame)), sentence, table)


def sensitivity_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give what each method finds as readable rows, chance beside it.

    Args:
        found: rows of `queries.ruptures.sensitivity`.
    """
    both = found["method_id"].is_duplicated().to_list()
    return pl.DataFrame(
        {
            "Method": [
                f"{name}, {tier}" if two else name
                for (name, tier), two in zip(
                    found.select("name", "tier").iter_rows(), both, strict=True
                )
            ],
            "Found": found["onsets"],
            "Per 100 sessions": found["onsets_per_100"],
            "By chance per 100": found["chance_per_100"],
            "Cases with one": [
                f"{wording.whole(hits)} of {wording.whole(n)}"
                for hits, n in found.select("episodes_with_onset", "episodes_n").iter_rows()
            ],
            "Repaired": [
                _share(*row)
                for row in found.select("repaired", "resolved", "repaired_share").iter_rows()
            ],
            "Repaired by chance": [wording.percent(v) for v in found["chance_repaired_share"]],
        }
    )


def _share(hits: int, n: int, share: float | None) -> str:
    """Say hits of n, with the percentage where there are enough (screens.md 5)."""
    said = f"{wording.whole(hits)} of {wording.whole(n)}"
    return f"{said} ({wording.percent(share)})" if n >= _MIN_FOR_A_RATE else said


def hazard_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give the person-period table: a row per band of sessions, a column per state.

    Args:
        found: rows of `queries.ruptures.hazards`.
    """
    cells: dict[str, dict[str, str]] = {}
    for row in found.iter_rows(named=True):
        said = f"{wording.whole(row['dropouts'])} of {wording.whole(row['sessions'])}"
        if row["sessions"] >= _MIN_FOR_A_RATE:
            said += f" ({row['hazard'] * 100:.1f}{wording.NBSP}%)"
        cells.setdefault(row["band"], {})[row["state"]] = said
    names = {"all": "All sessions"}
    return pl.DataFrame(
        {
            "Session": [names.get(band, band.replace("-", " to ")) for band in cells],
            **{
                title: [row.get(state, wording.NOTHING) for row in cells.values()]
                for state, title in _STATES.items()
            },
        }
    )


def risk_sentence(row: Mapping[str, Any]) -> str:
    """Say the risk after a session with a rupture, held against sessions without one.

    Args:
        row: a row of `queries.ruptures.dropout_risks`.
    """
    state = "an open rupture" if row["comparison"] == "open" else "a repaired rupture"
    seen = (
        f"{wording.counted(row['exposed_dropouts'], 'unplanned ending')} after "
        f"{wording.counted(row['exposed_sessions'], 'session')} with {state}"
    )
    if row["lo"] is None:
        return f"{seen}: too few for a ratio."
    verdict = "cannot be told apart from no difference"
    if row["lo"] > 1:
        verdict = "more often than after a session without one"
    elif row["hi"] < 1:
        verdict = "less often than after a session without one"
    return (
        f"{seen}: {wording.number(row['rr_mh'])} times the risk of a session without a rupture at "
        f"the same stage, 95{wording.NBSP}% interval "
        f"{wording.limits(row['lo'], row['hi'], is_share=False)}: {verdict}. Without regard to the "
        f"stage it would be {wording.number(row['crude'])}."
    )


def audit_table(found: pl.DataFrame, names: wording.Names) -> pl.DataFrame:
    """Give what each signal rule is worth as readable rows.

    Args:
        found: rows of `queries.ruptures.audit`.
        names: how questionnaires are said.
    """
    return pl.DataFrame(
        {
            "Signal": [
                f"{rule}: {name}" + ("" if enabled else " (switched off)")
                for rule, name, enabled in found.select("rule_id", "name", "is_enabled").iter_rows()
            ],
            "Form": [names.of(code) if code else wording.NOTHING for code in found["instrument"]],
            "Fired": found["fired"],
            "Cases": found["episodes"],
            "Per 100 sessions": found["per_100_sessions"],
            "Followed": [
                _share(*row) if row[1] else wording.NOTHING
                for row in found.select("followed", "watched", "followed_share").iter_rows()
            ],
            "95 % interval": [
                wording.limits(lo, hi, is_share=True) if n >= _MIN_FOR_A_RATE else wording.NOTHING
                for lo, hi, n in found.select("lo", "hi", "watched").iter_rows()
            ],
            "After any session": [wording.percent(v) for v in found["base_share"]],
            "Dismissed": [
                "Not recorded yet" if v is None else wording.whole(v) for v in found["dismissed"]
            ],
        }
    )
