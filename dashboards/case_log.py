"""What the review log says of one case: reviews, steps, verdicts, who recorded what and when.

Here: pure functions from entries to what stands now. Not here: reading and recording (`review.py`),
words of an entry (`log_words.py`), and forms (`case_record.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from dashboards import log_words
from dashboards.queries.review_log import Codes
from dashboards.scope import Roster
from dashboards.texts import case as texts
from review_log.entry import Entry, Kind

_VERDICTS = (Kind.CONFIRMED, Kind.DISMISSED)
_TURNS = (Kind.REVIEWED, Kind.DEFERRED, Kind.ADDED, Kind.BROUGHT)


@dataclass(frozen=True)
class CaseLog:
    """The standing entries of one case.

    Attributes:
        entries: the oldest first.
        codes: the words of codes.
        roster: who is who.
        trouble: why the log could not be read, or empty; then these are the release's entries.
    """

    entries: tuple[Entry, ...]
    codes: Codes
    roster: Roster
    trouble: str = ""

    @property
    def reviews(self) -> list[Entry]:
        """Give the reviews, the latest discussion last."""
        found = [e for e in self.entries if e.kind is Kind.REVIEWED]
        return sorted(found, key=lambda e: (log_words.day_of(e), e.recorded_at))

    @property
    def reviewed_on(self) -> tuple[date, ...]:
        """Give the days on which the case was reviewed, each once."""
        return tuple(sorted({log_words.day_of(e) for e in self.reviews}))

    @property
    def turn(self) -> Entry | None:
        """Give what was last decided about when to discuss the case."""
        return next((e for e in reversed(self.entries) if e.kind in _TURNS), None)

    def verdict(self, code: str, session: int | None) -> Entry | None:
        """Give the last verdict on a signal or a reason.

        Args:
            code: its rule or reason; the release says rules in small letters.
            session: the session it is about.
        """
        wanted = (code.casefold(), session)
        return next(
            (
                e
                for e in reversed(self.entries)
                if e.kind in _VERDICTS and ((e.code or "").casefold(), e.session_index) == wanted
            ),
            None,
        )

    def open_steps(self, day: date) -> list[log_words.Step]:
        """Give the steps nobody closed."""
        return log_words.open_steps((), self.entries, self.codes, day)

    def closed_steps(self, after: date | None) -> list[tuple[Entry, Entry]]:
        """Give the steps closed on or after a day, each with what closed it.

        Args:
            after: the day of the last review, or None for all.
        """
        planned = {e.entry_id: e for e in self.entries if e.kind is Kind.PLANNED}
        closing = [e for e in self.entries if e.kind is Kind.STEP_CLOSED]
        return [
            (planned[e.refers_to], e)
            for e in closing
            if e.refers_to in planned and (after is None or log_words.day_of(e) >= after)
        ]

    def words(self, entry: Entry) -> str:
        """Say an entry: a verdict by the name of its rule, a closed step by what it was."""
        said = log_words.what(entry, self.codes)
        if entry.kind in _VERDICTS and entry.session_index is not None:
            return texts.ABOUT_SIGNAL.format(what=said, n=entry.session_index)
        if entry.kind is Kind.STEP_CLOSED:
            step = next((e for e in self.entries if e.entry_id == entry.refers_to), None)
            if step is not None:
                return texts.STEP_OF.format(what=said, step=self.step_words(step))
        return said

    def step_words(self, step: Entry) -> str:
        """Say a planned step by its code's words."""
        return self.codes.get("step", {}).get(step.code or "", step.code or "")

    def outcome_words(self, closing: Entry) -> str:
        """Say what became of a step."""
        return self.codes.get("step_outcome", {}).get(closing.code or "", closing.code or "")
