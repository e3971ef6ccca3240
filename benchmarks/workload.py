"""The plain workload of the build benchmark: one canonical delivery of a given size.

Belongs here: making rows quickly and reproducibly. Does not belong here: believability; the
practice with known truth is `orchestration/simulator`.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl

SESSIONS_PER_CLIENT = 15
CLINICIANS = 40
LAST_DAY = np.datetime64("2026-11-20")


def write_delivery(folder: Path, *, sessions: int, seed: int = 1) -> dict[str, int]:
    """Write `sessions` weekly appointments and four feedback item rows for three in four of them.

    Args:
        folder: the delivery's folder; made new.
        sessions: rows of sessions.csv; feedback.csv gets three times as many.
        seed: of the generator; equal seeds give equal files.

    Returns:
        Rows by feed.
    """
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    number = np.arange(sessions)
    client, week = number // SESSIONS_PER_CLIENT, number % SESSIONS_PER_CLIENT
    start = LAST_DAY - rng.integers(110, 900, client.max() + 1)[client]
    started = (start + 7 * week).astype("datetime64[ms]") + 36_000_000
    status = rng.choice(
        ["attended", "no_show", "late_cancel", "cancelled_client", "cancelled_clinician"],
        sessions,
        p=[0.84, 0.06, 0.03, 0.04, 0.03],
    )
    table = pl.DataFrame(
        {
            "session_id": number,
            "client_id": client,
            "clinician_id": rng.integers(0, CLINICIANS, client.max() + 1)[client],
            "started_at": started,
            "status": status,
            "duration_minutes": np.full(sessions, 50),
        }
    ).with_columns(
        pl.format("S{}", "session_id").alias("session_id"),
        pl.format("K{}", "client_id").alias("client_id"),
        pl.format("T{}", "clinician_id").alias("clinician_id"),
        pl.col("started_at").dt.strftime("%Y-%m-%dT%H:%M:%S"),
    )
    table.write_csv(folder / "sessions.csv")
    forms = _feedback(table, started, rng, sessions * 3 // 4)
    forms.write_csv(folder / "feedback.csv")
    manifest = {
        "source_system": "benchmark",
        "extract_kind": "full",
        "generated_at": f"{LAST_DAY}T23:00:00+00:00",
        "time_zone": "UTC",
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return {"sessions": sessions, "feedback": forms.height}


def _feedback(
    table: pl.DataFrame, started: np.ndarray, rng: np.random.Generator, forms: int
) -> pl.DataFrame:
    """SRS item rows, `forms` administrations of four items, on a random choice of sessions."""
    chosen = np.sort(rng.choice(table.height, forms, replace=False))
    level = rng.normal(9.0, 0.5, forms)[:, None] + rng.normal(0, 0.4, (forms, 4))
    items = np.clip(np.round(level, 1), 0, 10)
    completed = started[chosen] + 52 * 60_000
    administration = table[chosen].select(
        pl.format("R{}", pl.int_range(forms)).alias("response_id"),
        "client_id",
        pl.Series("completed_at", completed).dt.strftime("%Y-%m-%dT%H:%M:%S"),
        pl.lit("srs").alias("instrument"),
        pl.lit("client").alias("respondent"),
        "session_id",
        *[pl.Series(f"item_{n + 1:02d}", items[:, n]) for n in range(4)],
    )
    return administration.unpivot(
        on=[f"item_{n:02d}" for n in range(1, 5)],
        index=[
            "response_id",
            "client_id",
            "completed_at",
            "instrument",
            "respondent",
            "session_id",
        ],
        variable_name="scale",
        value_name="score",
    )
