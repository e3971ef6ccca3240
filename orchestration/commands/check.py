"""``rapport check``: an export explained before it is ever loaded.

Here: the words. What was recognised, what would land, what is left behind, what is held back and
why, what to do. Not here: how a delivery is judged (extract/), what a rule means
(seeds/intake_rules.csv), or any value of a cell: rows are named by number only.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.commands.output import count, describe_rows, line, paragraph, wrapped
from orchestration.contracts.feeds import FEEDS, Kind
from orchestration.extract.intake import check_path
from orchestration.manifest import SEEDS_FOLDER
from orchestration.readers import READERS
from orchestration.readers.column_names import DROPPED
from orchestration.settings import Settings, load_settings

if TYPE_CHECKING:
    from orchestration.extract.intake import DeliveryReport

_VERDICTS = {
    "accepted": "this export can be loaded as it is.",
    "accepted_with_warnings": "this export can be loaded; read what follows first.",
    "rejected": "this export would be rejected: nothing of it would land.",
    "held": "this export would have to wait: nothing of it would land yet.",
}
_NOTHING = "nothing of this export would land: every row would be held back or left out."


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", help="Whose settings apply; by default the inbox folder it lies in.")
def command(path: Path, source: str | None) -> int:
    """Say what would become of one export; writes nothing.

    PATH is a folder with files, or one file. Exits 1 if it would be rejected.
    """
    settings = load_settings()
    report = check_path(path, source, settings)
    verdict = _VERDICTS[report.status]
    if report.feeds and not any(feed.rows_accepted for feed in report.feeds):
        verdict = _NOTHING
    line(f"{report.source}/{report.delivery}: {verdict}")
    _recognised(report, settings)
    rules = _rules()
    if report.reason:
        _problem(report.reason, rules)
    _landing(report)
    _left_behind(report)
    _held_back(report, rules)
    others = [said for said in report.warnings if DROPPED not in said]
    if others:
        _section("Worth knowing")
        for warning in others:
            paragraph(warning, "  · ")
    line()
    line("Nothing was written.")
    return 1 if report.status in ("rejected", "held") else 0


def _section(title: str) -> None:
    line()
    line(title)


def _recognised(report: DeliveryReport, settings: Settings) -> None:
    """Say what reads it, what it looks like, and when the two do not fit."""
    reader = settings.source(report.source).reader
    _section("What it is")
    said = "" if report.source in settings.sources else ", which rapport.toml does not name"
    lands = any(feed.rows_accepted for feed in report.feeds)
    wrapped("read as", f"{READERS[reader].about.system} (source {report.source}{said})")
    if said:
        wrapped("", "`--source NAME` reads it by the settings of another source.")
    for name, sentence in report.recognised.items():
        system = "" if name == reader else f"{READERS[name].about.system}: "
        wrapped("looks like", f"{system}{sentence}")
    if reader in report.recognised or reader == "mapped":
        return
    if report.recognised:
        first = next(iter(report.recognised))
        wrapped("to do", f'set `reader = "{first}"` for this source: docs/connect/{first}.md')
    elif not lands:
        wrapped("looks like", "nothing that a reader knows by its names and headers")
        wrapped("to do", "`rapport sources` lists the systems; any other table: docs/connect/")


def _problem(reason: str, rules: dict[str, dict[str, str]]) -> None:
    rule, _, words = reason.partition(": ")
    _section("Why")
    paragraph(f"{words or reason} ({rule})")
    if rule in rules:
        paragraph(f"{rules[rule]['meaning']}. {rules[rule]['advice']}.")


def _landing(report: DeliveryReport) -> None:
    """Say what would land: rows, and the columns that are filled."""
    if not report.feeds:
        return
    _section("What would land")
    for feed in report.feeds:
        wrapped(
            feed.feed,
            f"{count(feed.rows_read, 'row')} read: {feed.rows_accepted:,} accepted, "
            f"{feed.rows_quarantined:,} quarantined, {feed.rows_collapsed:,} collapsed, "
            f"{feed.rows_filtered:,} filtered",
        )
        filled = {name for note in report.notes if note.feed == feed.feed for name in note.columns}
        if filled:
            wrapped("", ", ".join(name for name in FEEDS[feed.feed].names if name in filled))
    ids = {
        name
        for note in report.notes
        for name in note.columns
        if FEEDS[note.feed].column(name).kind is Kind.ID
    }
    if ids:
        wrapped("", "Every id lands as a pseudonym that only this home's key can make.")


def _left_behind(report: DeliveryReport) -> None:
    """Say what nothing reads: columns by name, rows by reason."""
    filtered: dict[tuple[str, str], int] = defaultdict(int)
    for note in report.notes:
        for reason, number in note.filtered.items():
            filtered[note.feed, reason] += number
    dropped = [said for said in report.warnings if DROPPED in said]
    if not dropped and not filtered:
        return
    _section("What would be left behind")
    for said in dropped:
        wrapped("columns", said.replace(f" {DROPPED}:", ""))
    for (feed, reason), number in filtered.items():
        wrapped("rows", f"{number:,} of {feed}: {reason.replace('_', ' ')}")


def _held_back(report: DeliveryReport, rules: dict[str, dict[str, str]]) -> None:
    """Say which rows would go to quarantine, by rule; the others land all the same."""
    cells: dict[str, dict[tuple[str, str], list[int]]] = defaultdict(lambda: defaultdict(list))
    columns = ("file", "rule", "column_name", "row_number")
    for file, rule, column, row in report.bad_rows.select(columns).iter_rows():
        cells[rule][file, column or ""].append(row)
    if not cells:
        return
    lands = any(feed.rows_accepted for feed in report.feeds)
    _section("What would be held back; the other rows land" if lands else "What is wrong")
    for rule, places in sorted(cells.items()):
        known = rules.get(rule)
        paragraph(f"{known['meaning'] if known else rule} ({rule})", "  · ")
        together: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (file, column), rows in places.items():
            together[file, describe_rows(rows)].append(column)
        for (file, rows), names in together.items():
            where = ", ".join(name for name in names if name)
            paragraph(f"{file}: {rows}" + (f", in {where}" if where else ""), "    ")
        if known:
            paragraph(f"{known['advice']}.", "    ")


def _rules() -> dict[str, dict[str, str]]:
    """Meaning and advice by rule."""
    with (SEEDS_FOLDER / "intake_rules.csv").open(encoding="utf-8", newline="") as file:
        return {row["rule"]: row for row in csv.DictReader(file)}
