"""Archives spoiled byte by byte: refused in plain words, or read as what they hold.

Belongs here: opening archives. Does not belong here: what readers make of the files in them
(`test_fuzz.py`).
"""

from __future__ import annotations

import gzip
import hashlib
import random
import time
import zipfile
from pathlib import Path

import pytest

from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract.archives import open_archive
from tests.bad_inputs.cases import NAME, sessions, zipped
from tests.bad_inputs.mutations import cut, flip, insert, splice
from tests.bad_inputs.search import planted_in

SECONDS = 4
SEED = 1
INSIDE = {
    f"{NAME}/sessions.csv": sessions(40),
    f"{NAME}/clients.csv": "client_id\nc1\n",
    f"documents/{NAME}.pdf": "x",
    "__MACOSX/._x": "x",
}
ARCHIVES = {
    "e.zip": zipped(INSIDE),
    "stored.zip": zipped(INSIDE, zipfile.ZIP_STORED),
    "sessions.csv.gz": gzip.compress(sessions(40).encode()),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_whatever_is_spoiled_is_survived(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    until, turn, opened = time.perf_counter() + SECONDS / len(ARCHIVES), 0, 0
    while time.perf_counter() < until:
        rng = random.Random(f"{SEED}/{name}/{turn}")
        spoiled = rng.choice((flip, flip, cut, splice, insert))({name: ARCHIVES[name]}, rng)
        path.write_bytes(spoiled.files[name])
        try:
            packed = open_archive(path, "", path.stat().st_size, 1_000_000)
            for file in packed.files:
                assert hashlib.sha256(file.read_bytes()).hexdigest() == file.sha256
                assert planted_in(file.label) == []
            opened += 1
        except (DeliveryRejected, DeliveryHeld) as problem:
            assert planted_in(str(problem)) == [], f"turn {turn}"
        turn += 1
    assert turn > opened
