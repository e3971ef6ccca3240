"""Why a case is on the agenda, and what the review log says of it: screens.md 4 and 9, decision 37.

Belongs here: the reasons of an open case and what settles them, wishes, steps, verdicts and waits,
as loops over objects. Does not belong here: reading the practice (`reading.py`), comparing.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tests.oracle import figures_alliance, figures_outcome, review_rows, rules
from tests.oracle import figures_repair as repair
from tests.oracle.course import INSTRUMENTS, RUPTURE, Episode, Score, caseness
from tests.oracle.figures import Unit
from tests.oracle.practices import ZONE
from tests.oracle.reading import Reading
from tests.oracle.review_rows import Row

TIERS = {
    "safety_item": 1,
    "reliable_deterioration": 2,
    "open_rupture": 2,
    "open_rupture_unknown": 2,
    "alliance_low_falling": 2,
    "off_course": 3,
    "alliance_erosion": 3,
    "unseen_unbooked": 3,
    "early_alliance_low": 3,
    "brought": 3,
    "added": 3,
    "review_again": 3,
    "no_reliable_change": 4,
    "forms_missing": 4,
    "stable_recovery": 5,
    "not_reviewed": 5,
}
WISHES = {"brought", "added", "review_again"}
RULE_OF = {"alliance_erosion": "AL6", "reliable_deterioration": "OU2", "off_course": "OU1"}
SAFETY = {("phq9", "item_09"): 3, ("core10", "item_06"): 4}  # largest answer; positive from 1
OUTCOMES = figures_outcome.OUTCOMES
WEEKS8 = timedelta(days=56)


@dataclass(frozen=True)
class Reason:
    """Why a case is worth discussing, since when, and the moment where one is known."""

    name: str
    since: date
    moment: datetime | None = None


def _run(flags: list[bool]) -> int:
    """How many of the last flags hold without a break."""
    return len(list(itertools.takewhile(bool, reversed(flags))))


class Desk:
    """A practice, its review log and its expected courses."""

    def __init__(self, reading: Reading, rows: list[Row], courses: Iterable[dict] = ()) -> None:
        self.reading, self.as_of = reading, reading.as_of
        self.courses = list(courses)
        standing = review_rows.standing(rows)
        self.lost: list[Row] = []
        self.entries: dict[str, list[Row]] = defaultdict(list)
        self.standing = standing
        for row in standing:
            episode = self._case(row)
            if episode is None:
                self.lost.append(row)
            else:
                self.entries[episode.name].append(row)
        reviewed = [r.occurred_on for r in standing if r.kind == "reviewed"]
        self.begins = min(reviewed, default=None)
        self.exported_at = datetime.combine(self.as_of, time(23))
        self.parameters = repair.parameters(reading)
        self.due: dict[str, list[tuple[date, bool]]] = defaultdict(list)
        for session, hours in sorted(
            figures_alliance.due_sessions(reading), key=lambda found: found[0].order
        ):
            self.due[session.episode].append((session.started_on, hours is not None))
        self.safety = self._safety()

    def _case(self, row: Row) -> Episode | None:
        return review_rows.case_of(row, self.reading.episodes)

    def of(self, e: Episode, kind: str) -> list[Row]:
        """Standing entries of one kind about a case."""
        return [r for r in self.entries[e.name] if r.kind == kind]

    # -- what the log says of a case -------------------------------------------------------

    def last_review(self, e: Episode) -> Row | None:
        """The latest review by its day, then by its recording."""
        found = self.of(e, "reviewed")
        return max(found, key=lambda r: (r.occurred_on, r.recorded_at), default=None)

    def deferral(self, e: Episode) -> Row | None:
        """The deferral recorded last, where it runs at as_of."""
        last = max(self.of(e, "deferred"), key=lambda r: r.recorded_at, default=None)
        return last if last and last.until_on > self.as_of else None

    def wish(self, e: Episode, kind: str) -> tuple[date, datetime] | None:
        """Day and moment of a wish after which no review came."""
        standing = [
            w
            for w in self.of(e, kind)
            if not any(
                r.occurred_on >= w.occurred_on and r.recorded_at > w.recorded_at
                for r in self.of(e, "reviewed")
            )
        ]
        if not standing:
            return None
        return max(w.occurred_on for w in standing), max(w.recorded_at for w in standing)

    def steps(self) -> Iterator[tuple[Row, Row | None]]:
        """Planned steps with the first closing."""
        closings: dict[str, list[Row]] = defaultdict(list)
        for row in self.standing:
            if row.kind == "step_closed":
                closings[row.refers_to].append(row)
        for row in self.standing:
            if row.kind == "planned":
                closed = closings.get(row.entry_id, [])
                yield row, min(closed, key=lambda r: r.recorded_at, default=None)

    def verdicts(self) -> list[Row]:
        """The latest word on each signal."""
        latest: dict[tuple, Row] = {}
        for row in sorted(self.standing, key=lambda r: r.recorded_at):
            if row.kind.startswith("signal"):
                found = self._case(row)
                case = found.name if found else (row.episode, row.client)
                latest[case, row.code.lower(), row.session_index] = row
        return list(latest.values())

    # -- why a case is worth discussing ----------------------------------------------------

    def _safety(self) -> dict[str, dict[tuple[str, str], list[tuple[datetime, date, bool]]]]:
        """Answers to safety items by client."""
        found: dict = defaultdict(lambda: defaultdict(list))
        for row in self.reading.practice.rows("feedback"):
            item = (row["instrument"], row["scale"])
            if item not in SAFETY or row["respondent"] != "client" or not row["score"]:
                continue
            if not self.reading._parents_known(row) or row.get("skipped") == "true":
                continue
            value, local = float(row["score"]), datetime.fromisoformat(row["completed_at"])
            if 0 <= value <= SAFETY[item] and local.date() <= self.as_of:
                moment = local.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC).replace(tzinfo=None)
                answer = (moment, row["response_id"], local.date(), value >= 1)
                found[row["client_id"]][item].append(answer)
        return found

    def answers(self, e: Episode) -> Iterator[list[tuple[datetime, str, date, bool]]]:
        """Of each safety item the answers in the time of the episode, in order."""
        for given in self.safety[e.client].values():
            mine = [
                a
                for a in given
                if e.opened_on <= a[2] and (e.ended_on is None or a[2] <= e.ended_on)
            ]
            if mine:
                yield sorted(
                    mine, key=lambda a: (a[0], a[3])
                )  # at one moment the positive one holds

    def _outcome(self, e: Episode) -> Iterator[Reason]:
        for instrument in OUTCOMES:
            found = e.treatment(instrument)
            if len(found) < 2:
                continue
            spec = INSTRUMENTS[instrument]
            sign = 1 if spec.higher_is_better else -1
            gains = [round(sign * (s.score - found[0].score), 4) for s in found]
            healthy = [self._healthy(s) for s in found]
            days = [s.session.started_on for s in found]
            worse = _run([g <= -spec.reliable_change for g in gains])
            same = _run(
                [
                    abs(g) < spec.reliable_change and h is False and s.session.index >= 8
                    for g, h, s in zip(gains, healthy, found, strict=True)
                ]
            )
            well = _run([h is True for h in healthy])
            if worse:
                yield Reason("reliable_deterioration", days[-worse])
            if same:
                yield Reason("no_reliable_change", days[-same])
            if well >= 2 and figures_outcome.change(e, instrument).category == "recovered":
                yield Reason("stable_recovery", days[-well])
            return

    def _course(self, e: Episode) -> Iterator[Reason]:
        told = figures_outcome.off_course(e, self.courses)
        if told and told[-1][1]:
            yield Reason("off_course", told[-1][1])

    @staticmethod
    def _healthy(score: Score) -> bool | None:
        cutoff = caseness(score.instrument, score.age)
        if cutoff is None:
            return None
        higher = INSTRUMENTS[score.instrument].higher_is_better
        return score.score >= cutoff if higher else score.score < cutoff

    def _ruptures(self, e: Episode) -> Iterator[Reason]:
        for instrument in RUPTURE:
            found = repair.probable(e, instrument, self.parameters)
            if not found:
                continue
            last, series = found[-1], e.series(instrument)
            later = [x for x in series[last.onset :] if x is not None]
            line = last.baseline - last.spread
            back = bool(later) and rules.compare_ready(max(later)) >= rules.compare_ready(line)
            if last.status != "repaired" and not back and len(e.indexed) - last.onset >= 2:
                name = "open_rupture" if later else "open_rupture_unknown"
                yield Reason(name, e.indexed[last.onset - 1].started_on)

    @staticmethod
    def erosions(e: Episode) -> list[tuple[Score, bool]]:
        """Every rated session of the SRS and whether AL6 fires at it."""
        found = e.scores.get("srs", {})
        scores = [found[i] for i in sorted(found)]
        flags, means = [], []
        for n in range(len(scores)):
            fires = False
            if n >= 2:
                means.append(float(np.mean([s.score for s in scores[n - 2 : n + 1]])))
                limit = rules.compare_ready(max(means) - 3.84)
                fires = rules.compare_ready(means[-1]) <= limit
            flags.append((scores[n], fires))
        return flags

    def _alliance(self, e: Episode) -> Iterator[Reason]:
        eroded = self.erosions(e)
        if not eroded:
            return
        scores = [s for s, _ in eroded]
        days = [s.session.started_on for s in scores]
        low = _run([s.score < 36 for s in scores])
        if low >= 2 and round(scores[-1].score - scores[-2].score, 4) <= -1:
            yield Reason("alliance_low_falling", days[-low])
        sinking = _run([fires for _, fires in eroded])
        if sinking:
            yield Reason("alliance_erosion", days[-sinking])
        early = [s.score for s in scores if s.session.index <= 3]
        is_early = len(early) >= 2 and len(early) == len(scores)
        if is_early and rules.compare_ready(float(np.mean(early))) < 36:
            yield Reason("early_alliance_low", days[-1])

    def _contact(self, e: Episode) -> Iterator[Reason]:
        last = e.attended[-1].started_on
        if not e.booked_ahead and (self.as_of - last).days > 21:
            yield Reason("unseen_unbooked", last)
        missing = _run([not has for _, has in self.due[e.name]])
        if missing >= 3:
            yield Reason("forms_missing", self.due[e.name][-missing][0])

    def _log(self, e: Episode) -> Iterator[Reason]:
        for kind in ("brought", "added"):
            wish = self.wish(e, kind)
            if wish:
                yield Reason(kind, *wish)
        last = self.last_review(e)
        if self.deferral(e):
            return
        if last and last.until_on and last.until_on <= self.as_of:
            yield Reason("review_again", last.until_on)
        clinicians = [r["clinician_id"] for r in self.reading.practice.rows("clinicians")]
        if self.begins is None or e.clinician == clinicians[0]:
            return
        counted = last.occurred_on if last else max(self.begins, e.opened_on)
        if self.as_of - counted >= WEEKS8:
            yield Reason("not_reviewed", counted + WEEKS8)

    def reasons(self, e: Episode) -> list[Reason]:
        """Every reason that holds for an open case, settled or not."""
        safety = [
            Reason("safety_item", given[-1][2], given[-1][0])
            for given in self.answers(e)
            if given[-1][3]
        ]
        alliance = (self._ruptures, self._alliance)
        parts = (self._outcome, self._course, *alliance, self._contact, self._log)
        return [*safety, *(reason for part in parts for reason in part(e))]

    # -- what settles a reason -------------------------------------------------------------

    def settled(self, e: Episode, reason: Reason) -> bool:
        """Whether a review, a dismissal or a deferral has settled it."""
        if any(self._reviewed(reason, r) for r in self.of(e, "reviewed")):
            return True
        if reason.name == "safety_item":
            return False
        if any(self._dismissed(e, reason, r) for r in self.of(e, "signal_dismissed")):
            return True
        d = self.deferral(e)
        return bool(
            d
            and reason.since <= d.occurred_on
            and (reason.moment is None or reason.moment <= d.recorded_at)
        )

    def _reviewed(self, reason: Reason, r: Row) -> bool:
        if reason.since > r.occurred_on:
            return False
        if reason.moment is None:
            return True
        known = r.recorded_at
        if reason.name == "safety_item" and self.exported_at <= r.recorded_at:
            known = self.exported_at
        return reason.moment <= known

    @staticmethod
    def _dismissed(e: Episode, reason: Reason, r: Row) -> bool:
        if r.code not in {reason.name, RULE_OF.get(reason.name)} or reason.since > r.occurred_on:
            return False
        if r.session_index is None or r.session_index + 1 > len(e.indexed):
            return True
        return reason.since < e.indexed[r.session_index].started_on

    # -- figures ---------------------------------------------------------------------------

    def waits(self) -> Iterator[tuple[Episode, date, date | None, int, int]]:
        """Episode, day raised, day reviewed, days waited, and how it ended (1, 2 or 0)."""
        begins = min(
            (
                r.occurred_on
                for r in self.standing
                if r.kind == "reviewed" and r.occurred_on <= self.as_of
            ),
            default=date.max,
        )
        for e in self.reading.episodes:
            reviews = sorted(
                r.occurred_on for r in self.of(e, "reviewed") if r.occurred_on <= self.as_of
            )
            first: dict[tuple, date] = {}
            for name, on in self._raised(e):
                if begins <= on <= self.as_of:
                    key = name, next((r for r in reviews if r >= on), None)
                    first[key] = min(on, first.get(key, on))
            for (_, reviewed), on in first.items():
                until = reviewed or e.ended_on or self.as_of
                how = 1 if reviewed else 2 if e.ended_on else 0
                yield e, on, reviewed, max((until - on).days, 0), how

    def _raised(self, e: Episode) -> Iterator[tuple[str, date]]:
        for instrument in RUPTURE:
            for r in repair.probable(e, instrument, self.parameters):
                yield "open_rupture", e.indexed[r.onset - 1].started_on
        sinking = (score.completed_on for score, fires in self.erosions(e) if fires)
        yield from (("alliance_erosion", on) for on in sinking)
        off = figures_outcome.off_course(e, self.courses)
        yield from (("off_course", score.session.started_on) for score, since in off if since)
        for instrument in OUTCOMES:
            spec, found = INSTRUMENTS[instrument], e.treatment(instrument)
            for s in found[1:]:
                gain = (s.score - found[0].score) * (1 if spec.higher_is_better else -1)
                if round(gain, 4) <= -spec.reliable_change:
                    yield "reliable_deterioration", s.completed_on
        for given in self.answers(e):
            yield from (("safety_item", on) for _, _, on, positive in given if positive)

    def units(self) -> Iterator[Unit]:
        """Units of the shares over the log."""
        for step, closed in self.steps():
            if step.due_on:
                done = float(closed is not None and closed.occurred_on <= self.as_of)
                clinician = step.clinician
                yield Unit("actions_closed", None, clinician, step.due_on, False, done)
        for row in self.verdicts():
            right = float(row.kind == "signal_confirmed")
            yield Unit("signals_confirmed", None, row.clinician, row.occurred_on, False, right)
