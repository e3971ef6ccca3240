"""Case review: one case whole, or the list of cases to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import case as figures
from dashboards.queries import cases

view = frame.current()
# A link must open its case whatever the filters say, so a review uses the whole scope.
scope = view.base
names = view.names

PROMPTS = (
    "What does the clinician make of the picture, before you say what you see?",
    "What happened around the marked sessions that no form can tell?",
    "What would the client say if asked how the work is going?",
    "What will be different in the next session, and what should the line look like if it works?",
)


def choose() -> None:
    """List the cases in view; selecting a row opens its review."""
    listed = cases.cases(view.scope, view.filters.status)
    if listed.is_empty():
        parts.empty("No case in view fits these filters. Widen them to see more.")
        return
    st.html(
        f'<p class="says">{wording.counted(listed.height, "case")}, the most recently seen first. '
        "Select a row to open its review.</p>"
    )
    shown = pl.DataFrame(
        {
            "Client": listed["client_label"],
            "Clinician": listed["clinician_label"],
            "Status": [wording.EPISODE_WORDS.get(s, s) for s in listed["status"]],
            "Sessions": listed["attended_sessions"],
            "Measure": [names.of(i) for i in listed["alliance_instrument"]],
            "Alliance": listed["alliance_latest"],
            "Rupture": ["■ Open" if is_open else "" for is_open in listed["has_open_rupture"]],
            "Outcome": [wording.change(c) for c in listed["outcome_change"]],
            "Last seen": listed["last_seen_on"],
            "Next": [wording.day(d) if d else "None booked" for d in listed["next_booked_on"]],
        }
    )
    picked = st.dataframe(
        shown,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        height=560,
        key="case_list",
        alt="Cases in view",
        column_config={
            "Last seen": st.column_config.DateColumn(format="D MMM YYYY"),
            "Alliance": st.column_config.NumberColumn(format="%.1f", help="Latest client total"),
        },
    )
    if picked.selection.rows:
        parts.go("case", case=listed["episode_key"][picked.selection.rows[0]])


def heading(facts: Mapping[str, Any]) -> None:
    """Say which case this is and link to the same client's treatment before and after."""
    st.header(f"{facts['client_label']} with {facts['clinician_label']}", anchor=False)
    state = wording.EPISODE_WORDS.get(facts["status"], facts["status"])
    if facts["status"] != "open":
        ending = wording.ENDING_WORDS.get(facts["ending"], facts["ending"])
        state = f"{state}: {ending.lower()}"
    supervisor = facts["supervisor_label"]
    said = [
        state,
        f"since {wording.day(facts['opened_on'])}",
        f"supervised by {supervisor}" if supervisor else "no supervisor recorded",
        "confidential: for the treating clinician and supervision only",
    ]
    st.html(f'<p class="stamp">{escape(" · ".join(said))}</p>')
    for key, words in (("previous_episode_key", "before"), ("next_episode_key", "after")):
        other = cases.case(scope, facts[key]) if facts[key] else None
        if other:
            label = f"The same client {words} this: with {other['clinician_label']}"
            parts.link("case", label, case=str(facts[key]))


def why(facts: Mapping[str, Any]) -> None:
    """Say the summary and, when the case is on the agenda, why."""
    st.html(f'<p class="lead">{escape(str(facts["summary"]))}</p>')
    entry = cases.agenda_entry(scope, facts["episode_key"])
    if entry:
        tier = str(entry["tier"])
        lines = "".join(f"<li>{escape(line)}</li>" for line in str(entry["reasons"]).split("\n"))
        st.html(
            '<div class="card one"><div class="why"><span class="tier">'
            f'<span class="mark {tier.lower()}" aria-hidden="true">{wording.TIER_SHAPES[tier]}'
            f"</span>On the agenda: {wording.TIER_WORDS[tier]}</span><ul>{lines}</ul></div></div>"
        )


def fact_boxes(facts: Mapping[str, Any]) -> None:
    """Show the facts in three short boxes."""
    left, middle, right = st.columns(3, gap="large")
    with left:
        parts.facts(
            [
                ("First", at_session(facts, "alliance_first")),
                ("Lowest", at_session(facts, "alliance_lowest")),
                ("Latest", at_session(facts, "alliance_latest")),
                (
                    "Probable ruptures",
                    f"{facts['rupture_n']}, {facts['repaired_n']} repaired"
                    if facts["rupture_n"]
                    else "none found",
                ),
            ],
            f"Alliance, {names.of(facts['alliance_instrument'])}",
        )
    with middle:
        parts.facts(
            [
                ("First", at_session(facts, "outcome_first")),
                ("Latest", at_session(facts, "outcome_latest")),
                ("Reliable change", points(facts["outcome_reliable_change"])),
                ("Class", wording.change(facts["outcome_change"])),
            ],
            f"Outcome, {names.of(facts['outcome_instrument'])}",
        )
    with right:
        booked = facts["next_booked_on"]
        missed = f"{facts['missed_8_weeks']} of {facts['appointments_8_weeks']}"
        parts.facts(
            [
                ("Attended", wording.counted(facts["attended_sessions"], "session")),
                ("Missed in 8 weeks", missed),
                ("Last seen", wording.day(facts["last_seen_on"])),
                ("Next appointment", wording.day(booked) if booked else "None booked"),
            ],
            "Attendance",
        )


def at_session(facts: Mapping[str, Any], name: str) -> str:
    """Say a score with its session."""
    session = facts[f"{name}_session"]
    said = names.score(facts[f"{name.partition('_')[0]}_instrument"], facts[name])
    return f"{said} at session {session}" if session else said


def points(value: float | None) -> str:
    """Say a difference in points."""
    return f"{value:g} points" if value is not None else wording.NOTHING


def ruptures(facts: Mapping[str, Any]) -> None:
    """Say each rupture in numbers, with the subscales of its session."""
    found = cases.ruptures_of(scope, facts["episode_key"])
    parts.section("Ruptures", "Found in the scores by rule; what it was about only you can say.")
    if found.is_empty():
        parts.empty(
            "None found in the scores. The rule needs an earlier form to compare with, and a fall "
            "well beyond this client's usual variation."
        )
        return
    events = cases.timeline(scope, facts["episode_key"])
    for rupture in found.iter_rows(named=True):
        st.html(rupture_html(rupture, facts))
        onset = rupture["onset_session_index"]
        scales = figures.subscales_at(events, rupture["instrument"], onset)
        if scales.height and rupture["tier"] == "probable":
            with st.expander(f"Subscales at session {onset}"):
                parts.table(scales, f"Subscales at session {onset}, {rupture['instrument']}")


def rupture_html(r: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """Write one rupture as a paragraph, numbers first."""
    say = partial(names.score, r["instrument"])
    is_probable = r["tier"] == "probable"
    repair = (
        f" after {wording.counted(r['sessions_to_repair'], 'session')}"
        if r["sessions_to_repair"]
        else ""
    )
    state = f"{wording.RUPTURE_SHAPES[r['status']]} {wording.RUPTURE_WORDS[r['status']]}"
    status = (
        f" <b>{state}</b>{repair}."
        if is_probable
        else " Displayed only: possible falls enter no figure."
    )
    low = " Few earlier forms: low confidence." if r["confidence"] == "low" else ""
    dip = ""
    if is_probable and facts["dip_scale_name"] and facts["dip_session"] == r["onset_session_index"]:
        dip = (
            f" Fell most: {facts['dip_scale_name']}, from "
            f"{say(facts['dip_scale_from'])} to "
            f"{say(facts['dip_scale_to'])}."
        )
    return (
        f'<p class="says"><b>{"Probable" if is_probable else "Possible"} rupture at session '
        f"{r['onset_session_index']}</b> ({wording.day(r['onset_on'])}): "
        f"{escape(names.of(r['instrument']))} from a usual "
        f"{say(r['baseline'])} to {say(r['onset_score'])}, below the "
        f"threshold of {say(r['threshold'])}; lowest {say(r['nadir'])}."
        f"{escape(dip)}{status}{low}</p>"
    )


def signals(facts: Mapping[str, Any]) -> None:
    """List the signals with rule and numbers."""
    found = cases.signals_of(scope, facts["episode_key"])
    parts.section(
        "Signals",
        "Rules that fire easily, meant for a conversation. One signal alone is mostly noise.",
    )
    if found.is_empty():
        parts.empty("No rule has fired in this case.")
        return
    parts.table(
        pl.DataFrame(
            {
                "Day": [wording.day(d) for d in found["raised_on"]],
                "Session": found["session_index"],
                "Rule": found["rule_id"],
                "Value": found["value"],
                "Threshold": found["threshold"],
                "In words": found["reason"],
            }
        ),
        "Signals",
    )


def talk(facts: Mapping[str, Any]) -> None:
    """Say how sure the picture is, a strength to name, and standing questions."""
    left, right = st.columns(2, gap="large")
    with left:
        parts.section("How sure are we")
        st.html(f'<p class="says">{escape(str(facts["how_sure"]))}</p>')
        parts.section("A strength to name")
        st.html(
            f'<p class="says">{escape(str(facts["strength"]))}</p>'
            if facts["strength"]
            else '<p class="note">The figures show none yet; the clinician may know one.</p>'
        )
    with right:
        parts.section("Questions to bring, choose two")
        asked = "".join(f"<li>{escape(prompt)}</li>" for prompt in PROMPTS)
        st.html(f'<ul class="prompts">{asked}</ul>')


def review(facts: Mapping[str, Any]) -> None:
    """Show one case."""
    heading(facts)
    why(facts)
    parts.show(figures.picture(scope, facts["episode_key"]), key="case_picture")
    fact_boxes(facts)
    ruptures(facts)
    talk(facts)
    signals(facts)


asked_for = st.query_params.get("case")
if asked_for is None:
    choose()
else:
    # Not a page link: one to the same page would leave the case in the address.
    st.button("← All cases in view", type="tertiary", on_click=st.query_params.pop, args=("case",))
    found_case = cases.case(scope, asked_for)
    if found_case is None:
        parts.empty("No such case in your view. The link may be old, or the case is not yours.")
    else:
        review(found_case)
