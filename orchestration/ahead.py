"""Making the next item of an iteration while one is worked on.

Here: the hand-over between two threads. Not here: what is made. Worth it where both sides spend
their time in libraries that let other threads run: parsing, hashing, packing.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Item = TypeVar("_Item")


def ahead(items: Iterator[_Item]) -> Iterator[_Item]:
    """The same items and errors in the same order; at most one is made in advance."""
    end = object()
    with ThreadPoolExecutor(max_workers=1) as maker:
        coming = maker.submit(next, items, end)
        while (item := coming.result()) is not end:
            coming = maker.submit(next, items, end)
            yield item
