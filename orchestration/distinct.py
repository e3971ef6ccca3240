"""A column of text as its distinct values: what is done to each value is done once.

Here: the split into values and places, and back. Not here: what is done to the values. Exports
repeat themselves: ten million answers hold a dozen scales and one client's id many times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Distinct:
    """The values of a column, and where in it each of them stands.

    Attributes:
        values: each text once, without null.
        places: for each row the index of its value; null where the cell is null.
    """

    values: pl.Series
    places: pl.Series

    @classmethod
    def of(cls, text: pl.Series) -> Distinct:
        """Split a String column."""
        encoded = text.rechunk().to_arrow().dictionary_encode()
        values = pl.Series(text.name, pl.from_arrow(encoded.dictionary), dtype=pl.String())
        return cls(values, pl.Series(text.name, pl.from_arrow(encoded.indices)))

    def apply(self, work: Callable[[pl.Series], pl.Series]) -> pl.Series:
        """The column after ``work`` on its values, which keeps their number and order."""
        return self.spread(work(self.values))

    def spread(self, of_values: pl.Series) -> pl.Series:
        """What was made of the values, for each row."""
        return of_values.gather(self.places)
