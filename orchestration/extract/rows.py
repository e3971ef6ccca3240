"""From a delivery to rows that may land: read, check, pseudonymise, settle duplicates, count.

Here: one delivery in memory. Not here: which deliveries there are (inbox.py), what is written
(landing.py), or a rule of a single row (row_checks.py).

Row conservation is an invariant: every record of the reader's independent count is accepted,
quarantined, collapsed or filtered, or the delivery is rejected.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from orchestration.contracts.feeds import FEEDS, NO_ROW_KEY, Column, Feed, Kind
from orchestration.errors import DeliveryRejected
from orchestration.extract.delivery_manifest import Manifest
from orchestration.extract.duplicates import RULE as CONFLICT
from orchestration.extract.duplicates import settle_duplicates
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.row_checks import check_rows
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, DeliveryHeld, Extract
from orchestration.settings import Intake, SourceConfig

BAD_ROW_SCHEMA: dict[str, pl.DataType] = {
    "feed": pl.String(),
    "file": pl.String(),
    "row_number": pl.Int64(),
    "rule": pl.String(),
    "column_name": pl.String(),
}
_KEYED_SCHEMA = BAD_ROW_SCHEMA | {"row_key": pl.String()}


@dataclass(frozen=True)
class FeedReport:
    """What became of the records of one feed."""

    feed: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    rows_collapsed: int
    rows_filtered: int

    @property
    def is_conserved(self) -> bool:
        """Whether every record read is accounted for."""
        return self.rows_read == (
            self.rows_accepted + self.rows_quarantined + self.rows_collapsed + self.rows_filtered
        )


@dataclass(frozen=True)
class FileNote:
    """What a reader took from one file for one feed, and what it left behind; names only.

    Attributes:
        feed: name of the canonical feed.
        file: safe label of the file.
        columns: columns of the contract that the file fills.
        dropped: printable names of the file's columns that nothing reads.
        filtered: rows left out, by reason.
    """

    feed: str
    file: str
    columns: tuple[str, ...]
    dropped: tuple[str, ...]
    filtered: Mapping[str, int]


@dataclass(frozen=True)
class ReadRows:
    """A whole delivery, read.

    Attributes:
        notes: one per file and feed, in the order of reading.
        landed: by feed, the accepted rows in the landed schema.
        bad: feed, file, row_number, rule, column_name, row_key; each combination once.
        feeds: counts by feed, in the contract's order.
        warnings: sentences without any value.
    """

    landed: Mapping[str, pl.DataFrame] = field(repr=False)
    bad: pl.DataFrame = field(repr=False)
    feeds: tuple[FeedReport, ...]
    warnings: tuple[str, ...]
    notes: tuple[FileNote, ...] = ()


@dataclass(frozen=True)
class Terms:
    """All that a delivery's rows are read under, apart from the delivery itself.

    Attributes:
        config: the source's settings.
        intake: limits of what is still believed.
        pseudonyms: with the home's key.
        namespaces: id namespace by lower-case name of a source.
        manifest: of the delivery.
        delivery_id: that the landed rows carry.
    """

    config: SourceConfig
    intake: Intake
    pseudonyms: Pseudonymiser
    namespaces: Mapping[str, str]
    manifest: Manifest
    delivery_id: str


@dataclass
class _FeedRows:
    """What the extracts of one feed have brought so far."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    bad: list[pl.DataFrame] = field(default_factory=list)
    rows_read: int = 0
    rows_filtered: int = 0
    rows_quarantined: int = 0


def read_rows(delivery: Delivery, terms: Terms) -> ReadRows:
    """Read a whole delivery.

    A boundary: whatever goes wrong in a parser becomes a rejection without its words, which may
    quote cells, and one broken file must not stop the other deliveries.

    Raises:
        DeliveryRejected: it does not fit its contract; nothing of it may land.
        DeliveryHeld: a file changed meanwhile.
    """
    try:
        return _read_rows(delivery, terms)
    except (DeliveryRejected, DeliveryHeld, MemoryError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        said = f"the reader {terms.config.reader} cannot make sense of it ({type(error).__name__})"
        raise DeliveryRejected("reader_failed", None, said) from None


def _read_rows(delivery: Delivery, terms: Terms) -> ReadRows:
    gathered: dict[str, _FeedRows] = {}
    warnings: list[str] = []
    notes: list[FileNote] = []
    for extract in READERS[terms.config.reader].read(delivery, terms.config):
        _check_count(extract, delivery, terms.manifest)
        warnings += extract.warnings
        rows = gathered.setdefault(extract.feed, _FeedRows())
        warnings += _add(rows, extract, delivery, terms)
        notes.append(_note(extract))
    if not gathered:
        raise DeliveryRejected("no_feed_file", None, "the reader found nothing to read")
    landed, bad, feeds = {}, [pl.DataFrame(schema=_KEYED_SCHEMA)], []
    for name, feed in FEEDS.items():
        if name in gathered:
            report = _settle(feed, gathered[name], landed, bad)
            feeds.append(report)
            if report.rows_collapsed:
                warnings.append(f"{name}: equal rows collapsed: {report.rows_collapsed}")
    distinct = pl.concat(bad).unique(maintain_order=True)
    return ReadRows(landed, distinct, tuple(feeds), tuple(warnings), tuple(notes))


def _note(extract: Extract) -> FileNote:
    filled = tuple(name for name in extract.frame.columns if name != "row_number")
    return FileNote(
        extract.feed, extract.file, filled, extract.dropped_columns, extract.rows_filtered
    )


def _check_count(extract: Extract, delivery: Delivery, manifest: Manifest) -> None:
    """DeliveryRejected where the file has no row, or not as many as the manifest says."""
    records = extract.rows_read if extract.file_rows is None else extract.file_rows
    blank = extract.rows_filtered.get("blank_row", 0)
    names = [file.name for file in delivery.files if file.label == extract.file]
    declared = manifest.rows_of(names[0]) if names else None
    if declared is not None and declared not in (records, records - blank):
        said = f"has {records} rows, the manifest says {declared}"
        raise DeliveryRejected("manifest_mismatch", extract.file, said)
    if records == blank and declared is None:
        said = "has a header and no rows; if that is right, a manifest must say `rows: 0`"
        raise DeliveryRejected("no_rows", extract.file, said)


def _add(rows: _FeedRows, extract: Extract, delivery: Delivery, terms: Terms) -> list[str]:
    """Check an extract's rows and add them to its feed; gives the warnings."""
    feed = FEEDS[extract.feed]
    checked = check_rows(feed, extract.frame, zone=delivery.time_zone, latest=delivery.latest)
    broken = extract.rejects.height
    wrong = extract.frame.height - checked.good.height
    filtered = sum(extract.rows_filtered.values())
    if extract.rows_read != extract.frame.height + broken + filtered:
        raise DeliveryRejected("row_conservation", extract.file, "rows were lost while reading")
    _check_share(extract, broken + wrong, extract.rows_read - filtered, terms.intake)
    file = pl.lit(extract.file).alias("file")
    landed = _landed(feed, checked.good, delivery.source, terms)
    rows.frames.append(landed.select(file, pl.all()))
    no_key = pl.lit(None, pl.String()).alias("row_key")
    keyed = checked.bad.with_columns(_row_keys(feed, checked.bad_keys, delivery.source, terms))
    rows.bad += [
        each.with_columns(pl.lit(feed.name).alias("feed"), file).select(*_KEYED_SCHEMA)
        for each in (extract.rejects.with_columns(no_key), keyed)
    ]
    rows.rows_read += extract.rows_read
    rows.rows_filtered += filtered
    rows.rows_quarantined += broken + wrong
    return [f"{extract.file}: {said}" for said in checked.warnings]


def _check_share(extract: Extract, bad: int, rows: int, intake: Intake) -> None:
    """The circuit breaker: a file in which so much is wrong was not what it should be."""
    if rows >= intake.bad_share_min_rows and bad > intake.max_bad_share * rows:
        raise DeliveryRejected(
            "too_many_bad_rows",
            extract.file,
            f"{bad} of {rows} rows are bad, more than {intake.max_bad_share:.0%}",
        )


def _landed(feed: Feed, good: pl.DataFrame, source: str, terms: Terms) -> pl.DataFrame:
    """Checked rows in the landed schema: no id is left."""
    namespace = terms.namespaces[source.lower()]
    columns: dict[str, pl.Series | pl.Expr] = {
        "delivery_id": pl.lit(terms.delivery_id),
        "source": pl.lit(source),
        "row_number": pl.col("row_number"),
    }
    for column in feed.columns:
        columns[column.landed_name] = _landed_column(column, good, namespace, terms)
        if column.date_as:
            columns[column.date_as] = pl.col(column.date_as)
    schema = feed.landed_schema()
    return good.select(value.alias(name) for name, value in columns.items()).cast(schema)


def _landed_column(
    column: Column, rows: pl.DataFrame, namespace: str, terms: Terms
) -> pl.Series | pl.Expr:
    if column.kind is not Kind.ID:
        return pl.col(column.name)
    if column.entity == "by_row":
        return _linked(column.name, rows, terms)
    return terms.pseudonyms.column(rows[column.name], column.entity or "", namespace)


def _row_keys(feed: Feed, keys: pl.DataFrame, source: str, terms: Terms) -> pl.Series:
    """Keys of rows held back: a row whose content is bad still says that it exists.

    A row held back that was marked as deleted has no key that any row has.
    """
    namespace = terms.namespaces[source.lower()]
    columns = [feed.column(name) for name in feed.key]
    landed = keys.with_columns(
        _landed_column(column, keys, namespace, terms).alias(column.landed_name)
        for column in columns
    )
    is_gone = pl.col("is_deleted").fill_null(value=False)
    key = pl.when(is_gone).then(pl.lit(NO_ROW_KEY)).otherwise(feed.row_key())
    return landed.select(pl.when("is_readable").then(key).alias("row_key")).to_series()


def _linked(name: str, good: pl.DataFrame, terms: Terms) -> pl.Series:
    """Keys of id_links, whose entity and source stand in each row."""
    systems = good["source_system"]
    if name == "new_id":
        systems = good.select(pl.coalesce("target_source_system", "source_system")).to_series()
    known = pl.Series(list(terms.namespaces), dtype=pl.String())
    spaces = pl.Series(list(terms.namespaces.values()), dtype=pl.String())
    namespaces = systems.replace(known, spaces)
    return terms.pseudonyms.by_row(good[name], good["entity"], namespaces)


def _settle(
    feed: Feed, rows: _FeedRows, landed: dict[str, pl.DataFrame], bad: list[pl.DataFrame]
) -> FeedReport:
    """Settle the feed's duplicates, put its rows where they belong, and count."""
    settled = settle_duplicates(feed, pl.concat(rows.frames))
    landed[feed.name] = settled.kept.drop("file")
    bad += rows.bad
    bad.append(
        settled.conflicts.select(
            pl.lit(feed.name).alias("feed"),
            "file",
            "row_number",
            pl.lit(CONFLICT).alias("rule"),
            pl.lit(feed.key[0]).alias("column_name"),
            feed.row_key(),
        )
    )
    report = FeedReport(
        feed=feed.name,
        rows_read=rows.rows_read,
        rows_accepted=settled.kept.height,
        rows_quarantined=rows.rows_quarantined + settled.conflicts.height,
        rows_collapsed=settled.collapsed,
        rows_filtered=rows.rows_filtered,
    )
    if not report.is_conserved:
        raise DeliveryRejected("row_conservation", None, f"rows of {feed.name} were lost")
    return report
