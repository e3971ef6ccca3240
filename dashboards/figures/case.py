"""The picture of one case with its words and its table.

Here: which questionnaires are drawn, and every point of the drawing as a row to read. Not here: how
it is drawn (`charts/case.py`) and what else the page says of the case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts.case import case_chart
from dashboards.charts.case_rows import ATTENDED, MISSED, Measure, session_rows, totals
from dashboards.charts.theme import spec
from dashboards.parts import Drawn
from dashboards.queries import cases, reference
from dashboards.scope import Scope
from dashboards.texts import case as texts

_RUPTURES = ("rupture_onset", "rupture_repair", "rupture_unrepaired")


@st.cache_data(show_spinner=False, max_entries=128)
def picture(scope: Scope, episode_key: str, reviewed: tuple[date, ...] = ()) -> Drawn:
    """Draw one case that is in scope.

    Args:
        scope: who is looking.
        episode_key: a case for which `cases.case` gave facts.
        reviewed: the days on which the case was reviewed.
    """
    facts = cases.case(scope, episode_key)
    if facts is None:
        return Drawn(None, "", empty=texts.NO_SUCH_CASE)
    events = cases.timeline(scope, episode_key)
    if events.is_empty():
        return Drawn(None, "", empty=texts.NOTHING_LANDED)
    names = reference.names(scope)
    alliance, outcome = measures(facts, events, reference.instruments(scope), names)
    chart = case_chart(
        events,
        cases.ruptures_of(scope, episode_key),
        alliance,
        outcome,
        int(facts["attended_sessions"]),
        reviewed=reviewed,
    )
    drawn = [*alliance, *([outcome] if outcome else [])]
    how = texts.HOW if drawn else texts.HOW_ATTENDANCE
    return Drawn(
        spec(chart),
        how,
        day_table(events, reviewed, [measure.code for measure in drawn], names),
        texts.ALT.format(summary=facts["summary"], how=how),
    )


def measures(
    facts: Mapping[str, Any],
    events: pl.DataFrame,
    instruments: Mapping[str, Mapping[str, Any]],
    names: wording.Names,
) -> tuple[list[Measure], Measure | None]:
    """Give what the chart draws: each alliance questionnaire, and the outcome that speaks.

    Args:
        facts: a row of `metrics.case_summary`.
        events: the events of the case.
        instruments: the instruments of the release by code.
        names: how questionnaires are said.
    """
    main = _main(facts, "alliance", names)
    given = totals(events)["instrument"].unique().sort().to_list()
    others = [
        Measure(code, names.of(code), row["minimum"], row["maximum"], row["cutoff"], None)
        for code in given
        if (row := instruments.get(code)) and row["family"] == "alliance"
        if main is None or code != main.code
    ]
    return [*([main] if main else []), *others], _main(facts, "outcome", names)


def _main(facts: Mapping[str, Any], family: str, names: wording.Names) -> Measure | None:
    """Give the questionnaire that speaks for a family, or None where no form was given."""
    code = facts[f"{family}_instrument"]
    if not code:
        return None
    return Measure(
        code,
        names.of(code),
        facts[f"{family}_minimum"],
        facts[f"{family}_maximum"],
        facts[f"{family}_cutoff"],
        facts.get(f"{family}_reliable_change"),
    )


def day_table(
    events: pl.DataFrame, reviewed: Sequence[date], drawn: Sequence[str], names: wording.Names
) -> pl.DataFrame:
    """Give all that is drawn as readable rows: one per mark of the strip, with its forms.

    Args:
        events: the events of one case.
        reviewed: the days on which the case was reviewed.
        drawn: codes of the questionnaires that have a panel.
        names: how questionnaires and their scores are said.
    """
    scores, also = _by_session(events, drawn, names)
    lines = [
        (
            mark["on"],
            mark["day"],
            mark["session"],
            mark["label"],
            {code: scores.get((mark["session"], code), "") for code in drawn},
            also.get(mark["session"], []) if mark["session"] else [],
        )
        for mark in session_rows(events, reviewed)
    ]
    for event in _loose(events):
        day = event["occurred_on"]
        said = [_form(event, names)]
        lines.append((day.isoformat(), wording.day(day), None, texts.LOOSE_FORM, {}, said))
    lines.sort(key=lambda line: line[0])
    return pl.DataFrame(
        [
            {
                texts.DAY: day,
                texts.SESSION: str(session or ""),
                texts.WHAT: what,
                **{names.of(code): row.get(code, "") for code in drawn},
                texts.ALSO: " · ".join(more),
            }
            for _, day, session, what, row, more in lines
        ]
    )


def _by_session(
    events: pl.DataFrame, drawn: Sequence[str], names: wording.Names
) -> tuple[dict[tuple[int, str], str], dict[int, list[str]]]:
    """Give the scores that are drawn by session and questionnaire, and all else by session."""
    scores = {
        (e["session_index"], e["instrument"]): names.score(e["instrument"], e["value"])
        for e in totals(events).iter_rows(named=True)
        if e["instrument"] in drawn
    }
    also: dict[int, list[str]] = {}
    for e in events.filter(pl.col("session_index").is_not_null()).iter_rows(named=True):
        if e["event_kind"] in _RUPTURES:
            also.setdefault(e["session_index"], []).append(str(e["note"]))
        is_other = e["respondent"] != "client" or e["instrument"] not in drawn
        is_form = e["event_kind"] == "score" and e["scale"] == "total" and e["scope"] is None
        if is_form and is_other:
            also.setdefault(e["session_index"], []).append(_form(e, names))
    return scores, also


def _loose(events: pl.DataFrame) -> list[dict[str, Any]]:
    """Give the totals that belong to no session of this case's own series."""
    found = events.filter(
        (pl.col("event_kind") == "score")
        & (pl.col("scale") == "total")
        & (pl.col("session_index").is_null() | pl.col("scope").is_not_null())
    )
    return found.rows(named=True)


def _form(event: Mapping[str, Any], names: wording.Names) -> str:
    code, rater = event["instrument"], event["respondent"]
    template = texts.OTHER_FORM if rater == "client" else texts.OTHER_FORM_OF
    score = names.score(code, event["value"])
    return template.format(measure=names.of(code), rater=rater, score=score)


def subscales_at(events: pl.DataFrame, instrument: str, session_index: int) -> pl.DataFrame:
    """Give the client's subscales of one session, beside those of the form before it.

    Args:
        events: the events of one case.
        instrument: an alliance instrument.
        session_index: the session of the dip.
    """
    found = events.filter(
        (pl.col("event_kind") == "score")
        & (pl.col("instrument") == instrument)
        & (pl.col("session_index") <= session_index)
        & (pl.col("respondent") == "client")
        & (pl.col("scale") != "total")
        & ~pl.col("scale").str.starts_with("item_")
    )
    at = found.filter(pl.col("session_index") == session_index)
    earlier = found.filter(pl.col("session_index") < session_index)
    last = pl.col("session_index") == pl.col("session_index").max()
    before = dict(earlier.filter(last).select("scale", "value").iter_rows())
    return pl.DataFrame(
        {
            texts.SUBSCALE: [
                name or wording.sentence_case(code)
                for name, code in at.select("scale_name", "scale").iter_rows()
            ],
            texts.BEFORE: [wording.number(before.get(code)) for code in at["scale"]],
            texts.SCORE: [wording.number(v) for v in at["value"]],
        }
    )


def since(
    events: pl.DataFrame, facts: Mapping[str, Any], day: date, names: wording.Names
) -> list[str]:
    """Say what happened in a case after a day, a line each; nothing where nothing did.

    Args:
        events: the events of the case.
        facts: a row of `metrics.case_summary`.
        day: the day of the last review; what happened on it was known then.
        names: how questionnaires and their scores are said.
    """
    later = events.filter(pl.col("occurred_on") > day)
    marks = [mark["kind"] for mark in session_rows(later)]
    said = []
    if marks.count(ATTENDED) or marks.count(MISSED):
        attended = wording.counted(marks.count(ATTENDED), texts.SESSION_WORD)
        said.append(texts.SINCE_ATTENDED.format(n=attended, missed=marks.count(MISSED)))
    forms = totals(later)
    codes = [facts[f"{family}_instrument"] for family in ("alliance", "outcome")]
    for code in [c for c in codes if c]:
        given = [names.score(code, v) for v in forms.filter(pl.col("instrument") == code)["value"]]
        if given:
            said.append(texts.SINCE_FORMS.format(measure=names.of(code), scores=", ".join(given)))
    if said and not any(code in forms["instrument"] for code in codes):
        said.append(texts.SINCE_NO_FORMS)
    said += [str(note) for note in later.filter(pl.col("event_kind").is_in(_RUPTURES))["note"]]
    raised = later.filter(pl.col("event_kind") == "signal").height
    if raised:
        n = wording.counted(raised, texts.SIGNAL_WORD)
        said.append(texts.SINCE_SIGNALS.format(n=n))
    return said
