"""When a complete delivery says too much is gone to be believed at once.

Here: the rules on counts, and their words. Not here: where the counts come from (known_rows.py), or
what a held delivery means for the others (verdicts.py).

An export that broke half-way looks like one in which half of the rows were deleted. So a delivery
that would take away more than a week of honest tidying does is held until a person has looked.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestration.settings import Intake


@dataclass(frozen=True)
class Losses:
    """What taking one feed of a delivery would do to the rows known before.

    Attributes:
        rows: rows of the feed in the delivery.
        rows_last: the same of the last delivery of this kind and period that was taken, or None.
        known: rows known before of those the delivery speaks for.
        gone: those of them that it lacks.
        clinicians_gone: clinicians with enough rows before and none in the delivery.
        months_gone: calendar months with enough rows before and none in the delivery.
    """

    rows: int
    rows_last: int | None
    known: int
    gone: int
    clinicians_gone: int
    months_gone: int


def reasons(feed: str, losses: Losses, intake: Intake) -> list[str]:
    """Why a delivery is held for a feed: rule and plain words with counts; empty: it is not.

    Args:
        feed: its name.
        losses: what the delivery would do.
        intake: the thresholds.
    """
    found = []
    last = losses.rows_last or 0
    if last >= intake.hold_below_min_rows and losses.rows < intake.hold_below_share * last:
        few = _rows(losses.rows, feed)
        found.append(f"too_few_rows: {few}; the last delivery of this kind had {last:,}")
    allowed = max(intake.hold_deleted_rows, intake.hold_deleted_share * losses.known)
    if losses.gone > allowed:
        found.append(
            f"too_many_gone: {losses.gone:,} of {_rows(losses.known, feed)} known before are "
            f"missing; up to {int(allowed):,} would be believed"
        )
    least = f"had at least {_rows(intake.hold_missing_rows, feed)}"
    if losses.clinicians_gone:
        who = "clinician who" if losses.clinicians_gone == 1 else "clinicians who"
        found.append(f"clinician_gone: {losses.clinicians_gone:,} {who} {least}: now none")
    if losses.months_gone:
        what = "month that" if losses.months_gone == 1 else "months that"
        found.append(f"month_gone: {losses.months_gone:,} {what} {least}: now none")
    return found


def _rows(number: int, feed: str) -> str:
    return f"{number:,} row{'' if number == 1 else 's'} of {feed}"
