"""Words and number formats of every page: how a figure, a date, a status is said.

Here: pure functions from a table's values to the text on the screen, and the words for codes.
No arithmetic beyond rounding for display: a figure comes from a column. Not here: the meaning of
a metric (that is data, `metrics.metric_catalogue`) and anything of Streamlit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

NBSP = "\u00a0"
NOTHING = "–"
# How a date stands in a grid that Streamlit draws: as `day` says it.
GRID_DATE = "D MMM YYYY"

TIER_WORDS = {
    "T1": "Safety answer to review",
    "T2": "Deterioration or open rupture",
    "T3": "Off course or out of contact",
    "T4": "No change, or forms missing",
    "T5": "Going well",
}
_HOURS_AS_MINUTES, _HOURS_AS_HOURS = 2, 48

# Shape beside the word, so that no status is told by colour alone (screens.md 8).
TIER_SHAPES = {"T1": "▲", "T2": "■", "T3": "◆", "T4": "●", "T5": "○"}

RUPTURE_WORDS = {
    "repaired": "Repaired",
    "unrepaired": "Not repaired",
    "pending": "Still open",
    "indeterminate": "Cannot be told",
}
RUPTURE_SHAPES = {"repaired": "○", "unrepaired": "✕", "pending": "■", "indeterminate": "?"}

EPISODE_WORDS = {"open": "Open", "closed": "Ended", "lapsed": "Lapsed"}

ENDING_WORDS = {
    "completed": "Completed",
    "mutual": "Ended by agreement",
    "ended_by_clinician": "Ended by the clinician",
    "transferred": "Transferred",
    "referred_on": "Referred on",
    "moved": "Moved away",
    "administrative": "Administrative",
    "deceased": "Died",
    "dropout": "Unplanned ending",
    "unknown": "Not known",
    "open": "Still open",
    "never_started": "Never started",
}

# By the first letter of the code of evidence; docs/sources.md explains the codes.
EVIDENCE_WORDS = {
    "V": "a published source, {code} in docs/sources.md",
    "M": "the literature, its number not read again",
    "D": "a rule of this project",
    "C": "a calculation for this project",
}

CHANGE_WORDS = {
    "recovered": "Recovered",
    "improved": "Reliably better",
    "deteriorated": "Reliably worse",
    "unchanged": "No reliable change",
    "not_applicable": "No reliable change, healthy from the start",
}
# Fewer than two forms, or a measure without a published reliable change.
NO_CHANGE_CLASS = "Cannot be classed"

SESSION_WORDS = {
    "attended": "Attended",
    "attended_late": "Attended, late",
    "no_show": "Missed without notice",
    "late_cancel": "Cancelled late by the client",
    "cancelled_client": "Cancelled in time by the client",
    "cancelled_clinician": "Cancelled by the clinician",
    "cancelled_unknown": "Cancelled, not said by whom",
    "not_attended_unknown": "Not attended, not said why",
    "arrived_not_seen": "Arrived, not seen",
    "rescheduled": "Moved to another time",
    "scheduled": "Booked",
    "unknown": "Status not known",
}

FLAG_WORDS = {
    "conversation": "◆ Worth a conversation",
    "review": "■ Check data, then case-mix, then practice",
}


# Decimals of units that are neither a share nor in points of a questionnaire.
UNIT_DIGITS = {
    "ratio": 2,
    "correlation": 2,
    "kappa": 2,
    "standard deviations": 2,
    "item points": 2,
    "points per session": 2,
    "days": 0,
    "sessions": 1,
}
# Units that are told with the figure; a median of them is mostly a whole number.
_SPOKEN_UNITS = ("days", "hours", "sessions")
# The first plural of "ended cases", "sessions due", "cases with two forms".
_PLURAL = re.compile(r"(?<=[^s])s\b")


def day(value: date | None) -> str:
    """Say a date: 20 Nov 2026."""
    return f"{value.day}{NBSP}{value:%b %Y}" if value else NOTHING


def moment(value: datetime | None) -> str:
    """Say a moment of the pipeline: 21 Nov 2026, 06:10 UTC."""
    return f"{day(value.date())}, {value:%H:%M} UTC" if value else NOTHING


def number(value: float | None, digits: int = 1) -> str:
    """Say a score or a mean with a fixed number of decimals."""
    if value is None:
        return NOTHING
    said = f"{value:.{digits}f}"
    return said.replace("-", "\u2212") if float(said) else said.lstrip("-")


def plain(value: float | None) -> str:
    """Say a constant as short as it is: 36, 3.84."""
    return NOTHING if value is None else f"{value:g}"


def whole(value: int | None) -> str:
    """Say a count; a suppressed one is an asterisk (design.md 3.4)."""
    return "*" if value is None else f"{value:,}".replace(",", "\u202f")


def percent(value: float | None) -> str:
    """Say a share between 0 and 1 as a whole percentage."""
    return NOTHING if value is None else f"{value * 100:.0f}{NBSP}%"


def signed(value: float | None, digits: int = 1) -> str:
    """Say a difference with its sign; one that rounds to nothing has none."""
    if value is None:
        return NOTHING
    said = f"{value:+.{digits}f}"
    return said.replace("-", "\u2212") if float(said) else said[1:]


def duration(hours: float | None) -> str:
    """Say a time as short as its length allows: 3 min, 5 h, 4 days."""
    if hours is None:
        return NOTHING
    if abs(hours) < _HOURS_AS_MINUTES:
        return f"{number(hours * 60, 0)}{NBSP}min"
    if abs(hours) < _HOURS_AS_HOURS:
        return f"{number(hours, 0)}{NBSP}h"
    return f"{number(hours / 24, 0)}{NBSP}days"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Say a count with its noun: 1 case, 7 cases."""
    return f"{whole(n)}{NBSP}{one if n == 1 else many or one + 's'}"


def of_noun(n: int | None, noun: str) -> str:
    """Say a count with a noun told in the plural: 1 ended case, 7 sessions due."""
    return f"{whole(n)} {_PLURAL.sub('', noun, count=1) if n == 1 else noun}"


def period(code: str) -> str:
    """Say a period code of the metric tables: all, 2026-Q1, 2026-03."""
    if code == "all":
        return "All time"
    year, part = code.split("-", 1)
    if part.startswith("Q"):
        return f"{part} {year}"
    return f"{date(int(year), int(part), 1):%B} {year}"


def instrument(code: str | None) -> str:
    """Say an instrument code as the field writes it: SRS, WAI-SR, PHQ-9.

    The sentences of the warehouse say it by the same rule (macro instrument_word).
    """
    if not code:
        return NOTHING
    if code.startswith("custom:"):
        return code.removeprefix("custom:")
    return re.sub(r"([A-Z])([0-9])", r"\1-\2", code.upper().replace("_", "-"))


@dataclass(frozen=True)
class Names:
    """How the questionnaires of a release and their scores are said.

    Attributes:
        own: names of the practice's own questionnaires by code; their codes say nothing.
        fine: codes of questionnaires on a scale so short that one decimal would hide a difference.
    """

    own: Mapping[str, str]
    fine: frozenset[str]

    def of(self, code: str | None) -> str:
        """Say a questionnaire: a known one by its abbreviation, the practice's own by its name."""
        return self.own.get(code or "") or instrument(code)

    def digits(self, code: str | None) -> int:
        """Give the decimals of its scores."""
        return 2 if code in self.fine else 1

    def score(self, code: str | None, value: float | None) -> str:
        """Say a score of a questionnaire."""
        return number(value, self.digits(code))


def change(code: str | None) -> str:
    """Say the class of change of an outcome measure."""
    return CHANGE_WORDS.get(code or "", NO_CHANGE_CLASS)


def rests_on(evidence: str | None) -> str:
    """Say what a definition or a threshold rests on, by something that a practice can open."""
    code = evidence or ""
    return EVIDENCE_WORDS.get(code[:1], NOTHING).format(code=code)


def sentence_case(code: str | None) -> str:
    """Say a code without a word of its own: underscores to spaces, first letter large."""
    return code.replace("_", " ").capitalize() if code else NOTHING


@dataclass(frozen=True)
class Figure:
    """One number as a page shows it.

    Attributes:
        value: the large text; never a rate where the rules allow none.
        detail: n of N and the interval.
        caution: what to keep in mind, or empty.
        is_shown: whether `value` is a figure, not a reason for its absence.
    """

    value: str
    detail: str
    caution: str
    is_shown: bool


def figure(
    row: Mapping[str, Any] | None, unit: str, noun: str, full_from: int, digits: int = 1
) -> Figure:
    """Say a row of a metric table by the small-number rules (screens.md 5).

    Args:
        row: a row of `practice_metric` or `clinician_metric`, or None when there is none.
        unit: unit of the metric catalogue; `share` is said in percent, anything else in points.
        noun: what is counted, plural: "ended cases".
        full_from: denominator from which a rate stands without "too few" (seed flag_min_n).
        digits: decimals of a figure in points.

    Returns:
        The figure; its `value` is words, not a number, where too few were counted.
    """
    if row is None or row.get("estimate") is None:
        return _absence(row, noun)
    n, hits = row.get("denominator_n"), row.get("numerator")
    spoken = interval(row.get("lo"), row.get("hi"), unit == "share", digits)
    if unit in _SPOKEN_UNITS:
        fine = 0 if float(row["estimate"]).is_integer() else 1
        spoken = interval(row.get("lo"), row.get("hi"), is_share=False, digits=fine)
        word = unit.removesuffix("s") if row["estimate"] == 1 else unit
        value = f"{number(row['estimate'], fine)}{NBSP}{word}"
        return Figure(value, f"{of_noun(n, noun)}{spoken}", "", is_shown=True)
    if unit != "share":
        return Figure(
            number(row["estimate"], digits), f"{of_noun(n, noun)}{spoken}", "", is_shown=True
        )
    if hits is None:
        return Figure(percent(row["estimate"]), f"{of_noun(n, noun)}{spoken}", "", is_shown=True)
    if n is not None and n < full_from:
        value = f"{whole(hits)} of {whole(n)}"
        return Figure(value, f"{noun}{spoken}", "Too few to say more.", is_shown=True)
    return Figure(percent(row["estimate"]), f"{whole(hits)} of {whole(n)} {noun}{spoken}", "", True)


def _absence(row: Mapping[str, Any] | None, noun: str) -> Figure:
    """Say why there is no figure: nothing counted, hidden, settling, too few forms, too few."""
    if row is None or row.get("denominator_n") == 0:
        return Figure("None yet", f"No {noun} that this figure could count.", "", is_shown=False)
    if row.get("is_suppressed") or row.get("status") == "suppressed":
        return Figure("Not shown", f"Too few {noun}: small counts are hidden.", "", is_shown=False)
    counted_so_far = of_noun(row.get("denominator_n"), noun)
    if row.get("status") == "pending":
        return Figure("Not yet", f"{counted_so_far} so far; others are not known yet.", "", False)
    if row.get("status") == "insufficient_coverage":
        return Figure("Too few forms", f"{counted_so_far}. Too few forms to compare.", "", False)
    if row.get("status") == "not_applicable":
        return Figure("Not reached", f"{counted_so_far}. They do not give this figure.", "", False)
    return Figure("Too few", f"{counted_so_far}. No figure below the minimum.", "", False)


def interval(lo: float | None, hi: float | None, is_share: bool, digits: int = 1) -> str:
    """Say a 95 % interval after a figure, or nothing where there is none.

    A median that many never reach has a lower limit and no upper one.
    """
    if lo is not None and hi is None:
        return f" · 95{NBSP}% interval from {lo * 100 if is_share else lo:.{digits}f} on"
    if lo is None or hi is None:
        return ""
    return f" · 95{NBSP}% interval {limits(lo, hi, is_share, digits)}"


def in_brackets(lo: float | None, hi: float | None, is_share: bool, digits: int = 1) -> str:
    """Say a 95 % interval in brackets after a figure within a sentence, or nothing."""
    said = interval(lo, hi, is_share, digits).removeprefix(" · ")
    return f" ({said})" if said else ""


def limits(lo: float | None, hi: float | None, is_share: bool, digits: int = 1) -> str:
    """Say the two limits of an interval: 18 to 57, as percentages or in points."""
    if lo is None or hi is None:
        return NOTHING
    if is_share:
        lo, hi, digits = lo * 100, hi * 100, 0
    return f"{number(lo, digits)}{NBSP}to{NBSP}{number(hi, digits)}"


def ready(status: str | None) -> str:
    """Say whether a method that needs enough cases has them."""
    return "● In use" if status == "ok" else "○ Too few cases yet"
