"""How commands talk: calm lines on standard output, one per thing worth knowing.

Here: lines, durations, counts. Not here: what is said.
"""

from __future__ import annotations

import os
import sys
import textwrap
import time

import click

_NAME_WIDTH = 12
_TEXT_WIDTH = 66
_NAMED_ROWS = 5
_LINE_WIDTH = 100


def line(text: str = "") -> None:
    """Print a line. A reader that has gone away (``| head``) must not end a build half-way."""
    try:
        click.echo(text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def step(name: str, text: str, seconds: float | None = None) -> None:
    """Print the outcome of a stage: name, what came of it, how long it took."""
    took = "" if seconds is None else f"{seconds:6.1f} s"
    line(f"· {name:<{_NAME_WIDTH}} {text:<{_TEXT_WIDTH}} {took}".rstrip())


def fact(name: str, text: str) -> None:
    """Print one line of a summary."""
    line(f"  {name:<{_NAME_WIDTH}} {text}")


def wrapped(name: str, text: str) -> None:
    """Print a fact that may be longer than a line; what follows stands under its beginning."""
    paragraph(text, f"  {name:<{_NAME_WIDTH}} ")


def paragraph(text: str, start: str = "  ") -> None:
    """Print text over as many lines as it needs, all as far to the right as its first word."""
    for each in textwrap.wrap(
        text, _LINE_WIDTH, initial_indent=start, subsequent_indent=" " * len(start)
    ):
        line(each)


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: ``1 row``, ``2,345 rows``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def describe_rows(rows: list[int]) -> str:
    """Row numbers as a spreadsheet shows them, the first few: ``rows 4, 9 and 31 more``."""
    first = sorted(set(rows))
    if len(first) == 1:
        return f"row {first[0]}"
    named = ", ".join(f"{row}" for row in first[:_NAMED_ROWS])
    rest = len(first) - _NAMED_ROWS
    return f"rows {named}" + (f" and {rest:,} more" if rest > 0 else "")


class Stopwatch:
    """Seconds since it was made, or since the last ``lap``."""

    def __init__(self) -> None:
        self._start = self._lap = time.perf_counter()

    def lap(self) -> float:
        """Seconds since the last lap."""
        now = time.perf_counter()
        seconds, self._lap = now - self._lap, now
        return seconds

    @property
    def total(self) -> float:
        """Seconds in all."""
        return time.perf_counter() - self._start
