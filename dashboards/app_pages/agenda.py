"""Supervision agenda: which cases to discuss in the minutes there are, and why."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import agenda, case_card, frame, log_words, parts, recording, wording
from dashboards.queries import cases, outcomes, reference, review_log
from dashboards.texts import agenda as texts
from dashboards.texts import common
from review_log.entry import Kind

# More than that nobody finds in a list to choose from: a clinician is to be chosen first.
_MOST_TO_CHOOSE = 200
_MOST_ON_PAPER = 12

view = frame.current()
codes = review_log.codes(view.scope)
found = agenda.now(view.scope)
open_n = cases.open_cases(view.scope)


def said_open() -> str:
    """Say how many open cases are in view."""
    return wording.counted(open_n, texts.OPEN_CASE)


def summary() -> None:
    """Say how many cases call for discussion, of which kinds, against how many were planned for."""
    kinds = [(t, wording.TIER_WORDS[t], n) for t, n in sorted(found.tiers.items())]
    if found.asked_for:
        tier, asked = agenda.ASKED_FOR_TIER, found.asked_for
        kinds = [(t, said, n - asked if t == tier else n) for t, said, n in kinds]
        kinds.append((tier, texts.ASKED_FOR, asked))
    chips = "".join(
        f'<span><span class="mark {t.lower()}" aria-hidden="true">{wording.TIER_SHAPES[t]}</span>'
        f"{said} <b>{wording.whole(n)}</b></span>"
        for t, said, n in sorted(kinds)
        if n
    )
    low, high = (
        wording.percent(reference.parameter(view.scope, f"agenda_budget_{name}", fallback))
        for name, fallback in (("low", 0.15), ("high", 0.2))
    )
    total, soon = wording.whole(found.total), wording.whole(found.pressing)
    st.html(
        f'<p class="says">{texts.SUMMARY.format(n=total, open=said_open())} '
        f"{texts.SOON.format(n=soon, low=low, high=high)}</p>"
        f'<div class="chips">{chips}</div>'
    )


def unseen() -> None:
    """Say which reason cannot be given in this practice, lest its absence is read as calm."""
    n = wording.whole(int(reference.parameter(view.scope, "course_min_episodes", 200)))
    if not outcomes.has_course(view.scope):
        st.html(f'<p class="note">{texts.NO_COURSE.format(n=n)}</p>')
    elif without := outcomes.without_course(view.scope):
        measures = ", ".join(view.names.of(code) for code in without)
        st.html(f'<p class="note">{escape(texts.NO_COURSE_OF.format(measures=measures, n=n))}</p>')


def card(row: agenda.Row, place: int) -> None:
    """Show one case with what can be recorded of it."""
    key, label = str(row["episode_key"]), str(row["client_label"])
    with st.container(key=f"case-{place}", gap="small"):
        st.html(case_card.html(row, place, found.entries.get(key, []), codes))
        with st.container(key=f"acts-{place}", horizontal=True, vertical_alignment="center"):
            parts.link("case", texts.OPEN_REVIEW.format(client=label), case=key)
            if found.trouble:
                return
            st.button(
                texts.DISCUSSED_OF.format(client=label),
                key=f"discussed-{key}",
                on_click=recording.record,
                args=(view.scope, Kind.REVIEWED, key),
                kwargs={"happened_on": view.filters.meeting},
            )
            with st.popover(texts.DEFER_OF.format(client=label), key=f"defer-{key}"):
                recording.defer_form(view.scope, key, view.filters.meeting)


def beyond(later: list[agenda.Row]) -> None:
    """List the cases that do not fit into the minutes."""
    parts.section(texts.BEYOND, texts.BEYOND_NOTE.format(n=wording.whole(found.total - len(first))))
    shown = pl.DataFrame(
        {
            texts.CLIENT: [row["client_label"] for row in later],
            common.CLINICIAN: [row["clinician_label"] for row in later],
            texts.KIND: [
                f"{wording.TIER_SHAPES[row['tier']]} {case_card.kind(row)}" for row in later
            ],
            texts.SESSIONS: [row["session_index"] for row in later],
            texts.SINCE: [row["waiting_since"] for row in later],
            texts.NEXT_BOOKED: [
                wording.day(row["next_booked_on"]) if row["next_booked_on"] else texts.NONE_BOOKED
                for row in later
            ],
            texts.WHY: [str(row["reasons"]).split("\n")[0] for row in later],
        }
    )
    with st.container(key="waiting-grid"):
        picked = st.dataframe(
            shown,
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key="waiting",
            alt=texts.BEYOND_ALT,
            column_config={texts.SINCE: st.column_config.DateColumn(format=common.DATE)},
        )
    # Paper has no grid to scroll: the same rows as a plain table.
    since = pl.col(texts.SINCE).map_elements(wording.day, pl.String)
    on_paper = parts.table_html(shown.head(_MOST_ON_PAPER).with_columns(since), texts.BEYOND_ALT)
    st.html(f'<div class="printed">{on_paper}</div>')
    if picked.selection.rows:
        parts.go("case", case=later[picked.selection.rows[0]]["episode_key"])


def add() -> None:
    """Offer to put any other open case in view on the agenda."""
    parts.section(texts.ADD, texts.ADD_NOTE)
    if open_n > _MOST_TO_CHOOSE:
        parts.empty(texts.ADD_TOO_MANY.format(open=said_open()))
        return
    there = {row["episode_key"] for row in found.rows}
    others = {
        row["episode_key"]: texts.ADD_OPTION.format(
            client=row["client_label"], clinician=row["clinician_label"], n=row["attended_sessions"]
        )
        for row in cases.cases(view.scope, "open").sort("client_label").iter_rows(named=True)
        if row["episode_key"] not in there
    }
    if not others:
        parts.empty(texts.ADD_NONE)
        return
    with st.container(key="add", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(texts.ADD_CHOOSE, list(others), format_func=others.__getitem__, key="add-case")
        for kind, label in ((Kind.ADDED, texts.ADD_BUTTON), (Kind.BROUGHT, texts.BRING_BUTTON)):
            st.button(
                label,
                key=f"add-{kind.value}",
                on_click=recording.record_chosen,
                args=(view.scope, kind, "add-case"),
            )


def dealt() -> None:
    """List what left the agenda since the release; own entries can be taken back."""
    parts.section(texts.DEALT, texts.DEALT_NOTE)
    for row, entry in found.dealt:
        said = texts.DEALT_LINE.format(
            client=row["client_label"],
            clinician=row["clinician_label"],
            what=log_words.what(entry, codes),
            day=wording.day(log_words.day_of(entry)),
        )
        undo = texts.UNDO_OF.format(client=row["client_label"])
        recording.entry_line(view, entry, said, undo)


recording.draw_told()
if found.trouble:
    parts.empty(found.trouble)
if not found.rows:
    nothing = texts.NOTHING.format(open=said_open()) if open_n else texts.NONE_OPEN
    parts.empty(texts.ALL_DEALT if found.dealt else nothing)
else:
    summary()
    first, later = agenda.capped(found.rows, view.filters.cases_in_time)
    parts.section(texts.FOR_MINUTES.format(minutes=view.filters.minutes), texts.ORDER)
    if not found.trouble:
        parts.link("meeting", texts.START)
    for place, row in enumerate(first, start=1):
        card(row, place)
    if later:
        beyond(later)
if open_n:
    unseen()
if open_n and not found.trouble:
    with st.container(key="add-section"):
        add()
if found.dealt:
    dealt()
st.html(f'<p class="note noprint">{texts.PRINT}</p>')
