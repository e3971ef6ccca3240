"""Case review: one case whole, or the list of cases to choose from.

Here: the order of the parts, and the list. Not here: the parts (`case_parts.py`, `case_record.py`)
and the picture (`figures/case.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import case_parts, case_record, frame, parts, recording, review, wording
from dashboards.figures import case as figures
from dashboards.queries import cases
from dashboards.texts import case as texts
from dashboards.texts import common

_ROW, _HEAD, _HIGHEST = 35, 38, 560

view = frame.current()
# A link must open its case whatever the filters say, so a review uses the whole scope.
scope = view.base


def choose() -> None:
    """List the cases in view; a code finds one, selecting a row opens its review."""
    status = view.filters.status
    if not cases.how_many(view.scope, status):
        parts.empty(texts.NO_CASE_FITS if cases.how_many(view.base, "any") else texts.NONE_AT_ALL)
        return
    wanted = st.text_input(texts.FIND, key="find", help=texts.FIND_HELP, max_chars=64).strip()
    listed, n = (ask(view.scope, status, wanted) for ask in (cases.cases, cases.how_many))
    if listed.is_empty():
        parts.empty(texts.NO_CODE_FITS)
        return
    said = texts.LISTED.format(n=wording.counted(n, texts.CASE))
    if n > listed.height:
        said = texts.LISTED_FIRST.format(n=wording.whole(n), first=listed.height)
    st.html(f'<p class="says">{said}</p>')
    picked = st.dataframe(
        case_list(listed),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=min(_HEAD + _ROW * listed.height, _HIGHEST),
        key="case_list",
        alt=texts.LIST_ALT,
        column_config={
            texts.LAST_SEEN: st.column_config.DateColumn(format=common.DATE),
            texts.LAST_REVIEWED: st.column_config.DateColumn(format=common.DATE),
            texts.ALLIANCE: st.column_config.TextColumn(help=texts.LATEST_TOTAL),
        },
    )
    if picked.selection.rows:
        parts.go("case", case=listed["episode_key"][picked.selection.rows[0]])


def case_list(listed: pl.DataFrame) -> pl.DataFrame:
    """Give the cases as readable rows."""
    return pl.DataFrame(
        {
            texts.CLIENT: listed["client_label"],
            texts.CLINICIAN: listed["clinician_label"],
            texts.STATUS: [wording.EPISODE_WORDS.get(s, s) for s in listed["status"]],
            texts.SESSIONS: listed["attended_sessions"],
            texts.ALLIANCE: [
                texts.LATEST_OF.format(measure=view.names.of(i), score=view.names.score(i, v))
                if i
                else wording.NOTHING
                for i, v in listed.select("alliance_instrument", "alliance_latest").iter_rows()
            ],
            texts.RUPTURE: [texts.OPEN_RUPTURE if x else "" for x in listed["has_open_rupture"]],
            texts.OUTCOME: [wording.change(c) for c in listed["outcome_change"]],
            texts.LAST_SEEN: listed["last_seen_on"],
            texts.NEXT: [
                wording.day(d) if d else texts.NONE_BOOKED for d in listed["next_booked_on"]
            ],
            texts.LAST_REVIEWED: listed["last_reviewed_on"],
        }
    )


def one(facts: Mapping[str, Any]) -> None:
    """Show one case, in the order of the ten minutes before its review (screens.md 1)."""
    log = case_record.read(view, str(facts["episode_key"]))
    case_parts.heading(scope, facts)
    recording.draw_told()
    case_parts.summary(facts)
    case_record.reasons(scope, facts, log)
    parts.show(figures.picture(scope, facts["episode_key"], log.reviewed_on), key="case_picture")
    case_parts.fact_boxes(facts, view.names)
    case_record.since_review(view, facts, log)
    case_parts.ruptures(scope, facts, view.names)
    case_parts.talk(scope, facts, view.names)
    case_record.signals(scope, facts, log)
    with st.container(key="record"):
        case_record.record(view, facts, log)
    case_record.action_log(scope, log)


def asked_for(key: str) -> None:
    """Show the case of the address, noted before anything of it is shown."""
    # Not a page link: one to the same page would leave the case in the address.
    st.button(
        texts.ALL_CASES,
        key="all_cases",
        type="tertiary",
        on_click=st.query_params.pop,
        args=("case",),
    )
    facts = cases.case(scope, key)
    if facts is None:
        parts.empty(texts.NO_SUCH_CASE)
        return
    try:
        review.viewed(scope, "case", key)
    except review.ReviewLogError as error:
        st.html(f'<div class="empty" role="alert">{escape(str(error))}</div>')
        return
    one(facts)


if "case" in st.query_params:
    asked_for(st.query_params["case"])
else:
    choose()
