"""From a delivery to rows that may land: read, check, pseudonymise, settle duplicates, count.

Here: one delivery, an extract at a time, so that no file is held whole. Not here: which deliveries
there are (inbox.py), where rows wait (staging.py), what is written (landing.py), or a rule of a
single row (row_checks.py).

Row conservation is an invariant: every record of the reader's independent count is accepted,
quarantined, collapsed or filtered, or the delivery is rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from time import monotonic

import polars as pl

from orchestration.ahead import ahead
from orchestration.contracts.feeds import FEEDS, Feed
from orchestration.errors import DeliveryRejected
from orchestration.extract.date_order import Days
from orchestration.extract.delivery_manifest import Manifest
from orchestration.extract.duplicates import RULE as CONFLICT
from orchestration.extract.landed_rows import Keying, landed_rows, row_keys
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.row_checks import check_rows
from orchestration.extract.staging import Stage
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
TELL_SECONDS = 10.0
# What is told of bad rows is held in memory: a file of more is wrong, however long it is.
MAX_BAD_ROWS = 2_000_000
_KEYED_SCHEMA = BAD_ROW_SCHEMA | {"row_key": pl.String()}


class TooManyBadRows(DeliveryRejected):
    """So much of a file is wrong that it was not what it should be; ``bad`` says what and where."""

    def __init__(self, file: str, detail: str, bad: pl.DataFrame) -> None:
        super().__init__("too_many_bad_rows", file, detail)
        self.bad = bad


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
    """What a reader took from one file for one feed, and which rows it left out; names only.

    Attributes:
        feed: name of the canonical feed.
        file: safe label of the file.
        columns: columns of the contract that the file fills.
        filtered: rows left out, by reason.
    """

    feed: str
    file: str
    columns: tuple[str, ...]
    filtered: Mapping[str, int]


@dataclass(frozen=True)
class ReadRows:
    """A whole delivery, read.

    Attributes:
        stages: by feed, the accepted rows.
        bad: feed, file, row_number, rule, column_name, row_key; each combination once.
        feeds: counts by feed, in the contract's order.
        warnings: sentences without any value.
        notes: one per file and feed, in the order of reading.
    """

    stages: Mapping[str, Stage] = field(repr=False)
    bad: pl.DataFrame = field(repr=False)
    feeds: tuple[FeedReport, ...]
    warnings: tuple[str, ...]
    notes: tuple[FileNote, ...] = ()

    @property
    def landed(self) -> dict[str, pl.DataFrame]:
        """By feed, the accepted rows in the landed schema, all at once."""
        return {name: stage.frame() for name, stage in self.stages.items()}

    def discard(self) -> None:
        """Remove what was written of the rows on the way."""
        for stage in self.stages.values():
            stage.discard()


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
        staging: gives the path where many rows of a feed may wait; without it all are in memory.
        progress: takes a line now and then while a long delivery is read.
    """

    config: SourceConfig
    intake: Intake
    pseudonyms: Pseudonymiser
    namespaces: Mapping[str, str]
    manifest: Manifest
    delivery_id: str
    staging: Callable[[str], Path] | None = None
    progress: Callable[[str], None] | None = None


@dataclass
class _Reading:
    """What the extracts of one reading of one file for one feed have brought so far."""

    feed: Feed
    note: FileNote
    rows_read: int = 0
    file_rows: int = 0
    filtered: Counter[str] = field(default_factory=Counter)
    broken: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    doubts: list[pl.DataFrame] = field(default_factory=list)
    exact: set[str] = field(default_factory=set)
    bad: list[pl.DataFrame] = field(default_factory=list)
    days: Days = field(init=False)

    def __post_init__(self) -> None:
        self.days = Days(self.feed)


def read_rows(delivery: Delivery, terms: Terms) -> ReadRows:
    """Read a whole delivery.

    A boundary: whatever goes wrong in a parser becomes a rejection without its words, which may
    quote cells, and one broken file must not stop the other deliveries.

    Raises:
        DeliveryRejected: it does not fit its contract; nothing of it may land.
        DeliveryHeld: a file changed meanwhile.
    """
    rows = _Rows(delivery, terms)
    try:
        with ExitStack() as undo:
            # Whatever stops the reading, nothing half-read stays behind.
            undo.callback(rows.discard)
            read = rows.read()
            undo.pop_all()
    except (DeliveryRejected, DeliveryHeld, MemoryError):
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        said = f"the reader {terms.config.reader} cannot make sense of it ({type(error).__name__})"
        raise DeliveryRejected("reader_failed", None, said) from None
    return read


class _Rows:
    """The rows of one delivery while it is read."""

    def __init__(self, delivery: Delivery, terms: Terms) -> None:
        self.delivery = delivery
        self.terms = terms
        self.reader = READERS[terms.config.reader]
        self.keying = Keying(terms.delivery_id, delivery.source, terms.pseudonyms, terms.namespaces)
        self.stages: dict[str, Stage] = {}
        self.counts: dict[str, Counter[str]] = {}
        self.bad = [pl.DataFrame(schema=_KEYED_SCHEMA)]
        self.warnings: list[str] = []
        self.notes: list[FileNote] = []
        self.told_at = monotonic()

    def read(self) -> ReadRows:
        """Take one extract after the other, then settle what only the whole can tell."""
        readings: dict[tuple[str, str, str], _Reading] = {}
        for extract in ahead(iter(self.reader.read(self.delivery, self.terms.config))):
            key = (extract.feed, extract.file, extract.part_of)
            if key not in readings:
                readings[key] = _Reading(FEEDS[extract.feed], _note(extract))
            self._add(readings[key], extract)
            if extract.is_last:
                self._finish(readings.pop(key))
            else:
                self._tell()
        if not self.stages:
            raise DeliveryRejected("no_feed_file", None, "the reader found nothing to read")
        if readings:
            raise ValueError("a reader must say which extract of a file is the last")
        feeds = tuple(self._settle(FEEDS[name]) for name in FEEDS if name in self.stages)
        return ReadRows(
            self.stages,
            pl.concat(self.bad).unique(maintain_order=True),
            feeds,
            tuple(self.warnings),
            tuple(self.notes),
        )

    def discard(self) -> None:
        """Leave nothing behind of a delivery that does not land."""
        for stage in self.stages.values():
            stage.discard()

    def _add(self, reading: _Reading, extract: Extract) -> None:
        """Check an extract's rows and stage the good ones."""
        feed, zone = reading.feed, self.delivery.time_zone
        filtered = sum(extract.rows_filtered.values())
        broken = extract.rejects.height
        if extract.rows_read != extract.frame.height + broken + filtered:
            raise DeliveryRejected("row_conservation", extract.file, "rows were lost while reading")
        checked = check_rows(
            feed,
            extract.frame,
            zone=zone,
            latest=self.delivery.latest,
            leaves_open=self.reader.about.leaves_open.get(feed.name, ()),
        )
        if feed.name not in self.stages:
            place = self.terms.staging and partial(self.terms.staging, feed.name)
            self.stages[feed.name] = Stage(feed, place)
        start = self.stages[feed.name].add(
            extract.file, landed_rows(feed, checked.good, self.keying)
        )
        reading.bad += [
            self._keyed(extract, extract.rejects, _keys_of_rejects(feed, extract, zone)),
            self._keyed(extract, checked.bad, checked.bad_keys),
        ]
        doubts = self._keyed(extract, checked.doubts, checked.doubt_keys)
        reading.doubts.append(doubts.with_columns(checked.doubts["place"] + start))
        reading.exact |= checked.exact
        reading.days.add(checked.good)
        reading.counts.update(checked.counts)
        reading.rows_read += extract.rows_read
        reading.file_rows += extract.rows_read if extract.file_rows is None else extract.file_rows
        reading.filtered.update(extract.rows_filtered)
        reading.broken += broken + extract.frame.height - checked.good.height
        if reading.broken > MAX_BAD_ROWS:
            said = f"more than {MAX_BAD_ROWS:,} rows are bad"
            raise DeliveryRejected("too_many_bad_rows", extract.file, said)
        self.warnings += extract.warnings

    def _tell(self) -> None:
        """Say now and then how far a long delivery is; a small one is done before that."""
        if self.terms.progress and monotonic() - self.told_at >= TELL_SECONDS:
            self.told_at = monotonic()
            rows = sum(stage.height for stage in self.stages.values())
            size = sum(file.size for file in self.delivery.files) / 1_000_000
            name = f"{self.delivery.source}/{self.delivery.label}"
            self.terms.progress(f"{name}: {rows:,} rows so far, of {size:,.0f} MB")

    def _keyed(
        self, extract: Extract, bad: pl.DataFrame, keys: pl.DataFrame | None
    ) -> pl.DataFrame:
        """Bad rows with where they stand and the keys of those whose key can be read."""
        key = pl.lit(None, pl.String())
        return bad.with_columns(
            feed=pl.lit(extract.feed),
            file=pl.lit(extract.file),
            row_key=key if keys is None else row_keys(FEEDS[extract.feed], keys, self.keying),
        ).select(*_KEYED_SCHEMA)

    def _finish(self, reading: _Reading) -> None:
        """Judge the file by what all its extracts have brought."""
        file = reading.note.file
        doubts = pl.concat(reading.doubts)
        doubts = doubts.filter(~pl.col("column_name").is_in(list(reading.exact)))
        removed = doubts["place"].drop_nulls().unique()
        self.stages[reading.feed.name].remove(removed)
        bad = pl.concat([*reading.bad, doubts.select(*_KEYED_SCHEMA)])
        wrong = reading.broken + removed.len()
        filtered = reading.filtered.total()
        self._check_count(reading)
        self._check_share(reading, wrong, reading.rows_read - filtered, bad)
        self.bad.append(_without_doubtful_keys(reading.feed, bad, doubts))
        self.notes.append(replace(reading.note, filtered=dict(reading.filtered)))
        said = [each.format(count=count) for each, count in reading.counts.items()]
        said += reading.days.warnings(self.delivery.latest)
        self.warnings += [f"{file}: {each}" for each in said]
        self.counts.setdefault(reading.feed.name, Counter()).update(
            rows_read=reading.rows_read, rows_filtered=filtered, rows_quarantined=wrong
        )

    def _check_count(self, reading: _Reading) -> None:
        """DeliveryRejected where the file has no row, or not as many as the manifest says."""
        file, records = reading.note.file, reading.file_rows
        blank = reading.filtered["blank_row"]
        names = [each.name for each in self.delivery.files if each.label == file]
        declared = self.terms.manifest.rows_of(names[0]) if names else None
        if declared is not None and declared not in (records, records - blank):
            said = f"has {records} rows, the manifest says {declared}"
            raise DeliveryRejected("manifest_mismatch", file, said)
        if records == blank and declared is None:
            said = "has a header and no rows; if that is right, a manifest must say `rows: 0`"
            raise DeliveryRejected("no_rows", file, said)

    def _check_share(self, reading: _Reading, wrong: int, rows: int, bad: pl.DataFrame) -> None:
        """The circuit breaker: a file in which so much is wrong was not what it should be."""
        intake = self.terms.intake
        # One form is many rows: a file is small by its records.
        records = rows * reading.file_rows // max(reading.rows_read, 1)
        if records >= intake.bad_share_min_rows and wrong > intake.max_bad_share * rows:
            said = f"{wrong} of {rows} rows are bad, more than {intake.max_bad_share:.0%}"
            raise TooManyBadRows(reading.note.file, said, bad)

    def _settle(self, feed: Feed) -> FeedReport:
        """Settle the feed's duplicates, and count."""
        stage, counts = self.stages[feed.name], self.counts[feed.name]
        settled = stage.settle()
        self.bad.append(
            settled.conflicts.select(
                pl.lit(feed.name).alias("feed"),
                "file",
                "row_number",
                pl.lit(CONFLICT).alias("rule"),
                pl.lit(feed.key[0]).alias("column_name"),
                feed.row_key(),
            )
        )
        counts.update(rows_quarantined=settled.conflicts.height, rows_collapsed=settled.collapsed)
        if settled.collapsed:
            self.warnings.append(f"{feed.name}: equal rows collapsed: {settled.collapsed}")
        report = FeedReport(
            feed=feed.name,
            rows_read=counts["rows_read"],
            rows_accepted=stage.height,
            rows_quarantined=counts["rows_quarantined"],
            rows_collapsed=counts["rows_collapsed"],
            rows_filtered=counts["rows_filtered"],
        )
        if not report.is_conserved:
            raise DeliveryRejected("row_conservation", None, f"rows of {feed.name} were lost")
        return report


def _note(extract: Extract) -> FileNote:
    filled = tuple(name for name in extract.frame.columns if name != "row_number")
    return FileNote(extract.feed, extract.file, filled, {})


def _without_doubtful_keys(feed: Feed, bad: pl.DataFrame, doubts: pl.DataFrame) -> pl.DataFrame:
    """A key that turned out to be rounded is no key of the row's other faults either."""
    rounded = doubts.filter(pl.col("column_name").is_in(feed.key))["row_number"]
    key = pl.when(~pl.col("row_number").is_in(rounded.implode())).then("row_key")
    return bad.with_columns(key.alias("row_key")) if rounded.len() else bad


def _keys_of_rejects(feed: Feed, extract: Extract, zone: str) -> pl.DataFrame | None:
    """Keys of a reader's rejects, read by the rules of keys; None where the reader knows none."""
    if extract.reject_keys is None:
        return None
    told = extract.reject_keys.with_row_index("row_number").cast({"row_number": pl.Int64()})
    # A deleted row needs no more than its key, so these are judged as if they were such.
    as_deleted = told.with_columns(is_deleted=pl.lit("true"))
    keys = [*feed.key, *feed.beside_key]
    good = check_rows(feed, as_deleted, zone=zone, latest=None).good.select("row_number", *keys)
    return (
        told.select("row_number")
        .join(good, on="row_number", how="left", maintain_order="left")
        .with_columns(is_deleted=pl.lit(value=False), is_readable=pl.col(feed.key[0]).is_not_null())
    )
