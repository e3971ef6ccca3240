"""The caseload of one clinician: its table, a small picture per case, ruptures in words.

Used by the supervisee's view and by a clinician's own page. The scope is narrowed to one clinician
before anything here is asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from dashboards import log_words, wording
from dashboards.charts.small_multiples import panel, shared
from dashboards.charts.theme import spec
from dashboards.queries import caseload, reference
from dashboards.scope import Scope
from dashboards.texts import caseload as texts
from review_log.entry import Entry, Kind

# Below this many forms nothing is said of a course (screens.md 5).
_FEWEST_FORMS = 3


@dataclass(frozen=True)
class Panel:
    """One case as a small picture.

    Attributes:
        episode_key: the case.
        client: its label.
        caption: its course in words.
        alt: alternative text.
        spec: the Vega-Lite spec.
    """

    episode_key: str
    client: str
    caption: str
    alt: str
    spec: dict[str, Any]


@dataclass(frozen=True)
class Panels:
    """All small pictures with what they show in words, and their table."""

    panels: list[Panel]
    sentence: str
    table: pl.DataFrame


def courses(scope: Scope, family: str) -> dict[str, dict[int, float]]:
    """Give the scores of each case by session; of two forms of one session the later one."""
    found: dict[str, dict[int, float]] = {}
    for key, session, value in caseload.scores(scope, family).iter_rows():
        found.setdefault(key, {})[session] = value
    return found


@st.cache_data(show_spinner=False, max_entries=64)
def patterns(scope: Scope, instrument: str, status: str) -> Panels:
    """Draw the alliance of each case in view on one questionnaire, all on the same axes.

    Args:
        scope: who is looking, narrowed to one clinician.
        instrument: an alliance questionnaire.
        status: `open`, `ended` or `any`.
    """
    names = reference.names(scope)
    scored = courses(scope, "alliance")
    found = [
        row
        for row in caseload.cases(scope, status).iter_rows(named=True)
        if row["alliance_instrument"] == instrument and row["episode_key"] in scored
    ]
    if not found:
        return Panels([], texts.NO_PATTERN, pl.DataFrame())
    measure, cutoff = names.of(instrument), found[0]["alliance_cutoff"]
    longest = max(int(row["attended_sessions"]) for row in found)
    axes = shared([scored[row["episode_key"]] for row in found], longest, cutoff)
    panels, rows = [], []
    for row in found:
        scores, sessions = scored[row["episode_key"]], int(row["attended_sessions"])
        course = course_words(list(scores.values()), instrument, names)
        panels.append(
            Panel(
                row["episode_key"],
                str(row["client_label"]),
                course,
                texts.PANEL_ALT.format(
                    client=row["client_label"],
                    measure=measure,
                    course=course,
                    sessions=wording.counted(sessions, texts.ONE_SESSION),
                    cutoff=names.score(instrument, cutoff),
                ),
                spec(panel(scores, sessions, axes)),
            )
        )
        rows.append(
            {
                texts.CLIENT: row["client_label"],
                texts.SESSIONS: sessions,
                texts.FORMS: len(scores),
                texts.FIRST: names.score(instrument, next(iter(scores.values()))),
                texts.LATEST: names.score(instrument, next(reversed(scores.values()))),
            }
        )
    said = _said(found, scored, measure)
    return Panels(panels, said, pl.DataFrame(rows))


def _said(
    found: Sequence[Mapping[str, Any]],
    scored: Mapping[str, Mapping[int, float]],
    measure: str,
) -> str:
    """Say how many cases are drawn and how many end below the cut-off."""
    cutoff, drawn = found[0]["alliance_cutoff"], wording.counted(len(found), texts.CASE)
    said = texts.PATTERNS_SAID_PLAIN.format(drawn=drawn, measure=measure)
    if cutoff is not None:
        latest = [next(reversed(scored[row["episode_key"]].values())) for row in found]
        low = sum(1 for value in latest if value < cutoff)
        said = texts.PATTERNS_SAID.format(
            drawn=drawn, measure=measure, low=wording.whole(low), cutoff=f"{cutoff:g}"
        )
    return said


def course_words(values: Sequence[float], instrument: str, names: wording.Names) -> str:
    """Say a course; with fewer than three forms only how many there are."""
    forms = wording.counted(len(values), texts.FORM)
    if len(values) < _FEWEST_FORMS:
        return texts.FEW_FORMS.format(forms=forms)
    return texts.FIRST_LATEST.format(
        first=names.score(instrument, values[0]),
        latest=names.score(instrument, values[-1]),
        forms=forms,
    )


def table(
    scope: Scope, status: str, entries: Mapping[str, Sequence[Entry]], steps: Mapping[str, int]
) -> pl.DataFrame:
    """List the cases in view as readable columns; the columns of lines hold lists of places.

    Args:
        scope: who is looking, narrowed to one clinician.
        status: `open`, `ended` or `any`.
        entries: what was recorded since the release, by case.
        steps: number of open steps by case.
    """
    alliance, outcome = courses(scope, "alliance"), courses(scope, "outcome")
    known = reference.instruments(scope)

    def line(
        found: Mapping[str, Mapping[int, float]], row: Mapping[str, Any], of: str
    ) -> list[float]:
        return _of_range(found.get(row["episode_key"], {}), known.get(row[f"{of}_instrument"], {}))

    rows = [
        {
            "episode_key": row["episode_key"],
            texts.CLIENT: row["client_label"],
            texts.STATUS: wording.EPISODE_WORDS.get(row["status"], row["status"]),
            texts.SESSIONS: row["attended_sessions"],
            texts.ALLIANCE: line(alliance, row, "alliance"),
            texts.OUTCOME: line(outcome, row, "outcome"),
            texts.LAST_SEEN: row["last_seen_on"],
            texts.NEXT_BOOKED: _next(row),
            texts.LAST_REVIEWED: _reviewed(row, entries.get(row["episode_key"], ())),
            texts.OPEN_STEPS: steps.get(row["episode_key"], 0),
        }
        for row in caseload.cases(scope, status).iter_rows(named=True)
    ]
    lists = {texts.ALLIANCE: pl.List(pl.Float64), texts.OUTCOME: pl.List(pl.Float64)}
    return pl.DataFrame(rows, schema_overrides=lists)


def _of_range(scores: Mapping[int, float], measure: Mapping[str, Any]) -> list[float]:
    """Place scores within the range of their questionnaire, in percent, so that lines compare."""
    low, high = measure.get("minimum"), measure.get("maximum")
    if low is None or high is None or high <= low:
        return list(scores.values())
    return [round(100 * (value - low) / (high - low), 1) for value in scores.values()]


def _next(row: Mapping[str, Any]) -> str:
    if row["next_booked_on"]:
        return wording.day(row["next_booked_on"])
    return texts.NONE_BOOKED if row["status"] == "open" else texts.NOT_OPEN


def _reviewed(row: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    days = [log_words.day_of(e) for e in entries if e.kind is Kind.REVIEWED]
    days += [row["last_reviewed_on"]] if row["last_reviewed_on"] else []
    return wording.day(max(days)) if days else texts.NEVER


def ruptures(scope: Scope, status: str) -> tuple[str, pl.DataFrame]:
    """Say how many probable ruptures there are and what became of them, and list them.

    Args:
        scope: who is looking, narrowed to one clinician.
        status: `open`, `ended` or `any`, of the case.
    """
    found = caseload.ruptures(scope, status)
    if found.is_empty():
        return texts.NO_RUPTURE, pl.DataFrame()
    counts = dict(found.group_by("status").len().iter_rows())
    told = [
        form.format(n=wording.whole(counts[state]))
        for state, form in texts.RUPTURE_STATES.items()
        if state in counts
    ]
    said = texts.RUPTURES_SAID.format(
        n=wording.counted(found.height, texts.RUPTURE), parts=", ".join(told)
    )
    rows = pl.DataFrame(
        {
            texts.CLIENT: found["client_label"],
            texts.ONSET: found["onset_session_index"],
            texts.DAY: [wording.day(d) for d in found["onset_on"]],
            texts.STATE: [
                f"{wording.RUPTURE_SHAPES[s]} {wording.RUPTURE_WORDS[s]}" for s in found["status"]
            ],
            texts.SESSIONS_TO_REPAIR: found["sessions_to_repair"],
        }
    )
    return said, rows
