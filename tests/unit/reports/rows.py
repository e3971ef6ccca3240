"""Rows for papers: a case with everything, a case with nothing, and more text than fits."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.unit.dashboards.small_release import ANNA, BORIS, case

Rows = dict[str, list[dict[str, Any]]]

# What a spreadsheet could bring along: markup of typst, another script, a letter no font has.
HOSTILE = '#import "x" *bold* $x$ <a> @ref [c] \\ שלום العربية'
UNPRINTABLE = "中\U0001f44d"
_FIRST_DAY = date(2025, 1, 6)


def session(episode: str, clinician: str, number: int, **more: Any) -> dict[str, Any]:
    """Give an attended session."""
    return {
        "timeline_key": f"{episode}-s{number}",
        "episode_key": episode,
        "clinician_key": clinician,
        "sort_order": number * 2,
        "event_kind": "session",
        "status": "attended",
        "session_index": number,
        "occurred_on": _FIRST_DAY + timedelta(days=7 * number),
        **more,
    }


def score(episode: str, clinician: str, number: int, instrument: str, value: float) -> Any:
    """Give a client's total of one session."""
    return session(episode, clinician, number) | {
        "timeline_key": f"{episode}-{instrument}{number}",
        "sort_order": number * 2 + 1,
        "event_kind": "score",
        "status": "ok",
        "instrument": instrument,
        "scale": "total",
        "respondent": "client",
        "value": value,
    }


def full_case(episode: str, clinician: str, sessions: int, text: str = "A sentence.") -> Rows:
    """Give a case in which every part of the page has something to say, and says `text`."""
    timeline = [session(episode, clinician, n) for n in range(1, sessions + 1)]
    for n in range(1, sessions + 1):
        timeline.append(score(episode, clinician, n, "srs", 28.0 + n % 12))
        timeline.append(score(episode, clinician, n, "ors", 15.0 + n % 20))
    summary = case(
        episode,
        clinician,
        attended_sessions=sessions,
        supervisor_label="Clinician F6AA",
        summary=text,
        how_sure=text,
        strength=text,
        rupture_n=4,
        repaired_n=4,
        dip_session=8,
        dip_scale_name=text,
        dip_scale_from=10.0,
        dip_scale_to=4.0,
        **_measure("alliance", "srs", 36.0),
        **_measure("outcome", "ors", 25.0),
        outcome_reliable_change=5.0,
        outcome_change="improved",
    )
    entry = {
        "episode_key": episode,
        "clinician_key": clinician,
        "clinician_label": "Clinician A1AA",
        "client_label": summary["client_label"],
        "tier": "T2",
        "tier_rank": 2,
        "session_index": sessions,
        "reasons": "\n".join([text] * 6),
        "strength": text,
        "waiting_since": date(2026, 11, 1),
        "last_seen_on": date(2026, 11, 10),
    }
    return {
        "metrics.case_summary": [summary],
        "metrics.case_timeline": timeline,
        "metrics.supervision_agenda": [entry],
        "metrics.rupture": [_rupture(episode, clinician, n) for n in (2, 4, 6, 8)],
    }


def _measure(family: str, code: str, cutoff: float) -> dict[str, Any]:
    return {
        f"{family}_instrument": code,
        f"{family}_minimum": 0.0,
        f"{family}_maximum": 40.0,
        f"{family}_cutoff": cutoff,
        f"{family}_first": 29.0,
        f"{family}_first_session": 1,
        f"{family}_latest": 30.0,
        f"{family}_latest_session": 9,
        f"{family}_scored_sessions": 9,
    } | ({"alliance_lowest": 28.0, "alliance_lowest_session": 4} if family == "alliance" else {})


def _rupture(episode: str, clinician: str, onset: int) -> dict[str, Any]:
    return {
        "rupture_key": f"{episode}-r{onset}",
        "episode_key": episode,
        "clinician_key": clinician,
        "instrument": "srs",
        "method_id": "casesens_shrunk_sd",
        "tier": "probable",
        "onset_session_index": onset,
        "onset_on": _FIRST_DAY + timedelta(days=7 * onset),
        "onset_score": 28.0,
        "baseline": 37.0,
        "threshold": 33.0,
        "nadir": 28.0,
        "status": "repaired",
        "closed_session_index": onset + 1,
        "sessions_to_repair": 1,
    }


def agenda_of(cases: int, text: str, positive: int | None = None) -> Rows:
    """Give an agenda with so many cases; the positive one is the last."""
    entry = full_case("e0", ANNA, 3, text)["metrics.supervision_agenda"][0]
    return {
        "metrics.case_summary": [
            case(f"e{n}", BORIS if n % 2 else ANNA, clinician_label="Clinician A1AA")
            for n in range(cases)
        ],
        "metrics.supervision_agenda": [
            entry
            | {
                "episode_key": f"e{n}",
                "client_label": f"C-E{n}",
                "is_positive_case": n == positive,
                "waiting_since": date(2026, 1, 1) + timedelta(days=n),
            }
            for n in range(cases)
        ],
    }


def metric(text: str) -> dict[str, Any]:
    """Give an entry of the catalogue in which every text is `text`."""
    texts = ("meaning", "formula", "population", "exclusions", "limits", "proxy_note", "source")
    return {
        "metric_id": "dropout_d1",
        "name": "Unplanned endings",
        "unit": "share",
        "grain": "case",
        "evidence": "B",
        "permitted_use": text,
        "flag_reason": text,
        "table_name": "metrics.practice_metric",
        "column_name": "estimate",
        "sort_order": 1,
        "version": 2,
        **dict.fromkeys(texts, text),
    }
