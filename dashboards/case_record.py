"""What is recorded of one case: what came of earlier steps, verdicts, reviews, the action log.

Here: the parts of a case review that read and write the review log. Not here: who may record what
(`review.py`), the click and its answer (`recording.py`), what the release says (`case_parts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import log_words, parts, recording, review, wording
from dashboards.case_card import kind
from dashboards.case_log import CaseLog
from dashboards.figures import case as figures
from dashboards.frame import View
from dashboards.queries import cases, review_log
from dashboards.scope import Scope
from dashboards.texts import case as texts
from dashboards.texts import review_log as shared
from review_log.entry import Entry, Kind

Facts = Mapping[str, Any]

# Signals one judges one by one, and entries one takes back; older ones stand in a table.
_MOST_SIGNALS, _MOST_ENTRIES = 6, 10


def read(view: View, episode_key: str) -> CaseLog:
    """Give what stands in the review log of a case; the release's entries where it is silent.

    Args:
        view: of the page.
        episode_key: a case in scope.
    """
    codes = review_log.codes(view.base)
    try:
        found, trouble = review.of_case(view.base, episode_key), ""
    except review.ReviewLogError as error:
        found, trouble = review.released(view.base, episode_key), str(error)
    return CaseLog(tuple(found), codes, view.roster, trouble)


def reasons(scope: Scope, facts: Facts, log: CaseLog) -> None:
    """Say why the case is on the agenda, each reason with a verdict; or why it is not."""
    row = cases.agenda_entry(scope, facts["episode_key"])
    if row is None:
        said = texts.NOT_ON_AGENDA if facts["status"] == "open" else texts.ENDED_OFF_AGENDA
        st.html(f'<p class="note">{said}</p>')
    else:
        tier = str(row["tier"])
        mark = f'<span class="mark {tier.lower()}" aria-hidden="true">{wording.TIER_SHAPES[tier]}'
        said = texts.ON_AGENDA.format(tier=kind(row))
        st.html(f'<p class="says why"><b class="tier">{mark}</span>{said}</b></p>')
        lines = str(row["reasons"]).split("\n")
        ids = str(row["reason_ids"] or "").split(",")
        for place, line in enumerate(lines):
            code = ids[place] if place < len(ids) else ""
            # a wish, a date or a strength is no rule that fired
            is_rule = code in log.codes.get("reason", {})
            what = Judged(code, row["session_index"], line, is_rule=is_rule)
            _judge(scope, log, facts["episode_key"], what)
    turn = log.turn
    if turn is not None and turn.until_on:
        form = texts.AGAIN_ON if turn.kind is Kind.REVIEWED else texts.DEFERRED_UNTIL
        st.html(f'<p class="note">{form.format(day=wording.day(turn.until_on))}</p>')


@dataclass(frozen=True)
class Judged:
    """A reason or a signal that can be confirmed or dismissed.

    Attributes:
        code: its reason or rule.
        session: the session it is about.
        said: it in words.
        head: what stands before the words, stronger.
        is_rule: whether a rule raised it; of anything else there is nothing to judge.
    """

    code: str
    session: int | None
    said: str
    head: str = ""
    is_rule: bool = True


def _judge(scope: Scope, log: CaseLog, key: str, what: Judged) -> None:
    """Draw a reason or signal with its verdict, or with the way to give one."""
    at = f"{what.code}-{what.session}"
    start = f"<b>{escape(what.head)}</b> " if what.head else ""
    known = log.verdict(what.code, what.session) if what.is_rule else None
    with st.container(key=f"judged-{at}"):
        text, act = st.columns([5, 2], vertical_alignment="center")
        text.html(f'<p class="says">{start}{escape(what.said)}</p>')
        if known is not None:
            text.html(f'<p class="verdict">{escape(_verdict(log, known))}</p>')
        if not what.is_rule or log.trouble:
            return
        with act.container(horizontal=True, horizontal_alignment="right", gap="small"):
            if known is not None and review.is_own(scope, known):
                recording.undo_button(scope, known, key=f"unjudge-{at}")
                return
            for kind, label, why in (
                (Kind.CONFIRMED, texts.CONFIRM, texts.CONFIRM_HELP),
                (Kind.DISMISSED, texts.DISMISS, texts.DISMISS_HELP),
            ):
                st.button(
                    label,
                    key=f"{kind.value}-{at}",
                    help=why.format(what=what.said),
                    on_click=recording.record,
                    args=(scope, kind, key),
                    kwargs={"code": what.code, "session_index": what.session},
                )


def _verdict(log: CaseLog, entry: Entry) -> str:
    return texts.VERDICT.format(
        verdict=texts.VERDICTS[entry.kind.value],
        who=log_words.author(entry, log.roster),
        day=wording.day(entry.recorded_at.date()),
    )


def signals(scope: Scope, facts: Facts, log: CaseLog) -> None:
    """List the signals with rule and numbers; the newest can be confirmed or dismissed."""
    found = cases.signals_of(scope, facts["episode_key"])
    parts.section(texts.SIGNALS, texts.SIGNALS_NOTE)
    if found.is_empty():
        parts.empty(texts.NO_SIGNAL)
        return
    for s in found.head(_MOST_SIGNALS).iter_rows(named=True):
        head = texts.SIGNAL_HEAD.format(
            rule=log_words.rule(s["rule_id"]),
            id=s["rule_id"],
            n=s["session_index"],
            day=wording.day(s["raised_on"]),
        )
        what = Judged(s["rule_id"], s["session_index"], s["reason"], head)
        _judge(scope, log, facts["episode_key"], what)
    older = found.slice(_MOST_SIGNALS)
    if older.height:
        label = texts.EARLIER_SIGNALS.format(n=wording.counted(older.height, texts.SIGNAL_WORD))
        with st.expander(label, key="older-signals"):
            parts.table(_signal_table(older, log), label)


def _signal_table(found: pl.DataFrame, log: CaseLog) -> pl.DataFrame:
    judged = [
        log.verdict(rule, session)
        for rule, session in found.select("rule_id", "session_index").iter_rows()
    ]
    return pl.DataFrame(
        {
            texts.DAY: [wording.day(d) for d in found["raised_on"]],
            texts.SESSION: found["session_index"],
            texts.RULE: [f"{log_words.rule(r)} ({r})" for r in found["rule_id"]],
            texts.VALUE: found["value"],
            texts.LINE: found["threshold"],
            texts.IN_WORDS: found["reason"],
            texts.SAID_OF_IT: [_verdict(log, e) if e else wording.NOTHING for e in judged],
        }
    )


def since_review(view: View, facts: Facts, log: CaseLog) -> None:
    """Say what changed since the last review, what came of earlier steps, which are open."""
    parts.section(texts.SINCE_REVIEW)
    last = log.reviews[-1] if log.reviews else None
    key = str(facts["episode_key"])
    if last is None:
        st.html(f'<p class="says">{texts.SINCE_NEVER}</p>')
    else:
        day = log_words.day_of(last)
        lines = figures.since(cases.timeline(view.base, key), facts, day, view.names)
        said = texts.SINCE_DAY.format(day=wording.day(day), who=log_words.author(last, log.roster))
        said += f" {texts.SINCE_THEN if lines else texts.SINCE_NOTHING}"
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f'<p class="says">{escape(said)}</p><ul class="prompts">{listed}</ul>')
    _steps(view, log, log_words.day_of(last) if last else None)


def _steps(view: View, log: CaseLog, after: date | None) -> None:
    """List the steps closed since the last review, and those still open with the way to close."""
    closed = log.closed_steps(after)
    if closed:
        lines = (
            texts.STEP_CLOSED_LINE.format(
                step=log.step_words(step),
                outcome=log.outcome_words(closing).lower(),
                day=wording.day(log_words.day_of(closing)),
            )
            for step, closing in closed
        )
        listed = "".join(f"<li>{escape(line)}</li>" for line in lines)
        st.html(f'<h3 class="small">{texts.STEPS_CLOSED}</h3><ul class="prompts">{listed}</ul>')
    day = view.release.as_of
    still = log.open_steps(day)
    if not still:
        st.html(f'<p class="note">{texts.NO_STEPS}</p>')
        return
    st.html(f'<h3 class="small">{texts.STEPS_OPEN}</h3>')
    for step in still:
        if log.trouble:
            st.html(f'<p class="says">{escape(step.line())}</p>')
        else:
            recording.close_form(view.base, step, today(view))


def today(view: View) -> date:
    """Give the day to record under: the meeting is today, whatever day the data end on."""
    return max(view.release.as_of, date.today())


def record(view: View, facts: Facts, log: CaseLog) -> None:
    """Draw the forms that record; where the log does not answer, say so instead."""
    parts.section(texts.RECORD, texts.RECORD_NOTE)
    if log.trouble:
        parts.empty(log.trouble)
        return
    key = str(facts["episode_key"])
    offered = [texts.REVIEW_TAB, texts.STEP_TAB]
    if facts["status"] == "open":
        offered += [texts.DEFER_TAB, texts.ADD_TAB]
    tabs = dict(zip(offered, st.tabs(offered), strict=True))
    with tabs[texts.REVIEW_TAB]:
        steps = (shared.STEP, shared.OTHER_STEP)
        recording.review_form(view.base, key, today(view), steps, facts["opened_on"])
    with tabs[texts.STEP_TAB]:
        recording.step_form(view.base, key, today(view))
    if facts["status"] == "open":
        with tabs[texts.DEFER_TAB]:
            recording.defer_form(view.base, key, today(view))
        with tabs[texts.ADD_TAB]:
            st.html(f'<p class="note">{texts.ADD_NOTE}</p>')
            st.button(
                texts.ADD,
                key=f"add-{key}",
                on_click=recording.record,
                args=(view.base, Kind.ADDED, key),
            )


def action_log(scope: Scope, log: CaseLog) -> None:
    """List what was recorded, the newest first: own entries can be taken back."""
    parts.section(texts.LOG, texts.FROM_RELEASE if log.trouble else texts.LOG_NOTE)
    entries = log.entries[::-1]
    if not entries:
        parts.empty(texts.LOG_EMPTY)
        return
    for entry in entries[:_MOST_ENTRIES]:
        line = texts.LOG_LINE.format(
            day=wording.day(log_words.day_of(entry)), what=log.words(entry)
        )
        by = texts.LOG_BY.format(
            who=log_words.author(entry, log.roster), moment=wording.moment(entry.recorded_at)
        )
        with st.container(key=f"entry-{entry.entry_id}"):
            text, act = st.columns([6, 1], vertical_alignment="center")
            text.html(f'<p class="says">{escape(line)} <span class="by">{escape(by)}</span></p>')
            if not log.trouble:
                with act.container(horizontal=True, horizontal_alignment="right"):
                    recording.undo_button(scope, entry)
    if len(entries) > _MOST_ENTRIES:
        with st.expander(texts.EARLIER_ENTRIES, key="older-entries"):
            parts.table(_log_table(entries[_MOST_ENTRIES:], log), texts.EARLIER_ENTRIES)


def _log_table(entries: tuple[Entry, ...], log: CaseLog) -> pl.DataFrame:
    return pl.DataFrame(
        {
            texts.DAY: [wording.day(log_words.day_of(e)) for e in entries],
            texts.LOG_WHAT: [log.words(e) for e in entries],
            texts.LOG_WHO: [log_words.author(e, log.roster) for e in entries],
            texts.LOG_WHEN: [wording.moment(e.recorded_at) for e in entries],
        }
    )
