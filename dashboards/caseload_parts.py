"""The pieces of a caseload on the screen: the table with its lines, the small pictures, the steps.

Here: what the supervisee's view and a clinician's own page both draw. Not here: what is drawn
(figures/caseload.py), and whose caseload it is (pages).
"""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import parts
from dashboards.charts.theme import in_dark
from dashboards.figures.caseload import Panels
from dashboards.texts import caseload as texts

_AT_FIRST = 12
_PANEL_WIDTH = 250
_SHOWN = "panels"


def table(frame: pl.DataFrame, who: str, *, can_open: bool) -> str | None:
    """Draw the cases with a line for alliance and outcome; give the key of a selected one.

    Args:
        frame: as `figures.caseload.table` gives it.
        who: whose cases they are.
        can_open: whether selecting a row leads anywhere.
    """
    columns = {
        texts.SESSIONS: st.column_config.NumberColumn(width=70),
        texts.ALLIANCE: st.column_config.LineChartColumn(help=texts.ALLIANCE_HELP, width=105),
        texts.OUTCOME: st.column_config.LineChartColumn(help=texts.OUTCOME_HELP, width=105),
        texts.LAST_SEEN: st.column_config.DateColumn(format="D MMM YYYY"),
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


def small_pictures(found: Panels) -> None:
    """Draw one small picture per case, the first dozen at once and more on request."""
    if not found.panels:
        parts.empty(found.sentence)
        return
    st.html(f'<p class="says">{escape(found.sentence)}</p>')
    shown = int(st.session_state.get(_SHOWN, _AT_FIRST))
    with st.container(key="panels", horizontal=True, gap="medium"):
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
        st.button(label, key="more", on_click=_show, args=(shown + more,))
    with st.expander(texts.TABLE):
        parts.table(found.table, texts.TABLE)


def _show(n: int) -> None:
    st.session_state[_SHOWN] = n
