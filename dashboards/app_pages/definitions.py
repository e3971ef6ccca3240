"""Definitions: every metric, parameter, questionnaire and table, and how to ask the file itself."""

from __future__ import annotations

import secrets
from html import escape

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import definitions as figures
from dashboards.queries import practice, reference
from dashboards.scope import Role
from dashboards.texts import definitions as texts

view = frame.current()
whole = practice.practice_figures(view.base, "all")
full_from = int(reference.parameter(view.base, "flag_min_n", 20))
catalogue = reference.catalogue(view.base)
_FILE_PART = "rapport_file_part"


def metrics() -> None:
    """Show the catalogue; a link that names a metric puts it first and opens it."""
    parts.section(texts.FIGURES, texts.FIGURES_NOTE)
    if not catalogue:
        parts.empty(texts.NO_FIGURES)
        return
    asked = st.query_params.get("metric")
    if asked is not None and asked not in catalogue:
        parts.empty(texts.NOT_KNOWN)
    checks, parameters = reference.checks(view.base), reference.parameters(view.base)
    order = sorted(catalogue, key=lambda metric_id: metric_id != asked)
    entries = "".join(
        figures.entry_html(
            entry,
            figures.now_html(
                figures.now(entry, whole, view.names, full_from),
                is_exact=view.base.sees_practice_figures,
            ),
            figures.lines(entry, parameters, checks),
            is_open=entry["metric_id"] == asked,
        )
        for entry in (catalogue[metric_id] for metric_id in order)
    )
    st.html(f'<div class="catalogue">{entries}</div>')
    download()


def download() -> None:
    """Offer the catalogue as a file: made when asked for, under a name nobody can guess."""
    token = st.session_state.setdefault(_FILE_PART, secrets.token_hex(8))
    st.download_button(
        texts.DOWNLOAD,
        data=lambda: figures.as_csv(catalogue.values()),
        file_name=texts.FILE_NAME.format(release_id=view.release.release_id, token=token),
        mime="text/csv",
        key="definitions_csv",
        on_click="ignore",
    )


def instruments() -> None:
    """Show the questionnaires of the release with range and cut-off."""
    parts.section(texts.QUESTIONNAIRES, texts.QUESTIONNAIRES_NOTE)
    rows = [
        {
            texts.QUESTIONNAIRE: view.names.of(code),
            texts.NAME: r["name"],
            texts.ABOUT: wording.sentence_case(r["family"]),
            texts.RANGE: texts.FROM_TO.format(
                low=wording.plain(r["minimum"]), high=wording.plain(r["maximum"])
            ),
            texts.BETTER: texts.HIGHER if r["direction"] == "higher_is_better" else texts.LOWER,
            texts.CUTOFF: wording.plain(r["cutoff"]),
            texts.RELIABLE: wording.plain(r["reliable_change"]),
            texts.LICENCE: r["licence"] or wording.NOTHING,
        }
        for code, r in reference.instruments(view.base).items()
        if r["minimum"] is not None and r["is_enabled"]
    ]
    parts.table(pl.DataFrame(rows), texts.QUESTIONNAIRES)


def parameters() -> None:
    """Show every threshold with its meaning and source."""
    parts.section(texts.THRESHOLDS, texts.THRESHOLDS_NOTE)
    found = reference.parameters(view.base)
    with st.expander(texts.ALL_PARAMETERS):
        parts.table(
            pl.DataFrame(
                {
                    texts.PARAMETER: found["parameter_id"],
                    texts.FOR: [view.names.of(i) if i else texts.ALL for i in found["instrument"]],
                    texts.VALUE: [wording.plain(v) for v in found["value"]],
                    texts.UNIT_COLUMN: found["unit"],
                    texts.MEANING: found["meaning"],
                    texts.RESTS_ON: [wording.rests_on(code) for code in found["evidence"]],
                }
            ),
            texts.ALL_PARAMETERS,
        )


def dictionary() -> None:
    """Show the tables of the viewer's role, and the columns of one of them."""
    parts.section(texts.TABLES, texts.TABLES_NOTE)
    found = figures.tables(view.base)
    names = found["table"].unique(maintain_order=True).to_list()
    with st.container(key="dictionary"):
        with st.expander(texts.ALL_TABLES):
            parts.table(figures.table_list(found), texts.ALL_TABLES)
        if names:
            chosen = parts.choose("table", texts.ONE_TABLE, {name: name for name in names})
            parts.table(figures.column_list(found, chosen), f"{texts.ONE_TABLE} {chosen}")


def ask() -> None:
    """Show how to ask the file itself."""
    parts.section(texts.ASK, texts.ASK_NOTE)
    is_analyst = view.base.role is Role.ANALYST
    st.code(texts.EXAMPLE_ANALYST if is_analyst else texts.EXAMPLE, language="sql")
    if is_analyst:
        parts.link("query", texts.ASK_HERE)


def cite() -> None:
    """Say how to cite a figure of this release."""
    parts.section(texts.CITE)
    st.html(f'<p class="says">{escape(figures.cited(view.base, view.release))}</p>')


metrics()
instruments()
parameters()
parts.section(texts.LINEAGE, texts.LINEAGE_NOTE)
parts.show(figures.lineage(view.base), key="lineage")
dictionary()
ask()
cite()
