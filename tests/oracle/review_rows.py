"""Random entries of the review log about a random practice, nasty on purpose.

Belongs here: making entries with ties, on the days of sessions, after the last export, taken back,
about cases whose key no release will know; which entries stand, and of which case. Does not belong
here: what follows from them (`agenda.py`, `figures_repair.py`).
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from review_log.entry import Entry, Kind
from tests.oracle.course import Episode
from tests.oracle.practices import Practice

KINDS = {
    "reviewed": 30,
    "deferred": 8,
    "added": 4,
    "brought": 8,
    "planned": 14,
    "step_closed": 10,
    "signal_confirmed": 6,
    "signal_dismissed": 14,
    "undone": 6,
}
# Rules by their own case, reasons by their id: a verdict names either.
JUDGED = ["AL1", "AL2", "AL6", "OU2", "open_rupture", "unseen_unbooked", "reliable_deterioration",
          "alliance_low_falling", "early_alliance_low", "forms_missing", "safety_item",
          "OU1", "off_course"]  # fmt: skip


@dataclass
class Row:
    """One entry in raw ids; `episode` is empty where the export names no episode."""

    entry_id: str
    kind: str
    episode: str
    client: str
    clinician: str
    recorded_at: datetime
    happened_on: date | None = None
    until_on: date | None = None
    code: str | None = None
    done_by: str | None = None
    due_on: date | None = None
    session_index: int | None = None
    refers_to: str | None = None

    @property
    def occurred_on(self) -> date:
        """Day of the meeting, else of the recording."""
        return self.happened_on or self.recorded_at.date()

    def entry(self, key: Callable[[str, str], str]) -> Entry:
        """The same as the log holds it."""
        said = asdict(self) | {"kind": Kind(self.kind), "release_id": "random"}
        said["episode_key"] = key("episode", said.pop("episode") or f"loose {self.client}")
        said["client_key"] = key("client", said.pop("client"))
        said["clinician_key"] = key("clinician", said.pop("clinician"))
        return Entry(**said, author_role="director", author_key=None)


def standing(rows: list[Row]) -> list[Row]:
    """The entries that nobody took back."""
    gone = {r.refers_to for r in rows if r.kind == "undone"}
    return [r for r in rows if r.kind != "undone" and r.entry_id not in gone]


def case_of(row: Row, episodes: list[Episode]) -> Episode | None:
    """The case an entry is about; where its export names none, the one of the two that ran."""
    if row.episode:
        return next((e for e in episodes if e.name == row.episode), None)
    fitting = [
        e
        for e in episodes
        if (e.client, e.clinician) == (row.client, row.clinician) and e.opened_on <= row.occurred_on
    ]
    return max(fitting, key=lambda e: e.opened_on, default=None)


class _Writer:
    """Writes the log of one practice from one seed."""

    def __init__(self, practice: Practice, seed: int) -> None:
        self.random = random.Random(f"reviews {seed}")
        self.practice = practice
        self.rows: list[Row] = []

    def write_all(self) -> None:
        days: dict[tuple[str, str, str], set[date]] = defaultdict(set)
        for session in self.practice.rows("sessions"):
            case = (session["episode_id"], session["client_id"], session["clinician_id"])
            days[case].add(date.fromisoformat(session["started_at"][:10]))
        for case in sorted(days):
            if self.random.random() < 0.6:
                self.case(case, sorted(days[case]))

    def case(self, case: tuple[str, str, str], days: list[date]) -> None:
        """A handful of entries about one case, in the order of their recording."""
        pick, as_of = self.random, self.practice.as_of
        until = as_of + timedelta(days=2)
        moments = []
        for _ in range(pick.choice([1, 2, 3, 5, 9])):
            near = pick.choice(days) + timedelta(days=pick.choice([0, 0, 1, 6, 30, 60]))
            day = pick.choice([near, as_of - timedelta(days=pick.choice([0, 1, 7, 55, 56, 57]))])
            day = min(max(day, days[0]), until)
            hour, minute = pick.choice([(0, 0), (9, 0), (9, 30), (23, 30)])
            moments.append(datetime.combine(day, time(hour, minute)))
        mine: list[Row] = []
        for n, moment in enumerate(sorted(moments)):
            kinds = [k for k in KINDS if mine or k not in {"step_closed", "undone"}]
            kind = pick.choices(kinds, [KINDS[k] for k in kinds])[0]
            # Two moments of one case never tie: which of two came later is then told.
            mine.append(self.row(kind, case, moment + timedelta(seconds=n), mine))
        self.rows += mine

    def row(
        self, kind: str, case: tuple[str, str, str], moment: datetime, earlier: list[Row]
    ) -> Row:
        pick, day = self.random, moment.date()
        row = Row(f"{len(self.rows):016x}{pick.randrange(16**16):016x}", kind, *case, moment)
        later = day + timedelta(days=pick.choice([1, 7, 14, 28, 56]))
        if kind == "reviewed":
            row.happened_on = day - timedelta(days=pick.choice([0, 0, 0, 1, 9]))
            row.until_on = pick.choice([None, later])
        elif kind == "deferred":
            row.code, row.until_on = "not_a_priority", later
        elif kind == "planned":
            row.code, row.done_by = "contact_client", "clinician"
            row.due_on = pick.choice([None, later, later])
        elif kind == "step_closed":
            row.code = pick.choice(["done", "not_needed"])
            planned = [r for r in earlier if r.kind == "planned"] or earlier
            row.refers_to = pick.choice(planned).entry_id
        elif kind == "undone":
            row.refers_to = pick.choice(earlier).entry_id
        elif kind.startswith("signal"):
            row.code = pick.choice(JUDGED)
            row.session_index = pick.choice([None, 1, 2, 3, 5])
        return row


def add_reviews(practice: Practice, seed: int) -> list[Row]:
    """The log of a practice; same seed, same entries."""
    writer = _Writer(practice, seed)
    writer.write_all()
    return writer.rows
