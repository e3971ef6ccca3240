"""The picture of one case with its words and its table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts.case import case_chart
from dashboards.charts.case_rows import Measure
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import cases, reference
from dashboards.scope import Scope

_EVENTS = {
    "session": "Appointment",
    "booking": "Booking",
    "score": "Form",
    "rupture_onset": "Alliance fell",
    "rupture_repair": "Alliance came back",
    "rupture_unrepaired": "Alliance did not come back",
    "signal": "Signal",
    "supervision": "Supervision",
    "episode_opened": "Treatment opened",
    "episode_closed": "Treatment ended",
}


_HOW = (
    "Alliance over outcome over attendance, session by session. A gap in a line is a session "
    "without a form; shading runs from a fall of the alliance to its return."
)


@st.cache_data(show_spinner=False, max_entries=128)
def picture(scope: Scope, episode_key: str) -> Drawn:
    """Draw one case that is in scope.

    Args:
        scope: who is looking.
        episode_key: a case for which `cases.case` gave facts.
    """
    facts = cases.case(scope, episode_key)
    if facts is None:
        return Drawn(None, "", empty="No such case in your view.")
    events = cases.timeline(scope, episode_key)
    if events.is_empty():
        return Drawn(None, "", empty="No appointment of this case has landed yet.")
    names = reference.names(scope)
    chart = case_chart(
        events,
        cases.ruptures_of(scope, episode_key),
        _measure(facts, "alliance", names),
        _measure(facts, "outcome", names),
        int(facts["attended_sessions"]),
    )
    return Drawn(
        spec(chart),
        _HOW,
        event_table(events, names),
        f"Time line of one case. {say(facts, names)} {_HOW}",
    )


def _measure(facts: Mapping[str, Any], family: str, names: wording.Names) -> Measure | None:
    """Give what the chart must know of the case's questionnaire, or None when it has none."""
    if not facts[f"{family}_instrument"]:
        return None
    return Measure(
        facts[f"{family}_instrument"],
        names.of(facts[f"{family}_instrument"]),
        facts[f"{family}_minimum"],
        facts[f"{family}_maximum"],
        facts[f"{family}_cutoff"],
        facts.get(f"{family}_reliable_change"),
    )


def say(facts: Mapping[str, Any], names: wording.Names) -> str:
    """Say a case in one or two sentences, numbers first.

    Args:
        facts: a row of `metrics.case_summary`.
        names: how questionnaires are said.
    """
    said = []
    alliance, outcome = facts["alliance_instrument"], facts["outcome_instrument"]
    if alliance and facts["alliance_first"] is not None:
        said.append(
            f"Alliance ({names.of(alliance)}) "
            f"{names.score(alliance, facts['alliance_first'])} at first, "
            f"{names.score(alliance, facts['alliance_latest'])} at the latest form, "
            f"lowest {names.score(alliance, facts['alliance_lowest'])}; "
            f"a form for {wording.whole(facts['alliance_scored_sessions'])} of "
            f"{wording.counted(facts['attended_sessions'], 'attended session')}."
        )
    else:
        said.append("No alliance form so far.")
    if outcome and facts["outcome_first"] is not None:
        change = wording.change(facts["outcome_change"])
        said.append(
            f"Outcome ({names.of(outcome)}) "
            f"{names.score(outcome, facts['outcome_first'])} at first, "
            f"{names.score(outcome, facts['outcome_latest'])} at the latest form: "
            f"{change[0].lower()}{change[1:]}."
        )
    return " ".join(said)


def event_table(events: pl.DataFrame, names: wording.Names) -> pl.DataFrame:
    """Give the events of a case as readable rows; subscales stand beside the ruptures."""
    rows = [
        {
            "Day": wording.day(e["occurred_on"]),
            "Session": str(e["session_index"] or ""),
            "Event": _EVENTS.get(e["event_kind"], wording.sentence_case(e["event_kind"])),
            "Form": _form(e, names),
            "Score": names.score(e["instrument"], e["value"]) if e["event_kind"] == "score" else "",
            "In words": e["note"]
            or wording.SESSION_WORDS.get(e["status"] or "", e["status"] or ""),
        }
        for e in events.iter_rows(named=True)
        if e["event_kind"] != "score" or e["scale"] == "total"
    ]
    return pl.DataFrame(rows)


def _form(event: Mapping[str, Any], names: wording.Names) -> str:
    if event["event_kind"] != "score":
        return ""
    rater = "" if event["respondent"] == "client" else f", {event['respondent']}"
    return f"{names.of(event['instrument'])}{rater}"


def subscales_at(events: pl.DataFrame, instrument: str, session_index: int) -> pl.DataFrame:
    """Give the client's subscales of one session as readable rows.

    Args:
        events: the events of one case.
        instrument: an alliance instrument.
        session_index: the session of the dip.
    """
    found = events.filter(
        (pl.col("event_kind") == "score")
        & (pl.col("instrument") == instrument)
        & (pl.col("session_index") == session_index)
        & (pl.col("respondent") == "client")
        & (pl.col("scale") != "total")
        & ~pl.col("scale").str.starts_with("item_")
    )
    return pl.DataFrame(
        {
            "Subscale": [
                name or wording.sentence_case(code)
                for name, code in found.select("scale_name", "scale").iter_rows()
            ],
            "Score": [wording.number(v) for v in found["value"]],
        }
    )
