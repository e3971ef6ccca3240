"""The printed agenda: what to discuss in the minutes there are, on one or two pages.

Here: which cases fit and how much is said of each. Not here: the order (dbt gives it).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.queries import cases
from dashboards.registry import BY_NAME
from dashboards.reports.ask import Ask, NotYoursError
from dashboards.reports.paper import Paper, limited, made, shortened, table
from dashboards.texts import papers as words

# More than that nobody discusses in one meeting; the others are named below, and in the app.
_MOST_CASES, _MOST_WAITING = 24, 12
_REASONS, _LINE, _SHORT = 3, 210, 90


def agenda(ask: Ask) -> Paper:
    """Make the agenda of those in view.

    Raises:
        NotYoursError: this role has no agenda.
    """
    if ask.base.role not in BY_NAME["agenda"].roles:
        raise NotYoursError
    found = cases.agenda(ask.scope)
    now, later = with_positive(found, min(ask.filters.cases_in_time, _MOST_CASES))
    waiting = later.head(_MOST_WAITING)
    return made(
        ask,
        "agenda",
        words.AGENDA_TITLE,
        {
            "summary": _summary(ask, found),
            "cases": [
                _case(entry, place) for place, entry in enumerate(now.iter_rows(named=True), 1)
            ],
            "waiting": table(_waiting(waiting)) if waiting.height else None,
            "more": words.MORE_WAIT.format(n=later.height - waiting.height)
            if later.height > waiting.height
            else "",
        },
    )


def with_positive(agenda_: pl.DataFrame, places: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split the agenda into what fits and what waits; one positive case always fits."""
    ranked = agenda_.with_row_index("place")
    first = ranked.head(places)
    if places > 1 and not first["is_positive_case"].any():
        positive = ranked.filter("is_positive_case").head(1)
        if positive.height:
            first = pl.concat([first.head(places - 1), positive])
    rest = ranked.join(first.select("place"), on="place", how="anti")
    return first.drop("place"), rest.drop("place")


def _summary(ask: Ask, found: pl.DataFrame) -> str:
    told = words.AGENDA_SUMMARY.format(
        minutes=ask.filters.minutes,
        n=wording.whole(found.height),
        cases=wording.counted(cases.open_cases(ask.scope), words.OPEN_CASE),
    )
    return words.AGENDA_EMPTY if found.is_empty() else told


def _case(entry: Mapping[str, Any], place: int) -> dict[str, Any]:
    tier = str(entry["tier"])
    reasons = limited([r for r in str(entry["reasons"]).split("\n") if r], _REASONS, _LINE)
    strength = shortened(entry["strength"], _LINE) if entry["is_positive_case"] else ""
    if strength and strength not in reasons:
        reasons.append(words.STRENGTH.format(text=strength))
    booked = entry["next_booked_on"]
    return {
        "who": f"{place}. {entry['client_label']}",
        "clinician": words.AGENDA_WHO.format(
            clinician=shortened(entry["clinician_label"], 60), n=entry["session_index"]
        ),
        "tier": f"{wording.TIER_SHAPES[tier]} {wording.TIER_WORDS[tier]}",
        "positive": words.POSITIVE if strength else "",
        "reasons": reasons,
        "when": [
            words.WAITING_SINCE.format(day=wording.day(entry["waiting_since"])),
            words.SEEN.format(day=wording.day(entry["last_seen_on"])),
            words.BOOKED.format(day=wording.day(booked)) if booked else words.NONE_BOOKED,
        ],
    }


def _waiting(later: pl.DataFrame) -> pl.DataFrame:
    return pl.DataFrame(
        {
            words.CLIENT: later["client_label"],
            words.CLINICIAN: later["clinician_label"],
            words.KIND: [
                f"{wording.TIER_SHAPES[t]} {wording.TIER_WORDS[t]}" for t in later["tier"]
            ],
            words.SINCE: [wording.day(d) for d in later["waiting_since"]],
            words.WHY: [shortened(str(r).split("\n")[0], _SHORT) for r in later["reasons"]],
        }
    )
