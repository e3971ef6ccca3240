"""My caseload: the page of a clinician, about own cases and nobody else."""

from __future__ import annotations

from collections import Counter
from html import escape

import streamlit as st

from dashboards import agenda, caseload_parts, frame, log_words, parts, recording, wording
from dashboards.figures import caseload as figures
from dashboards.figures import own_past
from dashboards.queries import caseload, review_log
from dashboards.texts import caseload as shared
from dashboards.texts import mine as texts
from review_log.entry import Entry, Kind

view = frame.current()
scope = view.scope
as_of = view.release.as_of
listed = caseload.cases(scope, "any")
clients = dict(listed.select("episode_key", "client_label").iter_rows())
# The agenda itself, its kinds and reasons, stays with supervision: only own entries are read here.
found = agenda.now(scope)
entries = [e for of_case in found.entries.values() for e in of_case]
steps = log_words.open_steps(
    review_log.open_steps(scope).to_dicts(), entries, review_log.codes(scope), as_of
)


def brought_now() -> dict[str, Entry | None]:
    """Give the cases the clinician brings: with the entry while it can still be taken back."""
    told: dict[str, Entry | None] = {
        row["episode_key"]: None for row in listed.iter_rows(named=True) if row["is_brought"]
    }
    for entry in entries:
        if entry.kind is Kind.BROUGHT:
            told[entry.episode_key] = entry
        elif entry.kind is Kind.REVIEWED:
            told.pop(entry.episode_key, None)
    return told


def bring() -> None:
    """Offer to bring an open case, and list those that are brought."""
    parts.section(texts.BRING, texts.BRING_NOTE)
    brought = brought_now()
    if not brought:
        st.html(f'<p class="says">{texts.NOTHING_BROUGHT}</p>')
    on = dict(listed.select("episode_key", "brought_on").iter_rows())
    for key, entry in brought.items():
        with st.container(key=f"brought-{key}", horizontal=True, vertical_alignment="center"):
            since = log_words.day_of(entry) if entry else on.get(key)
            said = texts.BROUGHT.format(client=clients.get(key), day=wording.day(since))
            st.html(f'<p class="says">{escape(said)}</p>')
            if entry:
                recording.undo_button(scope, entry, texts.UNDO_OF.format(client=clients.get(key)))
    options = {
        row["episode_key"]: texts.BRING_OPTION.format(
            client=row["client_label"], n=row["attended_sessions"]
        )
        for row in listed.iter_rows(named=True)
        if row["status"] == "open"
    }
    left = [key for key in options if key not in brought]
    if not left:
        parts.empty(texts.ALL_BROUGHT if options else texts.NO_OPEN_CASE)
        return
    with st.container(key="add", horizontal=True, vertical_alignment="bottom"):
        st.selectbox(texts.BRING_CHOOSE, left, format_func=options.__getitem__, key="bring-case")
        st.button(
            texts.BRING_BUTTON,
            key="bring",
            on_click=recording.record_chosen,
            args=(scope, Kind.BROUGHT, "bring-case"),
        )


def own_steps() -> None:
    """List the open steps of own cases, each to be closed."""
    parts.section(texts.STEPS, texts.STEPS_NOTE)
    if not steps:
        parts.empty(texts.NO_STEP)
    for step in steps:
        client = clients.get(step.episode_key)
        said = texts.STEP_OF.format(client=client, line=step.line())
        recording.close_form(scope, step, as_of, said=said)


def past() -> None:
    """Show own figures by quarter beside own past."""
    parts.section(texts.PAST, texts.PAST_NOTE)
    for drawn, name in own_past.figures(scope, next(iter(caseload.instruments(scope)), "")):
        st.html(f'<h3 class="small">{escape(name)}</h3>')
        parts.show(drawn, key=f"past-{name}")


recording.draw_told()
if listed.is_empty():
    parts.empty(texts.NO_CASES)
else:
    if found.trouble:
        parts.empty(found.trouble)
    else:
        bring()
        own_steps()
    parts.section(shared.CASES, shared.OWN_CASES_NOTE)
    counts = Counter(step.episode_key for step in steps)
    rows = figures.table(scope, "any", found.entries, counts)
    caseload_parts.table(rows, view.roster.label(scope.person), can_open=False)
    parts.section(shared.PATTERNS, shared.PATTERNS_NOTE)
    caseload_parts.all_small_pictures(scope, "open")
    past()
