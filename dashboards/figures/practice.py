"""Charts about the practice, the alliance and ruptures, with their words and tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import flow as flows
from dashboards.charts import practice as charts
from dashboards.charts.theme import spec
from dashboards.filters import bounds
from dashboards.parts import Drawn
from dashboards.queries import practice, reference
from dashboards.scope import Scope
from dashboards.texts import common, month
from dashboards.texts import practice as texts

# How the cases of a period stand now; the steps before are what they reached on the way.
_STATES = (
    "in_treatment",
    "ended_planned",
    "ended_unplanned",
    "ended_other",
    "ended_unknown",
    "never_started",
)


@st.cache_data(show_spinner=False, max_entries=64)
def flow(scope: Scope, period: str, as_of: date) -> Drawn:
    """Draw how far the cases opened in a period have come, from opening to ending.

    Args:
        scope: who is looking.
        period: a period code.
        as_of: the day up to which the cases were followed.
    """
    frame = practice.flow(scope, period)
    if frame.is_empty():
        reason = texts.NO_FLOW if scope.sees_practice_figures else common.DIRECTOR_ONLY
        return Drawn(None, "", empty=reason)
    steps = {r["step"]: r for r in frame.iter_rows(named=True)}
    least = int(reference.parameter(scope, "display_rate_n", 5))
    opened = steps.get("opened", {}).get("cohort_n")
    table = pl.DataFrame(
        {
            texts.STEP: frame["name"],
            texts.IN_COHORT: [
                wording.whole(n) if step != "referred" else wording.NOTHING
                for step, n in frame.select("step", "cohort_n").iter_rows()
            ],
            texts.COHORT_SHARE: [
                wording.percent(share) if (opened or 0) >= least else wording.NOTHING
                for share in frame["cohort_share"]
            ],
            texts.IN_PERIOD: [wording.whole(n) for n in frame["n"]],
            texts.COUNTED: [wording.sentence_case(word) for word in frame["counted"]],
        }
    )
    said = wording.period(period)
    if not opened:
        return Drawn(None, "", table, empty=texts.FLOW_NONE_OPENED.format(period=said))
    data = [
        {
            "label": row["name"],
            "n": row["cohort_n"],
            "whole": opened,
            "words": _reached(row, opened, least),
            "is_state": step in _STATES,
        }
        for step, row in steps.items()
        # a kind of ending that nobody had needs no line of its own
        if step != "referred" and (step not in _STATES or row["cohort_n"] != 0)
    ]
    counts = {step: wording.whole(row["cohort_n"]) for step, row in steps.items()}
    sentence = (texts.FLOW_ALL if period == "all" else texts.FLOW).format(
        opened=wording.counted(opened, texts.CASE),
        period=said,
        first=counts.get("first_session"),
        third=counts.get("third_session"),
        as_of=wording.day(as_of),
        planned=counts.get("ended_planned"),
        unplanned=counts.get("ended_unplanned"),
        otherwise=counts.get("ended_other", "0"),
        unknown=counts.get("ended_unknown", "0"),
        still=counts.get("in_treatment"),
        referred=wording.whole(steps.get("referred", {}).get("n")),
    )
    return Drawn(spec(flows.flow(data)), sentence, table)


def _reached(row: Mapping[str, Any], opened: int, least: int) -> str:
    """Say how many reached a step, and which share where there are enough for one."""
    n = wording.whole(row["cohort_n"])
    if opened < least:
        return n
    return texts.OF_OPENED.format(n=n, share=wording.percent(row["cohort_share"]))


@dataclass(frozen=True)
class Shown:
    """A figure of the practice that can be followed month by month.

    Attributes:
        metric: its id in the catalogue.
        instrument: the alliance instrument chosen; ignored where the figure has none.
        name: what it is called.
        noun: what is counted, plural.
        unit: unit of the catalogue.
        digits: decimals of a figure in points.
    """

    metric: str
    instrument: str
    name: str
    noun: str
    unit: str
    digits: int

    @property
    def is_share(self) -> bool:
        """Say whether the figure is a share."""
        return self.unit == "share"

    def said(self, row: Mapping[str, Any] | None, full_from: int) -> wording.Figure:
        """Say a row of the figure by the rules of small numbers, or that nobody asks for it."""
        if not self.instrument and not row and self.metric in month.OF_FORMS:
            return wording.Figure(common.NOT_COLLECTED, month.NO_QUESTIONNAIRE, "", is_shown=False)
        return wording.figure(row, self.unit, self.noun, full_from, self.digits)


def turned_alliance(scope: Scope) -> str:
    """Say which alliance questionnaires enter no figure because lower is better, or nothing."""
    names = reference.names(scope)
    found = ", ".join(
        names.of(code) for code in reference.turned_alliance(reference.instruments(scope))
    )
    return common.TURNED_ALLIANCE.format(measures=found) if found else ""


def months_to(scope: Scope, period: str) -> pl.DataFrame:
    """Give the figures of each month up to the end of a period: what came later is not of it."""
    return practice.monthly(scope).filter(pl.col("period_starts_on") < bounds(period)[1])


@st.cache_data(show_spinner=False, max_entries=64)
def run(scope: Scope, shown: Shown, period: str, full_from: int) -> Drawn:
    """Draw the months of a figure, with the range of the months before each where it is known.

    Args:
        scope: who is looking; only the director gets the range.
        shown: the figure.
        period: the period chosen, with which the months end; its last is the one spoken of.
        full_from: seed `flag_min_n`.
    """
    frame = practice.rows_of(months_to(scope, period), shown.metric, shown.instrument)
    found = [_month(row, shown, full_from) for row in frame.iter_rows(named=True)]
    known = [row for row in found if row["value"] is not None]
    if len(known) < 2:
        return Drawn(None, "", empty=texts.RUN_FEW.format(name=shown.name))
    now = known[-1]
    signals = sum(row["reading"] == texts.SIGNAL for row in known)
    said = [texts.RUN_LAST.format(month=now["spoken"], value=now["words"])]
    if period in {row["period"] for row in found} - {now["period"]}:
        said.insert(0, texts.RUN_NOT_YET.format(month=wording.period(period)))
    if scope.sees_practice_figures:
        others = texts.RUN_OTHERS if signals else texts.RUN_NO_OTHERS
        said += [_READ[now["reading"]], others.format(signals=signals, months=len(known))]
    else:
        said.append(common.DIRECTOR_RANGE)
    least = int(reference.parameter(scope, "xmr_min_months", 6))
    found = found[found.index(known[0]) : found.index(known[-1]) + 1]
    table = pl.DataFrame(
        {
            texts.MONTH: [row["spoken"] for row in found],
            texts.VALUE: [row["words"] for row in found],
            texts.CENTRE: [_value(row["mean"], shown) for row in found],
            texts.RANGE: [
                wording.limits(row["lo"], row["hi"], shown.is_share, shown.digits) for row in found
            ],
            texts.READING: [row["reading"] for row in found],
        }
    )
    sentence = " ".join(said).format(least=least)
    return Drawn(spec(flows.run(found, shown.name, shown.is_share)), sentence, table)


_READ = {
    texts.SIGNAL: texts.RUN_SIGNAL,
    texts.COMMON_CAUSE: texts.RUN_COMMON,
    texts.NOT_JUDGED: texts.RUN_WAITS,
}


def _value(value: float | None, shown: Shown) -> str:
    return wording.percent(value) if shown.is_share else wording.number(value, shown.digits)


def _month(row: Mapping[str, Any], shown: Shown, full_from: int) -> dict[str, Any]:
    """Give one month as the run chart draws it; the rounded figures carry no range."""
    figure = shown.said(row, full_from)
    return {
        "period": row["period"],
        "month": row["period_starts_on"].isoformat(),
        "spoken": wording.period(row["period"]),
        "value": row["estimate"],
        "words": f"{figure.value}, {figure.detail}",
        "mean": row.get("xmr_mean"),
        "lo": row.get("xmr_lower"),
        "hi": row.get("xmr_upper"),
        "reading": texts.READINGS.get(str(row.get("xmr_reading")), texts.NOT_JUDGED),
    }


@st.cache_data(show_spinner=False, max_entries=64)
def alliance_months(scope: Scope, instrument: str, start: date, end: date) -> Drawn:
    """Draw the monthly distribution of one alliance instrument within a period."""
    if not instrument:
        return Drawn(None, "", empty=month.NO_QUESTIONNAIRE)
    frame = practice.alliance_months(scope, instrument)
    frame = frame.filter(
        (pl.col("month_starts_on") >= start)
        & (pl.col("month_starts_on") < end)
        & pl.col("median").is_not_null()
    )
    if frame.is_empty():
        reason = texts.FORMS_NONE if scope.sees_practice_figures else common.DIRECTOR_ONLY
        return Drawn(None, "", empty=reason)
    names = reference.names(scope)
    name = names.of(instrument)
    cutoff = reference.instruments(scope).get(instrument, {}).get("cutoff")
    last = frame.row(-1, named=True)
    sentence = texts.MONTHS.format(
        month=wording.period(last["period"]),
        n=wording.whole(last["n_scores"]),
        name=name,
        low=names.score(instrument, last["q1"]),
        high=names.score(instrument, last["q3"]),
        median=names.score(instrument, last["median"]),
        cutoff=texts.NO_CUTOFF
        if cutoff is None
        else texts.CUTOFF.format(value=wording.plain(cutoff)),
    )
    table = pl.DataFrame(
        {
            texts.MONTH: [wording.period(p) for p in frame["period"]],
            texts.FORMS: frame["n_scores"],
            texts.CLIENTS: frame["n_clients"],
            texts.LOWER: [names.score(instrument, v) for v in frame["q1"]],
            texts.MEDIAN: [names.score(instrument, v) for v in frame["median"]],
            texts.UPPER: [names.score(instrument, v) for v in frame["q3"]],
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
        return Drawn(None, "", empty=texts.COMPLETION_NONE)
    data = [
        {
            "label": r["clinician_label"],
            "estimate": r["estimate"],
            "lo": r["lo"],
            "hi": r["hi"],
            "words": (
                texts.COMPLETION_FEW if r["estimate"] is None else texts.COMPLETION_WORDS
            ).format(hits=wording.whole(r["numerator"]), n=wording.whole(r["denominator_n"])),
        }
        for r in frame.iter_rows(named=True)
    ]
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    low = frame.filter(pl.col("estimate") < minimum).height
    sentence = texts.COMPLETION.format(
        least=wording.percent(minimum),
        low=wording.whole(low) if low else texts.NONE,
        clinicians=wording.counted(frame.height, "clinician"),
    )
    table = pl.DataFrame(
        {
            common.CLINICIAN: frame["clinician_label"],
            texts.SESSIONS_DUE: frame["denominator_n"],
            texts.IN_TIME: frame["numerator"],
            texts.COMPLETED: [
                wording.figure(r, "share", texts.SESSIONS_DUE, full_from).value
                for r in frame.iter_rows(named=True)
            ],
            common.INTERVAL: [
                wording.limits(lo, hi, is_share=True)
                for lo, hi in frame.select("lo", "hi").iter_rows()
            ],
        }
    )
    chart = charts.rates(data, texts.COMPLETED_AXIS, (minimum, f"{minimum:.0%}"))
    return Drawn(spec(chart), sentence, table, is_fixed_order=True)
