"""Entries of the review log in words: what was recorded, and which steps are still open.

Here: from entries and rows to text and to one list of steps, as they stand after what was recorded
since the release. Not here: reading the log (`review.py`) and recording (`recording.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from dashboards import wording
from dashboards.queries.review_log import Codes
from dashboards.scope import Roster
from dashboards.texts import review_log as texts
from dashboards.texts.frame import LABEL_PREFIX
from review_log.entry import Entry, Kind

_LISTS = {Kind.DEFERRED: "defer_reason", Kind.PLANNED: "step", Kind.STEP_CLOSED: "step_outcome"}


def day_of(entry: Entry) -> date:
    """Give the day an entry is about: of the meeting, else of the recording."""
    return entry.happened_on or entry.recorded_at.date()


def what(entry: Entry, codes: Codes) -> str:
    """Say an entry without its day: "Deferred until 1 Dec 2026: Known and in hand"."""
    kind = texts.KINDS.get(entry.kind.value, texts.OTHER_KIND)
    if entry.until_on:
        form = texts.AGAIN if entry.kind is Kind.REVIEWED else texts.UNTIL
        kind = f"{kind} {form.format(day=wording.day(entry.until_on))}"
    known = codes.get(_LISTS.get(entry.kind, ""), {})
    detail = known.get(entry.code or "", rule(entry.code) if entry.kind in _JUDGED else None)
    said = texts.WITH_DETAIL.format(what=kind, detail=detail) if detail else kind
    if entry.kind is Kind.PLANNED:
        more = [codes.get("done_by", {}).get(entry.done_by or "", "")]
        more += [texts.BY_WHEN.format(day=wording.day(entry.due_on))] if entry.due_on else []
        said = ", ".join([said, *(part for part in more if part)])
    return said


def author(entry: Entry, roster: Roster) -> str:
    """Say who recorded an entry."""
    role = texts.ROLES.get(entry.author_role, entry.author_role)
    if entry.author_key is None:
        return role
    label = roster.label(entry.author_key).removeprefix(LABEL_PREFIX)
    return texts.SOMEBODY.format(role=role, label=label)


_JUDGED = (Kind.CONFIRMED, Kind.DISMISSED)


def rule(code: str | None) -> str:
    """Say the rule of a signal, or the reason of the agenda, that a verdict is about."""
    return texts.RULES.get((code or "").upper(), wording.sentence_case(code))


@dataclass(frozen=True)
class Step:
    """A planned step that nobody closed.

    Attributes:
        entry_key: the entry that planned it; closing refers to it.
        episode_key: the case.
        words: the step in words.
        who: who takes it, in words.
        due_on: when it should be done, or None.
        planned_on: when it was planned.
        is_overdue: whether its day is past on the day one looks.
    """

    entry_key: str
    episode_key: str
    words: str
    who: str
    due_on: date | None
    planned_on: date
    is_overdue: bool

    def line(self) -> str:
        """Say the step in one line."""
        due = texts.STEP_NO_DAY
        if self.due_on:
            form = texts.STEP_OVERDUE if self.is_overdue else texts.STEP_DUE
            due = form.format(day=wording.day(self.due_on))
        return texts.STEP_LINE.format(step=self.words, who=self.who or wording.NOTHING, due=due)


def open_steps(
    released: Iterable[Mapping[str, Any]], entries: Iterable[Entry], codes: Codes, day: date
) -> list[Step]:
    """Give the steps still open: those of the release and those planned since, less the closed.

    Args:
        released: rows of `plan_step`.
        entries: standing entries recorded since the release.
        codes: the words of codes.
        day: the day on which one looks.
    """
    entries = list(entries)
    closed = {e.refers_to for e in entries if e.kind is Kind.STEP_CLOSED}
    found = [
        Step(
            row["entry_key"],
            row["episode_key"],
            row["code_words"] or row["code"],
            row["done_by_words"] or "",
            row["due_on"],
            row["planned_on"],
            row["due_on"] is not None and row["due_on"] < day,
        )
        for row in released
        if row["status"] != "closed"
    ]
    found += [
        Step(
            e.entry_id,
            e.episode_key,
            codes.get("step", {}).get(e.code or "", e.code or ""),
            codes.get("done_by", {}).get(e.done_by or "", ""),
            e.due_on,
            day_of(e),
            e.due_on is not None and e.due_on < day,
        )
        for e in entries
        if e.kind is Kind.PLANNED
    ]
    seen: dict[str, Step] = {step.entry_key: step for step in found}
    return [step for key, step in seen.items() if key not in closed]
