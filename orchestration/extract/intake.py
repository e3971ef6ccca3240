"""Landing the inbox: which delivery is new, which was seen before, which must wait.

Here: the order of the steps and the ledger's rows. Not here: how a delivery is found (inbox.py),
known (facts.py), read (rows.py) or written (landing.py).

What stands in the landing depends on the set of deliveries alone, not on the order in which they
came. The same bytes, read under the same settings, are one delivery whatever they are called, and
land once; each name under which they came is a sighting with a ledger row of its own. Where a
sighting says that the bytes are younger than was known, what could not yet have happened is judged
anew. Deliveries that do not land leave everything else alone.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from traceback import extract_tb
from typing import Any

import polars as pl

from orchestration.contracts.feeds import LEDGER_SCHEMA
from orchestration.durable import private_files
from orchestration.errors import DeliveryHeld, DeliveryRejected, RapportError
from orchestration.extract.facts import Content, Facts, gather_facts, hash_content
from orchestration.extract.inbox import Found, find_deliveries, find_delivery
from orchestration.extract.known_hashes import KnownHashes
from orchestration.extract.landing import RECEIPT, Landing, waiting_room
from orchestration.extract.pseudonyms import KEY_BYTES, Pseudonymiser, load_key
from orchestration.extract.reports import (
    COUNTS,
    DeliveryReport,
    as_duplicate,
    problem_report,
    report_of,
    shortened,
)
from orchestration.extract.rows import ReadRows, Terms, read_rows
from orchestration.lock import hold
from orchestration.readers import READERS
from orchestration.readers.base import Delivery
from orchestration.settings import SOURCE_NAME, Settings

_CONTENT = ("source", "content_sha256")
_NOTHING = pl.DataFrame(schema=LEDGER_SCHEMA)

# What a sighting says of itself; where it changes, the sighting is judged anew.
_OWN = (
    *("delivery", "extract_kind", "window_start", "window_end", "window_from", "window_to"),
    *("generated_at", "known_until"),
)


@dataclass(frozen=True)
class _Sighting:
    """A delivery whose bytes and facts are known."""

    found: Found
    content: Content
    facts: Facts

    @property
    def content_key(self) -> tuple[str, str]:
        """What is the same for the same bytes of the same source."""
        return self.found.source, self.content.sha256


def land_inbox(
    settings: Settings, progress: Callable[[str], None] | None = None
) -> list[DeliveryReport]:
    """Read every complete delivery of the inbox and write landing, quarantine and ledger.

    Args:
        settings: of the home.
        progress: takes a line about each delivery as soon as it is done.

    Returns:
        A report per delivery in the inbox, by source and name.

    Raises:
        PseudonymKeyError: no usable key, or another one than before.
        HomeBusyError: another process works in this home.
    """
    with hold(settings.home.path), private_files():
        return list(_Round(settings, progress or (lambda line: None)).run())


def check_path(path: Path, source: str | None, settings: Settings) -> DeliveryReport:
    """Read one export as a delivery of a source and say what would become of it; writes nothing.

    Args:
        path: a folder with files, or one file.
        source: whose settings apply; by default the inbox folder it lies in, else none.
        settings: of the home.

    Raises:
        RapportError: there is nothing at the path, or the source's name is none.
    """
    place = path.expanduser().absolute()
    if not place.is_symlink() and not place.exists():
        raise RapportError("there is no file or folder at this path")
    name = source or _source_of(place, settings)
    if not SOURCE_NAME.fullmatch(name):
        raise RapportError("a source's name may hold letters, digits, _ and - (at most 40)")
    found = find_delivery(place, name)
    recognised: dict[str, str] = {}
    try:
        sighting = _open(found, settings)
        recognised = _recognise(sighting.content)
        # Pseudonyms are needed to compare rows, not to be kept: any key will do.
        key = Pseudonymiser(secrets.token_bytes(KEY_BYTES))
        with waiting_room(settings.home) as staging:
            rows = _read(sighting, settings, key, _known_until(sighting.facts), staging=staging)
    except (DeliveryRejected, DeliveryHeld) as problem:
        return replace(problem_report(found, problem), recognised=recognised)
    report = report_of(_ledger_rows(sighting, settings, rows), rows.bad, is_new=True)
    return replace(report, recognised=recognised, notes=rows.notes)


def _recognise(content: Content) -> dict[str, str]:
    """What the files seem to be to each reader that knows them."""
    said = {name: reader.recognise(content.files) for name, reader in READERS.items()}
    return {name: sentence for name, sentence in said.items() if sentence}


def _source_of(place: Path, settings: Settings) -> str:
    inbox = settings.home.inbox
    return place.relative_to(inbox).parts[0] if place.is_relative_to(inbox) else "check"


class _Round:
    """One run over the inbox."""

    def __init__(self, settings: Settings, progress: Callable[[str], None]) -> None:
        self.settings = settings
        self.progress = progress
        self.pseudonyms = Pseudonymiser(load_key(settings.home.secrets))
        self.landing = Landing(settings.home)
        ledger = self.landing.prepare()
        self.landing.check_key(self.pseudonyms, ledger)
        # By content: whatever is asked of the ledger is asked of the bytes of one source.
        self.ledger: dict[tuple[str, str], pl.DataFrame] = {
            (str(source), str(sha256)): rows
            for (source, sha256), rows in ledger.partition_by(*_CONTENT, as_dict=True).items()
        }
        self.latest: dict[tuple[str, str], datetime | None] = {}
        self.judged: set[str] = set()
        self.now = datetime.now(UTC).replace(tzinfo=None)

    def run(self) -> Iterator[DeliveryReport]:
        """Settle every delivery; opens all before it lands one, to know what is youngest."""
        settings = self.settings
        settings.home.inbox.mkdir(mode=0o700, exist_ok=True)
        opened: list[_Sighting | DeliveryReport] = []
        names = defaultdict(set)
        known = KnownHashes(self.landing.hashes)
        for found in find_deliveries(settings.home.inbox):
            try:
                sighting = _open(found, settings, known)
            except (DeliveryRejected, DeliveryHeld) as problem:
                opened.append(self._refuse(found, problem))
                continue
            opened.append(sighting)
            names[sighting.content_key].add(sighting.facts.label)
            self._learn(sighting.content_key, _known_until(sighting.facts))
        known.save()
        for content_key, rows in self.ledger.items():
            self._learn(content_key, rows["known_until"].max())
        for each in opened:
            report = each
            if isinstance(each, _Sighting):
                report = self._settle(each, names[each.content_key])
            self.progress(report.summary)
            yield report

    def _learn(self, content: tuple[str, str], until: datetime | None) -> None:
        known = self.latest.get(content)
        self.latest[content] = max(filter(None, (known, until)), default=None)

    def _settle(self, sighting: _Sighting, names: set[str]) -> DeliveryReport:
        """Land a delivery unless it stands in the ledger as it is."""
        facts = sighting.facts
        landed = self._known(sighting.content_key).filter(
            pl.col("delivery_id") == facts.delivery_id
        )
        own = landed.filter(pl.col("sighting_id") == facts.sighting_id)
        latest = self.latest[sighting.content_key]
        is_young = landed["known_until"].max() != latest
        must_judge = facts.delivery_id not in self.judged and (landed.is_empty() or is_young)
        is_new = must_judge or not _says_the_same(own, facts)
        bad = None
        if is_new:
            try:
                rows = _read(
                    sighting,
                    self.settings,
                    self.pseudonyms,
                    latest,
                    staging=self.landing.staging,
                    progress=self.progress,
                )
            except (DeliveryRejected, DeliveryHeld) as problem:
                return self._refuse(sighting.found, problem)
            own = self._write(sighting, rows, landed, must_judge=must_judge)
            bad = rows.bad
            rows.discard()
        self._supersede(sighting, own, names)
        bad = self.landing.quarantined(facts.delivery_id) if bad is None else bad
        known = self._known(sighting.content_key)
        return as_duplicate(report_of(own, bad, is_new=is_new), own, known)

    def _known(self, content_key: tuple[str, str]) -> pl.DataFrame:
        """The ledger's rows of some bytes of a source, under whatever names and settings."""
        return self.ledger.get(content_key, _NOTHING)

    def _write(
        self, sighting: _Sighting, rows: ReadRows, landed: pl.DataFrame, *, must_judge: bool
    ) -> pl.DataFrame:
        """Write the rows if they are new, then the ledger; gives the sighting's ledger rows."""
        facts = sighting.facts
        own = _ledger_rows(sighting, self.settings, rows)
        changed = [own]
        if must_judge:
            self.landing.write_rows(facts.delivery_id, sighting.found.source, facts.label, rows)
            self.judged.add(facts.delivery_id)
            others = landed.filter(pl.col("sighting_id") != facts.sighting_id)
            changed += [_recounted(other, own) for other in _sightings(others)]
        self._record(sighting.content_key, changed)
        return own

    def _record(self, content_key: tuple[str, str], changed: list[pl.DataFrame]) -> None:
        known = self._known(content_key)
        changed = [self._with_receipt(rows, known) for rows in changed]
        for rows in changed:
            self.landing.write_sighting(rows)
        ids = [rows["sighting_id"][0] for rows in changed]
        kept = known.filter(~pl.col("sighting_id").is_in(ids))
        self.ledger[content_key] = pl.concat([kept, *changed])

    def _with_receipt(self, rows: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
        """Rows of a sighting with the moment at which their bytes first landed here.

        The clock is asked once for the bytes of a source and never again, whatever their name or
        the settings. What an older version of Rapport landed has no such moment and gets none.
        """
        noted = known[RECEIPT]
        moment = self.now if noted.is_empty() else None if noted.has_nulls() else noted.min()
        return rows.with_columns(pl.lit(moment, pl.Datetime("us")).alias(RECEIPT))

    def _supersede(self, sighting: _Sighting, own: pl.DataFrame, names: set[str]) -> None:
        """Let the rows made under newer settings replace those of the same bytes under older ones.

        Sightings whose files have left the inbox stay in the ledger, for the new rows.
        """
        content_key = sighting.content_key
        older = self._known(content_key).filter(pl.col("delivery_id") != sighting.facts.delivery_id)
        if older.is_empty():
            return
        gone = [rows for rows in _sightings(older) if rows["delivery"][0] not in names]
        if gone:
            self._record(content_key, [_recounted(rows, own) for rows in gone])
        present = older.filter(pl.col("delivery").is_in(names))["sighting_id"].unique().to_list()
        self.landing.remove_sightings(present)
        left = self._known(content_key).filter(~pl.col("sighting_id").is_in(present))
        self.ledger[content_key] = left
        self.landing.remove_rows(set(older["delivery_id"]))

    def _refuse(self, found: Found, problem: DeliveryRejected | DeliveryHeld) -> DeliveryReport:
        """Say in the ledger that a delivery did not land; a later run says it anew."""
        report = problem_report(found, problem)
        row = dict.fromkeys(LEDGER_SCHEMA) | {
            "sighting_id": report.delivery_id,
            "delivery_id": report.delivery_id,
            "source": report.source,
            "delivery": report.delivery,
            "reader": self.settings.source(found.source).reader,
            "status": report.status,
            "reason": report.reason,
            "warnings": "",
            **dict.fromkeys(COUNTS, 0),
        }
        self.landing.write_sighting(pl.DataFrame([row], schema=LEDGER_SCHEMA))
        return report


@contextmanager
def _one_delivery() -> Iterator[None]:
    """Let what nobody foresaw stop the delivery that caused it, and no other.

    The boundary between a delivery and the rest: its bytes may make a library do anything, polars'
    panics included, which are no ``Exception``. Where it happened is said; the error's own words
    are not, for they may quote a cell.
    """
    try:
        yield
    except RapportError:
        raise
    except (Exception, pl.exceptions.PanicException) as error:
        steps = extract_tb(error.__traceback__)
        ours = [step for step in steps if "orchestration" in step.filename][-1]
        place = f"{Path(ours.filename).name}:{ours.lineno}"
        said = f"could not be read ({type(error).__name__} at {place}); please report this"
        raise DeliveryRejected("unforeseen", None, said) from None


@_one_delivery()
def _open(found: Found, settings: Settings, known: KnownHashes | None = None) -> _Sighting:
    if found.problem is not None:
        raise found.problem
    content = hash_content(found, settings.intake.max_file_mb * 1_000_000, known)
    return _Sighting(found, content, gather_facts(found, content, settings))


def _known_until(facts: Facts) -> datetime | None:
    return None if facts.generated is None else facts.generated.latest


@_one_delivery()
def _read(
    sighting: _Sighting,
    settings: Settings,
    pseudonyms: Pseudonymiser,
    latest: datetime | None,
    *,
    staging: Callable[[str, str], Path],
    progress: Callable[[str], None] | None = None,
) -> ReadRows:
    source = sighting.found.source
    facts = sighting.facts
    names = {source, *settings.sources}
    if settings.home.inbox.is_dir():
        names |= {p.name for p in settings.home.inbox.iterdir() if SOURCE_NAME.fullmatch(p.name)}
    terms = Terms(
        config=settings.source(source),
        intake=settings.intake,
        pseudonyms=pseudonyms,
        namespaces={name.lower(): settings.id_namespace(name) for name in sorted(names)},
        manifest=facts.manifest,
        delivery_id=facts.delivery_id,
        staging=partial(staging, facts.delivery_id),
        progress=progress,
    )
    files = sighting.content.files
    delivery = Delivery(source, facts.label, facts.time_zone, files, latest)
    return read_rows(delivery, terms)


def _ledger_rows(sighting: _Sighting, settings: Settings, rows: ReadRows) -> pl.DataFrame:
    """The ledger's rows of a sighting, one per feed."""
    facts = sighting.facts
    warnings = shortened([*facts.warnings, *rows.warnings])
    is_clean = not warnings and rows.bad.is_empty()
    same = {
        **_own(facts),
        "sighting_id": facts.sighting_id,
        "delivery_id": facts.delivery_id,
        "source": sighting.found.source,
        "reader": settings.source(sighting.found.source).reader,
        "status": "accepted" if is_clean else "accepted_with_warnings",
        "reason": None,
        "warnings": "\n".join(warnings),
        "content_sha256": sighting.content.sha256,
    }
    return pl.DataFrame([same | vars(feed) for feed in rows.feeds], schema=LEDGER_SCHEMA)


def _own(facts: Facts) -> dict[str, Any]:
    values = (
        facts.label,
        facts.extract_kind,
        facts.window.start,
        facts.window.end,
        facts.window.first_day,
        facts.window.last_day,
        facts.generated.at if facts.generated else None,
        _known_until(facts),
    )
    return dict(zip(_OWN, values, strict=True))


def _says_the_same(own: pl.DataFrame, facts: Facts) -> bool:
    return not own.is_empty() and own.row(0, named=True).items() >= _own(facts).items()


def _sightings(ledger: pl.DataFrame) -> list[pl.DataFrame]:
    return ledger.partition_by("sighting_id", maintain_order=True)


def _recounted(other: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """Another sighting's rows for the same content, with the counts of this one."""
    kept = other.row(0, named=True)
    return own.with_columns(
        pl.lit(kept[name], dtype=LEDGER_SCHEMA[name]).alias(name) for name in ("sighting_id", *_OWN)
    )
