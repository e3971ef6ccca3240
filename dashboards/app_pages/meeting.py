"""Meeting: walking from case to case, and recording what was decided in each.

The address holds the whole state (cases, place, day, minutes), so that reload and the browser's
back button keep the place, and a case that was dealt with does not move the others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from dashboards import agenda, case_card, frame, log_words, parts, recording, review, wording
from dashboards.figures import case as figures
from dashboards.queries import cases, review_log
from dashboards.texts import meeting as texts
from review_log.entry import Entry, Kind

_MOST_CASES = 24
_END = "end"
_FURTHEST_DAYS = 366

view = frame.current()
# A walk keeps its cases whatever the filters say, so it uses the whole scope.
scope = view.base
codes = review_log.codes(scope)
Facts = Mapping[str, Any]


def go(place: int | str) -> None:
    """Move to a place of the walk; the address keeps how far it has come."""
    if isinstance(place, int):
        st.query_params["seen"] = str(max(place, number("seen", 1)))
    st.query_params["at"] = str(place)


def start(keys: list[str]) -> None:
    """Write the walk into the address and open its first case."""
    st.query_params["cases"] = ",".join(keys[:_MOST_CASES])
    st.query_params["on"] = f"{view.filters.meeting or view.release.as_of}"
    st.query_params["each"] = str(view.filters.minutes_per_case)
    st.query_params["for"] = str(view.filters.minutes)
    st.query_params.pop("seen", None)
    go(1)


def leave() -> None:
    """Take the walk out of the address."""
    for name in ("cases", "on", "each", "for", "at", "seen"):
        st.query_params.pop(name, None)


def choose() -> None:
    """Offer the cases that fit into the minutes, and start."""
    found = agenda.now(view.scope)
    if found.trouble:
        parts.empty(found.trouble)
    first, _ = agenda.capped(found.rows, min(view.filters.cases_in_time, _MOST_CASES))
    if not first:
        parts.empty(texts.NOTHING)
        parts.link("agenda", texts.TO_AGENDA)
        return
    lines = "".join(f"<li>{escape(plan_line(row))}</li>" for row in first)
    st.html(f'<p class="says">{texts.CHOOSE}</p><ol class="walk">{lines}</ol>')
    st.button(
        texts.START.format(cases=wording.counted(len(first), texts.CASE)),
        type="primary",
        key="start",
        on_click=start,
        args=([str(row["episode_key"]) for row in first],),
    )


def plan_line(row: agenda.Row) -> str:
    """Say one case of the walk in a line."""
    return texts.PLAN_LINE.format(
        client=row["client_label"],
        clinician=row["clinician_label"],
        kind=f"{wording.TIER_SHAPES[row['tier']]} {case_card.kind(row)}",
    )


def number(name: str, fallback: int) -> int:
    """Read a number of the address; anything else is the fallback."""
    told = st.query_params.get(name, "")
    return int(told) if re.fullmatch(r"[0-9]{1,4}", told) else fallback


def meeting_day() -> date:
    """Read the day of the meeting; the release's own where the address holds none near it.

    What is recorded bears this day: a link must not put reviews into another age.
    """
    own = view.release.as_of
    try:
        told = date.fromisoformat(st.query_params.get("on", ""))
    except ValueError:
        return own
    return told if abs((told - own).days) <= _FURTHEST_DAYS else own


def walk(keys: list[str], day: date) -> None:
    """Show the case at the place the address names."""
    place = min(max(number("at", 1), 1), len(keys))
    facts = cases.case(scope, keys[place - 1])
    if facts is None:
        return
    try:
        review.viewed(scope, "meeting", keys[place - 1])
    except review.ReviewLogError as error:
        parts.empty(str(error))
        return
    each = max(1, number("each", view.filters.minutes_per_case))
    left = max(0, number("for", each * len(keys)) - (place - 1) * each)
    with st.container(key="steps", horizontal=True, vertical_alignment="center"):
        st.html(
            f'<p class="progress" role="status"><b>'
            f"{texts.PROGRESS.format(place=place, n=len(keys))}</b> · "
            f"{texts.MINUTES_LEFT.format(minutes=left)}</p>",
            width="stretch",
        )
        st.button(
            texts.BACK,
            key="back",
            shortcut="left",
            disabled=place == 1,
            on_click=go,
            args=(place - 1,),
        )
        is_last = place == len(keys)
        if not is_last:
            st.button(texts.END_HERE, key="end-here", on_click=go, args=(_END,))
        st.button(
            texts.LAST if is_last else texts.NEXT,
            key="next",
            type="primary",
            shortcut="right",
            on_click=go,
            args=(_END if is_last else place + 1,),
        )
    st.html(f'<p class="note noprint">{texts.KEYS}</p>')
    one_case(facts, place, day)


def one_case(facts: Facts, place: int, day: date) -> None:
    """Show one case whole: why, last time, questions, what comes next, and its picture."""
    key = str(facts["episode_key"])
    st.header(
        texts.FOR.format(client=facts["client_label"], clinician=facts["clinician_label"]),
        anchor=False,
    )
    entries, trouble = recorded(key)
    row = agenda.row_of(scope, key, entries)
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.html(f'<div class="card one"><div class="why">{case_card.why(row)}</div></div>')
        if not trouble:
            last_time(facts, entries, day)
        asked = "".join(f"<li>{escape(q)}</li>" for q in texts.PROMPTS[str(row["tier"])])
        st.html(f'<h3 class="small">{texts.ASK}</h3><ul class="prompts">{asked}</ul>')
    with right:
        if trouble:
            parts.empty(trouble)
        else:
            decide(key, entries, day)
    parts.show(figures.picture(scope, key), key="case_picture")


def recorded(key: str) -> tuple[list[Entry], str]:
    """Give what stands in the review log of one case, or why it cannot be read."""
    try:
        return review.of_case(scope, key), ""
    except review.ReviewLogError as error:
        return [], str(error)


def of_meeting(entries: list[Entry], day: date) -> list[Entry]:
    """Give what a meeting recorded; who asked for the case on that day did so before it."""
    asked = (Kind.ADDED, Kind.BROUGHT)
    return [e for e in entries if log_words.day_of(e) == day and e.kind not in asked]


def last_time(facts: Facts, entries: list[Entry], day: date) -> None:
    """Say when the case was discussed last and which steps are open; each can be closed here."""
    key = str(facts["episode_key"])
    earlier = [e for e in entries if e.kind is Kind.REVIEWED and log_words.day_of(e) < day]
    known = review_log.last_reviewed(scope, key)
    seen = max((*(log_words.day_of(e) for e in earlier), *([known] if known else [])), default=None)
    said = texts.LAST_REVIEWED.format(day=wording.day(seen)) if seen else texts.NEVER_REVIEWED
    steps = log_words.open_steps(review_log.steps_of(scope, key).to_dicts(), entries, codes, day)
    steps = [step for step in steps if step.planned_on < day]
    nothing = "" if steps else f" {texts.NOTHING_PLANNED}"
    st.html(f'<h3 class="small">{texts.LAST_TIME}</h3><p class="says">{said}{nothing}</p>')
    for step in steps:
        recording.close_form(scope, step, day)


def decide(key: str, entries: list[Entry], day: date) -> None:
    """Record that the case was discussed, with the next step; or put it off."""
    st.html(f'<h3 class="small">{texts.DECIDE}</h3>')
    today = of_meeting(entries, day)
    if today:
        st.html(f'<p class="note">{texts.DECIDED_SO_FAR}</p>')
        for entry in today:
            recording.entry_line(view, entry, log_words.what(entry, codes))
    recording.review_form(scope, key, day)
    with st.popover(texts.FORM_DEFER, key=f"defer-{key}"):
        recording.defer_form(scope, key, day)


def done(keys: list[str], day: date) -> None:
    """Say what was decided, case by case, and of the others which were reached at all."""
    found = {key: (cases.case(scope, key) or {}, recorded(key)) for key in keys}
    trouble = next((why for _, (_, why) in found.values() if why), "")
    if trouble:
        parts.empty(trouble)
    today = {key: of_meeting(entries, day) for key, (_, (entries, _)) in found.items()}
    dealt = [
        key for key in keys if any(e.kind in (Kind.REVIEWED, Kind.DEFERRED) for e in today[key])
    ]
    with_entries = [key for key in keys if today[key]]
    try:
        # A link may lead here past the cases themselves.
        review.viewed(scope, "meeting", *with_entries)
    except review.ReviewLogError as error:
        parts.empty(str(error))
        return
    parts.section(
        texts.DONE,
        texts.DONE_NOTE.format(
            n=len(dealt), cases=wording.counted(len(keys), texts.CASE), day=wording.day(day)
        ),
    )
    if not with_entries:
        parts.empty(texts.NOTHING_DECIDED)
    for key in with_entries:
        said = "".join(f"<li>{escape(log_words.what(e, codes))}</li>" for e in today[key])
        st.html(
            f'<section class="decided"><h3>{escape(named(found[key][0]))}</h3>'
            f"<ul>{said}</ul></section>"
        )
    reached = keys[: number("seen", len(keys))]
    left = [key for key in keys if key not in dealt]
    for title, note, listed in (
        (texts.LEFT_OPEN, texts.LEFT_OPEN_NOTE, [key for key in left if key in reached]),
        (texts.NOT_REACHED, texts.NOT_REACHED_NOTE, [key for key in left if key not in reached]),
    ):
        if listed:
            parts.section(title, note)
            lines = "".join(f"<li>{escape(named(found[key][0]))}</li>" for key in listed)
            st.html(f'<ul class="walk">{lines}</ul>')
    with st.container(key="steps", horizontal=True, vertical_alignment="center"):
        last = len(reached)
        st.button(texts.AGAIN, key="back", shortcut="left", on_click=go, args=(last,))
        st.button(texts.TO_START, key="leave", on_click=leave)
    parts.link("agenda", texts.TO_AGENDA)
    st.html(f'<p class="note noprint">{texts.PRINT}</p>')


def named(facts: Facts) -> str:
    """Say which case it is."""
    return texts.FOR.format(client=facts["client_label"], clinician=facts["clinician_label"])


recording.draw_told()
if "at" not in st.query_params:
    choose()
else:
    asked = st.query_params.get("cases", "").split(",")[:_MOST_CASES]
    in_view = [key for key in dict.fromkeys(asked) if cases.case(scope, key)]
    if not in_view:
        parts.empty(texts.NO_SUCH)
        st.button(texts.TO_START, key="leave", on_click=leave)
    elif st.query_params["at"] == _END:
        done(in_view, meeting_day())
    else:
        walk(in_view, meeting_day())
