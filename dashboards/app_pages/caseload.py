"""Supervisee: the cases of one supervisee, how each goes and what was planned in it."""

from __future__ import annotations

from collections import Counter
from html import escape

import streamlit as st

from dashboards import agenda, caseload_parts, frame, log_words, parts, recording, wording
from dashboards.figures import caseload as figures
from dashboards.figures import metric
from dashboards.queries import caseload, reference, review_log
from dashboards.scope import Scope
from dashboards.texts import caseload as texts
from dashboards.texts import common

# Beyond that the filter is quicker than a wall of buttons.
_MOST_BUTTONS = 30

view = frame.current()


def pick(key: str) -> None:
    """Choose a supervisee, as the filter does."""
    st.query_params["clinician"] = key


def choose() -> None:
    """Offer the supervisees in view, by label."""
    if not view.scope.clinician_keys:
        parts.empty(texts.NOBODY)
        return
    st.html(f'<p class="says">{texts.CHOOSE}</p>')
    if len(view.scope.clinician_keys) > _MOST_BUTTONS:
        return
    with st.container(key="supervisees", horizontal=True):
        for key in sorted(view.scope.clinician_keys, key=view.roster.label):
            label = view.roster.label(key)
            st.button(label, key=f"pick-{key}", on_click=pick, args=(key,))


def show(scope: Scope) -> None:
    """Show the caseload of the one clinician in a scope."""
    who, status = view.roster.label(scope.clinician_keys[0]), view.filters.status
    listed = caseload.cases(scope, status)
    if listed.is_empty():
        parts.empty(texts.NO_CASES if status != "any" else texts.NONE_AT_ALL)
        return
    found = agenda.now(scope)
    if found.trouble:
        parts.empty(found.trouble)
    codes = review_log.codes(scope)
    steps = log_words.open_steps(
        review_log.open_steps(scope).to_dicts(),
        [e for entries in found.entries.values() for e in entries],
        codes,
        view.release.as_of,
    )
    open_n = listed.filter(listed["status"] == "open").height
    said = summary(who, status, open_n, listed.height - open_n)
    st.html(f'<p class="says">{escape(said)}</p>')
    parts.section(texts.CASES, texts.CASES_NOTE)
    by_case = Counter(step.episode_key for step in steps)
    rows = figures.table(scope, status, found.entries, by_case)
    chosen = caseload_parts.table(rows, who, can_open=True)
    if chosen:
        parts.go("case", case=chosen)
    parts.section(texts.PATTERNS, texts.PATTERNS_NOTE)
    caseload_parts.all_small_pictures(scope, status)
    parts.section(texts.RUPTURES, texts.RUPTURES_NOTE)
    said, rows = figures.ruptures(scope, status)
    if rows.is_empty():
        parts.empty(said)
    else:
        st.html(f'<p class="says">{escape(said)}</p>')
        parts.table(rows, texts.RUPTURES)
    draw_steps(steps, dict(listed.select("episode_key", "client_label").iter_rows()))
    time_to_review(scope)


def summary(who: str, status: str, open_n: int, ended_n: int) -> str:
    """Say how many cases are listed; of a kind that the filter leaves out nothing is said."""
    counts = {
        "open": wording.counted(open_n, texts.OPEN_CASE),
        "ended": wording.counted(ended_n, texts.ENDED_CASE),
    }
    said = [counts[status]] if status in counts else list(counts.values())
    return texts.SUMMARY.format(who=who, cases=texts.AND.join(said))


def draw_steps(steps: list[log_words.Step], clients: dict[str, str]) -> None:
    """List the open steps of the cases shown, those due first on top."""
    parts.section(texts.STEPS)
    shown = [step for step in steps if step.episode_key in clients]
    if not shown:
        parts.empty(texts.NO_STEP)
        return
    lines = "".join(
        f"<li><b>{escape(clients[s.episode_key])}</b>: {escape(s.line())}</li>" for s in shown
    )
    st.html(f'<ul class="walk">{lines}</ul>')


def time_to_review(scope: Scope) -> None:
    """Say how long cases waited for their review, this clinician's own alone."""
    parts.section(texts.TIME_TO_REVIEW, texts.TIME_NOTE)
    entry = reference.catalogue(scope).get("time_to_review")
    rows = caseload.own_figures(scope, ("time_to_review",), "")
    rows = rows.filter(rows["period"] == "all")
    if entry is None or rows.is_empty():
        parts.empty(texts.NO_REVIEW_YET)
        return
    full_from = int(reference.parameter(scope, "flag_min_n", 20))
    said = metric.said(rows.row(0, named=True), entry, texts.WAITED, full_from)
    parts.tile(texts.MEDIAN_TIME, said, parts.meaning(entry))
    parts.link("definitions", common.DEFINITION, metric="time_to_review")


recording.draw_told()
one = view.scope
if len(one.clinician_keys) == 1:
    show(one)
else:
    choose()
