"""What truly happened, kept beside the exports and never read by the pipeline.

Tables in the raw ids of the exports, so that a test can follow a planted rupture, a dropout or a
missing form through the whole build.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from orchestration.simulator.corrections import Aliases
from orchestration.simulator.course import ENDINGS
from orchestration.simulator.details import SEEN, raw_ids
from orchestration.simulator.forms import CLINICIAN_FORM, Forms
from orchestration.simulator.parameters import PARAMETERS
from orchestration.simulator.practice import Practice
from orchestration.simulator.records import Records
from orchestration.simulator.reports import Reports


@dataclass(frozen=True)
class Truth:
    """The truth of one simulated practice.

    Attributes:
        clinicians: clinician_id, role, site_id, alliance_effect (SRS points), dropout_effect,
            repair_effect and missing_effect (logits), cancel_ratio.
        clients: client_id, alliance_effect, within_sd (SRS points), is_ceiling, gain (ORS points
            per doubling of sessions), severity (SD).
        episodes: episode_id, client_id, clinician_id, has_record, arrival, previous_episode_id,
            attended (individual sessions by the last day), ending (true, `open` where it has not
            ended), is_dropout, closed_on and closure_reason as coded, pair_effect (SRS points).
        ruptures: episode_id, onset_session, depth (SRS points), shape (sudden, slow),
            deepest_session, repaired_at (session, null when not repaired by the last day),
            is_hidden (a client who answers 40 whatever happens).
        forms: episode_id, session_id, session_index, instrument, respondent, chance (that it goes
            missing), is_missing, is_rupture_open.
        reports: session_id, respondent (client, clinician, observer), is_rupture_open, reported:
            what was said of a session against what was so.
        follow_ups: episode_id, completed_at, level (ORS points) of clients asked after the end.
        sessions: session_id, episode_id, status as it finally is, session_index (null where the
            session does not count), alliance (latent SRS total), dip (points below the usual).
        aliases: client_id, alias_id of clients registered twice.
        planted: mistakes of the last delivery: feed, row_number, rule, column.
        reviews: what supervisors recorded (reviews.py), in raw ids: entry_id, kind, what was said,
            and is_rupture_open beside a verdict on a signal.
        counts: rows and figures of the whole, by name.
    """

    clinicians: pl.DataFrame
    clients: pl.DataFrame
    episodes: pl.DataFrame
    ruptures: pl.DataFrame
    forms: pl.DataFrame
    reports: pl.DataFrame
    follow_ups: pl.DataFrame
    sessions: pl.DataFrame
    aliases: pl.DataFrame
    planted: pl.DataFrame
    reviews: pl.DataFrame
    counts: dict[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write every table, and the parameters the practice was made with, as Parquet."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in self.__dataclass_fields__:
            table = getattr(self, name)
            if isinstance(table, pl.DataFrame):
                table.write_parquet(folder / f"{name}.parquet")
        pl.DataFrame(PARAMETERS).write_parquet(folder / "parameters.parquet")


def _clinicians(practice: Practice) -> pl.DataFrame:
    people = practice.clinicians
    return pl.DataFrame(
        {
            "clinician_id": pl.Series(people.ids.tolist(), dtype=pl.String),
            "role": pl.Series(people.role.tolist(), dtype=pl.String),
            "site_id": pl.Series(people.site.tolist(), dtype=pl.String),
            "alliance_effect": people.alliance,
            "dropout_effect": people.dropout,
            "repair_effect": people.repair,
            "missing_effect": people.missing,
            "cancel_ratio": people.cancels,
        }
    )


def _episodes(practice: Practice, records: Records) -> pl.DataFrame:
    ids = pl.Series(practice.clinicians.ids.tolist(), dtype=pl.String)
    episodes = practice.episodes.join(records.closure, on="episode", maintain_order="left")
    ending = pl.col("ending").replace_strict(
        range(len(ENDINGS)), list(ENDINGS), return_dtype=pl.String
    )
    return episodes.select(
        episode_id=raw_ids("e", "episode", 6),
        client_id=raw_ids("c", "client", 6),
        clinician_id=ids.gather(episodes["clinician"]),
        has_record=pl.Series(records.has_record),
        arrival="arrival",
        previous_episode_id=raw_ids("e", "previous", 6),
        attended="attended",
        ending=pl.when("is_over").then(ending).otherwise(pl.lit("open")),
        is_dropout=pl.col("is_over") & (ending == "dropout"),
        closed_on="closed_on",
        closure_reason="closure_reason",
        pair_effect="pair",
    )


def _ruptures(practice: Practice) -> pl.DataFrame:
    ceiling = practice.clients.select("client", "is_ceiling")
    client = practice.episodes.select("episode", "client").join(ceiling, on="client")
    return (
        practice.ruptures.join(client, on="episode", maintain_order="left")
        .select(
            episode_id=raw_ids("e", "episode", 6),
            onset_session="onset",
            depth="depth",
            shape=pl.when("is_slow").then(pl.lit("slow")).otherwise(pl.lit("sudden")),
            deepest_session="deepest",
            repaired_at="repaired",
            is_hidden="is_ceiling",
        )
        .sort("episode_id", "onset_session")
    )


def tell_truth(
    practice: Practice,
    forms: Forms,
    reports: Reports,
    records: Records,
    *,
    aliases: Aliases,
    planted: pl.DataFrame,
    reviews: pl.DataFrame,
) -> Truth:
    """Put the truth into tables.

    Args:
        practice: the practice with details.
        forms: its forms.
        reports: what was said besides.
        records: what was written down of it.
        aliases: clients registered twice.
        planted: mistakes of the last delivery.
        reviews: the review log.

    Returns:
        The truth in raw ids.
    """
    is_counted = pl.col("status").is_in(SEEN) & (pl.col("session") > 0)
    sessions = practice.bookings.select(
        "session_id",
        "episode_id",
        "status",
        session_index=pl.when(is_counted).then("session"),
        alliance=pl.when(is_counted).then("alliance"),
        dip=pl.when(is_counted).then("dip"),
    )
    of_booking = practice.bookings.with_row_index("booking").select(
        pl.col("booking").cast(pl.Int64), "session_id", "episode_id"
    )
    by_clinician = pl.col("instrument") == CLINICIAN_FORM
    due = forms.expected.with_columns(
        respondent=pl.when(by_clinician).then(pl.lit("clinician")).otherwise(pl.lit("client"))
    )
    due = pl.concat([due, reports.expected.select(due.columns)])
    expected = due.join(of_booking, on="booking", maintain_order="left").select(
        "episode_id",
        "session_id",
        "instrument",
        "respondent",
        "chance",
        "is_missing",
        session_index="session",
        is_rupture_open="is_open",
    )
    clients = practice.clients.select(
        client_id=raw_ids("c", "client", 6),
        alliance_effect="alliance",
        within_sd="within_sd",
        is_ceiling="is_ceiling",
        gain="gain",
        severity="severity",
    )
    return Truth(
        clinicians=_clinicians(practice),
        clients=clients,
        episodes=_episodes(practice, records),
        ruptures=_ruptures(practice),
        forms=expected,
        reports=reports.said.join(of_booking, on="booking", maintain_order="left").select(
            "session_id", "respondent", "reported", is_rupture_open="is_open"
        ),
        follow_ups=reports.follow_ups.select(
            raw_ids("e", "episode", 6).alias("episode_id"), "completed_at", "level"
        ),
        sessions=sessions,
        aliases=aliases.rows.select("client_id", "alias_id").unique(maintain_order=True),
        planted=planted,
        reviews=reviews,
        counts={
            "clinicians": len(practice.clinicians.ids),
            "clients": len(clients),
            "episodes": len(practice.episodes),
            "sessions": len(sessions),
            "forms_answered": len(forms.answered),
            "ruptures": len(practice.ruptures),
        },
    )
