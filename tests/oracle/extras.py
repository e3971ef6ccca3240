"""What a practice writes down beside sessions and client forms, made at random on top of it.

Belongs here: rows of post-session questionnaires by three raters, clinicians' ratings, declined
forms, further outcome measures, what is known of clients, and supervision that names a client.
Does not belong here: sessions, episodes and the main forms (`practices.py`), or any rule.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from tests.oracle.practices import Practice, _stamp

RATERS = {"client": 0.3, "clinician": 0.3, "observer": 0.12}


class _Extras:
    """Adds to one practice from one seed, without touching what it holds already."""

    def __init__(self, practice: Practice, seed: int) -> None:
        self.random = random.Random(f"extras {seed}")
        self.practice = practice
        self.serial = 0

    def add_all(self) -> None:
        self.clients()
        for session in self.practice.rows("sessions"):
            if session["status"] in {"attended", "attended_late"}:
                self.after(session)
        self.supervision()

    def clients(self) -> None:
        pick = self.random
        for row in self.practice.rows("clients"):
            row["gender"] = pick.choice(["female", "male", ""])
            row["trauma_history"] = pick.choice(["yes", "no", "no", "unknown", ""])
            row["preference_recorded"] = pick.choice(["true", "true", "false", ""])
            met = pick.choice(["true", "true", "false"])
            row["preference_met"] = met if row["preference_recorded"] == "true" else ""
            row["intake_severity"] = pick.choice(["", f"{pick.uniform(10, 90):.1f}"])

    def after(self, session: dict[str, str]) -> None:
        """Forms that follow or come before one attended session."""
        pick = self.random
        started = datetime.fromisoformat(session["started_at"])
        ended = started + timedelta(minutes=60)
        if ended.date() > self.practice.as_of:
            return
        for rater, share in RATERS.items():
            if pick.random() < share:
                self.questionnaire(session, ended, rater)
        if pick.random() < 0.25:
            level = f"{pick.uniform(2, 5):.2f}"
            self.form(session, "wai_sr_t", ended, "clinician", {"total": level})
        if pick.random() < 0.04:
            self.form(session, "srs", ended, "client", {"total": ""}, skipped="declined")
        if pick.random() < 0.15:
            answers = {f"item_{n:02d}": str(pick.randint(0, 4)) for n in range(1, 11)}
            self.form(session, "core10", started - timedelta(minutes=15), "client", answers)
        if pick.random() < 0.08:
            answers = {f"item_{n:02d}": str(pick.randint(0, 4)) for n in range(1, 21)}
            self.form(session, "pcl5", started - timedelta(minutes=20), "client", answers)

    def questionnaire(self, session: dict[str, str], ended: datetime, rater: str) -> None:
        """A post-session questionnaire: tension or none, and codes where a clinician codes."""
        pick = self.random
        scales = {"rupture_reported": str(int(pick.random() < 0.25))}
        if scales["rupture_reported"] == "1":
            for scale in ("rupture_intensity", "rupture_addressed", "rupture_resolution"):
                if pick.random() < 0.7:
                    scales[scale] = str(pick.randint(1, 5))
        if rater != "client" and pick.random() < 0.5:
            scales["withdrawal"] = str(pick.choice([1, 1, 2, 3, 4]))
            scales["confrontation"] = str(pick.choice([1, 1, 2, 3, 5]))
        if rater == "observer" and pick.random() < 0.3:
            del scales["rupture_reported"]
        self.form(session, "psq", ended + timedelta(minutes=5), rater, scales)

    def form(
        self,
        session: dict[str, str],
        instrument: str,
        when: datetime,
        respondent: str,
        scales: dict[str, str],
        *,
        skipped: str = "",
    ) -> None:
        self.serial += 1
        for scale, score in scales.items():
            self.practice.rows("feedback").append(
                {
                    "response_id": f"X{self.serial}",
                    "client_id": session["client_id"],
                    "completed_at": _stamp(when),
                    "instrument": instrument,
                    "respondent": respondent,
                    "session_id": session["session_id"],
                    "clinician_id": session["clinician_id"],
                    "timing": "pre_session" if instrument in {"core10", "pcl5"} else "post_session",
                    "scale": scale,
                    "score": score,
                    "skipped": "true" if skipped else "",
                    "skip_reason": skipped,
                }
            )

    def supervision(self) -> None:
        """Assignments of supervisors, and meetings that name a client."""
        pick = self.random
        clinicians = [row["clinician_id"] for row in self.practice.rows("clinicians")]
        for clinician in clinicians[1:]:
            self.meeting(clinicians[0], clinician, "assignment", "2020-01-01", "")
        for session in self.practice.rows("sessions"):
            if pick.random() < 0.06 and session["started_at"][:10] <= str(self.practice.as_of):
                day = datetime.fromisoformat(session["started_at"]) + timedelta(
                    days=pick.choice([0, 1, 3, 7, 8, 20])
                )
                if day.date() <= self.practice.as_of and session["clinician_id"] != clinicians[0]:
                    self.meeting(
                        clinicians[0],
                        session["clinician_id"],
                        pick.choice(["individual", "group", "live"]),
                        str(day.date()),
                        session["client_id"],
                    )

    def meeting(self, supervisor: str, supervisee: str, kind: str, day: str, client: str) -> None:
        self.serial += 1
        self.practice.rows("supervision").append(
            {
                "supervision_id": f"V{self.serial}",
                "supervisor_id": supervisor,
                "supervisee_id": supervisee,
                "kind": kind,
                "started_on": day,
                "ended_on": "",
                "client_id": client,
            }
        )


def add_extras(practice: Practice, seed: int) -> None:
    """Add to a practice what is written down beside its sessions; same seed, same rows."""
    _Extras(practice, seed).add_all()
