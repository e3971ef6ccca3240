"""Buttons and forms that record: one callback for all, and what is said after it.

Here: recording at a click and telling what became of it; a log that does not answer never ends a
page. Not here: who may record what (`review.py`), and which buttons a page has.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from typing import Any

import streamlit as st

from dashboards import log_words, review
from dashboards.frame import View
from dashboards.queries import cases, review_log
from dashboards.scope import Scope
from dashboards.texts import review_log as texts
from dashboards.warehouse import WarehouseError
from review_log.entry import Entry, EntryError, Kind

# Two meetings, where people meet weekly.
_DEFER_DAYS = _STEP_DAYS = 14
_OUTCOME_WIDTH, _STEP_WIDTH, _DAY_WIDTH = 210, 300, 150
_FORMAT = "DD/MM/YYYY"
_TOLD = "rapport_told"
_SAVED = "rapport_saved"


def record(scope: Scope, kind: Kind, episode_key: str, **said: Any) -> None:
    """Record one thing at a click; see `record_all`."""
    record_all(scope, (kind, episode_key, said))


def record_chosen(scope: Scope, kind: Kind, field: str) -> None:
    """Record of the case that a field holds at the moment of the click, not at the last run.

    Args:
        scope: who records.
        kind: what is recorded.
        field: key of the field whose value is a case.
    """
    record(scope, kind, str(st.session_state[field]))


def record_all(scope: Scope, *what: tuple[Kind, str, dict[str, Any]]) -> bool:
    """Record at a click, all or nothing, and keep what to say of it for the page.

    Args:
        scope: who records.
        *what: the kind, the case, and further fields of the entry.

    Returns:
        Whether it was recorded.
    """
    try:
        entries = review.record_all(scope, *what)
    except WarehouseError as error:
        _tell(str(error), is_done=False)
    except EntryError:
        _tell(texts.NOT_RECORDED, is_done=False)
    else:
        for entry in entries:
            _tell(texts.RECORDED.format(what=_of_whom(scope, entry)))
        return True
    return False


def _named(form: str) -> str:
    """Name the fields of a form: anew after each saving, so that a saved form is empty.

    Its button keeps its name, and so the focus. What a double click sends from the empty form is
    no entry: the log knows that it says less of the same (`review.record_all`).
    """
    saved = st.session_state.get(_SAVED, {}).get(form, 0)
    return f"{form}-{saved}" if saved else form


def _saved(form: str) -> None:
    counts = st.session_state.setdefault(_SAVED, {})
    counts[form] = counts.get(form, 0) + 1


def defer_form(scope: Scope, episode_key: str, day: date) -> None:
    """Draw the form that puts a case off: why, and until when.

    Args:
        scope: who records.
        episode_key: the case.
        day: the day of the meeting.
    """
    reasons = review_log.codes(scope).get("defer_reason", {})
    with st.form(f"defer-form-{episode_key}", border=False):
        reason = st.selectbox(
            texts.REASON, list(reasons), format_func=reasons.__getitem__, key=f"why-{episode_key}"
        )
        until = st.date_input(
            texts.UNTIL_LABEL,
            day + timedelta(days=_DEFER_DAYS),
            min_value=day + timedelta(days=1),
            key=f"until-{episode_key}",
            format=_FORMAT,
        )
        # Not a callback: that would get the values from before the form was sent.
        if st.form_submit_button(texts.DEFER, key=f"defer-now-{episode_key}"):
            said = {"code": reason, "until_on": until, "happened_on": day}
            record(scope, Kind.DEFERRED, episode_key, **said)
            st.rerun()


def review_form(
    scope: Scope,
    episode_key: str,
    day: date,
    steps: Sequence[str] = (texts.STEP,),
    opened_on: date | None = None,
) -> None:
    """Draw the form of a review: when it was discussed, the next steps, when to look again.

    Args:
        scope: who records.
        episode_key: the case.
        day: the day of the meeting.
        steps: names of the fields for a step each.
        opened_on: when the case began: then the day of the discussion can be chosen.
    """
    fields = _named(episode_key)
    with st.form(f"review-form-{episode_key}", border=False):
        discussed = day
        if opened_on is not None:
            discussed = st.date_input(
                texts.DISCUSSED_ON,
                day,
                min_value=min(opened_on, day),
                max_value=day,
                # Not emptied with the rest: a double click on "Save" would say today as well.
                key=f"discussed-on-{episode_key}",
                format=_FORMAT,
                width=_DAY_WIDTH,
            )
        planned = [
            _step_row(scope, f"{place}-{fields}", label, day) for place, label in enumerate(steps)
        ]
        again = st.date_input(
            texts.REVIEW_AGAIN,
            None,
            min_value=day + timedelta(days=1),
            key=f"review-again-{fields}",
            format=_FORMAT,
            help=texts.REVIEW_AGAIN_HELP,
            width=_DAY_WIDTH,
        )
        # Not a callback: that would get the values from before the form was sent.
        if st.form_submit_button(texts.SAVE, key=f"save-review-{episode_key}", type="primary"):
            on = {"happened_on": discussed}
            what = [(Kind.REVIEWED, episode_key, {**on, "until_on": again})]
            what += [(Kind.PLANNED, episode_key, {**on, **step}) for step in planned if step]
            if record_all(scope, *what):
                _saved(episode_key)
            st.rerun()


def step_form(scope: Scope, episode_key: str, day: date) -> None:
    """Draw the form of one more step, outside a review.

    Args:
        scope: who records.
        episode_key: the case.
        day: the day on which it is planned.
    """
    fields = f"alone-{episode_key}"
    with st.form(f"step-form-{episode_key}", border=False):
        step = _step_row(scope, _named(fields), texts.STEP, day)
        if st.form_submit_button(texts.SAVE_STEP, key=f"save-step-{episode_key}") and step:
            if record_all(scope, (Kind.PLANNED, episode_key, {**step, "happened_on": day})):
                _saved(fields)
            st.rerun()


def _step_row(scope: Scope, name: str, label: str, day: date) -> dict[str, Any] | None:
    """Draw what, who and by when of a step; None where no step is chosen."""
    codes = review_log.codes(scope)
    steps, people = codes.get("step", {}), codes.get("done_by", {})
    with st.container(horizontal=True, key=f"plan-row-{name}"):
        code = st.selectbox(
            label,
            ["", *steps],
            format_func=lambda code: steps.get(code, texts.NO_STEP),
            key=f"plan-{name}",
            width=_STEP_WIDTH,
        )
        done_by = st.selectbox(
            texts.WHO,
            list(people),
            format_func=people.__getitem__,
            key=f"plan-who-{name}",
            width=_DAY_WIDTH,
        )
        due = st.date_input(
            texts.WHEN,
            day + timedelta(days=_STEP_DAYS),
            min_value=day,
            key=f"plan-when-{name}",
            format=_FORMAT,
            width=_DAY_WIDTH,
        )
    return {"code": code, "done_by": done_by, "due_on": due} if code else None


def close_form(scope: Scope, step: log_words.Step, day: date, said: str = "") -> None:
    """Draw an open step with what can become of it.

    Args:
        scope: who records.
        step: the step.
        day: the day of the meeting.
        said: the step in words, where its own line is not enough.
    """
    outcomes = review_log.codes(scope).get("step_outcome", {})
    with st.form(f"close-form-{step.entry_key}", border=False):
        with st.container(
            key=f"closing-{step.entry_key}", horizontal=True, vertical_alignment="center"
        ):
            st.html(f'<p class="says">{escape(said or step.line())}</p>', width="stretch")
            outcome = st.selectbox(
                texts.OUTCOME,
                list(outcomes),
                format_func=outcomes.__getitem__,
                key=f"outcome-{step.entry_key}",
                label_visibility="collapsed",
                width=_OUTCOME_WIDTH,
            )
            is_sent = st.form_submit_button(texts.CLOSE, key=f"close-{step.entry_key}")
        if is_sent:
            what = {"refers_to": step.entry_key, "code": outcome, "happened_on": day}
            record(scope, Kind.STEP_CLOSED, step.episode_key, **what)
            st.rerun()


def entry_line(view: View, entry: Entry, said: str, label: str = texts.UNDO) -> None:
    """Draw an entry in words: with the way to take back an own one, else with who recorded it.

    Args:
        view: who is looking.
        entry: the entry.
        said: it in words.
        label: of the button.
    """
    if not review.is_own(view.base, entry):
        said = texts.BY.format(what=said, who=log_words.author(entry, view.roster))
    with st.container(key=f"entry-{entry.entry_id}", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="says">{escape(said)}</p>')
        undo_button(view.base, entry, label)


def undo_button(scope: Scope, entry: Entry, label: str = texts.UNDO, key: str = "") -> None:
    """Draw the way to take back an entry; nothing where somebody else recorded it."""
    if review.is_own(scope, entry):
        st.button(
            label,
            key=key or f"undo-{entry.entry_id}",
            type="tertiary",
            on_click=_undo,
            args=(scope, entry),
        )


def _undo(scope: Scope, entry: Entry) -> None:
    """Take back an entry at a click."""
    try:
        review.record(scope, Kind.UNDONE, entry.episode_key, refers_to=entry.entry_id)
    except WarehouseError as error:
        _tell(str(error), is_done=False)
    else:
        _tell(texts.UNDONE.format(what=_of_whom(scope, entry)))


def _of_whom(scope: Scope, entry: Entry) -> str:
    """Say an entry with the code of the client it is about."""
    facts = cases.case(scope, entry.episode_key) or {}
    said = log_words.what(entry, review_log.codes(scope))
    return texts.OF_CLIENT.format(client=facts.get("client_label", ""), what=said)


def _tell(said: str, is_done: bool = True) -> None:
    told = st.session_state.setdefault(_TOLD, [])
    if (said, is_done) not in told:
        told.append((said, is_done))


def draw_told() -> None:
    """Say what became of the last click, where a screen reader hears it."""
    for said, is_done in st.session_state.pop(_TOLD, []):
        look, mark = ("done", "✓") if is_done else ("undone", "■")
        st.html(
            f'<p class="told {look}" role="status"><span aria-hidden="true">{mark}</span> '
            f"{escape(said)}</p>"
        )
