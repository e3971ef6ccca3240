"""What must hold before a build may become the current release.

Here: row conservation between ledger, landing and quarantine, counted from the files and not taken
from what the reader said; and the blocking checks that the warehouse itself computed. Not here:
dbt's own tests (a failing one ends the build before this, see warehouse.py), or publishing
(publish.py).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb

from orchestration.errors import RapportError
from orchestration.home import Home, parquet_in

_ACCEPTED = "('accepted', 'accepted_with_warnings')"


class GateError(RapportError):
    """A build must not be published; the message lists every reason."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("Nothing was published. " + " ".join(problems))


def check_gates(home: Home, build_file: Path) -> None:
    """Stop a build that lost rows or violates a blocking check.

    Args:
        home: the home whose landing the build was made from.
        build_file: what dbt wrote.

    Raises:
        GateError: with one sentence per problem.
    """
    problems = [*unaccounted_rows(home), *violated_checks(build_file)]
    if problems:
        raise GateError(problems)


def unaccounted_rows(home: Home) -> list[str]:
    """Find deliveries whose rows are not all accounted for.

    For every feed of a delivery: records read = accepted + quarantined + collapsed + filtered, the
    landed file holds exactly the accepted ones, and the quarantine names rows where some were held
    back, and only there. (It may name fewer: of a wide row several records can be bad at once.)
    """
    with closing(duckdb.connect()) as con:
        ledger = parquet_in(home.landing / "delivery")
        con.execute(
            # Every sighting of a delivery repeats the counts of what landed once.
            "create table ledger as select delivery_id, source, min(delivery) as delivery, feed, "  # noqa: S608
            "rows_read, rows_accepted, rows_quarantined, rows_collapsed, rows_filtered "
            f"from read_parquet(?, union_by_name = true) where status in {_ACCEPTED} group by all",
            [ledger],
        )
        con.execute("create table landed (delivery_id varchar, feed varchar, landed_rows bigint)")
        for folder in sorted(path for path in home.landing.iterdir() if path.is_dir()):
            if folder.name != "delivery" and any(folder.glob("*.parquet")):
                con.execute(
                    "insert into landed select parse_filename(file_name, true), ?, num_rows "
                    "from parquet_file_metadata(?) "
                    "where not starts_with(parse_filename(file_name), '_')",
                    [folder.name, parquet_in(folder)],
                )
        con.execute(
            "create table held as "
            "select delivery_id, feed, count(distinct (file, row_number)) as held_rows "
            "from read_parquet(?, union_by_name = true) group by all",
            [parquet_in(home.quarantine)],
        )
        return [row[0] for row in con.execute(_CONSERVATION).fetchall()]


# One sentence per feed of a delivery that does not add up.
_CONSERVATION = """
with accounts as (
    select
        coalesce(ledger.source || '/' || ledger.delivery, landed.delivery_id) as name,
        coalesce(ledger.feed, landed.feed) as feed,
        ledger.rows_read,
        ledger.rows_accepted,
        ledger.rows_quarantined,
        rows_accepted + rows_quarantined + rows_collapsed + rows_filtered as accounted_rows,
        coalesce(landed.landed_rows, 0) as landed_rows,
        coalesce(held.held_rows, 0) as held_rows
    from ledger
    full join landed on landed.delivery_id = ledger.delivery_id and landed.feed = ledger.feed
    left join held on held.delivery_id = ledger.delivery_id and held.feed = ledger.feed
)
select 'Delivery ' || name || ', ' || feed || ': ' || case
    when rows_read is null then landed_rows || ' landed rows are in no ledger entry.'
    when rows_read <> accounted_rows
        then rows_read || ' rows were read but ' || accounted_rows || ' are accounted for.'
    when landed_rows <> rows_accepted
        then rows_accepted || ' rows were accepted but ' || landed_rows || ' are in the landing.'
    else rows_quarantined || ' rows were held back but the quarantine names ' || held_rows || '.'
end
from accounts
where rows_read is null or rows_read <> accounted_rows or landed_rows <> rows_accepted
    or held_rows > rows_quarantined or (held_rows = 0 and rows_quarantined > 0)
order by all
"""


def violated_checks(build_file: Path) -> list[str]:
    """Name the blocking checks of ``quality.check_result`` that did not pass."""
    with closing(duckdb.connect(str(build_file), read_only=True)) as con:
        rows = con.execute(
            "select check_id, description, violated_rows, denominator from quality.check_result "
            "where severity = 'blocking' and is_passed is distinct from true order by check_id"
        ).fetchall()
    return [
        f"Blocking check {check_id} is violated: {description} ({violated} of {denominator} rows)."
        for check_id, description, violated, denominator in rows
    ]
