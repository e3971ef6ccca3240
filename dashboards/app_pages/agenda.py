"""Supervision agenda: which cases to discuss in the minutes there are, and why."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.queries import cases

view = frame.current()


def with_positive(agenda: pl.DataFrame, places: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split the agenda into what fits and what waits; one positive case always fits.

    Args:
        agenda: cases in order of tier and waiting.
        places: how many fit into the minutes available.
    """
    ranked = agenda.with_row_index("place")
    first = ranked.head(places)
    if places > 1 and not first["is_positive_case"].any():
        positive = ranked.filter("is_positive_case").head(1)
        if positive.height:
            first = pl.concat([first.head(places - 1), positive])
    rest = ranked.join(first.select("place"), on="place", how="anti")
    return first.drop("place"), rest.drop("place")


def card(entry: dict[str, object], place: int) -> None:
    """Show one case: who, why in words, since when, and the way to its review."""
    tier = str(entry["tier"])
    lines = [escape(line) for line in str(entry["reasons"]).split("\n")]
    strength = escape(str(entry["strength"])) if entry["is_positive_case"] else ""
    if strength and strength not in lines:
        lines.append(f"<b>A strength:</b> {strength}")
    reasons = "".join(f"<li>{line}</li>" for line in lines)
    positive = " · a strength to name" if strength else ""
    booked = entry["next_booked_on"]
    with st.container(key=f"case-{place}", gap="small"):
        st.html(
            f'<div class="card"><div class="who"><b>{place}. {escape(str(entry["client_label"]))}'
            f"</b><br><span>{escape(str(entry['clinician_label']))} · session "
            f"{entry['session_index']}</span></div>"
            f'<div class="why"><span class="tier"><span class="mark {tier.lower()}" '
            f'aria-hidden="true">{wording.TIER_SHAPES[tier]}</span>{wording.TIER_WORDS[tier]}'
            f"{positive}</span><ul>{reasons}</ul></div>"
            f'<div class="when">Waiting since {wording.day(entry["waiting_since"])}<br>'
            f"Last seen {wording.day(entry['last_seen_on'])}<br>"
            f"{'Next ' + wording.day(booked) if booked else '<b>None booked</b>'}</div></div>"
        )
        parts.link(
            "case", f"Open the review of {entry['client_label']}", case=str(entry["episode_key"])
        )


agenda = cases.agenda(view.scope)
open_cases = cases.open_cases(view.scope)
if agenda.is_empty():
    parts.empty(
        "No open case in view meets a rule for discussion. "
        f"{wording.counted(open_cases, 'open case')} in view; Case review lists them all."
    )
else:
    now, later = with_positive(agenda, view.filters.cases_in_time)
    tiers = agenda.group_by("tier").agg(pl.len()).sort("tier")
    chips = "".join(
        f'<span><span class="mark {t.lower()}" aria-hidden="true">{wording.TIER_SHAPES[t]}</span>'
        f"{wording.TIER_WORDS[t]} <b>{n}</b></span>"
        for t, n in tiers.iter_rows()
    )
    st.html(
        f'<p class="says">{wording.whole(agenda.height)} of '
        f"{wording.counted(open_cases, 'open case')} in view meet a rule for discussion.</p>"
        f'<div class="chips">{chips}</div>'
    )
    parts.section(
        f"For {view.filters.minutes} minutes",
        "Most urgent kind first, then the longest waiting; one case that is going well is always "
        "among them. The order is by rule, not by a score.",
    )
    for place, entry in enumerate(now.iter_rows(named=True), start=1):
        card(entry, place)
    if later.height:
        parts.section(
            "Waiting beyond this meeting", "Select a row to open its review, or raise the minutes."
        )
        shown = pl.DataFrame(
            {
                "Client": later["client_label"],
                "Clinician": later["clinician_label"],
                "Kind": [
                    f"{wording.TIER_SHAPES[t]} {wording.TIER_WORDS[t]}" for t in later["tier"]
                ],
                "Session": later["session_index"],
                "Waiting since": later["waiting_since"],
                "Next": [wording.day(d) if d else "None booked" for d in later["next_booked_on"]],
                "Why": [str(r).split("\n")[0] for r in later["reasons"]],
            }
        )
        picked = st.dataframe(
            shown,
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key="waiting",
            alt="Cases that wait beyond the minutes available",
            column_config={"Waiting since": st.column_config.DateColumn(format="D MMM YYYY")},
        )
        if picked.selection.rows:
            parts.go("case", case=later["episode_key"][picked.selection.rows[0]])
