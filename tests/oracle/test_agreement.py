"""The release and the oracle agree row by row on random practices, to 1e-9 for numbers.

Belongs here: building a random practice as a user would and comparing tables. Does not belong
here: a rule. Where the two differ, metrics.md decides who is wrong.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from tests.oracle import figures, rules
from tests.oracle.course import CEILING, INSTRUMENTS, RUPTURE, Episode
from tests.oracle.practices import random_practice
from tests.oracle.reading import Reading
from tests.support import run_rapport

SECRET = "5e" * 32
SEEDS = [1, 2, 3, 4]


def pseudonym(entity: str, identifier: str) -> str:
    """The pseudonym of design.md 3.2, by the standard library."""
    message = f"{entity}|random|{identifier.strip().casefold()}".encode()
    return hmac.new(bytes.fromhex(SECRET), message, hashlib.sha256).hexdigest()[:32]


@dataclass
class Case:
    """One random practice, as the oracle reads it and as the release holds it."""

    reading: Reading
    release: duckdb.DuckDBPyConnection

    def rows(self, query: str) -> list[dict]:
        """Rows of the release as dictionaries."""
        cursor = self.release.execute(query)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def episode_keys(self) -> dict[str, str]:
        """Oracle's episode name to the release's key, through the sessions they share."""
        release = {r["session_key"]: r["episode_key"] for r in self.rows("from core.fct_session")}
        names = {
            e.name: pseudonym("episode", e.name) if not e.name.startswith("derived") else None
            for e in self.reading.episodes
        }
        return {
            e.name: names[e.name] or release[e.sessions[0].key]
            for e in self.reading.episodes
            if names[e.name] or e.sessions
        }


@pytest.fixture(scope="module", params=SEEDS)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    home = tmp_path_factory.mktemp(f"oracle{request.param}") / "home"
    secret = {"RAPPORT_PSEUDONYM_KEY": SECRET}
    practice = random_practice(request.param)
    assert run_rapport(home, "init", **secret).returncode == 0
    practice.write(home / "inbox" / "random" / "first")
    built = run_rapport(home, "build", **secret)
    assert built.returncode == 0, built.stdout + built.stderr
    release = duckdb.connect(str((home / "releases" / "current").resolve()), read_only=True)
    return Case(Reading(practice, pseudonym), release)


def same(left: object, right: object) -> bool:
    """Equal, where numbers may differ by 1e-9."""
    if left is None or right is None or isinstance(left, str | bool):
        return left == right
    if isinstance(left, int | float) or hasattr(left, "as_tuple"):
        return abs(float(left) - float(right)) <= 1e-9 * max(1.0, abs(float(left)))
    return left == right


def agree(expected: dict[Hashable, dict], actual: dict[Hashable, dict]) -> None:
    """Same keys, same values; a failure names the first differing rows."""
    assert expected, "the oracle found nothing to compare"
    wrong = [f"only the oracle has {k}: {expected[k]}" for k in expected.keys() - actual.keys()]
    wrong += [f"only the release has {k}: {actual[k]}" for k in actual.keys() - expected.keys()]
    for key in expected.keys() & actual.keys():
        for column, value in expected[key].items():
            if not same(value, actual[key][column]):
                found = actual[key][column]
                wrong.append(f"{key}.{column}: oracle {value!r}, release {found!r}")
    wrong.sort()
    assert not wrong, f"{len(wrong)} differences, e.g.\n" + "\n".join(wrong[:12])


def keyed(rows: list[dict], *columns: str) -> dict[Hashable, dict]:
    """Rows by key; a repeated key is a failure of the release."""
    table = {tuple(row[c] for c in columns): row for row in rows}
    assert len(table) == len(rows), f"{columns} is not a key"
    return table


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
    rows = case.rows(
        "from core.fct_score where scale = 'total' or (instrument like 'wai%' and scale != 'total')"
    )
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
    for episode in case.reading.episodes:
        for instrument, parameters in RUPTURE.items():
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
    started = [e for e in case.reading.episodes if e.indexed]
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
    rows = case.rows("from metrics.survival")
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


MEANS = {"early_alliance"}


def _pending(metric: str, period: str, as_of: date) -> bool:
    """Unplanned endings are known only 42 days after a month or quarter has ended."""
    if not metric.startswith("dropout") or period == "all":
        return False
    year, part = int(period[:4]), period[5:]
    month = 3 * int(part[1]) if part.startswith("Q") else int(part)
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    return (as_of - last).days < 42


def _figure(figure: figures.Figure, metric: str, *, pending: bool) -> dict:
    n, values = figure.denominator, figure.values or []
    row: dict = {"population_n": figure.population, "excluded_n": figure.excluded}
    if metric not in MEANS:
        row["numerator"] = int(sum(values))
    shown = n >= 8 if metric == "repair_rate" else n >= 5
    if pending:
        row |= {"estimate": None, "lo": None, "hi": None, "status": "pending"}
    elif shown:
        row["estimate"] = float(np.mean(values))
        limits = rules.t_interval(values) if metric in MEANS else rules.wilson(sum(values), n)
        row["lo"], row["hi"] = limits
    else:
        row |= {"estimate": None, "lo": None, "hi": None, "status": "insufficient_n"}
    return row


def test_practice_metrics(case: Case) -> None:
    table = figures.divide(figures.units(case.reading), by_clinician=False)
    expected = {
        key[1:]: _figure(figure, key[1], pending=_pending(key[1], key[3], case.reading.as_of))
        for key, figure in table.items()
    }
    rows = case.rows("from metrics.practice_metric")
    agree(expected, keyed(rows, "metric_id", "instrument", "period"))


def test_clinician_metrics(case: Case) -> None:
    found = figures.units(case.reading)
    table = figures.divide(found, by_clinician=True)
    pooled = figures.divide(found, by_clinician=False)
    expected = {}
    for (who, metric, instrument, period), figure in table.items():
        key = pseudonym("clinician", who), metric, instrument, period
        pending = _pending(metric, period, case.reading.as_of)
        expected[key] = _figure(figure, metric, pending=pending)
        if pending:
            expected[key] |= {"shrunken_estimate": None, "mid_p": None, "flag": None}
        elif metric.startswith("dropout") and figure.denominator:
            whole = pooled[None, metric, instrument, period]
            shrunken, reliability = rules.beta_shrunken(
                sum(figure.values), figure.denominator, np.mean(whole.values), 0.057
            )
            expected[key] |= {"shrunken_estimate": shrunken, "reliability": reliability}
            if figure.denominator >= 20:
                tails = rules.mid_p(
                    int(sum(figure.values)), figure.denominator, float(np.mean(whole.values))
                )
                expected[key]["mid_p"] = tails[1]
    for metric, instrument, period in {k[1:] for k in table if k[1] in MEANS}:
        members = {
            k[0]: f.values
            for k, f in table.items()
            if k[1:] == (metric, instrument, period) and f.values
        }
        for who, shrunken in figures.shrink_means(members).items():
            key = pseudonym("clinician", who), metric, instrument, period
            expected[key]["shrunken_estimate"] = shrunken.estimate
            expected[key]["shrunken_se"] = shrunken.se
            expected[key]["reliability"] = shrunken.reliability
    rows = case.rows("from metrics.clinician_metric")
    agree(expected, keyed(rows, "clinician_key", "metric_id", "instrument", "period"))


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
