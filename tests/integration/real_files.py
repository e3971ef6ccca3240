"""The two public data sets read a second way, and the example homes that read them the first way.

Belongs here: what the tests of real sources compare with, by Python's csv module alone, and the
reading of one file by its example configuration. Does not belong here: any test.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
from pathlib import Path

from orchestration.extract.times import moment_in_name
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, DeliveryFile, Extract
from orchestration.settings import Settings, load_settings
from tests.support import REPO

GAD_FILE = "alliance_outcome_raw_reconstructed.csv"
WAI = [f"wai_{item}" for item in range(1, 10)]
BAI = ["bai_p1", "bai_p2", "bai_p3"]
EXPORTS = [
    "SessionSurvey_20141223T044729Z",
    "SessionSurvey_20141223T212645Z",
    "SessionSurvey_20141223T235844Z",
    "SessionSurvey_20150122T193644Z",
    "SessionSurvey_20150125T225657Z",
    "SessionSurvey_20150213T202329Z",
    "SessionSurvey_20150220T165250Z",
]
Row = dict[str, str]


def plain(path: Path) -> list[Row]:
    """The file as Python's csv module reads it: the second way to every figure here."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def example(name: str, home: Path) -> Settings:
    """A home with the committed example configuration of this name."""
    home.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(REPO / "docs" / "examples" / name / "rapport.toml", home / "rapport.toml")
    return load_settings(home)


def extracts(settings: Settings, source: str, path: Path) -> dict[str, Extract]:
    """Extracts of one file by feed, each with every row accounted for."""
    data = path.read_bytes()
    moment = moment_in_name(path.stem, None, settings.time_zone(source))
    delivery = Delivery(
        source,
        path.stem,
        settings.time_zone(source),
        (
            DeliveryFile(
                path.name,
                path.name,
                hashlib.sha256(data).hexdigest(),
                len(data),
                lambda: io.BytesIO(data),
            ),
        ),
        moment.latest if moment else None,
    )
    config = settings.source(source)
    found = {e.feed: e for e in READERS[config.reader].read(delivery, config)}
    for extract in found.values():
        left_out = sum(extract.rows_filtered.values())
        assert extract.rows_read == extract.frame.height + extract.rejects.height + left_out
    return found


def exported_on(name: str) -> str:
    return f"{name[14:18]}-{name[18:20]}-{name[20:22]}"


def by_key(rows: list[Row]) -> dict[tuple[str, ...], Row]:
    """The first row of each (therapist, client, session)."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        key = row["therapist_tag"], row["client_number"], row["session_number"]
        first.setdefault(key, row)
    return first


def believed(rows: list[Row], name: str) -> dict[tuple[str, ...], Row]:
    """What the example keeps: therapist and date known, not dated ahead, first of its key."""
    return by_key(
        [
            row
            for row in rows
            if row["therapist_tag"]
            and row["session_date"] != "NA"
            and row["session_date"] <= exported_on(name)
        ]
    )


def expected_sessions(path: Path) -> dict[str, tuple[str, str, str]]:
    return {
        "-".join(key): ("-".join(key[:2]), key[0], f"{row['session_date']}T00:00:00")
        for key, row in believed(plain(path), path.stem).items()
    }


def expected_scores(path: Path) -> dict[str, tuple[str, str, str, str]]:
    return {
        f"{'-'.join(key)}-{who}": ("-".join(key), f"{row['session_date']}T00:00:00", who, row[name])
        for key, row in believed(plain(path), path.stem).items()
        for name, who in (("trauma_score_caregiver", "caregiver"), ("trauma_score_child", "client"))
        if row[name] != "NA"
    }
