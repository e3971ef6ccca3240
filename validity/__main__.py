"""`make validity`: measure everything and write docs/validity.md.

Belongs here: the order of the steps. Does not belong here: a measurement, a sentence of the report.
"""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration.manifest import REPOSITORY, SEEDS_FOLDER
from validity.coverage import WORLDS, measure
from validity.heldout import prove
from validity.report import COVERAGE_SEED, render
from validity.sizes import FULL, Sizes
from validity.tuning import choose, tune

REPORT = REPOSITORY / "docs" / "validity.md"


def shipped_figures() -> tuple[float, float]:
    """Allowance and threshold of cusum_shrunk in the repository's parameters."""
    with (SEEDS_FOLDER / "parameters.csv").open(encoding="utf-8", newline="") as file:
        values = {row["parameter_id"]: row["value"] for row in csv.DictReader(file)}
    return float(values["cusum_allowance"]), float(values["cusum_threshold"])


def write_report(path: Path, sizes: Sizes) -> None:
    """Measure and write the report, saying each step as it starts."""
    print("· tuning the detector", flush=True)
    canonical, candidates = tune(sizes.tuning_practices)
    chosen = choose(canonical, candidates)
    print("· every method on held-out seeds", flush=True)
    proof = prove(sizes.proof_practices)
    covered = []
    for number, world in enumerate(WORLDS):
        print(f"· intervals: {world.name}", flush=True)
        practices = sizes.other_practices if number else sizes.coverage_practices
        covered += measure(world, practices=practices, seed=COVERAGE_SEED + number)
    text = render(sizes, (canonical, candidates, chosen), shipped_figures(), proof, covered)
    path.write_text(text, encoding="utf-8")
    print(f"· written: {path}", flush=True)


if __name__ == "__main__":
    write_report(REPORT, FULL)
