"""What the relationship needs: twelve claims, each with its figures and what they leave open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import metric, needs
from dashboards.queries import needs as asked
from dashboards.queries import outcomes, practice, reference
from dashboards.scope import Role
from dashboards.texts import needs as texts

view = frame.current()
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
catalogue = reference.catalogue(view.base)
instruments = reference.instruments(view.base)
whole = practice.practice_figures(view.base, "all")
is_supervisor = view.base.role is Role.SUPERVISOR
own = asked.own_figures(view.scope) if is_supervisor else pl.DataFrame()


def instrument_of(metric_id: str) -> str:
    """Give the chosen questionnaire for a metric that is of one, else nothing."""
    entry = catalogue.get(metric_id, {})
    if not entry.get("per_instrument"):
        return ""
    held = whole.filter(pl.col("metric_id") == metric_id)["instrument"].drop_nulls()
    if held.is_empty():
        return ""
    families = {instruments[code]["family"] for code in held if code in instruments}
    return view.filters.outcome if "outcome" in families else view.filters.measure


def row_of(metric_id: str, code: str) -> Mapping[str, Any] | None:
    """Give the row of a metric for the whole practice, or None."""
    found = practice.rows_of(whole, metric_id, code)
    return found.row(0, named=True) if found.height else None


def figure_of(row: Mapping[str, Any]) -> needs.Measure:
    """Say one measure of a claim for the whole practice."""
    metric_id, noun = row["metric_id"], row["counted"]
    entry = catalogue.get(metric_id, {})
    code = instrument_of(metric_id)
    at = row_of(metric_id, code)
    name = str(entry.get("name") or wording.sentence_case(metric_id))
    said = metric.said(at, entry, noun, full_from, view.names.digits(code))
    # Where no rupture came early, that of early ones has no row though answers are recorded.
    answers = at or row_of("rupture_addressed", view.filters.measure)
    ruptures = row_of("rupture_depth", view.filters.measure)
    if absent := metric.unrecorded(metric_id, answers, ruptures):
        said = absent
    elif at is None and entry.get("per_instrument"):
        said = wording.Figure(texts.NO_VALUE, no_figure_with(metric_id, code), "", False)
    published = (
        texts.ELSEWHERE.format(label=r["label"], value=wording.percent(r["value"]))
        for r in outcomes.benchmarks(view.base, metric_id).iter_rows(named=True)
        if r["unit"] == "share" and r["label"]
    )
    told = [text for text in (name, view.names.of(code) if code else "") if text != row["part"]]
    return needs.Measure(
        part=row["part"],
        name=" · ".join(text for text in told if text),
        figure=said,
        beside=(*metric.beside(at), *published),
        is_proxy=row["is_proxy"],
    )


def no_figure_with(metric_id: str, code: str) -> str:
    """Say that the chosen questionnaire has no such figure, and which of the practice's has."""
    if not code:
        return texts.NO_SUCH_YET
    held = whole.filter(pl.col("metric_id") == metric_id)["instrument"].drop_nulls().unique()
    others = ", ".join(view.names.of(other) for other in sorted(held))
    said = texts.NO_SUCH_BUT if others else texts.NO_SUCH
    return said.format(name=view.names.of(code), others=others)


def own_clinicians(measured: list[dict[str, Any]]) -> None:
    """Show a supervisor the same figures of each supervised clinician, by label."""
    columns = []
    for m in measured:
        code = instrument_of(m["metric_id"])
        entry = catalogue.get(m["metric_id"], {"short_name": m["part"]})
        columns.append(needs.Column(m["metric_id"], code, entry, view.names.digits(code)))
    table = needs.own_table(own, columns, full_from)
    if table.is_empty():
        return
    with st.expander(texts.CLINICIANS):
        st.html(f'<p class="note">{texts.CLINICIANS_NOTE}</p>')
        parts.table(
            table, texts.CLINICIANS_LABEL.format(claim=measured[0]["claim_id"]), is_fixed_order=True
        )


def heard() -> str:
    """Say how many sessions were followed by a form: what every rating rests on."""
    found = practice.rows_of(whole, "feedback_completion", "")
    row = found.row(0, named=True) if found.height else None
    said = metric.said(row, catalogue.get("feedback_completion", {}), texts.SESSIONS_DUE, full_from)
    if not said.is_shown:
        return texts.HARDLY_HEARD
    return texts.HEARD.format(value=said.value, detail=said.detail)


claims = asked.claims(view.base)
measures = asked.measures(view.base)
if claims.is_empty():
    parts.empty(texts.NO_CLAIMS)
else:
    whose = texts.WHOLE if view.base.sees_practice_figures else texts.WHOLE_ROUNDED
    parts.section(
        texts.GLANCE,
        texts.GLANCE_NOTE.format(whose=whose, overview=needs.overview(claims), heard=heard()),
    )
    st.html(needs.contents_html(claims.iter_rows(named=True)))
    for claim in claims.iter_rows(named=True):
        of_claim = measures.filter(pl.col("claim_id") == claim["claim_id"])
        rows = list(of_claim.iter_rows(named=True))
        measured = [r for r in rows if r["metric_id"]]
        st.html(f'<span id="{needs.anchor(claim)}"></span>')
        parts.section(
            texts.NUMBERED.format(number=claim["sort_order"], title=claim["title"]),
            claim["meaning"],
        )
        st.html(
            needs.claim_html(
                claim,
                [figure_of(r) for r in measured],
                [r for r in rows if not r["metric_id"]],
            )
        )
        if is_supervisor and measured:
            own_clinicians(measured)
    st.html(f'<p class="note">{texts.TAGS}</p>')
    parts.link("definitions", texts.MEANINGS)
