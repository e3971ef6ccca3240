"""A practice read the slow, plain way: from raw canonical rows to sessions, scores and episodes.

Belongs here: metrics.md 0-1 and design.md 3.4 as loops over small objects. Does not belong here:
arithmetic of a single rule (`rules.py`), SQL, or any import from the product.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tests.oracle.course import INSTRUMENTS, Episode, Instrument, Score, Session
from tests.oracle.practices import ZONE, Practice

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Reading:
    """Everything the oracle says about one practice."""

    def __init__(self, practice: Practice, key: Callable[[str, str], str]) -> None:
        """Read a practice; `key(entity, id)` gives the pseudonym that the release uses."""
        self.practice, self.key, self.as_of = practice, key, practice.as_of
        self.born = {
            r["client_id"]: int(r["birth_year"])
            for r in practice.rows("clients")
            if r["birth_year"]
        }
        self.delivered = {r["session_id"] for r in practice.rows("sessions")}
        self.sessions = [
            self._session(r) for r in practice.rows("sessions") if r["status"] != "entered_in_error"
        ]
        self.by_key = {s.key: s for s in self.sessions}
        self.episodes = self._episodes()
        self._index()
        self.scores = self._scores()
        self._link()
        self._choose_primary()

    # -- sessions and episodes -----------------------------------------------------------

    @staticmethod
    def _utc(local: str) -> datetime:
        stamp = datetime.fromisoformat(local)
        return stamp.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _session(self, row: dict[str, str]) -> Session:
        started = self._utc(row["started_at"])
        status = row["status"]
        cancelled = row.get("cancelled_at")
        if status == "cancelled_client" and cancelled:
            late = started - self._utc(cancelled) < 24 * HOUR
            status = "late_cancel" if late else status
        series = {"group": "group", "couple": "couple_family", "family": "couple_family"}
        minutes = float(row["duration_minutes"] or 50)
        return Session(
            self.key("session", row["session_id"]),
            row["client_id"],
            row["clinician_id"],
            started,
            date.fromisoformat(row["started_at"][:10]),
            started + timedelta(minutes=minutes),
            status,
            series.get(row["format"], "individual"),
            row["appointment_type"] != "assessment",
            row["episode_id"],
        )

    def _episodes(self) -> list[Episode]:
        rows = {r["episode_id"]: r for r in self.practice.rows("episodes")}
        members: dict[str, list[Session]] = {name: [] for name in rows}
        loose: dict[tuple[str, str], list[Session]] = defaultdict(list)
        for session in sorted(self.sessions, key=lambda s: s.order):
            if session.episode:
                members[session.episode].append(session)
            else:
                loose[session.client, session.clinician].append(session)
        episodes = [
            Episode(
                name,
                r["client_id"],
                r["clinician_id"],
                self.as_of,
                members[name],
                date.fromisoformat(r["closed_on"]) if r["closed_on"] else None,
                r["closure_reason"] or None,
                date.fromisoformat(r["opened_on"]),
            )
            for name, r in rows.items()
        ]
        for (client, clinician), sessions in loose.items():
            for number, course in enumerate(self._courses(sessions)):
                name = f"derived {client} {clinician} {number}"
                episodes.append(Episode(name, client, clinician, self.as_of, course))
        for episode in episodes:
            for session in episode.sessions:
                session.episode = episode.name
            episode.others = [
                e for e in episodes if e.client == episode.client and e is not episode
            ]
        return episodes

    @staticmethod
    def _courses(sessions: list[Session]) -> list[list[Session]]:
        """Cut one client's sessions with one clinician where 90 days pass without attendance."""
        courses: list[list[Session]] = [[]]
        waiting: list[Session] = []  # not attended, 90 days late: they go with what follows, if any
        last: date | None = None
        for session in sessions:
            late = last is not None and (session.started_on - last).days >= 90
            if session.attended:
                if late:
                    courses.append([])
                courses[-1] += [*waiting, session]
                waiting, last = [], session.started_on
            elif late:
                waiting.append(session)
            else:
                courses[-1].append(session)
        courses[-1] += waiting
        return courses

    def _index(self) -> None:
        for episode in self.episodes:
            seen: dict[str, int] = defaultdict(int)
            for session in sorted(episode.sessions, key=lambda s: s.order):
                if session.attended and session.counts:
                    seen[session.series] += 1
                    session.index = seen[session.series]

    # -- scores --------------------------------------------------------------------------

    def _scores(self) -> list[Score]:
        known = {s.client for s in self.sessions} | {
            r["client_id"] for feed in ("clients", "episodes") for r in self.practice.rows(feed)
        }
        forms: dict[str, list[dict[str, str]]] = defaultdict(list)
        for row in self.practice.rows("feedback"):
            if row["client_id"] in known and self._parents_known(row):
                forms[row["response_id"]].append(row)
        return [score for rows in forms.values() for score in self._score(rows)]

    def _parents_known(self, row: dict[str, str]) -> bool:
        """Whether the named session was delivered (even if entered in error it was known)."""
        name = row.get("session_id")
        return not name or name in self.delivered

    def _score(self, rows: list[dict[str, str]]) -> list[Score]:
        head = rows[0]
        instrument, spec = head["instrument"], INSTRUMENTS[head["instrument"]]
        if head.get("skipped") == "true":
            return []
        given = {r["scale"]: Decimal(r["score"]) for r in rows}
        items = {int(k[5:]): v for k, v in given.items() if k.startswith("item_")}
        if instrument == "wai_sr" and any(v in {6, 7} for v in items.values()):
            return []
        made = {}
        if spec.supplied:
            made = {
                scale: (float(given[scale]), False)
                for scale, low, high in spec.supplied
                if scale in given and low <= given[scale] <= high
            }
        elif items:
            valid = {n: v for n, v in items.items() if spec.low <= v <= spec.high}
            answers = {
                n: (spec.low + spec.high - v if n in spec.reverse else v) for n, v in valid.items()
            }
            made = self._totals(spec, answers)
        elif "total" in given and spec.range[0] <= given["total"] <= spec.range[1]:
            made = {"total": (float(given["total"]), False)}
        return [
            Score(
                self.key("response", head["response_id"]),
                head["client_id"],
                instrument,
                scale,
                head["respondent"],
                self._utc(head["completed_at"]),
                date.fromisoformat(head["completed_at"][:10]),
                round(score, 4),
                prorated,
                age=self.age(head["client_id"], date.fromisoformat(head["completed_at"][:10])),
            )
            for scale, (score, prorated) in made.items()
        ]

    @staticmethod
    def _totals(spec: Instrument, answers: dict[int, Decimal]) -> dict[str, tuple[float, bool]]:
        """Totals and subscales with the missing rule (metrics.md 1.1, design.md 3.4)."""

        def prorate(numbers: tuple[int, ...], allowed: int) -> tuple[float, bool] | None:
            found = [answers[n] for n in numbers if n in answers]
            gone = len(numbers) - len(found)
            if gone > allowed or not found:
                return None
            exact = sum(found) / len(found) * len(numbers) if gone else sum(found)
            return float(exact), gone > 0

        parts = {name: prorate(numbers, spec.max_missing) for name, numbers in spec.subscales}
        made = {name: part for name, part in parts.items() if part}
        if parts:
            if len(made) == len(parts):
                total = sum(score for score, _ in made.values())
                made["total"] = total, any(flag for _, flag in made.values())
        elif whole := prorate(tuple(range(1, spec.items + 1)), spec.max_missing):
            made["total"] = whole
        return made

    def _link(self) -> None:
        forms = {self.key("response", r["response_id"]): r for r in self.practice.rows("feedback")}
        candidates: dict[str, list[Session]] = defaultdict(list)
        for session in sorted(self.sessions, key=lambda s: s.order):
            if session.attended:
                candidates[session.client].append(session)
        for score in self.scores:
            row = forms[score.response]
            named = (
                self.by_key.get(self.key("session", row["session_id"]))
                if row["session_id"]
                else None
            )
            if named and named.client == score.client:
                score.session = named
            else:
                score.session = self._nearest(score, row, candidates[score.client])

    @staticmethod
    def _nearest(score: Score, row: dict[str, str], candidates: list[Session]) -> Session | None:
        usual = (
            "post_session" if INSTRUMENTS[score.instrument].family == "alliance" else "pre_session"
        )
        timing = row["timing"] or usual
        when = score.completed_at

        def fits(s: Session) -> bool:
            if row["clinician_id"] and s.clinician != row["clinician_id"]:
                return False
            if timing == "post_session":
                return s.ended_at - 24 * HOUR <= when <= s.ended_at + 7 * DAY
            return timing == "pre_session" and s.started_at - 3 * DAY <= when <= s.started_at + HOUR

        fitting = [s for s in candidates if fits(s)]
        return min(fitting, key=lambda s: abs(when - s.ended_at), default=None)

    def _choose_primary(self) -> None:
        groups: dict[tuple, list[Score]] = defaultdict(list)
        for score in self.scores:
            if score.session:
                groups[score.session.key, score.instrument, score.scale, score.respondent].append(
                    score
                )
        episodes = {e.name: e for e in self.episodes}
        for scores in groups.values():
            scores.sort(key=lambda s: (s.prorated, s.completed_at, s.response))
            for later in scores[1:]:
                later.primary = False
            first = scores[0]
            if first.in_series:
                episodes[first.session.episode].scores[first.instrument][first.session.index] = (
                    first
                )
            if first.session.index is not None and first.session.series == "individual":
                forms = episodes[first.session.episode].forms[first.instrument, first.respondent]
                forms[first.session.index][first.scale] = first

    def age(self, client: str, on: date) -> int | None:
        """Age in whole years by birth year, None where it is not known."""
        return on.year - self.born[client] if client in self.born else None
