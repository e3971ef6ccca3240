"""A release with one case to open, and rows to put into it, for the tests of the case review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.unit.dashboards.small_release import ANNA, BORIS, case
from tests.unit.dashboards.test_pages import words

ME, OTHER = "Supervisor F6AA", "Supervisor F7AA"
Rows = dict[str, list[dict[str, Any]]]
CODES = (
    ("defer_reason", "known_and_in_hand", "Known and in hand"),
    ("step", "contact_client", "Contact the client"),
    ("step", "keep_going", "Keep going as now"),
    ("done_by", "clinician", "Clinician"),
    ("step_outcome", "done", "Done"),
    ("reason", "open_rupture", "Rupture not repaired"),
    ("reason", "forms_missing", "Feedback missing"),
)
SRS = {
    "alliance_instrument": "srs",
    "alliance_minimum": 0.0,
    "alliance_maximum": 40.0,
    "alliance_cutoff": 36.0,
    "alliance_scored_sessions": 3,
    "alliance_first": 37.0,
    "alliance_first_session": 1,
    "alliance_lowest": 30.0,
    "alliance_lowest_session": 2,
    "alliance_latest": 36.0,
    "alliance_latest_session": 3,
}
ORS = {
    "outcome_instrument": "ors",
    "outcome_minimum": 0.0,
    "outcome_maximum": 40.0,
    "outcome_cutoff": 25.0,
    "outcome_reliable_change": 5.0,
    "outcome_scored_sessions": 2,
    "outcome_first": 18.0,
    "outcome_first_session": 1,
    "outcome_latest": 26.0,
    "outcome_latest_session": 3,
    "outcome_change": "recovered",
}


def events(sessions: int, *, code: str = "srs", forms: int | None = None) -> list[dict[str, Any]]:
    """Give a timeline of weekly sessions, the first `forms` of them with an alliance form."""
    told = []
    for n in range(1, sessions + 1):
        day = date(2026, 1, 5) + timedelta(weeks=n) if sessions < 40 else date(2024, 1, n % 28 + 1)
        base = {"occurred_on": day, "session_index": n}
        told.append({**base, "event_kind": "session", "status": "attended"})
        if n <= (sessions if forms is None else forms):
            form = {"instrument": code, "scale": "total", "respondent": "client", "value": 30.0 + n}
            told.append({**base, "event_kind": "score", "status": "ok", **form})
    return told


def timeline(key: str, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows of metrics.case_timeline in order."""
    return [
        {
            "timeline_key": f"{key}-{place}",
            "episode_key": key,
            "clinician_key": ANNA,
            "sort_order": place,
            "note": str(event.get("note", "An event.")),
            **event,
        }
        for place, event in enumerate(told)
    ]


def rows(told: list[dict[str, Any]] | None = None, **facts: Any) -> Rows:
    """Give a release with one case of Anna's, `e1`, and one of Boris's."""
    listed = [
        {"list": a, "code": b, "words": c, "sort_order": n} for n, (a, b, c) in enumerate(CODES)
    ]
    return {
        "metrics.case_summary": [case("e1", ANNA, **facts), case("e2", BORIS)],
        "metrics.case_timeline": timeline("e1", events(3) if told is None else told),
        "metrics.review_code": listed,
    }


def agenda_row(**more: Any) -> dict[str, Any]:
    return {
        "episode_key": "e1",
        "clinician_key": ANNA,
        "clinician_label": "Clinician A1AA",
        "client_label": "C-E1",
        "tier": "T2",
        "tier_rank": 2,
        "session_index": 3,
        "reasons": "Alliance fell.\nNo form for long.",
        "reason_ids": "open_rupture,forms_missing",
        "waiting_since": date(2026, 11, 1),
        "last_seen_on": date(2026, 11, 10),
        **more,
    }


def signal(session: int, rule: str = "AL1") -> dict[str, Any]:
    return {
        "signal_key": f"{rule}-{session}",
        "rule_id": rule,
        "episode_key": "e1",
        "clinician_key": ANNA,
        "instrument": "srs",
        "session_index": session,
        "raised_on": date(2026, 1, 5) + timedelta(weeks=session),
        "value": 33.0,
        "threshold": 36.0,
        "reason": f"SRS 33.0 is below 36.0 <{session}>.",
    }


def rupture(onset: int, closed: int | None, status: str, **more: Any) -> dict[str, Any]:
    return {
        "rupture_key": f"r{onset}",
        "episode_key": "e1",
        "clinician_key": ANNA,
        "instrument": "srs",
        "method_id": "casesens_shrunk_sd",
        "tier": "probable",
        "onset_session_index": onset,
        "onset_on": date(2026, 2, 1),
        "baseline": 37.0,
        "onset_score": 30.0,
        "threshold": 33.0,
        "nadir": 29.0,
        "status": status,
        "closed_session_index": closed,
        "sessions_to_repair": 2 if status == "repaired" else None,
        **more,
    }


def said(app: AppTest) -> str:
    return words(app).replace("\u00a0", " ").replace("\u202f", " ")
