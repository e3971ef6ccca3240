"""The things a practice consists of, for the oracle: instrument, session, score, episode.

Belongs here: what can be said of one of them alone (metrics.md 0.3, 1, 5.1). Does not belong here:
how they are found in the rows (`reading.py`) or what a practice's figures are (`figures.py`).
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from statistics import median

from tests.oracle import rules

SETTLED = {"completed", "mutual", "ended_by_clinician"}
LEFT_OUT = {"transferred", "referred_on", "moved", "administrative", "deceased"}


@dataclass(frozen=True)
class Instrument:
    """What scoring needs of an instrument, typed in from metrics.md 1.2 and 1.4."""

    items: int
    low: int
    high: int
    max_missing: int
    family: str
    reverse: tuple[int, ...] = ()
    subscales: tuple[tuple[str, tuple[int, ...]], ...] = ()
    higher_is_better: bool = True
    cutoff: float | None = None
    reliable_change: float | None = None
    supplied: tuple[tuple[str, float, float], ...] = ()  # scales that come scored: low and high

    @property
    def range(self) -> tuple[float, float]:
        """Smallest and largest total."""
        return self.items * self.low, self.items * self.high


INSTRUMENTS = {
    "srs": Instrument(
        4,
        0,
        10,
        0,
        "alliance",
        subscales=(("relationship", (1,)), ("goals", (2,)), ("approach", (3,)), ("overall", (4,))),
    ),
    "wai_sr": Instrument(
        12,
        1,
        5,
        1,
        "alliance",
        subscales=(("task", (1, 2, 10, 12)), ("bond", (3, 5, 7, 9)), ("goal", (4, 6, 8, 11))),
    ),
    "wai_s": Instrument(
        12,
        1,
        7,
        1,
        "alliance",
        reverse=(4, 10),
        subscales=(("task", (1, 2, 8, 12)), ("bond", (3, 5, 7, 9)), ("goal", (4, 6, 10, 11))),
    ),
    "ors": Instrument(4, 0, 10, 0, "outcome", cutoff=25, reliable_change=5),
    "phq9": Instrument(9, 0, 3, 2, "outcome", higher_is_better=False, cutoff=10, reliable_change=6),
    "gad7": Instrument(7, 0, 3, 1, "outcome", higher_is_better=False, cutoff=8, reliable_change=4),
    "core10": Instrument(
        10, 0, 4, 1, "outcome", (2, 3), higher_is_better=False, cutoff=11, reliable_change=6
    ),
    "pcl5": Instrument(
        20, 0, 4, 2, "outcome", higher_is_better=False, cutoff=33, reliable_change=15
    ),
    "wai_sr_t": Instrument(1, 1, 5, 0, "alliance", supplied=(("total", 1, 5),)),
    "psq": Instrument(
        0,
        0,
        0,
        0,
        "other",
        supplied=(
            ("rupture_reported", 0, 1),
            ("rupture_intensity", 1, 5),
            ("rupture_addressed", 1, 5),
            ("rupture_resolution", 1, 5),
            ("withdrawal", 1, 5),
            ("confrontation", 1, 5),
        ),
    ),
}
# Bordin's components by the scales that stand for them (metrics.md 1.2).
COMPONENTS = {
    "srs": {"bond": "relationship", "goal": "goals", "task": "approach"},
    "wai_sr": {"bond": "bond", "goal": "goal", "task": "task"},
    "wai_s": {"bond": "bond", "goal": "goal", "task": "task"},
}
# Which clinician form stands beside which client form (metrics.md 2.6: same family).
PAIRS = {"wai_sr": "wai_sr_t", "wai_s": "wai_s_t"}
# Caseness by age where the text gives bands, else from the youngest age it is meant for (1.4).
ADULT_FROM = {"ors": 18, "phq9": 18, "gad7": 18, "core10": 17, "pcl5": 18}


def caseness(instrument: str, age: int | None) -> float | None:
    """Cut-off of a client of that age; the adults' where the age is not known."""
    if age is None or age >= ADULT_FROM[instrument]:
        return INSTRUMENTS[instrument].cutoff
    return 28 if instrument == "ors" and age >= 13 else None


RUPTURE = {
    "srs": rules.RuptureParameters(sigma_w=2.5, sigma_floor=1.0, min_drop=2.0),
    "wai_sr": rules.RuptureParameters(sigma_w=4.2, sigma_floor=2.0, min_drop=3.6),
}
CUTOFF = {"srs": 36.0}
CEILING = {"srs": 39.0, "wai_sr": 58.0}


@dataclass
class Session:
    """One appointment; `key` is its pseudonym, times in UTC."""

    key: str
    client: str
    clinician: str
    started_at: datetime
    started_on: date
    ended_at: datetime
    status: str
    series: str
    counts: bool
    episode: str = ""
    index: int | None = None

    @property
    def attended(self) -> bool:
        """Whether client and clinician met."""
        return self.status in {"attended", "attended_late"}

    @property
    def order(self) -> tuple[datetime, str]:
        """Time order with a fixed order for ties."""
        return self.started_at, self.key


@dataclass
class Score:
    """One valid administration of one scale."""

    response: str
    client: str
    instrument: str
    scale: str
    respondent: str
    completed_at: datetime
    completed_on: date
    score: float
    prorated: bool
    session: Session | None = None
    primary: bool = True
    age: int | None = None

    @property
    def in_series(self) -> bool:
        """Whether the client-side individual series of an episode contains this score."""
        s = self.session
        return bool(
            self.primary
            and s
            and s.index is not None
            and s.series == "individual"
            and self.respondent == "client"
            and self.scale == "total"
        )


@dataclass
class Episode:
    """One client with one clinician through one course of treatment."""

    name: str
    client: str
    clinician: str
    as_of: date
    sessions: list[Session]
    closed_on: date | None = None
    reason: str | None = None
    opened: date | None = None
    others: list[Episode] = field(default_factory=list)
    scores: dict[str, dict[int, Score]] = field(default_factory=lambda: defaultdict(dict))
    # every primary score of the individual series: (instrument, respondent) -> session -> scale
    forms: dict[tuple[str, str], dict[int, dict[str, Score]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )

    @property
    def opened_on(self) -> date:
        """Supplied opening, else the day of the first session."""
        return self.opened or min(s.started_on for s in self.sessions)

    @cached_property
    def attended(self) -> list[Session]:
        """Attended sessions of any kind in time order."""
        return sorted((s for s in self.sessions if s.attended), key=lambda s: s.order)

    @cached_property
    def indexed(self) -> list[Session]:
        """Individual sessions that carry an index, in order."""
        return [s for s in self.attended if s.series == "individual" and s.index is not None]

    @property
    def lapse_days(self) -> float:
        """max(42, 3 x median gap) of metrics.md 5.1."""
        days = [s.started_on for s in self.indexed]
        gaps = [(b - a).days for a, b in itertools.pairwise(days)]
        return max(42.0, 3 * float(median(gaps))) if gaps else 42.0

    @property
    def booked_ahead(self) -> bool:
        """Whether an appointment stands in the future."""
        return any(s.status == "scheduled" and s.started_on > self.as_of for s in self.sessions)

    @cached_property
    def last_appointment(self) -> Session | None:
        """Last appointment up to as_of that was neither moved nor left without an outcome."""
        past = [
            s
            for s in self.sessions
            if s.started_on <= self.as_of
            and s.status not in {"rescheduled", "scheduled", "unknown"}
        ]
        return max(past, key=lambda s: s.order, default=None)

    @property
    def missed_last(self) -> bool:
        """Whether the client missed the last appointment."""
        last = self.last_appointment
        return last is not None and last.status in {"no_show", "late_cancel"}

    @property
    def is_past_lapse(self) -> bool:
        """No attended session for `lapse_days` and no booking ahead."""
        if self.booked_ahead:
            return False
        last = self.attended[-1] if self.attended else self.last_appointment
        since = last.started_on if last else self.opened_on
        return (self.as_of - since).days >= self.lapse_days

    @property
    def status(self) -> str:
        """Open, closed or lapsed at as_of."""
        if self.closed_on is not None and self.closed_on <= self.as_of:
            return "closed"
        return "lapsed" if self.is_past_lapse else "open"

    @property
    def ended_on(self) -> date | None:
        """Day of the closing, or the day on which the lapse was reached."""
        if self.status == "closed":
            return self.closed_on
        if self.status == "open":
            return None
        last = self.attended[-1] if self.attended else self.last_appointment
        since = last.started_on if last else self.opened_on
        return since + timedelta(days=math.ceil(self.lapse_days))

    @property
    def ended(self) -> bool:
        """Closed or lapsed."""
        return self.status != "open"

    @property
    def transferred(self) -> bool:
        """Coded as a transfer, or continued with another clinician within 90 days."""
        if self.reason == "transferred":
            return True
        if self.reason not in {None, "unknown"} or not self.attended:
            return False
        last = self.attended[-1]
        return any(
            other.clinician != self.clinician
            and other.attended
            and other.attended[0].started_at > last.started_at
            and (other.attended[0].started_on - last.started_on).days <= 90
            for other in self.others
        )

    @property
    def unilateral(self) -> bool:
        """Ended without a coded reason that clears it of being a dropout."""
        coded = self.reason in SETTLED | LEFT_OUT
        return self.ended and bool(self.indexed) and not coded and not self.transferred

    def series(self, instrument: str) -> list[float | None]:
        """Client totals over the episode's indexed sessions, None where no valid form is."""
        found = self.scores.get(instrument, {})
        return [found[s.index].score if s.index in found else None for s in self.indexed]

    @cached_property
    def dropout(self) -> dict[str, bool | None]:
        """The five definitions, the strict one and early completion (metrics.md 5.1)."""
        started = bool(self.indexed)
        d1 = self.unilateral and (self.missed_last or self.is_past_lapse)
        paired = self.paired_outcome
        well = paired is not None and paired
        early = d1 and well
        return {
            "is_dropout_d1": d1,
            "is_dropout_d2": started and self.ended and self.reason == "dropout_client",
            "is_dropout_d3": started and self.ended and self.missed_last,
            "is_dropout_d4": started and self.ended and len(self.indexed) < 4,
            "is_dropout_d5": None if paired is None else self.unilateral and not well,
            "is_dropout_d1s": d1 and not early,
            "is_early_completer": early,
        }

    def treatment(self, instrument: str) -> list[Score]:
        """Client totals in session order, without sessions after the closing."""
        found = self.scores.get(instrument, {})
        return [
            found[index]
            for index in sorted(found)
            if self.closed_on is None or self.indexed[index - 1].started_on <= self.closed_on
        ]

    @property
    def paired_outcome(self) -> bool | None:
        """Reliably improved and healthy at the last score; None without a pair or a cut-off."""
        for instrument in ("ors", "phq9", "gad7", "core10", "pcl5"):
            found = self.treatment(instrument)
            if len(found) < 2:
                continue
            spec, first, last = INSTRUMENTS[instrument], found[0].score, found[-1].score
            better = last - first if spec.higher_is_better else first - last
            if better < spec.reliable_change:
                return False
            cutoff = caseness(instrument, found[-1].age)
            if cutoff is None:
                return None
            return last >= cutoff if spec.higher_is_better else last < cutoff
        return None

    @property
    def outcome_known(self) -> bool:
        """Whether a pair of outcome scores with a cut-off for the client's age speaks."""
        for instrument in ("ors", "phq9", "gad7", "core10", "pcl5"):
            found = self.treatment(instrument)
            if len(found) >= 2:
                return caseness(instrument, found[-1].age) is not None
        return False

    @property
    def known_outcome(self) -> bool:
        """Whether the ending counts in the denominator of the dropout rates."""
        return not self.transferred and (
            self.reason in SETTLED or bool(self.dropout["is_dropout_d1"])
        )

    def ceiling(self, instrument: str) -> bool:
        """All of at least three scores at the ceiling: absence of rupture cannot be told."""
        values = [x for x in self.series(instrument) if x is not None]
        limit = CEILING.get(instrument)
        return limit is not None and len(values) >= 3 and all(x >= limit for x in values)
