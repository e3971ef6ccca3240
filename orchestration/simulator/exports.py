"""The files of each delivery: canonical CSV of the practice system, the feedback tool's wide CSV.

What stands in a delivery is knowledge.py's answer to "what was known then"; here it gets column
names, text formats, folders and manifests. The same tables give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from orchestration.simulator.diary import TIME_ZONE
from orchestration.simulator.knowledge import Moments, changes, deleted_between, state_at
from orchestration.simulator.questionnaires import QUARTET

PRACTICE, TOOL = "practice", "feedback_tool"
TOOL_FILE = "feedback_export.csv"
LOCAL_TIME = "%Y-%m-%dT%H:%M:%S"
TOOL_TIME = "%d/%m/%Y %H:%M:%S"
_HISTORY = ("record_updated_at", "is_deleted")

# Columns of each file of the practice system: the contract of design.md 3.2 in its order.
COLUMNS: dict[str, tuple[str, ...]] = {
    "sessions": (
        "session_id", "client_id", "clinician_id", "started_at", "status", "duration_minutes",
        "cancelled_at", "cancelled_by", "modality", "format", "group_session_id",
        "appointment_type", "episode_id", "location_id", "booked_at", *_HISTORY,
    ),
    "feedback": (
        "response_id", "client_id", "completed_at", "instrument", "scale", "score", "respondent",
        "clinician_id", "session_id", "episode_id", "timing", "collection_mode", "skipped",
        "skip_reason", *_HISTORY,
    ),
    "clients": (
        "client_id", "birth_year", "age_band", "gender", "referred_on", "trauma_history",
        "preference_recorded", "preference_met", "intake_severity", *_HISTORY,
    ),
    "clinicians": ("clinician_id", "role", "site_id", "started_on", "ended_on", *_HISTORY),
    "episodes": (
        "episode_id", "client_id", "clinician_id", "opened_on", "closed_on", "closure_reason",
        *_HISTORY,
    ),
    "supervision": (
        "supervision_id", "supervisor_id", "supervisee_id", "kind", "started_on", "ended_on",
        "client_id", *_HISTORY,
    ),
    "id_links": (
        "entity", "source_system", "old_id", "new_id", "relation", "effective_at", *_HISTORY,
    ),
}  # fmt: skip

# What a column holds as long as the outcome of its row is not known.
UNSETTLED: dict[str, dict[str, str | None]] = {
    "sessions": {
        "status": "scheduled",
        "duration_minutes": None,
        "cancelled_at": None,
        "cancelled_by": None,
    },
    "episodes": {"closed_on": None, "closure_reason": None},
    "clinicians": {"ended_on": None},
    "supervision": {"ended_on": None},
}
_MODES = {"kiosk": "Kiosk", "in_room": "In room", "remote_link": "Link", "paper": "Paper"}


@dataclass(frozen=True)
class Delivery:
    """One folder of the inbox, before it is written.

    Attributes:
        source: folder of the source.
        name: folder of the delivery.
        kind: full, window or delta.
        made_at: local time of the export.
        files: file name and its table, all columns as text.
        window: first and last local time of a window.
    """

    source: str
    name: str
    kind: str
    made_at: datetime
    files: Mapping[str, pl.DataFrame]
    window: tuple[datetime, datetime] | None = None


def _in_utc(moment: datetime) -> str:
    """A local time as UTC text."""
    utc = moment.replace(tzinfo=ZoneInfo(TIME_ZONE)).astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _number(name: str) -> pl.Expr:
    """Numbers without a needless ".0": 50, 3, but 8.4."""
    return pl.col(name).cast(pl.String).str.strip_suffix(".0")


def as_text(feed: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The file's columns in contract order, all as text.

    Args:
        feed: canonical feed.
        rows: contract columns, typed, times local.

    Returns:
        Sessions with local times (the manifest names the zone), forms with UTC times and a Z.
    """
    present = {name: rows.schema[name] for name in COLUMNS[feed] if name in rows.columns}
    columns: list[pl.Expr] = []
    for name, kind in present.items():
        column = pl.col(name)
        if name == "completed_at":
            utc = column.dt.replace_time_zone(TIME_ZONE).dt.convert_time_zone("UTC")
            columns.append(utc.dt.strftime("%Y-%m-%dT%H:%M:%SZ").alias(name))
        elif kind == pl.Datetime:
            columns.append(column.dt.strftime(LOCAL_TIME))
        elif kind.is_float():
            columns.append(_number(name))
        else:
            columns.append(column.cast(pl.String))
    return rows.select(columns)


def _sorted(feed: str, rows: pl.DataFrame) -> pl.DataFrame:
    order = {
        "sessions": ["started_at", "session_id"],
        "feedback": ["completed_at", "response_id", "scale"],
    }
    return rows.sort(order.get(feed, [COLUMNS[feed][0]]), maintain_order=True)


def practice_deliveries(feeds: Mapping[str, pl.DataFrame], moments: Moments) -> list[Delivery]:
    """The practice system's deliveries: full, window, and two deltas.

    Args:
        feeds: the feeds with their moments.
        moments: when the exports are made.

    Returns:
        In order of time. The window holds every session that starts in it and every form completed
        in it; beyond that, it and the deltas hold what has changed.
    """
    full = {
        name: state_at(feed, moments.full, UNSETTLED.get(name, {})) for name, feed in feeds.items()
    }
    window = {
        name: changes(feed, moments.full, moments.window, UNSETTLED.get(name, {}))
        for name, feed in feeds.items()
    }
    sessions = feeds["sessions"].filter(pl.col("started_at") >= moments.window_start)
    window["sessions"] = _whole(sessions, moments, UNSETTLED["sessions"])
    is_within = pl.col("completed_at") >= moments.window_start
    window["feedback"] = pl.concat(
        [
            changes(feeds["feedback"].filter(~is_within), moments.full, moments.window, {}),
            _whole(feeds["feedback"].filter(is_within), moments, {}),
        ]
    )
    last_booked = datetime.combine(sessions["started_at"].max(), datetime.max.time())
    steps = (("delta", moments.window, moments.delta), ("delta", moments.delta, moments.final))
    made = [
        _practice("full", moments.full, full),
        _practice("window", moments.window, window, (moments.window_start, last_booked)),
    ]
    for kind, after, until in steps:
        learnt = {
            name: changes(feed, after, until, UNSETTLED.get(name, {}))
            for name, feed in feeds.items()
        }
        made.append(_practice(kind, until, learnt))
    return made


def _whole(
    rows: pl.DataFrame, moments: Moments, unsettled: Mapping[str, str | None]
) -> pl.DataFrame:
    """Every row of the window as it stood when the window was exported, and what was deleted."""
    return pl.concat(
        [
            state_at(rows, moments.window, unsettled),
            deleted_between(rows, moments.full, moments.window, unsettled),
        ]
    )


def _practice(
    kind: str,
    made_at: datetime,
    tables: Mapping[str, pl.DataFrame],
    window: tuple[datetime, datetime] | None = None,
) -> Delivery:
    """A delivery of the practice system; a feed without rows has no file."""
    files = {
        f"{name}.csv": as_text(name, _sorted(name, rows))
        for name, rows in tables.items()
        if not rows.is_empty()
    }
    return Delivery(PRACTICE, f"{made_at:%Y-%m-%d}-{kind}", kind, made_at, files, window)


def _tool_state(rows: pl.DataFrame, at: datetime) -> pl.DataFrame:
    """The tool's rows as they stood: a form that came later is still empty."""
    known = rows.filter(pl.col("known_from") <= at)
    for side in ("srs", "ors"):
        came = (pl.col(f"{side}_completed_at") <= at).fill_null(value=False)
        names = [f"{side}_{name}" for name in (*QUARTET, "total")]
        if side == "srs":
            names.append("srs_skip")
        known = known.with_columns(
            pl.when(came).then(name).alias(name) for name in (*names, f"{side}_completed_at")
        )
    return known


def _tool_text(rows: pl.DataFrame) -> pl.DataFrame:
    """The tool's own columns: names, addresses and comments among them, all plainly invented."""
    client, clinician = pl.col("client_id").str.slice(1), pl.col("clinician_id").str.slice(1)
    clock = {
        f"{side.upper()}_Completed": pl.col(f"{side}_completed_at").dt.strftime(TOOL_TIME)
        for side in ("ors", "srs")
    }
    scores = {
        side: {
            f"{side.upper()}Q{i}": pl.col(f"{side}_{name}").cast(pl.String)
            for i, name in enumerate(QUARTET, start=1)
        }
        | {f"Total_{side.upper()}": pl.col(f"{side}_total").cast(pl.String)}
        for side in ("ors", "srs")
    }
    has_comment = pl.col("form_id").str.ends_with("7")
    comment = pl.lit("Invented comment ") + pl.col("form_id")
    return rows.select(
        Form_ID="form_id",
        Client_ID="client_id",
        Client_Name=pl.lit("Example Person ") + client,
        Client_Email=pl.lit("person") + client + pl.lit("@example.invalid"),
        Provider_ID="clinician_id",
        Provider_Name=pl.lit("Example Clinician ") + clinician,
        Session_ID="session_id",
        Mode=pl.col("collection_mode").replace_strict(
            list(_MODES), list(_MODES.values()), return_dtype=pl.String
        ),
        ORS_Completed=clock["ORS_Completed"],
        **scores["ors"],
        SRS_Completed=clock["SRS_Completed"],
        SRS_Skip=pl.when(pl.col("srs_skip").is_not_null()).then(pl.lit("Y")).otherwise(pl.lit("N")),
        **scores["srs"],
        Comments=pl.when(has_comment).then(comment),
    )


def tool_deliveries(rows: pl.DataFrame, moments: Moments) -> list[Delivery]:
    """The feedback tool's two exports: everything so far, then the last twelve weeks again."""
    first = _tool_state(rows, moments.full)
    recent = rows.filter(pl.col("settled_at") >= moments.window_start)
    second = _tool_state(recent, moments.final)
    made = []
    for kind, at, table in (("full", moments.full, first), ("window", moments.final, second)):
        window = (moments.window_start, moments.final) if kind == "window" else None
        name = f"export-{at:%Y-%m-%d}"
        if not table.is_empty():
            files = {TOOL_FILE: _tool_text(table)}
            made.append(Delivery(TOOL, name, kind, at, files, window))
    return made


def write_delivery(inbox: Path, delivery: Delivery) -> None:
    """Write one delivery; its manifest comes last, so that a half-written one is not taken.

    Args:
        inbox: the home's inbox.
        delivery: what to write.
    """
    folder = inbox / delivery.source / delivery.name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    listed = []
    for name, table in delivery.files.items():
        path = folder / name
        table.write_csv(path)
        path.chmod(0o600)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        listed.append({"name": name, "sha256": digest, "rows": len(table)})
    manifest: dict[str, object] = {
        "source_system": delivery.source,
        "extract_kind": delivery.kind,
        "generated_at": _in_utc(delivery.made_at),
        "time_zone": TIME_ZONE,
        "files": listed,
    }
    if delivery.window:
        manifest["window_start"], manifest["window_end"] = map(_in_utc, delivery.window)
    path = folder / "manifest.json"
    path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    path.chmod(0o600)
