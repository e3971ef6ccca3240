"""Mutation fuzzing of every reader: `python -m tests.bad_inputs.fuzz --seconds 60`.

Belongs here: spoiling a sound delivery again and again, and what must hold whatever comes of it.
Does not belong here: the deliveries (`examples.py`), the ways to spoil them (`mutations.py`).

Whatever the bytes: reading ends in a rejection, or in rows of which every one is accounted for; a
row that nobody touched lands, or is held back because another claims its key; nobody who stands in
the files is named in a message, a warning or a landed row; nothing takes longer than a few seconds.

A delivery is spoiled by a random generator of its own, made of seed, example and turn. So a failure
can be had again: `--seed 1 --example csv --turn 4711`.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import time
import tomllib
import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from orchestration.contracts.feeds import FEEDS, Kind
from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract.delivery_manifest import Manifest
from orchestration.extract.pii import safe_label
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.rows import ReadRows, Terms, read_rows
from orchestration.readers import READERS
from orchestration.readers.base import Delivery, DeliveryFile, Extract
from orchestration.settings import Intake, SourceConfig
from tests.bad_inputs.cases import MAIL, NAME, PHONE
from tests.bad_inputs.example import Example
from tests.bad_inputs.examples import EXAMPLES
from tests.bad_inputs.mutations import Files, Spoiled, mutate
from tests.bad_inputs.search import planted_in
from tests.unit.ingest.making import memory_file

SLOWEST_SECONDS = 30  # on a busy machine
WHOLE_EVERY = 4
LATEST = datetime(2026, 2, 1, 23, 59)
# Held back for the sake of another row: both claim the same key, or the same name.
_BY_ANOTHER = {"conflicting_duplicate", "shared_name"}


class FuzzError(AssertionError):
    """What must hold does not; the text says what, and how to have it again."""


@dataclass
class Tally:
    """What came of the deliveries of one example."""

    turns: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0


def config_of(example: Example) -> SourceConfig:
    """The example's source as rapport.toml would hold it."""
    given = tomllib.loads(example.settings)
    return SourceConfig.model_validate({"reader": example.reader, **given})


def read(example: Example, files: Files) -> ReadRows:
    """Read files as a delivery of the example's source; a reader's own mistakes come out."""
    delivery = _delivery(files)
    config = config_of(example)
    terms = Terms(config, Intake(), Pseudonymiser(b"k" * 32), {"fuzz": "fuzz"}, Manifest(), "d")
    try:
        return read_rows(delivery, terms)
    except DeliveryRejected as problem:
        if problem.rule in ("reader_failed", "row_conservation"):
            list(READERS[example.reader].read(delivery, config))
            raise FuzzError(str(problem)) from None
        raise


def extracts(example: Example, files: Files) -> list[Extract]:
    """What the reader alone makes of the files, which takes a fraction of the time."""
    delivery = _delivery(files)
    READERS[example.reader].recognise(delivery.files)
    return list(READERS[example.reader].read(delivery, config_of(example)))


def _delivery(files: Files) -> Delivery:
    made = tuple(_file(name, data) for name, data in sorted(files.items()))
    return Delivery("fuzz", "delivery", "Europe/London", made, LATEST)


def _file(name: str, data: bytes) -> DeliveryFile:
    made = memory_file(name, data)
    return DeliveryFile(made.name, safe_label(name, "file"), made.sha256, made.size, made.opened)


def run_turn(example: Example, baseline: ReadRows, seed: int, turn: int) -> tuple[str, float]:
    """Spoil the delivery once and look; gives how it ended and how long it took.

    Raises:
        FuzzError: something does not hold.
    """
    rng = random.Random(f"{seed}/{example.reader}/{example.name}/{turn}")
    spoiled = mutate(example.files, rng)
    began = time.perf_counter()
    try:
        with _silence() as said:
            ended = _look(example, baseline, spoiled, is_whole=turn % WHOLE_EVERY == 0)
        _must(not planted_in(said.getvalue()), "somebody is named in what was printed")
        taken = time.perf_counter() - began
        _must(taken <= SLOWEST_SECONDS, f"took {taken:.1f} s")
    except (Exception, pl.exceptions.PanicException) as error:
        where = "".join(traceback.format_exception(error)[-3:])
        again = f"--reader {example.reader} --example {example.name} --seed {seed} --turn {turn}"
        raise FuzzError(f"{spoiled.how}\n{where}\nhave it again: {again}") from None
    return ended, taken


def _must(holds: bool, said: str) -> None:
    if not holds:
        raise FuzzError(said)


def _look(example: Example, baseline: ReadRows, spoiled: Spoiled, *, is_whole: bool) -> str:
    """Read what was spoiled; every few turns, and where rows can be told apart, to the landing."""
    is_told_apart = example.is_row_wise and spoiled.file is not None
    try:
        made = extracts(example, spoiled.files)
        rows = read(example, spoiled.files) if is_whole or is_told_apart else None
    except (DeliveryRejected, DeliveryHeld) as problem:
        _must(not planted_in(str(problem)), "somebody is named in the reason")
        return problem.rule
    for each in made:
        told = each.frame.height + each.rejects.height + sum(each.rows_filtered.values())
        _must(each.rows_read == told, f"rows of {each.feed} are not accounted for")
        said = repr((each.warnings, each.dropped_columns, each.file)) + each.rejects.write_csv()
        _must(not planted_in(said), "somebody is named in what a reader says")
    if rows is None:
        return "read"
    _nobody_is_named(rows)
    _must(all(report.is_conserved for report in rows.feeds), "rows are not accounted for")
    if is_told_apart:
        _no_good_row_is_lost(baseline, rows, spoiled)
    return "quarantined" if rows.bad.height else "accepted"


def _nobody_is_named(rows: ReadRows) -> None:
    said = repr((rows.warnings, rows.notes, rows.feeds)) + rows.bad.write_csv()
    _must(not planted_in(said), "somebody is named in a warning or in the quarantine")
    for name, frame in rows.landed.items():
        # A code without a list may be any short word, so of a name in pieces a piece may pass.
        free = [
            column.name
            for column in FEEDS[name].columns
            if column.kind is Kind.CODE and not column.values
        ]
        _must(not planted_in(frame.drop(free).write_csv()), f"somebody is named in {name}")
        words = frame.select(free).write_csv().casefold()
        whole = [each for each in (NAME, MAIL, PHONE) if each.casefold() in words]
        _must(not whole, f"somebody is named in a code of {name}")


def _no_good_row_is_lost(baseline: ReadRows, rows: ReadRows, spoiled: Spoiled) -> None:
    """Every row that landed before and was not touched lands as it was, or lost to another."""
    feeds = {note.feed for note in baseline.notes if note.file == spoiled.file}
    told = rows.bad.filter(pl.col("rule").is_in(list(_BY_ANOTHER)))["row_number"].to_list()
    for feed in feeds:
        before = baseline.landed[feed].filter(~pl.col("row_number").is_in(list(spoiled.touched)))
        # Of equal rows the first lands, so a row may land under the number of its equal.
        content = [name for name in before.columns if name not in ("row_number", "delivery_id")]
        now = set(rows.landed[feed].select(content).rows()) if feed in rows.landed else set()
        for number, row in zip(before["row_number"], before.select(content).rows(), strict=True):
            is_there = row in now or number in told
            _must(is_there, f"row {number} of {feed} is lost; nobody touched it")


@contextlib.contextmanager
def _silence() -> Iterator[io.StringIO]:
    """What is printed meanwhile is kept, not shown."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        yield said


def fuzz(example: Example, seed: int, *, seconds: float, turns: int | None = None) -> Tally:
    """Spoil a delivery until the time is up, or so many times.

    Raises:
        FuzzError: at the first delivery for which something does not hold.
    """
    tally = Tally()
    baseline = read(example, example.files)
    until = time.perf_counter() + seconds
    while time.perf_counter() < until and (turns is None or tally.turns < turns):
        ended, taken = run_turn(example, baseline, seed, tally.turns)
        tally.turns += 1
        tally.ends[ended] += 1
        tally.slowest = max(tally.slowest, taken)
    return tally


def main() -> int:
    """Fuzz the readers one after the other; exit code 1 when something did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60, help="per reader")
    parser.add_argument("--reader", choices=sorted(READERS), help="only this one")
    parser.add_argument("--example", help="only this one of its deliveries")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--turn", type=int, help="only this one, to look into a failure")
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    chosen = [
        each
        for each in EXAMPLES
        if given.reader in (None, each.reader) and given.example in (None, each.name)
    ]
    failed = 0
    for example in chosen:
        share = given.seconds / sum(each.reader == example.reader for each in chosen)
        name = f"{example.reader}/{example.name}"
        try:
            if given.turn is not None:
                print(name, run_turn(example, read(example, example.files), seed, given.turn))
                continue
            tally = fuzz(example, seed, seconds=share)
        except FuzzError as error:
            failed += 1
            print(f"{name}, seed {seed}: FAILED\n{error}", flush=True)
            continue
        ends = ", ".join(f"{rule} {count}" for rule, count in tally.ends.most_common(8))
        print(f"{name}, seed {seed}: {tally.turns} turns, slowest {tally.slowest:.2f} s: {ends}")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
