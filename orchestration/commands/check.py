"""``rapport check``: what a dry run says of one export.

Not here: how a delivery is judged (extract/).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.commands.output import count, describe_rows, fact
from orchestration.extract.intake import check_path
from orchestration.settings import load_settings

if TYPE_CHECKING:
    from orchestration.extract.intake import DeliveryReport


@click.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--source", help="Whose settings apply; by default the inbox folder it lies in.")
def command(path: Path, source: str | None) -> int:
    """Say what would become of one export; writes nothing.

    PATH is a folder with files, or one file. Exits 1 if it would be rejected.
    """
    report = check_path(path, source, load_settings())
    click.echo(f"{report.source}/{report.delivery}: {report.status.replace('_', ' ')}")
    if report.reason:
        fact("reason", report.reason)
    for feed in report.feeds:
        fact(
            feed.feed,
            f"{count(feed.rows_read, 'row')} read: {feed.rows_accepted:,} accepted, "
            f"{feed.rows_quarantined:,} quarantined, {feed.rows_collapsed:,} collapsed, "
            f"{feed.rows_filtered:,} filtered",
        )
    for line in bad_rows(report):
        fact("quarantined", line)
    for warning in report.warnings:
        fact("warning", warning)
    return 1 if report.status in ("rejected", "held") else 0


def bad_rows(report: DeliveryReport) -> list[str]:
    """One line per file, rule and column, with the row numbers; never a value."""
    found: dict[tuple[str, str, str], list[int]] = {}
    columns = ("file", "rule", "column_name", "row_number")
    for file, rule, column, row in report.bad_rows.select(columns).iter_rows():
        found.setdefault((file, rule, column or ""), []).append(row)
    return [
        f"{file}: {rule}{f' in {column}' if column else ''}, {describe_rows(rows)}"
        for (file, rule, column), rows in sorted(found.items())
    ]
