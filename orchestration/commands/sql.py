"""``rapport sql``: its options and the formats of an answer.

Not here: the connection (release/reading.py).
"""

from __future__ import annotations

import csv
import json
import os
import sys
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.release.reading import Answer, limited, run_query
from orchestration.settings import load_settings

_TABLE_ROWS = 200
_SECONDS = 60.0
_SPARE_SECONDS = 5.0

# A spreadsheet takes a cell that begins like this for a formula and runs it; the last four are the
# full-width twins of the first (trust.md 3.2, case 92).
_FORMULA_STARTS = (*"=+-@\t\r\n|", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@click.command("sql")
@click.argument("query")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help=f"table shows the first {_TABLE_ROWS} rows; csv and json give all.",
)
@click.option(
    "--release", "release_id", metavar="ID", help="Ask this release, not the current one."
)
@click.option("--analyst", is_flag=True, help="Ask the de-identified analyst release.")
def command(query: str, form: str, release_id: str | None, analyst: bool) -> None:
    """Run one read-only statement on the current release.

    Example: rapport sql "from metrics.practice_metric where period = 'all'"
    """
    with limited(_SECONDS + _SPARE_SECONDS, _end):
        answer = run_query(
            load_settings(), query, release_id=release_id, analyst=analyst, seconds=_SECONDS
        )
    if answer.warning:
        click.echo(answer.warning, err=True)
    _WRITERS[form](answer)


def _end() -> None:
    """End this process where a statement does not stop.

    DuckDB looks at an interruption only between two steps, and one function may be minutes long.
    """
    click.echo(f"Error: The query was stopped after {_SECONDS:g} seconds.", err=True)
    os._exit(1)


def _write_table(answer: Answer) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(answer.columns):
        values = (row[number] for row in answer.rows if row[number] is not None)
        is_number = isinstance(next(values, None), int | float | Decimal)
        table.add_column(name, justify="right" if is_number else "left", overflow="fold")
    for row in answer.rows[:_TABLE_ROWS]:
        table.add_row(*(_shown(value) for value in row))
    # Not a terminal: as wide as the rows need, so that nothing is cut.
    width = None if sys.stdout.isatty() else 10_000
    console = Console(width=width, highlight=False, markup=False)
    console.print(table)
    rest = len(answer.rows) - _TABLE_ROWS
    if rest > 0:
        click.echo(f"… and {rest:,} more rows (--format csv gives all)")


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _write_csv(answer: Answer) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(harmless(name) for name in answer.columns)
    writer.writerows([harmless(value) for value in row] for row in answer.rows)


def harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: text that begins like one gets a quote."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _write_json(answer: Answer) -> None:
    rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    json.dump(rows, sys.stdout, default=_plain, ensure_ascii=False, indent=1)
    click.echo()


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)


_WRITERS = {"table": _write_table, "csv": _write_csv, "json": _write_json}
