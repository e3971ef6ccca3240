"""Charts about the practice, the alliance and ruptures, with their words and tables."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import practice as charts
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import practice, reference
from dashboards.scope import Scope

_DIRECTOR_ONLY = (
    "This figure is kept for the whole practice and shown to the clinical director: small months "
    "would point at single clients."
)


@st.cache_data(show_spinner=False, max_entries=64)
def flow(scope: Scope, period: str) -> Drawn:
    """Draw the steps from referral to ending for one period."""
    frame = practice.flow(scope, period)
    if frame.is_empty():
        reason = (
            _DIRECTOR_ONLY if not scope.sees_practice_figures else "No one began in this period."
        )
        return Drawn(None, "", empty=reason)
    data = [{"label": r["name"], "n": r["n"]} for r in frame.iter_rows(named=True)]
    first = {r["step"]: r["n"] for r in frame.iter_rows(named=True)}
    sentence = (
        f"{wording.period(period)}: {wording.counted(first.get('first_session', 0), 'case')} had a "
        f"first session, {wording.whole(first.get('third_session', 0))} a third; "
        f"{wording.whole(first.get('ended_planned', 0))} ended as planned and "
        f"{wording.whole(first.get('ended_unplanned', 0))} without a plan. Each step is counted at "
        "its own date, so these are not the same people moving along."
    )
    table = pl.DataFrame({"Step": frame["name"], "Counted": frame["counted"], "Number": frame["n"]})
    return Drawn(spec(charts.bars(data, "Clients or cases")), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def alliance_months(scope: Scope, instrument: str, start: date, end: date) -> Drawn:
    """Draw the monthly distribution of one alliance instrument within a period."""
    frame = practice.alliance_months(scope, instrument)
    frame = frame.filter(
        (pl.col("month_starts_on") >= start)
        & (pl.col("month_starts_on") < end)
        & pl.col("median").is_not_null()
    )
    if frame.is_empty():
        reason = _DIRECTOR_ONLY if not scope.sees_practice_figures else "No forms in this period."
        return Drawn(None, "", empty=reason)
    names = reference.names(scope)
    name = names.of(instrument)
    cutoff = reference.instruments(scope).get(instrument, {}).get("cutoff")
    last = frame.row(-1, named=True)
    sentence = (
        f"In {wording.period(last['period'])} the middle half of {wording.whole(last['n_scores'])} "
        f"{name} forms lay between {names.score(instrument, last['q1'])} and "
        f"{names.score(instrument, last['q3'])}, "
        f"median {names.score(instrument, last['median'])}"
        + (f"; the cut-off is {cutoff:g}." if cutoff is not None else "; it has no cut-off.")
    )
    table = pl.DataFrame(
        {
            "Month": [wording.period(p) for p in frame["period"]],
            "Forms": frame["n_scores"],
            "Clients": frame["n_clients"],
            "Lower quartile": [names.score(instrument, v) for v in frame["q1"]],
            "Median": [names.score(instrument, v) for v in frame["median"]],
            "Upper quartile": [names.score(instrument, v) for v in frame["q3"]],
        }
    )
    return Drawn(spec(charts.month_distribution(frame, name, cutoff)), sentence, table)


@st.cache_data(show_spinner=False, max_entries=64)
def completion(scope: Scope, minimum: float) -> Drawn:
    """Draw feedback completion, any alliance form, per clinician in view in order of labels.

    Args:
        scope: who is looking.
        minimum: seed `feedback_min_completion`, drawn as a level.
    """
    frame = practice.clinician_figures(scope, "feedback_completion", "", "all")
    if frame.is_empty():
        return Drawn(None, "", empty="No clinician in view has sessions for which a form is due.")
    data = [
        {
            "label": r["clinician_label"],
            "estimate": r["estimate"],
            "lo": r["lo"],
            "hi": r["hi"],
            "words": f"{wording.whole(r['numerator'])} of {wording.whole(r['denominator_n'])} "
            "sessions" + (", too few for a rate" if r["estimate"] is None else ""),
        }
        for r in frame.iter_rows(named=True)
    ]
    low = frame.filter(pl.col("estimate") < minimum).height
    sentence = (
        "Share of attended sessions with a client alliance form within 48 hours. "
        f"{wording.whole(low) if low else 'None'} of "
        f"{wording.counted(frame.height, 'clinician')} in view "
        f"{'lies' if low <= 1 else 'lie'} below {wording.percent(minimum)}, under which alliance "
        "and rupture figures are not compared."
    )
    table = pl.DataFrame(
        {
            "Clinician": frame["clinician_label"],
            "Sessions due": frame["denominator_n"],
            "With a form in time": frame["numerator"],
            "Completion": [wording.percent(v) for v in frame["estimate"]],
            "95 % interval": [
                wording.limits(lo, hi, is_share=True)
                for lo, hi in frame.select("lo", "hi").iter_rows()
            ],
        }
    )
    chart = charts.rates(data, "Completed in time", (minimum, f"{minimum:.0%}"))
    return Drawn(spec(chart), sentence, table, is_fixed_order=True)
