"""The canonical feeds of design.md 3.2: columns, types, keys and the rules a single cell must meet.

Here: the one declaration from which readers, row checks, landing schemas and the drift test against
the dbt sources are made. Not here: how a rule is computed (extract/row_checks.py), rules that need
other deliveries (dbt), or anything about a particular practice system.

A change of what lands (a column, a type, a rule) raises ``CONTRACT_VERSION``: deliveries that are
still in the inbox are then landed anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

CONTRACT_VERSION = "4"

ATTENDED_STATUSES = ("attended", "attended_late")


class Kind(StrEnum):
    """What a column holds; decides the checks, and the type it lands with."""

    ID = "id"  # any text that names one thing; lands as its pseudonym
    KEY = "key"  # a pseudonym, or another key of our own making; lands as it is
    CODE = "code"  # a short word; lands in lower case
    TIMESTAMP = "timestamp"  # ISO 8601; lands as naive UTC
    DATE = "date"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"  # true or false


LANDED_TYPES: dict[Kind, pl.DataType] = {
    Kind.ID: pl.String(),
    Kind.KEY: pl.String(),
    Kind.CODE: pl.String(),
    Kind.TIMESTAMP: pl.Datetime("us"),
    Kind.DATE: pl.Date(),
    Kind.NUMBER: pl.Float64(),
    Kind.INTEGER: pl.Int32(),
    Kind.BOOLEAN: pl.Boolean(),
}


@dataclass(frozen=True)
class Column:
    """One column of a canonical feed.

    Attributes:
        name: name in a delivery.
        kind: what it holds.
        required: a row without it is quarantined as ``missing_required``.
        entity: for ids and keys, the entity of the pseudonym (``client``, ``clinician`` ...); for
            id_links, whose entity stands in each row, ``"by_row"``.
        values: the accepted codes; empty means any short code.
        is_word: whether a code is one word; several, which may be a name, land as ``other``.
        minimum: smallest accepted number (rule ``out_of_range``).
        maximum: largest accepted number.
        date_as: name of a further landed column with the local date of this timestamp.
        default: value that stands for an empty cell of a boolean.
        may_be_old: whether a date before 1990 is believed.
        may_be_day: whether a date alone is taken for a timestamp, as the start of that day.
    """

    name: str
    kind: Kind
    required: bool = False
    entity: str | None = None
    values: tuple[str, ...] = ()
    is_word: bool = False
    minimum: float | None = None
    maximum: float | None = None
    date_as: str | None = None
    default: bool | None = None
    may_be_old: bool = False
    may_be_day: bool = False

    @property
    def landed_name(self) -> str:
        """Name in the landing: an id becomes a key."""
        if self.kind is Kind.ID:
            return f"{self.name.removesuffix('_id')}_key"
        return self.name


@dataclass(frozen=True)
class Feed:
    """One canonical feed.

    Attributes:
        name: name of the feed and of its folder in the landing.
        grain: "One row per ...".
        key: delivery names of the columns that name a row within a source.
        columns: every accepted column; whatever else a file holds is dropped.
        beside_key: columns without which an id of the key has no pseudonym.
        event_on: landed column with the day a row belongs to, by which a window extract is asked
            whether it should have had the row. A feed without one has rows that last (an episode,
            a client): of those only a full extract says which are gone.
    """

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...] = field(repr=False)
    beside_key: tuple[str, ...] = ()
    event_on: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Accepted column names, in contract order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns a file must have."""
        return tuple(column.name for column in self.columns if column.required)

    def column(self, name: str) -> Column:
        """The column of this name; KeyError when the contract has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def landed_key(self) -> tuple[str, ...]:
        """Names in the landing of the key columns."""
        return tuple(self.column(name).landed_name for name in self.key)

    def row_key(self) -> pl.Expr:
        """The landed key columns as one text, by which a row held back is still known to exist."""
        parts = (pl.col(name).cast(pl.String()).fill_null("") for name in self.landed_key)
        return pl.concat_str(parts, separator="|").alias("row_key")

    def landed_schema(self) -> dict[str, pl.DataType]:
        """Columns and polars types of ``landing/<feed>/*.parquet``, in order."""
        schema: dict[str, pl.DataType] = {
            "delivery_id": pl.String(),
            "source": pl.String(),
            "row_number": pl.Int64(),
        }
        for column in self.columns:
            schema[column.landed_name] = LANDED_TYPES[column.kind]
            if column.date_as is not None:
                schema[column.date_as] = pl.Date()
        return schema


def _id(name: str, entity: str, *, required: bool = False) -> Column:
    return Column(name, Kind.ID, required=required, entity=entity)


def _code(name: str, *values: str, required: bool = False, is_word: bool = False) -> Column:
    return Column(name, Kind.CODE, required=required, values=values, is_word=is_word)


def _at(name: str, *, required: bool = False, date_as: str | None = None) -> Column:
    return Column(name, Kind.TIMESTAMP, required=required, date_as=date_as)


def _on(name: str, *, required: bool = False) -> Column:
    return Column(name, Kind.DATE, required=required)


# Every feed may carry these two (design.md 3.2).
_HISTORY = (
    _at("record_updated_at"),
    Column("is_deleted", Kind.BOOLEAN, default=False),
)

SESSIONS = Feed(
    "sessions",
    "One row per client per session.",
    key=("session_id",),
    columns=(
        _id("session_id", "session", required=True),
        _id("client_id", "client", required=True),
        _id("clinician_id", "clinician", required=True),
        _at("started_at", required=True, date_as="started_on"),
        _code(
            "status",
            "scheduled",
            *ATTENDED_STATUSES,
            "no_show",
            "late_cancel",
            "cancelled_client",
            "cancelled_clinician",
            "cancelled_unknown",
            "not_attended_unknown",
            "arrived_not_seen",
            "rescheduled",
            "unknown",
            "entered_in_error",
            required=True,
        ),
        # Nothing that lasts longer than a day, or ends before it starts, is a session.
        Column("duration_minutes", Kind.NUMBER, minimum=0, maximum=24 * 60),
        _at("cancelled_at"),
        _code("cancelled_by", is_word=True),
        _code("modality", "in_person", "video", "phone", "text"),
        _code("format", "individual", "couple", "family", "group"),
        _id("group_session_id", "session"),
        _code(
            "appointment_type", "intake", "assessment", "treatment", "review", "followup", "other"
        ),
        _id("episode_id", "episode"),
        _id("location_id", "location"),
        _at("booked_at"),
        *_HISTORY,
    ),
    event_on="started_on",
)

FEEDBACK = Feed(
    "feedback",
    "One row per administration and scale or item.",
    key=("response_id", "scale"),
    columns=(
        _id("response_id", "response", required=True),
        _id("client_id", "client", required=True),
        _at("completed_at", required=True, date_as="completed_on"),
        _code("instrument", required=True),
        _code("scale", required=True),
        Column("score", Kind.NUMBER),
        _code("respondent", "client", "clinician", "observer", "caregiver", required=True),
        _id("clinician_id", "clinician"),
        _id("session_id", "session"),
        _id("episode_id", "episode"),
        _code("instrument_version", is_word=True),
        _code("timing", "pre_session", "post_session", "between"),
        _code("collection_mode", is_word=True),
        Column("skipped", Kind.BOOLEAN),
        _code("skip_reason", is_word=True),
        *_HISTORY,
    ),
    event_on="completed_on",
)

CLIENTS = Feed(
    "clients",
    "One row per client.",
    key=("client_id",),
    columns=(
        _id("client_id", "client", required=True),
        Column("birth_year", Kind.INTEGER, minimum=1900, maximum=2100),
        _code("age_band"),
        _code("gender", is_word=True),
        _on("referred_on"),
        _code("trauma_history", "yes", "no", "unknown"),
        Column("preference_recorded", Kind.BOOLEAN),
        Column("preference_met", Kind.BOOLEAN),
        Column("intake_severity", Kind.NUMBER),
        _id("merged_into_client_id", "client"),
        *_HISTORY,
    ),
)

CLINICIANS = Feed(
    "clinicians",
    "One row per clinician.",
    key=("clinician_id",),
    columns=(
        _id("clinician_id", "clinician", required=True),
        _code("role", "staff", "trainee", "supervisor"),
        _code("site_id"),  # a code, not a pseudonym: sites are named on the director's pages
        Column("started_on", Kind.DATE, may_be_old=True),
        Column("ended_on", Kind.DATE, may_be_old=True),
        *_HISTORY,
    ),
)

EPISODES = Feed(
    "episodes",
    "One row per episode of care.",
    key=("episode_id",),
    columns=(
        _id("episode_id", "episode", required=True),
        _id("client_id", "client", required=True),
        # A reader of a system that does not say who treats may leave it open (decision 27).
        _id("clinician_id", "clinician", required=True),
        _on("opened_on", required=True),
        _on("closed_on"),
        _code(
            "closure_reason",
            "completed",
            "mutual",
            "dropout_client",
            "ended_by_clinician",
            "transferred",
            "referred_on",
            "moved",
            "administrative",
            "deceased",
            "unknown",
        ),
        *_HISTORY,
    ),
)

SUPERVISION = Feed(
    "supervision",
    "One row per dated pair of supervisor and supervisee.",
    key=("supervision_id",),
    columns=(
        _id("supervision_id", "supervision", required=True),
        _id("supervisor_id", "clinician", required=True),
        _id("supervisee_id", "clinician", required=True),
        _code("kind", "assignment", "individual", "group", "live", required=True),
        _on("started_on", required=True),
        _on("ended_on"),
        _id("client_id", "client"),
        *_HISTORY,
    ),
)

ID_LINKS = Feed(
    "id_links",
    "One row per statement that two ids mean, or no longer mean, the same person.",
    key=("entity", "source_system", "old_id", "new_id", "relation", "effective_at"),
    beside_key=("target_source_system",),
    columns=(
        _code("entity", "client", "clinician", required=True),
        _code("source_system", required=True),
        _id("old_id", "by_row", required=True),
        _code("target_source_system"),
        _id("new_id", "by_row", required=True),
        _code("relation", "merged_into", "renamed", "same_person", "unmerged", required=True),
        # People write these by hand, and mean a day.
        Column("effective_at", Kind.TIMESTAMP, may_be_day=True),
        *_HISTORY,
    ),
)

FEEDS: dict[str, Feed] = {
    feed.name: feed
    for feed in (SESSIONS, FEEDBACK, CLIENTS, CLINICIANS, EPISODES, SUPERVISION, ID_LINKS)
}

# The ledger and the quarantine are landed beside the feeds and are declared to dbt as sources too.
LEDGER_SCHEMA: dict[str, pl.DataType] = {
    "sighting_id": pl.String(),
    "delivery_id": pl.String(),
    "source": pl.String(),
    "delivery": pl.String(),
    "reader": pl.String(),
    "status": pl.String(),
    "reason": pl.String(),
    "warnings": pl.String(),
    "extract_kind": pl.String(),
    "window_start": pl.Datetime("us"),
    "window_end": pl.Datetime("us"),
    "window_from": pl.Date(),  # first and last local day that lie in the window as a whole
    "window_to": pl.Date(),
    "generated_at": pl.Datetime("us"),
    "known_until": pl.Datetime("us"),  # nothing that happened later can be in the delivery
    "received_at": pl.Datetime("us"),  # when this home first landed the bytes; for --known-on only
    "feed": pl.String(),
    "rows_read": pl.Int64(),
    "rows_accepted": pl.Int64(),
    "rows_quarantined": pl.Int64(),
    "rows_collapsed": pl.Int64(),
    "rows_filtered": pl.Int64(),
    "content_sha256": pl.String(),
}

QUARANTINE_SCHEMA: dict[str, pl.DataType] = {
    "delivery_id": pl.String(),
    "source": pl.String(),
    "delivery": pl.String(),
    "feed": pl.String(),
    "row_number": pl.Int64(),
    "rule": pl.String(),
    "column_name": pl.String(),
    "file": pl.String(),
    "row_key": pl.String(),  # Feed.row_key of a row whose key could be read, else null
}

# What is made of the landed deliveries as a set (extract/verdicts.py); derived anew, never landed.
VERDICT_SCHEMA: dict[str, pl.DataType] = {
    "source": pl.String(),
    "delivery_id": pl.String(),
    "place": pl.Int64(),  # in the order of the source's deliveries, oldest first
    "feed": pl.String(),
    "is_held": pl.Boolean(),
    "reason": pl.String(),  # why it is held, in plain words and counts
    "note": pl.String(),  # why it says nothing of rows it lacks, though it is full or a window
    "speaks_for": pl.String(),  # rows it lacks are gone: of "all", of its "window", or null
    "speaks_from": pl.Date(),
    "speaks_to": pl.Date(),
    "rows_known": pl.Int64(),  # rows known before of those it speaks for
    "rows_gone": pl.Int64(),  # and how many of them it lacks
    "basis": pl.String(),  # hash of all it rests on, the deliveries before it included
}

# Stands for the key of a row that is read and is no row's any more: deleted, or erased.
NO_ROW_KEY = "-"
