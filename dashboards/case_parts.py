"""What the release says of one case, part by part: heading, reasons, facts, ruptures, how sure.

Here: the HTML of the parts of a case review that only show. Not here: the picture
(`figures/case.py`), the review log (`case_log.py`) and anything that records (`case_record.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import parts, wording
from dashboards.figures import case as figures
from dashboards.queries import cases, reference
from dashboards.scope import Scope
from dashboards.texts import case as texts
from dashboards.texts import common

Facts = Mapping[str, Any]


def heading(scope: Scope, facts: Facts) -> None:
    """Say which case this is and link to the same client's treatment before and after."""
    said = texts.WITH.format(client=facts["client_label"], clinician=facts["clinician_label"])
    st.header(said, anchor=False)
    state = wording.EPISODE_WORDS.get(facts["status"], facts["status"])
    if facts["status"] != "open":
        ending = wording.ENDING_WORDS.get(facts["ending"], facts["ending"])
        state = texts.STATE_ENDED.format(state=state, ending=ending.lower())
    supervisor = facts["supervisor_label"]
    lines = [
        state,
        texts.SINCE.format(day=wording.day(facts["opened_on"])),
        *([texts.ENDED_ON.format(day=wording.day(facts["ended_on"]))] if facts["ended_on"] else []),
        texts.SUPERVISED_BY.format(label=supervisor) if supervisor else texts.NO_SUPERVISOR,
        texts.CONFIDENTIAL,
    ]
    st.html(f'<p class="stamp">{escape(" · ".join(lines))}</p>')
    for key, words in texts.SAME_CLIENT.items():
        other = cases.case(scope, facts[key]) if facts[key] else None
        if other:
            label = words.format(clinician=other["clinician_label"])
            parts.link("case", label, case=str(facts[key]))


def summary(facts: Facts) -> None:
    """Say the case in two sentences, and what an ending that nobody planned leaves open."""
    st.html(f'<p class="lead">{escape(str(facts["summary"]))}</p>')
    if facts["ending"] == "dropout":
        st.html(f'<p class="note">{texts.UNPLANNED}</p>')


def fact_boxes(facts: Facts, names: wording.Names) -> None:
    """Show the facts in three short boxes."""
    left, middle, right = st.columns(3, gap="large")
    with left:
        _scores(facts, "alliance", names)
    with middle:
        _scores(facts, "outcome", names)
    with right:
        parts.facts(_attendance(facts), texts.ATTENDANCE)


def _scores(facts: Facts, family: str, names: wording.Names) -> None:
    """Show the facts of the questionnaire that speaks for a family, or that there is none."""
    code = facts[f"{family}_instrument"]
    if not code:
        parts.facts([], texts.NO_FORM_OF[family])
        st.html(f'<p class="note">{texts.NO_FORM[family]}</p>')
        return
    name = texts.ALLIANCE if family == "alliance" else texts.OUTCOME
    own = _alliance(facts, names) if family == "alliance" else _outcome(facts, names)
    parts.facts(own, texts.FACTS_OF.format(family=name, measure=names.of(code)))


def _alliance(facts: Facts, names: wording.Names) -> list[tuple[str, str]]:
    said = partial(at_session, facts, names)
    if (facts["alliance_scored_sessions"] or 0) < 2:
        scores = [(texts.ONLY, said("alliance_latest"))]
    else:
        scores = [
            (texts.FIRST_FORM, said("alliance_first")),
            (texts.LOWEST, said("alliance_lowest")),
            (texts.LATEST, said("alliance_latest")),
        ]
    found = (
        texts.RUPTURES_SAID.format(n=facts["rupture_n"], repaired=facts["repaired_n"])
        if facts["rupture_n"]
        else texts.NONE_FOUND
    )
    return [
        *scores,
        (texts.CUTOFF_FACT, _or_unpublished(facts["alliance_cutoff"])),
        (texts.FORMS, of_sessions(facts, "alliance")),
        (texts.RUPTURES_FACT, found),
    ]


def _outcome(facts: Facts, names: wording.Names) -> list[tuple[str, str]]:
    said = partial(at_session, facts, names)
    is_one = (facts["outcome_scored_sessions"] or 0) < 2
    scores = [(texts.FIRST_FORM, said("outcome_first")), (texts.LATEST, said("outcome_latest"))]
    change = facts["outcome_reliable_change"]
    points = texts.POINTS.format(n=wording.plain(change)) if change else texts.NONE_PUBLISHED
    return [
        *([(texts.ONLY, said("outcome_latest"))] if is_one else scores),
        (texts.CUTOFF_FACT, _or_unpublished(facts["outcome_cutoff"])),
        (texts.FORMS, of_sessions(facts, "outcome")),
        (texts.RELIABLE, points),
        (
            texts.CHANGE_CLASS,
            texts.ONE_FORM_NO_CHANGE if is_one else wording.change(facts["outcome_change"]),
        ),
    ]


def _attendance(facts: Facts) -> list[tuple[str, str]]:
    booked, ended = facts["next_booked_on"], facts["ended_on"]
    missed = texts.NO_APPOINTMENT
    if facts["appointments_8_weeks"]:
        missed = texts.N_OF.format(n=facts["missed_8_weeks"], of=facts["appointments_8_weeks"])
    coming = (texts.NEXT_FACT, wording.day(booked) if booked else texts.NONE_BOOKED)
    return [
        (texts.ATTENDED_FACT, wording.counted(facts["attended_sessions"], texts.SESSION_WORD)),
        (texts.MISSED_FACT, missed),
        (texts.LAST_SEEN_FACT, wording.day(facts["last_seen_on"])),
        (texts.ENDED_FACT, wording.day(ended)) if ended else coming,
    ]


def _or_unpublished(value: float | None) -> str:
    return texts.NONE_PUBLISHED if value is None else wording.plain(value)


def at_session(facts: Facts, names: wording.Names, name: str) -> str:
    """Say a score with its session."""
    session = facts[f"{name}_session"]
    said = names.score(facts[f"{name.partition('_')[0]}_instrument"], facts[name])
    return texts.AT_SESSION.format(score=said, n=session) if session else said


def of_sessions(facts: Facts, family: str) -> str:
    """Say for how many of the attended sessions there is a form."""
    attended = wording.counted(facts["attended_sessions"], texts.SESSION_WORD)
    n = wording.whole(facts[f"{family}_scored_sessions"] or 0)
    return texts.N_OF_SESSIONS.format(n=n, of=attended)


def ruptures(scope: Scope, facts: Facts, names: wording.Names) -> None:
    """Say each rupture in numbers, with the subscales of its session."""
    found = cases.ruptures_of(scope, facts["episode_key"])
    parts.section(texts.RUPTURES, texts.RUPTURES_NOTE)
    if found.is_empty():
        parts.empty(_why_no_rupture(facts))
        return
    events = cases.timeline(scope, facts["episode_key"])
    for rupture in found.iter_rows(named=True):
        st.html(rupture_html(rupture, facts, names))
        onset = rupture["onset_session_index"]
        scales = figures.subscales_at(events, rupture["instrument"], onset)
        if scales.height and rupture["tier"] == "probable":
            label = texts.SUBSCALES.format(n=onset)
            with st.expander(label, key=f"subscales-{rupture['rupture_key']}"):
                parts.table(scales, f"{label}, {names.of(rupture['instrument'])}")


def _why_no_rupture(facts: Facts) -> str:
    if not facts["alliance_instrument"]:
        return texts.NO_RUPTURE_WITHOUT_FORMS
    return texts.CEILING_RUPTURE if facts["is_uninformative_ceiling"] else texts.NO_RUPTURE


def rupture_html(r: Facts, facts: Facts, names: wording.Names) -> str:
    """Write one rupture as a paragraph, numbers first."""
    say = partial(names.score, r["instrument"])
    is_probable = r["tier"] == "probable"
    head = (texts.PROBABLE if is_probable else texts.POSSIBLE).format(
        n=r["onset_session_index"], day=wording.day(r["onset_on"])
    )
    said = [
        texts.FELL.format(
            measure=names.of(r["instrument"]),
            baseline=say(r["baseline"]),
            score=say(r["onset_score"]),
            threshold=say(r["threshold"]),
            nadir=say(r["nadir"]),
        )
    ]
    if is_probable and facts["dip_scale_name"] and facts["dip_session"] == r["onset_session_index"]:
        before, after = say(facts["dip_scale_from"]), say(facts["dip_scale_to"])
        said.append(
            texts.FELL_MOST.format(scale=facts["dip_scale_name"], before=before, after=after)
        )
    kind = texts.RUPTURE_KINDS.get(r["rupture_type"] or "")
    said += [texts.KIND_SAID.format(kind=kind)] if kind else []
    status = f"<b>{_status(r)}</b>." if is_probable else texts.DISPLAYED_ONLY
    low = f" {texts.LOW_CONFIDENCE}" if r["confidence"] == "low" else ""
    return f'<p class="says"><b>{head}</b> {escape(" ".join(said))} {status}{low}</p>'


def _status(r: Facts) -> str:
    state = f"{wording.RUPTURE_SHAPES[r['status']]} {wording.RUPTURE_WORDS[r['status']]}"
    if not r["sessions_to_repair"]:
        return state
    after = wording.counted(r["sessions_to_repair"], texts.SESSION_WORD)
    return state + texts.AFTER_SESSIONS.format(n=after)


def talk(scope: Scope, facts: Facts, names: wording.Names) -> None:
    """Say how sure the picture is, strengths to name, and standing questions."""
    events = cases.timeline(scope, facts["episode_key"])
    left, right = st.columns(2, gap="large")
    with left:
        parts.section(texts.HOW_SURE)
        st.html(_list(how_sure(facts, events, reference.instruments(scope), names)))
        parts.section(texts.STRENGTH)
        found = strengths(facts, cases.ruptures_of(scope, facts["episode_key"]))
        st.html(_list(found) if found else f'<p class="note">{texts.NO_STRENGTH}</p>')
    with right:
        parts.section(texts.QUESTIONS)
        st.html(_list((*texts.PROMPTS, texts.LINE_PROMPT)))


def _list(lines: Any) -> str:
    return f'<ul class="prompts">{"".join(f"<li>{escape(str(x))}</li>" for x in lines)}</ul>'


def how_sure(
    facts: Facts, events: pl.DataFrame, instruments: Mapping[str, Facts], names: wording.Names
) -> list[str]:
    """Give what limits the picture, a sentence each.

    Args:
        facts: a row of `metrics.case_summary`.
        events: the events of the case.
        instruments: the instruments of the release by code.
        names: how questionnaires are said.
    """
    said = str(facts["how_sure"]).replace(". ", ".\n").split("\n")
    if facts["outcome_instrument"]:
        n = wording.whole(facts["outcome_scored_sessions"] or 0)
        attended = wording.counted(facts["attended_sessions"], texts.SESSION_WORD)
        said.append(texts.OUTCOME_FORMS.format(n=n, of=attended))
    of_forms = (pl.col("event_kind") == "score") & (pl.col("scale") == "total")
    loose = events.filter(of_forms & pl.col("session_index").is_null())
    if loose.height:
        said.append(texts.LOOSE.format(n=wording.counted(loose.height, texts.FORM)))
    in_group = events.filter((pl.col("event_kind") == "session") & pl.col("scope").is_not_null())
    if in_group.height:
        counted = wording.counted(in_group.height, texts.APPOINTMENT)
        said.append(texts.IN_GROUPS.format(n=counted))
    alliance, outcome = figures.measures(facts, events, instruments, names)
    drawn = [measure.code for measure in (*alliance, *([outcome] if outcome else []))]
    others = sorted(set(events.filter(of_forms)["instrument"]) - set(drawn))
    if others:
        said.append(texts.OTHER_FORMS.format(measures=", ".join(names.of(c) for c in others)))
    codes = reference.turned_alliance(instruments)
    turned = [measure.name for measure in alliance if measure.code in codes]
    if turned:
        said.append(common.TURNED_ALLIANCE.format(measures=", ".join(turned)))
    return said


def strengths(facts: Facts, found: pl.DataFrame) -> list[str]:
    """Give what went well: the release's own sentence, and ruptures that were repaired."""
    own = [str(facts["strength"])] if facts["strength"] else []
    repaired = found.filter((pl.col("tier") == "probable") & (pl.col("status") == "repaired"))
    return own + [
        texts.REPAIRED_BEFORE.format(
            n=r["onset_session_index"],
            sessions=wording.counted(r["sessions_to_repair"] or 0, texts.SESSION_WORD),
        )
        for r in repaired.iter_rows(named=True)
        # The release may have chosen that very repair as the strength.
        if not own or texts.AT_SESSION_PLAIN.format(n=r["onset_session_index"]) not in own[0]
    ]
