"""The pieces of a caseload on the screen: the table with its lines, the small pictures, the steps.

Here: what the supervisee's view and a clinician's own page both draw. Not here: what is drawn
(figures/caseload.py), and whose caseload it is (pages).
"""

from __future__ import annotations

from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import parts, wording
from dashboards.charts.theme import in_dark
from dashboards.figures.caseload import Panels, patterns
from dashboards.queries import caseload
from dashboards.scope import Scope
from dashboards.texts import caseload as texts
from dashboards.texts import common

_AT_FIRST = 12
_PANEL_WIDTH = 290
_SHOWN = "panels_shown"


def table(frame: pl.DataFrame, who: str, *, can_open: bool) -> str | None:
    """Draw the cases with a line for alliance and outcome; give the key of a selected one.

    Args:
        frame: as `figures.caseload.table` gives it.
        who: whose cases they are.
        can_open: whether selecting a row leads anywhere.
    """
    columns = {
        texts.SESSIONS: st.column_config.NumberColumn(width=70),
        texts.ALLIANCE: _lines(frame[texts.ALLIANCE], texts.ALLIANCE_HELP),
        texts.OUTCOME: _lines(frame[texts.OUTCOME], texts.OUTCOME_HELP),
        texts.LAST_SEEN: st.column_config.DateColumn(format=common.DATE),
        texts.OPEN_STEPS: st.column_config.NumberColumn(width=80),
    }
    label = texts.CASES_ALT.format(who=who)
    shown = frame.drop("episode_key")
    if not can_open:
        st.dataframe(shown, hide_index=True, key="caseload", alt=label, column_config=columns)
        return None
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="caseload",
        alt=label,
        column_config=columns,
    )
    rows = picked.selection.rows
    return str(frame["episode_key"][rows[0]]) if rows else None


def _lines(column: pl.Series, help_text: str) -> Any:
    """Draw the lines of a column on one scale; each on its own would make a storm of any ripple."""
    seen = column.explode().drop_nulls()
    edges = {} if seen.is_empty() else {"y_min": seen.min(), "y_max": seen.max()}
    return st.column_config.LineChartColumn(help=help_text, width=105, **edges)


def all_small_pictures(scope: Scope, status: str) -> None:
    """Draw a small picture of every case in view, questionnaire by questionnaire.

    Args:
        scope: narrowed to one clinician.
        status: `open`, `ended` or `any`.
    """
    found = {code: patterns(scope, code, status) for code in caseload.instruments(scope)}
    drawn = {code: each for code, each in found.items() if each.panels}
    for code, each in drawn.items():
        _small_pictures(each, code)
    if not drawn:
        parts.empty(texts.NO_PATTERN)
    bare = caseload.cases(scope, status).height - sum(len(each.panels) for each in drawn.values())
    if drawn and bare:
        said = texts.WITHOUT_FORM.format(cases=wording.counted(bare, texts.CASE))
        st.html(f'<p class="note">{said}</p>')


def _small_pictures(found: Panels, code: str) -> None:
    """Draw the cases of one questionnaire, the first dozen at once and more on request."""
    st.html(f'<p class="says">{escape(found.sentence)}</p>')
    shown = int(st.session_state.get(f"{_SHOWN}-{code}", _AT_FIRST))
    with st.container(key=f"panels-{code}", horizontal=True, gap="medium"):
        for each in found.panels[:shown]:
            with st.container(width=_PANEL_WIDTH, gap=None):
                st.html(
                    f'<p class="mini"><b>{escape(each.client)}</b><br>{escape(each.caption)}</p>'
                )
                st.vega_lite_chart(
                    spec=in_dark(each.spec) if parts.is_dark() else each.spec,
                    width="stretch",
                    theme=None,
                    key=f"panel-{each.episode_key}",
                    alt=each.alt,
                )
    more = min(_AT_FIRST, len(found.panels) - shown)
    if more > 0:
        label = texts.SHOW_MORE.format(n=more)
        st.button(label, key=f"more-{code}", on_click=_show, args=(code, shown + more))
    with st.expander(texts.TABLE):
        parts.table(found.table, f"{texts.TABLE}, {code}")


def _show(code: str, n: int) -> None:
    st.session_state[f"{_SHOWN}-{code}"] = n
