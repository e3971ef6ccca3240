"""The printed agenda: what to discuss in the minutes there are, on one or two pages.

Here: which cases fit and how much is said of each. Not here: the order (dbt gives
it), and what was recorded since (`dashboards/agenda.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboards import agenda as agenda_now
from dashboards import wording
from dashboards.agenda import Row
from dashboards.case_card import kind, last_action
from dashboards.queries import cases, review_log
from dashboards.queries.review_log import Codes
from dashboards.reports.ask import Ask
from dashboards.reports.paper import Paper, limited, made, shortened, table
from dashboards.texts import agenda as texts
from dashboards.texts import papers as words
from review_log.entry import Entry

# More than that nobody discusses in one meeting; the others are named below, and in the app.
_MOST_CASES, _MOST_WAITING = 24, 12
_REASONS, _LINE, _SHORT = 3, 210, 90


def agenda(ask: Ask) -> Paper:
    """Make the agenda of those in view, with what was recorded since the release laid over."""
    found = agenda_now.now(ask.scope)
    codes = review_log.codes(ask.scope)
    now, later = agenda_now.capped(found.rows, min(ask.filters.cases_in_time, _MOST_CASES))
    rest = found.total - len(now) - _MOST_WAITING
    return made(
        ask,
        "agenda",
        words.AGENDA_TITLE,
        {
            "summary": _summary(ask, found.total),
            "trouble": found.trouble,
            "cases": [
                _case(row, place, found.entries.get(str(row["episode_key"]), []), codes)
                for place, row in enumerate(now, start=1)
            ],
            "waiting": table(_waiting(later[:_MOST_WAITING])) if later else None,
            "more": words.MORE_WAIT.format(n=rest) if rest > 0 else "",
        },
    )


def _summary(ask: Ask, n: int) -> str:
    told = words.AGENDA_SUMMARY.format(
        day=wording.day(ask.filters.meeting),
        minutes=ask.filters.minutes,
        n=wording.whole(n),
        cases=wording.counted(cases.open_cases(ask.scope), texts.OPEN_CASE),
    )
    return told if n else words.AGENDA_EMPTY


def _case(row: Row, place: int, entries: Sequence[Entry], codes: Codes) -> dict[str, Any]:
    tier = str(row["tier"])
    reasons = limited([r for r in str(row["reasons"]).split("\n") if r], _REASONS, _LINE)
    strength = shortened(row["strength"], _LINE) if row["is_positive_case"] else ""
    if strength and strength not in reasons:
        reasons.append(words.STRENGTH.format(text=strength))
    marks = [
        said
        for said, holds in (
            (texts.POSITIVE, row["is_positive_case"]),
            (texts.BROUGHT, row.get("is_brought")),
            (texts.ADDED, row.get("is_added")),
        )
        if holds
    ]
    booked = row["next_booked_on"]
    when = [
        texts.WAITING_SINCE.format(day=wording.day(row["waiting_since"])),
        texts.LAST_SEEN.format(day=wording.day(row["last_seen_on"])),
        texts.NEXT.format(day=wording.day(booked)) if booked else texts.NONE_BOOKED,
        shortened(last_action(row, entries, codes), _SHORT),
    ]
    if row.get("open_steps_n"):
        steps = wording.counted(row["open_steps_n"], texts.STEP)
        when.append(texts.OPEN_STEPS.format(n=steps))
    return {
        "who": f"{place}. {row['client_label']}",
        "clinician": words.AGENDA_WHO.format(
            clinician=shortened(row["clinician_label"], 60), n=row["session_index"]
        ),
        "tier": " · ".join([f"{wording.TIER_SHAPES[tier]} {kind(row)}", *marks]),
        "reasons": reasons,
        "when": when,
    }


def _waiting(later: Sequence[Row]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            words.CLIENT: [row["client_label"] for row in later],
            words.CLINICIAN: [row["clinician_label"] for row in later],
            words.KIND: [f"{wording.TIER_SHAPES[row['tier']]} {kind(row)}" for row in later],
            words.SINCE: [wording.day(row["waiting_since"]) for row in later],
            words.WHY: [shortened(str(row["reasons"]).split("\n")[0], _SHORT) for row in later],
        }
    )
