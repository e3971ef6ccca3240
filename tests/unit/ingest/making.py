"""A small home to land deliveries in, and files that exist only in memory.

Belongs here: helpers of the ingest tests. Does not belong here: fixtures, assertions.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from orchestration.extract import DeliveryReport, land_inbox
from orchestration.extract.landing import RECEIPT
from orchestration.readers.base import DeliveryFile
from orchestration.settings import Home, Settings, load_settings

KEY = bytes(range(1, 33))

SESSIONS = "session_id,client_id,clinician_id,started_at,status"
GOOD = f"{SESSIONS}\ns1,c1,t1,2026-03-04T10:00,attended\ns2,c2,t1,2026-03-05T10:00,no_show\n"

LATE = f"{SESSIONS}\ns1,c1,t1,2026-03-04T10:00,attended\ns9,c1,t1,2026-05-04T10:00,attended\n"


def memory_file(name: str, data: bytes | str) -> DeliveryFile:
    """A file of a delivery, from its name and bytes."""
    content = data.encode() if isinstance(data, str) else data
    sha256 = hashlib.sha256(content).hexdigest()
    return DeliveryFile(name, name, sha256, len(content), lambda: io.BytesIO(content))


@dataclass
class Practice:
    """A home under test."""

    home: Home

    @property
    def settings(self) -> Settings:
        """As rapport.toml says now."""
        return load_settings(self.home.path)

    def configure(self, text: str) -> None:
        """Replace rapport.toml."""
        self.home.settings_file.write_text(text, encoding="utf-8")

    def put(self, delivery: str, files: dict[str, bytes | str]) -> Path:
        """Write the files of a delivery ``source/name``; gives its folder."""
        folder = self.home.inbox / delivery
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data.encode() if isinstance(data, str) else data)
        return folder

    def land(self) -> dict[str, DeliveryReport]:
        """Land the inbox; reports by ``source/delivery``."""
        return {f"{each.source}/{each.delivery}": each for each in land_inbox(self.settings)}

    def landed(self, feed: str) -> pl.DataFrame:
        """All rows of a feed in the landing (``delivery`` is the ledger)."""
        return _together(self.home.landing / feed)

    def quarantine(self) -> pl.DataFrame:
        """All rows of the quarantine."""
        return _together(self.home.quarantine)

    def state(self) -> dict[str, list[tuple]]:
        """All that stands in landing and quarantine, in an order of its own.

        Without the moment of receipt: it is the one thing that depends on when a delivery came.
        """
        folders = [path for path in self.home.landing.iterdir() if path.is_dir()]
        places = [*sorted(folders), self.home.quarantine]
        frames = {place.name: _together(place).drop(RECEIPT, strict=False) for place in places}
        return {name: sorted(frame.rows(), key=repr) for name, frame in frames.items()}


def _together(folder: Path) -> pl.DataFrame:
    return pl.concat([pl.read_parquet(path) for path in sorted(folder.glob("*.parquet"))])


def forget(practice: Practice) -> None:
    """Empty the landing and the quarantine, as if nothing had ever landed."""
    shutil.rmtree(practice.home.landing)
    shutil.rmtree(practice.home.quarantine)
    practice.home.create()
