"""A plain reading of the simulator's deliveries and rules, for its tests and nothing else.

Newest word per row wins; the rupture rule of metrics.md 4.3 and D1 of 5.1 in their simplest form.
The rules of the product are proved by tests/oracle, not by this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path

import polars as pl

KEYS = {
    "sessions": ["session_id"],
    "feedback": ["response_id", "scale"],
    "clients": ["client_id"],
    "clinicians": ["clinician_id"],
    "episodes": ["episode_id"],
    "supervision": ["supervision_id"],
    "id_links": ["old_id"],
}
PLANNED_REASONS = (
    "completed", "mutual", "ended_by_clinician", "transferred", "referred_on", "moved",
    "administrative", "deceased",
)  # fmt: skip
SIGMA, FLOOR, LEAST_DROP = 2.5, 1.0, 2.0


def deliveries(inbox: Path, source: str, *, clean_up: bool = False) -> list[Path]:
    """Delivery folders of a source in order of time; the clean-up is left out by default."""
    folders = sorted((inbox / source).iterdir(), key=lambda f: (f / "manifest.json").read_text())
    order = {"full": 0, "window": 1, "delta": 2}
    folders.sort(key=lambda f: (f.name[:10], order.get(f.name[11:], 3)))
    return [f for f in folders if clean_up or not f.name.endswith("corrections")]


def practice_feed(inbox: Path, feed: str) -> pl.DataFrame:
    """The newest version of each row of a feed of the practice system; deleted ones are gone."""
    frames = [
        pl.read_csv(path, infer_schema=False).with_columns(turn=pl.lit(turn))
        for turn, folder in enumerate(deliveries(inbox, "practice"))
        if (path := folder / f"{feed}.csv").exists()
    ]
    rows = pl.concat(frames, how="diagonal").sort("turn", maintain_order=True)
    newest = rows.unique(KEYS[feed], keep="last", maintain_order=True)
    return newest.filter(pl.col("is_deleted") == "false").drop("turn").sort(KEYS[feed])


def tool_feed(inbox: Path) -> pl.DataFrame:
    """The newest version of each row of the feedback tool."""
    frames = [
        pl.read_csv(folder / "feedback_export.csv", infer_schema=False)
        for folder in deliveries(inbox, "feedback_tool")
    ]
    return pl.concat(frames).unique("Form_ID", keep="last", maintain_order=True).sort("Form_ID")


def srs_series(inbox: Path, sessions: pl.DataFrame) -> dict[str, list[float | None]]:
    """SRS totals by episode in order of the attended individual sessions, by the session's id."""
    tool = tool_feed(inbox).filter(pl.col("SRSQ1").is_not_null())
    totals = tool.select(
        session_id="Session_ID",
        client_id="Client_ID",
        at=pl.col("SRS_Completed").str.to_datetime("%d/%m/%Y %H:%M:%S"),
        total=pl.sum_horizontal(pl.col(f"SRSQ{i}").cast(pl.Float64) for i in range(1, 5)),
    ).sort("at")
    seen = sessions.with_columns(pl.col("started_at").str.to_datetime())
    linked = _link(totals, seen)
    first = linked.unique("session_id", keep="first", maintain_order=True)
    joined = seen.join(first.select("session_id", "total"), on="session_id", how="left")
    joined = joined.sort("started_at", "session_id")
    series = joined.group_by("episode_id", maintain_order=True).agg("total")
    return {
        str(key): values for key, values in series.iter_rows() if any(v is not None for v in values)
    }


def _link(totals: pl.DataFrame, seen: pl.DataFrame) -> pl.DataFrame:
    """Give forms without a session's id the session of the client that started just before."""
    known = totals.filter(pl.col("session_id").is_not_null())
    unknown = totals.filter(pl.col("session_id").is_null()).drop("session_id")
    starts = seen.select("client_id", "session_id", at="started_at").sort("at")
    found = unknown.sort("at").join_asof(
        starts, on="at", by="client_id", strategy="backward", check_sortedness=False
    )
    return pl.concat([known, found.select(known.columns)]).sort("at")


@dataclass(frozen=True)
class Onset:
    """One onset found by the rule."""

    session: int
    repaired: bool


def onsets(series: list[float | None]) -> list[Onset]:
    """metrics.md 4.3, k = 2.5, K = 3, in its simplest form."""
    found: list[Onset] = []
    prior: list[float] = []
    start = level = spread = nadir = None
    for t, x in enumerate(series, start=1):
        if start is not None:
            if x is not None:
                nadir = min(nadir, x)
                deep = level - nadir
                if x >= level - spread and x - nadir >= 0.5 * deep and t - start <= 3:
                    found.append(Onset(start, repaired=True))
                    prior.append(x)
                    start = None
                    continue
            if t - start >= 3:
                found.append(Onset(start, repaired=False))
                prior = [] if x is None else [x]
                start = None
            continue
        if x is None:
            continue
        if prior:
            last = prior[-5:]
            mean = sum(last) / len(last)
            q = len(last) - 1
            var = sum((v - mean) ** 2 for v in last) / q if q else 0.0
            s = max(math.sqrt((q * var + 4 * SIGMA**2) / (q + 4)), FLOOR)
            if x < mean - 2.5 * s and mean - x >= LEAST_DROP:
                start, level, spread, nadir = t, mean, s, x
                continue
        prior.append(x)
    if start is not None:
        found.append(Onset(start, repaired=False))
    return found


def dropout_rate(episodes: pl.DataFrame, sessions: pl.DataFrame, as_of: date) -> tuple[int, int]:
    """D1 of metrics.md 5.1 over the recorded episodes: dropouts, and known outcomes."""
    dropouts = known = 0
    rows = sessions.with_columns(pl.col("started_at").str.to_datetime()).sort("started_at")
    groups = {str(key[0]): group for key, group in rows.group_by("episode_id", maintain_order=True)}
    for episode in episodes.iter_rows(named=True):
        mine = groups.get(episode["episode_id"])
        if mine is None:
            continue
        outcome = _outcome(episode, mine, as_of)
        dropouts += outcome == "dropout"
        known += outcome in ("dropout", "completed", "mutual", "ended_by_clinician")
    return dropouts, known


def _outcome(episode: dict[str, str | None], mine: pl.DataFrame, as_of: date) -> str | None:
    """How an episode ended by D1, or None while it is open or was never begun."""
    days = [
        (row["started_at"].date(), row["status"], row["format"], _is_late(row))
        for row in mine.iter_rows(named=True)
    ]
    attended = [day for day, status, kind, _ in days if status.startswith("attended")]
    indexed = [d for d, s, kind, _ in days if s.startswith("attended") and kind == "individual"]
    if not attended:
        return None
    gaps = sorted((b - a).days for a, b in pairwise(indexed))
    median = (gaps[len(gaps) // 2] + gaps[(len(gaps) - 1) // 2]) / 2 if gaps else 0
    is_lapsed = (as_of - max(attended)).days >= max(42.0, 3 * median) and not any(
        status == "scheduled" and day > as_of for day, status, _, _ in days
    )
    if episode["closed_on"] is None and not is_lapsed:
        return None
    reason = episode["closure_reason"]
    if reason in PLANNED_REASONS:
        return reason
    past = [
        (s, late) for d, s, _, late in days if d <= as_of and s not in ("rescheduled", "scheduled")
    ]
    missed = bool(past) and (past[-1][0] in ("no_show", "late_cancel") or past[-1][1])
    return "dropout" if missed or is_lapsed else "unknown"


def _is_late(row: dict[str, object]) -> bool:
    """A client's cancellation within 24 hours of the start."""
    if row["status"] != "cancelled_client" or row["cancelled_at"] is None:
        return False
    ahead = row["started_at"] - datetime.fromisoformat(str(row["cancelled_at"]))
    return ahead.total_seconds() < 24 * 3600
