"""The agenda as it stands: the release's rows with what was recorded since laid over them.

Here: which cases are worth discussing now, which were dealt with, and what fits into the minutes.
Order and reasons are the release's (dbt); nothing is computed but places in a list. Not here: how a
case looks on a page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from dashboards import log_words, review
from dashboards.queries import cases, review_log
from dashboards.scope import Scope
from dashboards.texts import agenda as texts
from dashboards.wording import day as say_day
from review_log.entry import Entry, Kind

Row = Mapping[str, Any]
# A safety answer stays until somebody has looked at it: putting it off does not take it away.
_NEVER_DEFERRED = "T1"
# Where a case stands that somebody asked for, as in the release (seed agenda_reasons).
ASKED_FOR_TIER, _ASKED_FOR_RANK = "T3", 3
_MOST = 250


@dataclass(frozen=True)
class Agenda:
    """What is to discuss now.

    Attributes:
        rows: the first cases in order, each a row of `supervision_agenda`, a positive one included.
        tiers: how many cases there are of each tier, those beyond `rows` included.
        pressing: how many of all should be seen soon.
        dealt: cases off it since the release, with the entry that took each off.
        entries: all standing entries since the release, by case, oldest first.
        trouble: why the review log could not be read, or empty.
    """

    rows: list[Row]
    tiers: Mapping[str, int]
    pressing: int
    dealt: list[tuple[Row, Entry]] = field(default_factory=list)
    entries: Mapping[str, list[Entry]] = field(default_factory=dict)
    trouble: str = ""

    @property
    def asked_for(self) -> int:
        """Give how many are here because people asked for them, not by a rule of T1 to T3."""
        soon = (n for tier, n in self.tiers.items() if tier <= ASKED_FOR_TIER)
        return sum(soon) - self.pressing

    @property
    def total(self) -> int:
        """Give how many cases call for discussion."""
        return sum(self.tiers.values())


def now(scope: Scope) -> Agenda:
    """Give the agenda of those in view as it stands at this moment.

    Args:
        scope: who is looking; narrowed to the supervisee one meets.
    """
    released = cases.agenda(scope)
    try:
        entries = review.since(scope, review_log.through(scope))
    except review.ReviewLogError as error:
        return replace(laid_over(released, (), lambda _: None), trouble=str(error))
    return laid_over(released, entries, lambda key: cases.case(scope, key))


def laid_over(
    released: pl.DataFrame, entries: Iterable[Entry], facts_of: Callable[[str], Row | None]
) -> Agenda:
    """Lay entries over the rows of a release.

    Args:
        released: rows of `supervision_agenda`, in order.
        entries: standing entries that the release does not hold, oldest first.
        facts_of: gives the facts of a case in scope, or None.
    """
    by_case: dict[str, list[Entry]] = {}
    for entry in entries:
        by_case.setdefault(entry.episode_key, []).append(entry)
    is_touched = pl.col("episode_key").is_in(list(by_case))
    known = {str(row["episode_key"]): row for row in released.filter(is_touched).to_dicts()}
    kept, dealt = [], []
    for key, told in by_case.items():
        row, last = known.get(key), _last_turn(told)
        if last is None:
            kept += [row] if row else []
        elif last.kind in (Kind.ADDED, Kind.BROUGHT):
            asked = row or _row_of(facts_of(key), last)
            kept += [_asked_for(asked, told)] if asked else []
        elif last.kind is Kind.DEFERRED and row and row["tier"] == _NEVER_DEFERRED:
            kept.append(row)
        else:
            seen = row or _row_of(facts_of(key), last)
            dealt += [(seen, last)] if seen else []
    left = released.filter(~is_touched)
    tiers = Counter(dict(left.group_by("tier").len().iter_rows()))
    tiers.update(row["tier"] for row in kept)
    pressing = left.filter("is_pressing").height + sum(1 for row in kept if row["is_pressing"])
    # A director of thousands sees as many as can be read; one that goes well must be among them.
    shown = pl.concat([left.head(_MOST), left[_MOST:].filter("is_positive_case").head(1)])
    rows = sorted([*shown.to_dicts(), *kept], key=_place)
    return Agenda(rows, tiers, pressing, dealt, by_case)


def _last_turn(entries: Sequence[Entry]) -> Entry | None:
    """Give the entry that put the case on the agenda or took it off last."""
    return next((e for e in reversed(entries) if e.kind in review.TURNS), None)


def row_of(scope: Scope, episode_key: str, entries: Sequence[Entry]) -> Row:
    """Give the row of one case in scope, made by hand where no rule calls for it.

    Args:
        scope: who is looking.
        episode_key: a case for which `cases.case` gave facts.
        entries: standing entries of the case, oldest first.
    """
    row = cases.agenda_entry(scope, episode_key)
    asked = [e for e in entries if e.kind in (Kind.ADDED, Kind.BROUGHT)]
    if row:
        return _asked_for(row, asked)
    made = dict(_row_of(cases.case(scope, episode_key), asked[-1] if asked else None) or {})
    return _asked_for(made, asked)


def _place(row: Row) -> tuple[Any, ...]:
    """Most urgent tier first, then the longest waiting; labels only make the order a fixed one."""
    return row["tier_rank"], row["waiting_since"], row["client_label"], row["episode_key"]


def _asked_for(row: Row, entries: Sequence[Entry]) -> Row:
    kinds = {entry.kind for entry in entries}
    return {
        **row,
        "is_brought": row.get("is_brought") or Kind.BROUGHT in kinds,
        "is_added": row.get("is_added") or Kind.ADDED in kinds,
    }


def _row_of(facts: Row | None, entry: Entry | None) -> Row | None:
    """Make a row of a case that no rule put on the agenda."""
    if facts is None:
        return None
    reasons, asked_on = texts.NOT_BY_RULE, None
    if entry is not None:
        words = texts.WAS_BROUGHT if entry.kind is Kind.BROUGHT else texts.WAS_ADDED
        asked_on = log_words.day_of(entry)
        reasons = words.format(day=say_day(asked_on))
    return {
        **{name: facts.get(name) for name in _OF_CASE},
        "session_index": facts["attended_sessions"],
        "tier": ASKED_FOR_TIER,
        "tier_rank": _ASKED_FOR_RANK,
        "reasons": reasons,
        "waiting_since": asked_on,
        "is_positive_case": False,
        "is_pressing": False,
    }


_OF_CASE = (
    *("episode_key", "client_key", "client_label", "clinician_key", "clinician_label"),
    *("last_seen_on", "next_booked_on", "strength"),
)


def capped(rows: Sequence[Row], places: int) -> tuple[list[Row], list[Row]]:
    """Split the agenda into what fits and what waits; one positive case always fits.

    Args:
        rows: cases in order of tier and waiting.
        places: how many fit into the minutes available.
    """
    first, rest = list(rows[:places]), list(rows[places:])
    if places > 1 and not any(row["is_positive_case"] for row in first):
        positive = next((row for row in rest if row["is_positive_case"]), None)
        if positive:
            rest.remove(positive)
            rest.insert(0, first.pop())
            first.append(positive)
    return first, rest
