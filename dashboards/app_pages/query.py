"""Query: an analyst's own question to the de-identified file, answered as a table."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboards import analyst, frame, parts, wording
from dashboards.texts import query as texts
from dashboards.warehouse import WarehouseError

view = frame.current()
_EXAMPLE, _SQL = "query_example", "query_sql"
_DIGITS = 4


def take_example() -> None:
    """Put the chosen example where one writes."""
    st.session_state[_SQL] = texts.EXAMPLES[st.session_state[_EXAMPLE]]


def answer(sql: str) -> None:
    """Show what a question gives, or say plainly why it gives nothing."""
    try:
        found = analyst.ask(view.base, sql)
    except WarehouseError as error:
        parts.empty(str(error))
        return
    if found.rows.is_empty():
        parts.empty(texts.NO_ROWS)
        return
    said = texts.ROWS_SAID.format(
        rows=wording.counted(found.rows.height, "row"), seconds=f"{found.seconds:.2f}"
    )
    if found.is_cut:
        said = f"{said} {texts.CUT.format(rows=wording.whole(found.rows.height))}"
    st.html(f'<p class="says">{escape(said)}</p>')
    parts.table(found.rows, texts.ANSWER_LABEL, is_fixed_order=True, digits=_DIGITS)


st.html(f'<p class="note">{escape(texts.NOTE)}</p>')
first = next(iter(texts.EXAMPLES))
st.selectbox(texts.EXAMPLE, list(texts.EXAMPLES), key=_EXAMPLE, on_change=take_example)
st.session_state.setdefault(_SQL, texts.EXAMPLES[first])
with st.form("query_form", border=False):
    question = st.text_area(texts.STATEMENT, key=_SQL, height=170)
    st.form_submit_button(texts.RUN, key="query_run")
parts.section(texts.ANSWER)
answer(question)
st.html(f'<p class="note">{escape(texts.ELSEWHERE)}</p>')
