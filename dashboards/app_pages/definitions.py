"""Definitions: every metric, parameter and questionnaire, and how to ask the file itself."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import metric
from dashboards.queries import practice, reference

view = frame.current()
whole = practice.practice_figures(view.base, "all")
full_from = int(reference.parameter(view.base, "flag_min_n", 20))

_SQL = """-- unplanned endings per quarter, with what they rest on
select period, numerator, denominator_n, estimate, lo, hi
from metrics.practice_metric
where metric_id = 'dropout_d1' and period like '%-Q%'
order by period"""


def metrics() -> None:
    """Show the catalogue; a link that names a metric puts it first and opens it."""
    asked = st.query_params.get("metric")
    catalogue = reference.catalogue(view.base)
    order = sorted(catalogue, key=lambda metric_id: metric_id != asked)
    entries = "".join(entry_html(catalogue[m], is_open=m == asked) for m in order)
    st.html(f'<div class="catalogue">{entries}</div>')


def entry_html(entry: Mapping[str, Any], is_open: bool) -> str:
    """Write one metric: name and meaning, the rest on opening."""
    return (
        f"<details{' open' if is_open else ''}><summary><b>{escape(str(entry['name']))}</b>"
        f"</summary><p>{escape(str(entry['meaning']))}</p>{now_html(entry)}"
        + definition_list(
            [
                ("How", entry["formula"]),
                ("Counted", entry["population"]),
                ("Left out", entry["exclusions"]),
                ("One unit, given in", f"{entry['grain']}, {entry['unit']}"),
                ("Rule", f"{entry['source']} (evidence {entry['evidence']})"),
                ("May be used for", entry["permitted_use"]),
                ("Limits", entry["limits"]),
                ("Stands in for", entry["proxy_note"]),
                ("Worth a conversation", entry["flag_reason"]),
                ("Table, column", f"{entry['table_name']}; {entry['column_name']}"),
                ("Version", entry["version"]),
            ]
        )
        + "</details>"
    )


def now_html(entry: Mapping[str, Any]) -> str:
    """Write what the figure is now for the whole practice, or where else it stands."""
    if not entry["is_clinician_metric"]:
        said = [("", f"No single figure: rows of {entry['table_name']}.")]
    else:
        rows = whole.filter(pl.col("metric_id") == entry["metric_id"]).iter_rows(named=True)
        said = metric.practice_rows(rows, entry, view.names, full_from)
        said = said or [("", "No figure yet: nothing has been counted for it.")]
    whose = "practice" if view.base.sees_practice_figures else "practice, rounded"
    lines = "".join(
        f"<li>{f'<b>{escape(of)}</b> ' if of else ''}{escape(text)}</li>" for of, text in said
    )
    return f'<div class="now"><p>Now ({whose}, all time)</p><ul>{lines}</ul></div>'


def definition_list(pairs: list[tuple[str, object]]) -> str:
    """Write labelled lines as HTML."""
    lines = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in pairs
        if value
    )
    return f'<dl class="define">{lines}</dl>'


def instruments() -> None:
    """Show the questionnaires of the release with range and cut-off."""
    known = reference.instruments(view.base)
    rows = [
        {
            "Questionnaire": view.names.of(code),
            "Name": r["name"],
            "About": wording.sentence_case(r["family"]),
            "Range": f"{wording.plain(r['minimum'])} to {wording.plain(r['maximum'])}",
            "Better is": "higher" if r["direction"] == "higher_is_better" else "lower",
            "Cut-off": wording.plain(r["cutoff"]),
            "Reliable change": wording.plain(r["reliable_change"]),
            "Licence": r["licence"] or wording.NOTHING,
        }
        for code, r in known.items()
        if r["minimum"] is not None and r["is_enabled"]
    ]
    parts.table(pl.DataFrame(rows), "Questionnaires")


def parameters() -> None:
    """Show every threshold with its meaning and source."""
    found = reference.parameters(view.base)
    parts.table(
        pl.DataFrame(
            {
                "Parameter": found["parameter_id"],
                "For": [view.names.of(i) if i else "all" for i in found["instrument"]],
                "Value": [wording.plain(v) for v in found["value"]],
                "Unit": found["unit"],
                "Meaning": found["meaning"],
                "Source": found["source"],
            }
        ),
        "Parameters",
    )


parts.section("Figures", "Open one to see what it is now, its meaning, population and source.")
metrics()
parts.section(
    "Questionnaires",
    "Scores only: no item wording is stored. The licence to use one is the practice's own.",
)
instruments()
parts.section("Thresholds", "Every number a rule uses, with where it comes from.")
with st.expander("All parameters of this release"):
    parameters()
parts.section(
    "Ask the file yourself",
    "rapport sql runs one read-only statement on this release; add --analyst for the file with "
    "small counts hidden, which also opens in the DuckDB program, DBeaver or a notebook.",
)
st.code(_SQL, language="sql")
parts.section("How to cite")
st.html(
    f'<p class="says">Rapport, release {escape(view.release.release_id)}, data to '
    f"{wording.day(view.release.as_of)}, parameters version "
    f"{escape(str(reference.release(view.base)['params_version']))}"
    f"{', simulated practice' if view.release.is_demo else ''}. Metric definitions as above.</p>"
)
