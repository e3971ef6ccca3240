"""The release and the oracle agree row by row on random practices, to 1e-9 for numbers.

Belongs here: sessions, episodes, scores, alliance, ruptures, endings, signals and the long tables.
Does not belong here: a rule. Where the two differ, metrics.md decides who is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path

import numpy as np
import pytest

from tests.oracle import figures, figures_dropout, figures_repair, rules
from tests.oracle.agreement import Case, agree, keyed, pseudonym
from tests.oracle.course import CEILING, INSTRUMENTS, Episode


def test_sessions(case: Case) -> None:
    expected = {
        (s.key,): {
            "client_key": pseudonym("client", s.client),
            "clinician_key": pseudonym("clinician", s.clinician),
            "started_at": s.started_at,
            "started_on": s.started_on,
            "status": s.status,
            "is_attended": s.attended,
            "series": s.series,
            "session_index": s.index,
        }
        for s in case.reading.sessions
    }
    agree(expected, keyed(case.rows("from core.fct_session"), "session_key"))


def test_episodes(case: Case) -> None:
    keys = case.episode_keys()
    expected = {
        (keys[e.name],): {
            "client_key": pseudonym("client", e.client),
            "clinician_key": pseudonym("clinician", e.clinician),
            "opened_on": e.opened_on,
            "attended_sessions": len(e.indexed),
            "last_attended_on": e.attended[-1].started_on if e.attended else None,
            "lapse_days": e.lapse_days,
            "status": e.status,
        }
        for e in case.reading.episodes
        if e.name in keys
    }
    agree(expected, keyed(case.rows("from core.fct_episode"), "episode_key"))


def test_scores(case: Case) -> None:
    expected = {
        (s.response, s.scale): {
            "client_key": pseudonym("client", s.client),
            "instrument": s.instrument,
            "respondent": s.respondent,
            "score": s.score,
            "is_prorated": s.prorated,
            "session_key": s.session.key if s.session else None,
            "session_index": s.session.index if s.session else None,
            **({"is_primary": s.primary} if s.session else {}),
        }
        for s in case.reading.scores
    }
    known = {(s.instrument, s.scale) for s in case.reading.scores}
    rows = [
        row
        for row in case.rows("from core.fct_score")
        if (row["instrument"], row["scale"]) in known
    ]
    agree(expected, keyed(rows, "response_key", "scale"))


def _alliance(e: Episode, instrument: str) -> dict:
    values = [(i, x) for i, x in enumerate(e.series(instrument), start=1) if x is not None]
    index, scores = [i for i, _ in values], [x for _, x in values]
    early, truncated = figures.early(e, instrument)
    late = [x for i, x in values if 3 <= i <= 5]
    low, high = INSTRUMENTS[instrument].range
    fit = rules.slope(index, scores) if high - scores[0] >= 0.05 * (high - low) else None
    row = {
        "n_early": len(early),
        "early_1_3": np.mean(early) if len(early) >= 2 or (truncated and early) else None,
        "early_3_5": np.mean(late) if len(late) >= 2 else None,
        "early_coverage": len(early) / 3,
        "is_truncated": truncated,
        "current_level": np.mean(scores[-3:]),
        "minimum": min(scores),
        "slope": fit.slope if fit else None,
        "slope_se": fit.se if fit else None,
        "slope_lo": fit.lo if fit else None,
        "slope_hi": fit.hi if fit else None,
    }
    if instrument in CEILING:
        row["is_uninformative_ceiling"] = e.ceiling(instrument)
    if instrument == "srs":
        alerts = sum(x < 36 for x in scores)
        row["alert_share"] = alerts / len(scores)
        row["alert_lo"], row["alert_hi"] = rules.wilson(alerts, len(scores))
    return row


def test_episode_alliance(case: Case) -> None:
    keys = case.episode_keys()
    expected = {
        (keys[e.name], instrument): _alliance(e, instrument)
        for e in case.reading.episodes
        for instrument, spec in INSTRUMENTS.items()
        if spec.family == "alliance" and e.scores.get(instrument)
    }
    rows = case.rows("from metrics.episode_alliance")
    agree(expected, keyed(rows, "episode_key", "instrument"))


def _ruptures(case: Case, k_sigma: float) -> dict[Hashable, dict]:
    keys, found = case.episode_keys(), {}
    in_force = figures_repair.parameters(case.reading)
    for episode in case.reading.episodes:
        for instrument, parameters in in_force.items():
            changed = rules.RuptureParameters(**{**parameters.__dict__, "k_sigma": k_sigma})
            series = episode.series(instrument)
            for r in rules.ruptures(series, changed, ended=episode.ended):
                found[keys[episode.name], instrument, r.onset] = {
                    "onset_on": episode.indexed[r.onset - 1].started_on,
                    "baseline": r.baseline,
                    "spread": r.spread,
                    "nadir": r.nadir,
                    "depth": r.depth,
                    "status": r.status,
                    "closed_session_index": r.closed,
                    "sessions_to_repair": r.closed - r.onset if r.status == "repaired" else None,
                    "confidence": r.confidence,
                }
    return found


@pytest.mark.parametrize("tier", ["probable", "possible"])
def test_ruptures(case: Case, tier: str) -> None:
    probable = _ruptures(case, 2.5)
    possible = {k: v for k, v in _ruptures(case, 2.0).items() if k not in probable}
    rows = case.rows(
        f"from metrics.rupture where method_id = 'casesens_shrunk_sd' and tier = '{tier}'"
    )
    expected = probable if tier == "probable" else possible
    agree(expected, keyed(rows, "episode_key", "instrument", "onset_session_index"))


def test_endings(case: Case) -> None:
    keys = case.episode_keys()
    expected = {
        (keys[e.name],): {
            **{name: value for name, value in e.dropout.items() if e.indexed},
            "is_ended": e.ended,
            "event_session_index": len(e.indexed) or None,
        }
        for e in case.reading.episodes
        if e.indexed
    }
    rows = [r for r in case.rows("from metrics.episode_ending") if r["attended_sessions"]]
    agree(expected, keyed(rows, "episode_key"))


def test_survival(case: Case) -> None:
    started = figures_dropout.started(case.reading)
    sites = {r["clinician_id"]: r["site_id"] for r in case.reading.practice.rows("clinicians")}
    scopes: list[tuple[str, Callable[[Episode], str]]] = [
        ("practice", lambda e: "practice"),
        ("clinician", lambda e: pseudonym("clinician", e.clinician)),
        ("site", lambda e: sites[e.clinician]),
        ("year", lambda e: str(e.opened_on.year)),
    ]
    expected = {}
    for kind, scope_of in scopes:
        for scope in {scope_of(e) for e in started}:
            members = [e for e in started if scope_of(e) == scope]
            curve = rules.survival(
                [len(e.indexed) for e in members],
                [bool(e.dropout["is_dropout_d1"]) for e in members],
            )
            for index, step in curve.items():
                row = dict(step.__dict__)
                if step.se is None:  # S is 1 or 0: no width to compare, whatever is stored
                    row = {k: v for k, v in row.items() if k not in {"se", "lo", "hi"}}
                expected[kind, scope, index] = row
    rows = case.rows(f"from metrics.survival where scope_kind in {tuple(k for k, _ in scopes)}")
    agree(expected, keyed(rows, "scope_kind", "scope_value", "session_index"))


def test_signals(case: Case) -> None:
    keys, expected = case.episode_keys(), {}
    for e in case.reading.episodes:
        scored = [(i, x) for i, x in enumerate(e.series("srs"), start=1) if x is not None]
        means = [np.mean([x for _, x in scored[n - 2 : n + 1]]) for n in range(2, len(scored))]
        for n, (index, x) in enumerate(scored):
            if x < 36:
                expected[keys[e.name], "AL1", index] = {"value": x}
            if n and round(x - scored[n - 1][1], 4) <= -1.0:
                expected[keys[e.name], "AL2", index] = {"value": x - scored[n - 1][1]}
            if n >= 2 and rules.compare_ready(means[n - 2]) <= rules.compare_ready(
                max(means[: n - 1]) - 3.84
            ):
                expected[keys[e.name], "AL6", index] = {"value": means[n - 2]}
    rows = case.rows("from metrics.signal where rule_id in ('AL1', 'AL2', 'AL6')")
    agree(expected, keyed(rows, "episode_key", "rule_id", "session_index"))


def test_orphans_are_held_back(case: Case) -> None:
    held = case.rows("from quality.quarantine where rule = 'orphan_client'")
    assert [(r["feed"], r["source"]) for r in held] == [("feedback", "random")]


def test_nothing_identifies(case: Case, tmp_path: Path) -> None:
    names = {f"K{n}" for n in range(240)} | {"nobody-knows-me"}
    for (table,) in case.release.execute(
        "select table_schema || '.' || table_name from information_schema.tables"
    ).fetchall():
        for row in case.rows(f"from {table}"):
            assert not names & {str(value) for value in row.values()}, table
