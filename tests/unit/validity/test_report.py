"""docs/validity.md is the one that `make validity` makes of the code as it is."""

from __future__ import annotations

import csv

from tests.support import REPO
from validity.__main__ import REPORT, shipped_figures
from validity.report import how_made
from validity.sizes import FULL
from validity.tuning import GRID, OPTION

TEXT = REPORT.read_text(encoding="utf-8")


def test_the_report_was_made_with_the_seeds_and_sizes_of_the_code() -> None:
    assert how_made(FULL) in TEXT


def test_the_make_target_is_the_command_the_report_names() -> None:
    assert "\nvalidity: env\n\t$(BIN)/python -m validity\n" in (REPO / "Makefile").read_text()


def test_the_shipped_figures_are_the_ones_chosen_on_the_tuning_seeds() -> None:
    allowance, threshold = shipped_figures()
    assert threshold in GRID[allowance]
    assert f"allowance {allowance:g}, threshold {threshold:g} (chosen)" in TEXT


def test_every_computed_method_for_scores_is_in_the_report() -> None:
    with (REPO / "seeds" / "rupture_methods.csv").open(encoding="utf-8", newline="") as file:
        methods = [
            row["method_id"]
            for row in csv.DictReader(file)
            if row["is_computed"] == "true" and row["reference"] != "report"
        ]
    assert OPTION in methods
    for method in methods:
        assert f"| {method} |" in TEXT
