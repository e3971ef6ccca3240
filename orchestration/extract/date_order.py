"""Whether day and month of a file's dates look swapped.

Here: one suspicion, from dates that were read. Not here: how a date is read; the order is declared
and never found out from the data (decision 7), so this only ever warns.

A file whose days are all below 13 reads both ways without an error. But a practice works on
weekdays and in the past: where the other reading has clearly fewer weekends, or fewer days that had
not come yet when the export was made, somebody should look at the first rows.
"""

from __future__ import annotations

from datetime import datetime

import polars as pl

from orchestration.contracts.feeds import Feed

MIN_DAYS = 10
MIN_BETTER = 0.15


class Days:
    """The days that one file tells of, gathered while it is read."""

    def __init__(self, feed: Feed) -> None:
        self._days = {
            column.date_as: [pl.Series(dtype=pl.Date())]
            for column in feed.columns
            if column.date_as
        }

    def add(self, rows: pl.DataFrame) -> None:
        """Take the days of checked rows, which stand under the ``date_as`` names of the feed."""
        for name, days in self._days.items():
            days.append(rows[name].unique())

    def warnings(self, latest: datetime | None) -> list[str]:
        """A sentence for each date whose day and month look swapped; ``latest`` as a delivery's."""
        return [
            f"{name}: the dates fit a working week better with day and month swapped: compare the "
            "first rows with the diary (date_order_suspect)"
            for name, days in self._days.items()
            if looks_swapped(pl.concat(days), latest)
        ]


def looks_swapped(dates: pl.Series, latest: datetime | None) -> bool:
    """Whether day/month swapped is the better reading of these dates."""
    days = dates.drop_nulls().unique()
    if days.len() < MIN_DAYS or (days.dt.day() > 12).any():
        return False
    swapped = pl.select(pl.date(days.dt.year(), days.dt.day(), days.dt.month())).to_series()
    return _share(swapped.dt.weekday() <= 5) - _share(days.dt.weekday() <= 5) >= MIN_BETTER or (
        latest is not None
        and _share(days > latest.date()) - _share(swapped > latest.date()) >= MIN_BETTER
    )


def _share(test: pl.Series) -> float:
    return test.sum() / test.len()
