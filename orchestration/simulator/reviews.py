"""What the practice's supervisors wrote into the review log, meeting by meeting, in raw ids.

Here: who reviewed which case when, what they planned and what became of it, what they thought of a
signal. Supervisors look where something is truly strained, at low ratings, at what a supervisee
brings, and at whom they have not seen for long; they know no more than the forms of the day.
Not here: the keys of the log (commands/demo.py); meetings in the practice system (supervision.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from orchestration.simulator.details import raw_ids
from orchestration.simulator.forms import Forms, attended_sessions
from orchestration.simulator.parameters import value
from orchestration.simulator.practice import Practice
from orchestration.simulator.records import Records

LOG_WEEKS = 26
MEETING_EVERY_WEEKS = 3
MEETING_DAY = 2  # Wednesday
FEWEST_CASES, MOST_CASES = 2, 5
# Still talked about after the last session, and looked at again when nobody has for so long.
AFTERWARDS, LONG_AGO = timedelta(days=14), timedelta(days=42)
LOW_SRS, DROP = 36.0, 1.0
FIRST_MOMENT = time(11, 0)

_REASONS = ["known_and_in_hand", "wait_for_next_form", "clinician_absent", "not_a_priority"]
_STRAINED = ["ask_how_it_is_between_us", "name_the_rupture", "agree_goals_and_tasks"]
_LOW = ["ask_how_it_is_between_us", "change_approach", "look_at_a_session_together"]
_CALM = ["keep_going", "plan_the_ending", "give_the_form", "agree_goals_and_tasks"]
_AWAY = ["contact_client", "book_next_session"]
_OUTCOMES = ["done", "done", "done", "done_and_helped", "done_and_helped", "not_needed", "replaced"]

_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "entry_id": pl.String,
    "kind": pl.String,
    "episode_id": pl.String,
    "client_id": pl.String,
    "clinician_id": pl.String,
    "author_role": pl.String,
    "author_id": pl.String,
    "recorded_at": pl.Datetime("us"),
    "happened_on": pl.Date,
    "until_on": pl.Date,
    "code": pl.String,
    "done_by": pl.String,
    "due_on": pl.Date,
    "session_index": pl.Int64,
    "refers_to": pl.String,
    "is_rupture_open": pl.Boolean,
}


@dataclass
class _Case:
    """One episode as its supervisor follows it."""

    ids: dict[str, str]
    days: list[date]
    sessions: list[int]
    is_open: list[bool]
    totals: list[float | None]
    is_over: bool
    reviewed_on: date | None = None
    judged: int = 0
    steps: list[tuple[str, date]] = field(default_factory=list)

    def is_current(self, on: date) -> bool:
        """Whether it is a case on a day."""
        return self.days[0] <= on and (not self.is_over or on <= self.days[-1] + AFTERWARDS)

    def last(self, on: date) -> int:
        """Place of the last session up to a day."""
        return int(np.searchsorted(np.array(self.days, "M8[D]"), np.datetime64(on), "right")) - 1

    def rated(self, on: date) -> list[int]:
        """Places of the rated sessions up to a day."""
        return [i for i in range(self.last(on) + 1) if self.totals[i] is not None]

    def is_low(self, on: date) -> bool:
        """Whether the latest rating is below the cut-off."""
        rated = self.rated(on)
        return bool(rated) and (self.totals[rated[-1]] or 0) < LOW_SRS

    def is_strained(self, on: date) -> bool:
        """Whether a rupture is truly open."""
        return self.is_open[self.last(on)]

    def is_away(self, on: date) -> bool:
        """Whether the client was not seen for long."""
        return on - self.days[self.last(on)] > timedelta(days=21)


@dataclass(frozen=True)
class _Author:
    role: str
    id: str


class _Log:
    """The entries as they are written."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.rows: list[dict[str, object]] = []

    def chance(self, name: str) -> bool:
        """Draw with a chance of parameters.py."""
        return bool(self.rng.random() < value(name))

    def pick(self, words: list[str]) -> str:
        """Draw one."""
        return words[int(self.rng.integers(len(words)))]

    def write(self, kind: str, case: _Case, author: _Author, on: date, **said: object) -> str:
        """Add an entry, one minute after the other from eleven on; gives its id."""
        entry_id = f"r{len(self.rows) + 1:06d}"
        moment = datetime.combine(on, FIRST_MOMENT) + timedelta(minutes=len(self.rows) % 240)
        own = {"entry_id": entry_id, "kind": kind, **case.ids, "recorded_at": moment}
        self.rows.append({**own, "author_role": author.role, "author_id": author.id, **said})
        return entry_id


def review(
    rng: np.random.Generator, practice: Practice, forms: Forms, records: Records
) -> pl.DataFrame:
    """Write the review log of the practice's last half year.

    Args:
        rng: the stream of this module alone.
        practice: the practice with details.
        forms: its forms; supervisors see the SRS totals.
        records: what the practice wrote down; only episodes with a record have a known key.

    Returns:
        One row per entry in raw ids, with what was truly so beside what was said.
    """
    calendar = practice.calendar
    log = _Log(rng)
    begun = max(calendar.weeks - LOG_WEEKS, 0)
    caseloads = _caseloads(practice, forms, records, calendar.day(np.array(begun), 0).item())
    pairs = records.supervision.filter(pl.col("kind") == "assignment")
    for row in pairs.iter_rows(named=True):
        cases = caseloads.get(row["supervisee_id"], [])
        offset = int(row["supervisee_id"][1:]) % MEETING_EVERY_WEEKS
        meetings = [
            calendar.day(np.array(week), MEETING_DAY).item()
            for week in range(begun + offset, calendar.weeks, MEETING_EVERY_WEEKS)
        ]
        last = min(row["ended_on"] or calendar.end_on.item(), calendar.end_on.item())
        for on in meetings:
            if row["started_on"] <= on <= last and not log.chance("meeting_missed_share"):
                _meet(log, cases, row["supervisor_id"], row["supervisee_id"], on)
        if not row["ended_on"]:
            _ask(log, cases, row["supervisee_id"], last, "brought_at_the_end")
    frame = pl.DataFrame(log.rows, schema=_SCHEMA)
    return frame.filter(pl.col("recorded_at").dt.date() <= calendar.end_on.item())


def _caseloads(
    practice: Practice, forms: Forms, records: Records, since: date
) -> dict[str, list[_Case]]:
    """Cases by clinician that were current at some time of the log."""
    totals = forms.answered.filter(pl.col("instrument") == "srs").select(
        "booking", total=pl.sum_horizontal(f"item_{i:02d}" for i in range(1, 5)).round(1)
    )
    ids = pl.Series(practice.clinicians.ids.tolist(), dtype=pl.String)
    episodes = practice.episodes.filter(
        pl.Series(records.has_record) & (pl.col("last_seen_at").dt.date() >= since)
    ).select(
        "episode",
        "is_over",
        episode_id=raw_ids("e", "episode", 6),
        client_id=raw_ids("c", "client", 6),
        clinician_id=pl.col("clinician").replace_strict(
            range(len(ids)), ids, return_dtype=pl.String
        ),
    )
    seen = (
        attended_sessions(practice)
        .select("booking", "episode", "session", "is_open", day=pl.col("started_at").dt.date())
        .join(totals.unique("booking", maintain_order=True), on="booking", how="left")
        .sort("episode", "session")
        .group_by("episode", maintain_order=True)
        .agg("session", "is_open", "day", "total")
    )
    loads: dict[str, list[_Case]] = {}
    for row in episodes.join(seen, on="episode").sort("episode").iter_rows(named=True):
        names = {name: row[name] for name in ("episode_id", "client_id", "clinician_id")}
        loads.setdefault(row["clinician_id"], []).append(
            _Case(names, row["day"], row["session"], row["is_open"], row["total"], row["is_over"])
        )
    return loads


def _meet(log: _Log, cases: list[_Case], supervisor: str, supervisee: str, on: date) -> None:
    """One meeting: wishes before it, old steps, then case by case."""
    wish = _ask(log, cases, supervisee, on - timedelta(days=1), "brought_share")
    author = _Author("supervisor", supervisor)
    current = [case for case in cases if case.is_current(on)]
    order = log.rng.permutation(len(current))
    ranked = sorted(order.tolist(), key=lambda i: -_pull(current[i], on, wish))
    for case in current:
        _close(log, case, author, on)
    for i in ranked[: int(log.rng.integers(FEWEST_CASES, MOST_CASES + 1))]:
        case = current[i]
        if case is not wish and log.chance("deferred_share"):
            until = on + timedelta(days=int(log.rng.choice([14, 28])))
            log.write("deferred", case, author, on, code=log.pick(_REASONS), until_on=until)
        else:
            _discuss(log, case, author, on)


def _ask(log: _Log, cases: list[_Case], supervisee: str, on: date, chance: str) -> _Case | None:
    """Now and then the supervisee brings a case."""
    current = [case for case in cases if case.is_current(on)]
    if not current or not log.chance(chance):
        return None
    case = current[int(log.rng.integers(len(current)))]
    log.write("brought", case, _Author("clinician", supervisee), on)
    return case


def _pull(case: _Case, on: date, wish: _Case | None) -> float:
    """How much a case draws the supervisor's eye."""
    long_ago = case.reviewed_on is None or on - case.reviewed_on > LONG_AGO
    return (
        8.0 * (case is wish)
        + 4.0 * (case.is_strained(on) and any(_signals(case, i) for i in _news(case, on)))
        + 2.0 * case.is_low(on)
        + 2.0 * case.is_away(on)
        + 3.0 * long_ago
    )


def _news(case: _Case, on: date) -> list[int]:
    """Places of the rated sessions since the last that was judged."""
    return [i for i in case.rated(on) if i >= case.judged]


def _signals(case: _Case, place: int) -> Iterator[str]:
    """Rules that fire at a rated session (seed signal_rules)."""
    total = case.totals[place] or 0
    before = [x for x in case.totals[:place] if x is not None]
    if total < LOW_SRS:
        yield "AL1"
    if before and round(total - before[-1], 1) <= -DROP:
        yield "AL2"


def _discuss(log: _Log, case: _Case, author: _Author, on: date) -> None:
    """A case is reviewed: judged, planned for, and sometimes a day set to look again."""
    again = None
    if log.chance("review_again_share"):
        again = on + timedelta(days=int(log.rng.choice([28, 42])))
    done = log.write("reviewed", case, author, on, happened_on=on, until_on=again)
    if log.chance("undone_share"):
        log.write("undone", case, author, on + timedelta(days=1), refers_to=done)
        return
    for place in _news(case, on)[-2:]:
        rule = next(_signals(case, place), None)  # one word on a session is enough
        if rule and log.chance("judged_share"):
            is_open = case.is_open[place]
            right = value("confirmed_if_open" if is_open else f"confirmed_else_{rule.lower()}")
            kind = "signal_confirmed" if log.rng.random() < right else "signal_dismissed"
            said = {"code": rule, "session_index": case.sessions[place]}
            log.write(kind, case, author, on, is_rupture_open=is_open, **said)
    case.judged = case.last(on) + 1
    case.reviewed_on = on
    if log.chance("planned_share"):
        _plan(log, case, author, on)


def _plan(log: _Log, case: _Case, author: _Author, on: date) -> None:
    steps = _CALM
    if case.is_away(on):
        steps = _AWAY
    elif case.is_strained(on):
        steps = _STRAINED
    elif case.is_low(on):
        steps = _LOW
    due = on + timedelta(days=int(log.rng.choice([14, 21, 21, 28])))
    done_by = log.pick(["clinician", "clinician", "clinician", "both", "supervisor"])
    entry = log.write(
        "planned", case, author, on, code=log.pick(steps), done_by=done_by, due_on=due
    )
    if not log.chance("step_forgotten_share"):
        case.steps.append((entry, due))


def _close(log: _Log, case: _Case, author: _Author, on: date) -> None:
    """What became of the steps, those that are due first of all."""
    for step in list(case.steps):
        if log.chance("step_closed_share" if on <= step[1] else "step_closed_late_share"):
            said = {"refers_to": step[0], "code": log.pick(_OUTCOMES)}
            log.write("step_closed", case, author, on, **said)
            case.steps.remove(step)
