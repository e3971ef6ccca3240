"""Random small practices that are nasty on purpose, as canonical rows and as a delivery.

Belongs here: making rows with ties, one-row episodes, missing forms, ceilings, two instruments,
transfers on one day, leap days and clock changes. Does not belong here: any rule. The believable
practice of the demo is `orchestration/simulator`; this one only has to be hard.
"""

from __future__ import annotations

import csv
import json
import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

ZONE = "Europe/London"
STATUSES = [
    "attended",
    "attended_late",
    "no_show",
    "late_cancel",
    "cancelled_client",
    "cancelled_clinician",
    "cancelled_unknown",
    "not_attended_unknown",
    "arrived_not_seen",
    "rescheduled",
    "unknown",
    "entered_in_error",
]
WEIGHTS = [70, 4, 7, 4, 4, 3, 1, 1, 1, 2, 1, 1]
REASONS = [
    "completed",
    "mutual",
    "dropout_client",
    "ended_by_clinician",
    "transferred",
    "referred_on",
    "moved",
    "administrative",
    "deceased",
    "unknown",
    "",
]
ITEMS = {
    "srs": (4, 0, 10, 1),
    "ors": (4, 0, 10, 1),
    "wai_sr": (12, 1, 5, 0),
    "wai_s": (12, 1, 7, 0),
    "phq9": (9, 0, 3, 0),
    "gad7": (7, 0, 3, 0),
}


@dataclass
class Practice:
    """Canonical rows by feed (all values text), the day the build looks from, the review log."""

    as_of: date
    feeds: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    reviews: list[Any] = field(default_factory=list)

    def rows(self, feed: str) -> list[dict[str, str]]:
        """Rows of one feed, empty where the practice has none."""
        return self.feeds.setdefault(feed, [])

    def write(self, folder: Path) -> None:
        """Write one canonical delivery; row order is shuffled, because order must not matter."""
        folder.mkdir(parents=True)
        for feed, rows in self.feeds.items():
            if not rows:
                continue
            columns = sorted({name for row in rows for name in row})
            with (folder / f"{feed}.csv").open("w", newline="") as handle:
                writer = csv.DictWriter(handle, columns, restval="")
                writer.writeheader()
                writer.writerows(random.Random(feed).sample(rows, len(rows)))
        manifest = {
            "source_system": "random",
            "extract_kind": "delta",
            "time_zone": ZONE,
            "generated_at": f"{self.as_of}T23:00:00+00:00",
        }
        (folder / "manifest.json").write_text(json.dumps(manifest))


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


class _Maker:
    """Makes one practice from one seed."""

    def __init__(self, seed: int, clients: int, clinicians: int | None) -> None:
        self.random = random.Random(seed)
        # One seed looks from a leap day, so that day arithmetic meets it.
        self.practice = Practice(date(2024, 2, 29) if seed % 3 == 0 else date(2026, 11, 20))
        drawn = self.random.randint(3, 7)
        self.clinicians = [f"T{n}" for n in range(clinicians or drawn)]
        self.clients = clients
        self.serial = 0
        # A large practice is there for what needs many scores and endings of both kinds.
        self.lengths = [5, 8, 12, 20] if clinicians else [1, 1, 2, 3, 4, 5, 8, 12, 20]
        self.reasons = [*REASONS, *["completed"] * 12] if clinicians else REASONS
        self.closed_share = 0.9 if clinicians else 0.6
        self.alliance_forms = [["srs"], ["srs"], ["wai_sr"], ["wai_s"], ["srs", "wai_sr"]]
        if clinicians:
            self.alliance_forms = [["srs"], ["srs", "wai_sr"], ["srs", "wai_s"]]

    def make(self) -> Practice:
        for clinician in self.clinicians:
            self.practice.rows("clinicians").append(
                {
                    "clinician_id": clinician,
                    "role": self.random.choice(["staff", "trainee", "supervisor"]),
                    "site_id": self.random.choice(["north", "south"]),
                }
            )
        for number in range(self.clients):
            self.client(f"K{number}")
        self.orphans()
        return self.practice

    def next_id(self, prefix: str) -> str:
        self.serial += 1
        return f"{prefix}{self.serial}"

    def client(self, client: str) -> None:
        pick = self.random
        if pick.random() < 0.8:
            born = pick.choice(["", "1961", "1985", "2012", "2015"])
            self.practice.rows("clients").append({"client_id": client, "birth_year": born})
        first, second = pick.sample(self.clinicians, 2)
        start = self.practice.as_of - timedelta(days=pick.randint(5, 500))
        supplied = pick.random() < 0.5
        last = self.course(client, first, start, supplied=supplied)
        shape = pick.random()
        if shape < 0.15:  # a transfer, sometimes on the same day
            self.course(
                client,
                second,
                last + timedelta(days=pick.choice([0, 1, 30, 90, 91])),
                supplied=supplied,
            )
        elif shape < 0.3 and not supplied:  # a break around the length that starts a new episode
            self.course(
                client, first, last + timedelta(days=pick.choice([89, 90, 91, 200])), supplied=False
            )

    def course(self, client: str, clinician: str, start: date, *, supplied: bool) -> date:
        """Sessions of one course of treatment; returns the day of its last one."""
        pick = self.random
        episode = self.next_id("E") if supplied else ""
        level = {"srs": pick.choice([40.0, 36.5, 34.0, 30.0]), "wai": pick.choice([55, 48, 40])}
        instruments = pick.choice(self.alliance_forms)
        day, last = start, start
        for number in range(pick.choice(self.lengths)):
            if day > self.practice.as_of:
                break
            last = day
            row = self.session(client, clinician, episode, day, first=number == 0)
            self.forms(row, level, instruments)
            day += timedelta(days=pick.choice([0, 7, 7, 7, 7, 14, 14, 21, 40]))
        if pick.random() < 0.3:
            ahead = self.practice.as_of + timedelta(days=pick.choice([0, 1, 6]))
            self.session(client, clinician, episode, ahead, first=False, status="scheduled")
        if supplied:
            closed = pick.random() < self.closed_share
            closed_on = min(last + timedelta(days=pick.choice([0, 3, 60])), self.practice.as_of)
            opened = start - timedelta(days=pick.choice([0, 0, 10]))
            row = {"episode_id": episode, "client_id": client, "clinician_id": clinician}
            row |= {"opened_on": str(opened), "closed_on": "", "closure_reason": ""}
            if closed:
                row |= {"closed_on": str(closed_on), "closure_reason": pick.choice(self.reasons)}
            self.practice.rows("episodes").append(row)
        return last

    def session(
        self, client: str, clinician: str, episode: str, day: date, *, first: bool, status: str = ""
    ) -> dict[str, str]:
        pick = self.random
        hour, minute = pick.choice([(9, 0), (9, 0), (14, 30), (18, 15)])
        started = datetime(day.year, day.month, day.day, hour, minute)
        status = status or pick.choices(STATUSES, WEIGHTS)[0]
        row = {
            "session_id": self.next_id("S"),
            "client_id": client,
            "clinician_id": clinician,
            "started_at": _stamp(started),
            "status": status,
            "episode_id": episode,
            "duration_minutes": pick.choice(["50", "50", "", "90"]),
            "format": pick.choices(
                ["individual", "", "group", "couple", "family"], [70, 20, 4, 3, 3]
            )[0],
            "appointment_type": "assessment"
            if first and pick.random() < 0.3
            else pick.choice(["treatment", "", "intake", "review"]),
        }
        if status == "cancelled_client":
            before = pick.choice(
                [
                    timedelta(hours=24),
                    timedelta(hours=23, minutes=59),
                    timedelta(days=3),
                    timedelta(hours=-1),
                    None,
                ]
            )
            row["cancelled_at"] = _stamp(started - before) if before is not None else ""
        self.practice.rows("sessions").append(row)
        return row

    # -- forms ---------------------------------------------------------------------------

    def forms(self, session: dict[str, str], level: dict, instruments: list[str]) -> None:
        pick = self.random
        if session["status"] not in {"attended", "attended_late"} and pick.random() < 0.95:
            return
        started = datetime.fromisoformat(session["started_at"])
        for instrument in instruments:
            if pick.random() < 0.75:
                after = timedelta(minutes=pick.choice([52, 30 * 60, 49 * 60, 6 * 1440, 9 * 1440]))
                self.form(session, instrument, started + after, level)
                if pick.random() < 0.06:  # the same session filled in twice
                    self.form(session, instrument, started + after + timedelta(minutes=5), level)
                if pick.random() < 0.1:
                    self.form(session, instrument, started + after, level, "clinician")
        for outcome in ("ors", "phq9", "gad7"):
            if pick.random() < 0.4:
                before = pick.choice([timedelta(minutes=10), timedelta(days=2), timedelta(days=5)])
                self.form(session, outcome, started - before, level)

    def form(
        self, session: dict, instrument: str, when: datetime, level: dict, who: str = "client"
    ) -> None:
        pick = self.random
        if when.date() > self.practice.as_of:
            return
        common = {
            "response_id": self.next_id("R"),
            "client_id": session["client_id"],
            "completed_at": _stamp(when),
            "instrument": instrument,
            "respondent": who,
            "session_id": session["session_id"] if pick.random() < 0.4 else "",
            "clinician_id": session["clinician_id"] if pick.random() < 0.5 else "",
            "timing": pick.choice(["", "", "", "post_session", "pre_session", "between"]),
        }
        items = self.items(instrument, level)
        if instrument == "srs" and pick.random() < 0.25:
            self.add(common, "total", f"{sum(items):.1f}")
            return
        missing = (
            pick.choice([0, 0, 0, 0, 1, 2, 3]) if instrument != "srs" else (pick.random() < 0.05)
        )
        for number in pick.sample(range(len(items)), int(missing)):
            items[number] = None
        for number, value in enumerate(items, start=1):
            if value is not None:
                self.add(common, f"item_{number:02d}", str(value))
        if all(v is not None for v in items) and pick.random() < 0.1:
            wrong = sum(items) + pick.choice([0, 0.04, 1])
            if instrument in {"srs", "ors", "phq9", "gad7", "wai_sr"}:
                self.add(
                    common,
                    "total",
                    f"{min(wrong, ITEMS[instrument][0] * ITEMS[instrument][2]):.2f}",
                )

    def add(self, common: dict[str, str], scale: str, score: str) -> None:
        self.practice.rows("feedback").append({**common, "scale": scale, "score": score})

    def items(self, instrument: str, level: dict) -> list:
        """Item answers with falls and recoveries, to the instrument's resolution."""
        pick, (count, low, high, places) = self.random, ITEMS[instrument]
        if instrument == "srs":
            level["srs"] += pick.choice([0, 0, 0, 0.5, -0.5, -1.0, -7.0, 7.0, 9.0])
            level["srs"] = min(40.0, max(12.0, level["srs"]))
            centre = level["srs"] / 4
        elif instrument.startswith("wai"):
            level["wai"] = min(58, max(20, level["wai"] + pick.choice([0, 0, 2, -2, -14, 14])))
            centre = level["wai"] / 12 * (1.4 if instrument == "wai_s" else 1)
        else:
            centre = pick.uniform(low, high)
        jitter = 0.0 if centre >= high else 0.4
        values = [
            round(min(high, max(low, centre + pick.uniform(-jitter, jitter))), places)
            for _ in range(count)
        ]
        if pick.random() < 0.01:
            values[0] = high + 3  # out of range: counts as missing
        return values if places else [int(v) for v in values]

    def orphans(self) -> None:
        self.add(
            {
                "response_id": "R-orphan",
                "client_id": "nobody-knows-me",
                "instrument": "srs",
                "completed_at": f"{self.practice.as_of}T08:00:00",
                "respondent": "client",
            },
            "total",
            "33.0",
        )


def random_practice(seed: int, clients: int = 240, clinicians: int | None = None) -> Practice:
    """A practice of `clients` clients; the same seed gives the same rows."""
    return _Maker(seed, clients, clinicians).make()
