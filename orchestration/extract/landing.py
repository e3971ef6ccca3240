"""The landing on disk: Parquet per delivery and feed, the quarantine, and the ledger.

Here: writing, reading and removing those files so that a kill at any moment loses nothing and
leaves nothing half. Not here: what is in them (rows.py) and which deliveries there are (intake.py).

The ledger row of a delivery is written last: it is the commit. Whatever lies in the landing or the
quarantine without a ledger row is the rest of a killed run and is swept at the next start.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import polars as pl

from orchestration.contracts.feeds import LEDGER_SCHEMA, QUARANTINE_SCHEMA
from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.durable import private_files, put_in_place, sync_file
from orchestration.errors import PseudonymKeyError, RapportError
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.rows import ReadRows
from orchestration.home import Home

ACCEPTED = ("accepted", "accepted_with_warnings")
CONTRACT_FILE = "_contract.parquet"
LEDGER_FOLDER = "delivery"
RECEIPT = "received_at"
_KEY_CHECK = "key_check"
_STAGED = ".tmp"


class Landing:
    """The landing, quarantine and ledger of one home. One process at a time (lock.py)."""

    def __init__(self, home: Home) -> None:
        self._landing = home.landing
        self._quarantine = home.quarantine
        self._ledger = home.landing / LEDGER_FOLDER

    def prepare(self) -> pl.DataFrame:
        """Make the folders and their contract files, and sweep what a killed run left.

        Returns:
            The ledger: accepted deliveries only. Rejected and held ones are said anew each time.
        """
        for folder, schema in self._contracts():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for staged in folder.glob(f"*{_STAGED}"):
                staged.unlink()
            contract = folder / CONTRACT_FILE
            if not _has_schema(contract, schema):
                _write(pl.DataFrame(schema=schema), contract)
        ledger = self._read_ledger()
        kept = ledger.filter(pl.col("status").is_in(ACCEPTED))
        gone = ledger.filter(~pl.col("status").is_in(ACCEPTED))
        self.remove_sightings(gone["sighting_id"].unique())
        self._sweep(set(kept["delivery_id"]))
        return kept

    def check_key(self, pseudonyms: Pseudonymiser, ledger: pl.DataFrame) -> None:
        """Refuse another key than the one that what has landed was made with.

        Raises:
            PseudonymKeyError: the key has changed; every client would get a second identity.
        """
        place = self._landing / _KEY_CHECK
        if place.exists() and ledger.height:
            if place.read_text(encoding="ascii").strip() != pseudonyms.check_value:
                raise PseudonymKeyError(
                    "the pseudonym key is not the one that the landed data were made with: "
                    "restore that key; with another one every client would count as new"
                )
            return
        staged = place.with_name(_KEY_CHECK + _STAGED)
        staged.write_text(f"{pseudonyms.check_value}\n", encoding="ascii")
        sync_file(staged)
        put_in_place(staged, place)

    @property
    def hashes(self) -> Path:
        """Where hashes of unchanged files are remembered."""
        return self._landing / "known_hashes.json"

    def staging(self, delivery_id: str, feed: str) -> Path:
        """Where rows of a delivery may wait until it is read; swept when a kill leaves it."""
        return self._landing / feed / f"rows-{delivery_id}.parquet{_STAGED}"

    def write_rows(self, delivery_id: str, source: str, label: str, rows: ReadRows) -> None:
        """Write a delivery's rows and quarantine; they do not count before its ledger row stands.

        Args:
            delivery_id: names the files.
            source: name of the source.
            label: safe name of the delivery.
            rows: what was read.
        """
        for name in LANDED_FEEDS:
            path = self._landing / name / f"{delivery_id}.parquet"
            if name in rows.stages and rows.stages[name].height:
                _put(rows.stages[name].save, path)
            else:
                path.unlink(missing_ok=True)
        path = self._quarantine / f"{delivery_id}.parquet"
        if rows.bad.height:
            same = {"delivery_id": delivery_id, "source": source, "delivery": label}
            named = rows.bad.with_columns(pl.lit(text).alias(name) for name, text in same.items())
            _write(named.select(*QUARANTINE_SCHEMA), path)
        else:
            path.unlink(missing_ok=True)

    def write_feed(self, feed: str, delivery_id: str, rows: pl.DataFrame) -> None:
        """Write the rows of one feed; they do not count before the delivery's ledger row stands."""
        _write(rows, self._landing / feed / f"{delivery_id}.parquet")

    def read_feed(self, feed: str) -> pl.DataFrame:
        """All rows of a feed that stand in the landing."""
        files = sorted((self._landing / feed).glob("*.parquet"))
        return pl.concat([_read(path) for path in files], how="vertical")

    def ledger(self) -> pl.DataFrame:
        """Every row of the ledger, whatever its status."""
        return self._read_ledger()

    def quarantined(self, delivery_id: str) -> pl.DataFrame:
        """The quarantine of a landed delivery."""
        path = self._quarantine / f"{delivery_id}.parquet"
        return _read(path) if path.exists() else pl.DataFrame(schema=QUARANTINE_SCHEMA)

    def write_sighting(self, rows: pl.DataFrame) -> None:
        """Write the ledger rows of one sighting: from now on it counts."""
        sighting_id = rows["sighting_id"][0]
        _write(rows.select(*LEDGER_SCHEMA).cast(LEDGER_SCHEMA), self._sighting(sighting_id))

    def remove_sightings(self, sighting_ids: Iterable[str]) -> None:
        """Take sightings out of the ledger."""
        for sighting_id in sighting_ids:
            self._sighting(sighting_id).unlink(missing_ok=True)

    def remove_rows(self, delivery_ids: set[str]) -> None:
        """Remove the rows of deliveries that the ledger no longer names."""
        for path in self._row_files():
            if path.stem in delivery_ids:
                path.unlink()

    def _contracts(self) -> Iterator[tuple[Path, Mapping[str, pl.DataType]]]:
        for name, feed in LANDED_FEEDS.items():
            yield self._landing / name, feed.landed_schema()
        yield self._ledger, LEDGER_SCHEMA
        yield self._quarantine, QUARANTINE_SCHEMA

    def _sighting(self, sighting_id: str) -> Path:
        return self._ledger / f"{sighting_id}.parquet"

    def _row_files(self) -> list[Path]:
        folders = [*(self._landing / name for name in LANDED_FEEDS), self._quarantine]
        files = [path for folder in folders for path in folder.glob("*.parquet")]
        return [path for path in files if path.name != CONTRACT_FILE]

    def _sweep(self, delivery_ids: set[str]) -> None:
        for path in self._row_files():
            if path.stem not in delivery_ids:
                path.unlink()

    def _read_ledger(self) -> pl.DataFrame:
        paths = sorted(self._ledger.glob("*.parquet"))
        try:
            # Hundreds of small files are read in one go where they all are as they should be.
            rows = pl.read_parquet(paths, glob=False)
        except (OSError, pl.exceptions.PolarsError):
            return pl.concat(self._read_sighting(path) for path in paths)
        return rows if rows.schema == LEDGER_SCHEMA else _whole(rows)

    def _read_sighting(self, path: Path) -> pl.DataFrame:
        try:
            return _whole(_read(path))
        except (OSError, pl.exceptions.PolarsError):
            raise RapportError(
                f"landing/{LEDGER_FOLDER}/{path.name} is damaged: restore the home's landing "
                "from a backup"
            ) from None


@contextmanager
def waiting_room(home: Home) -> Iterator[Callable[[str, str], Path]]:
    """``Landing.staging`` of a dry run: a folder of its own, made when it is needed, then gone."""
    folder = home.build / f"check-{secrets.token_hex(4)}"

    def staging(delivery_id: str, feed: str) -> Path:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / f"{feed}-{delivery_id}.parquet"

    try:
        with private_files():
            yield staging
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _whole(rows: pl.DataFrame) -> pl.DataFrame:
    """Ledger rows with every column; an older version of Rapport did not note all of them."""
    lacking = [name for name in LEDGER_SCHEMA if name not in rows.columns]
    filled = rows.with_columns(pl.lit(None).alias(name) for name in lacking)
    return filled.select(*LEDGER_SCHEMA).cast(LEDGER_SCHEMA)


def _has_schema(path: Path, schema: Mapping[str, pl.DataType]) -> bool:
    try:
        return path.exists() and dict(_read(path).schema) == dict(schema)
    except (OSError, pl.exceptions.PolarsError):
        return False


def _read(path: Path) -> pl.DataFrame:
    """Read one Parquet file; the home's own name may hold what polars takes for a wildcard."""
    return pl.read_parquet(path, glob=False)


def _write(frame: pl.DataFrame, path: Path) -> None:
    _put(partial(frame.write_parquet, compression="zstd"), path)


def _put(save: Callable[[Path], None], path: Path) -> None:
    """Write a file under a temporary name, then give it its own in one step."""
    staged = path.with_name(path.name + _STAGED)
    save(staged)
    sync_file(staged)
    put_in_place(staged, path)
