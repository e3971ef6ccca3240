"""What becomes of ruptures: repair over time, being seen, being answered, and leaving after one.

Belongs here: populations of metrics.md 4.4, 4.7 and 6 F3 over episodes that are already read. Does
not belong here: the rupture rules (`rules.py`, `methods.py`) or formulas (`statistics.py`).
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from tests.oracle import methods, review_rows, rules
from tests.oracle.course import RUPTURE, Episode
from tests.oracle.figures import Unit
from tests.oracle.reading import Reading

K = 3
WEEK = timedelta(days=7)


def parameters(reading: Reading) -> dict[str, rules.RuptureParameters]:
    """Parameters in force: sigma_w from the practice where 200 dyads allow it (metrics.md 4.3)."""
    quarter = date(reading.as_of.year, 3 * ((reading.as_of.month - 1) // 3) + 1, 1)
    found = {}
    for instrument, shipped in RUPTURE.items():
        dyads = []
        for e in reading.episodes:
            scored = e.scores.get(instrument, {})
            values = [s.score for i, s in scored.items() if e.indexed[i - 1].started_on < quarter]
            if len(values) >= 4:
                dyads.append(values)
        sigma = shipped.sigma_w
        if len(dyads) >= 200:
            squares = sum(float(((np.asarray(v) - np.mean(v)) ** 2).sum()) for v in dyads)
            sigma = float(np.sqrt(squares / sum(len(v) - 1 for v in dyads)))
        found[instrument] = rules.RuptureParameters(**{**shipped.__dict__, "sigma_w": sigma})
    return found


def probable(
    episode: Episode, instrument: str, p: dict[str, rules.RuptureParameters]
) -> list[rules.Rupture]:
    """The canonical probable ruptures of one episode."""
    return rules.ruptures(episode.series(instrument), p[instrument], ended=episode.ended)


def end_of(rupture: rules.Rupture, episode: Episode) -> tuple[int, int]:
    """Sessions since the onset and how it ended: 1 repaired, 2 the episode ended, 0 censored."""
    since = len(episode.indexed) - rupture.onset
    if rupture.status == "repaired":
        assert rupture.closed
        return rupture.closed - rupture.onset, 1
    if rupture.ended_open:
        return since, 2
    if rupture.status == "unrepaired":
        return K, 0
    return (since, 0) if rupture.status == "pending" else (0, 0)


def _on(episode: Episode, index: int) -> date:
    return episode.indexed[index - 1].started_on


def _meetings(reading: Reading, episode: Episode) -> list[date]:
    """Days of its supervision: a record that names this client, or a review or plan in the log."""
    recorded = [
        date.fromisoformat(r["started_on"])
        for r in reading.practice.rows("supervision")
        if (r["client_id"], r["supervisee_id"]) == (episode.client, episode.clinician)
        and r["kind"] != "assignment"
    ]
    return recorded + _discussed(reading).get(episode.name, [])


@functools.lru_cache(maxsize=8)
def _discussed(reading: Reading) -> dict[str, list[date]]:
    """Days up to as_of on which the log says that a case was reviewed, or a step planned in it."""
    days: dict[str, list[date]] = {}
    for row in review_rows.standing(reading.practice.reviews):
        case = review_rows.case_of(row, reading.episodes)
        if row.kind in {"reviewed", "planned"} and case and row.occurred_on <= reading.as_of:
            days.setdefault(case.name, []).append(row.occurred_on)
    return days


def first_response(reading: Reading, episode: Episode, index: int) -> date | None:
    """Day of the first answer to something that happened at a session, None where there is none."""
    start = _on(episode, index)
    days = [d for d in _meetings(reading, episode) if d >= start]
    for (instrument, _), forms in episode.forms.items():
        if instrument == "psq":
            days += [
                _on(episode, at)
                for at in (index, index + 1)
                if at in forms
                and "rupture_addressed" in forms[at]
                and forms[at]["rupture_addressed"].score >= 3
            ]
    return min(days, default=None)


@functools.lru_cache(maxsize=8)
def answers_are_recorded(reading: Reading) -> bool:
    """Whether the practice ever recorded one up to as_of; if not, it does not collect answers."""
    named = any(
        r["client_id"] and r["kind"] != "assignment" and r["started_on"] <= str(reading.as_of)
        for r in reading.practice.rows("supervision")
    )
    rated = any(
        "rupture_addressed" in form
        for e in reading.episodes
        for (instrument, _), forms in e.forms.items()
        if instrument == "psq"
        for form in forms.values()
    )
    return named or rated or bool(_discussed(reading))


def deadline(episode: Episode, index: int) -> tuple[date, date]:
    """Day of the next session (or a week on, where none came), and the later of the two."""
    start = _on(episode, index)
    following = _on(episode, index + 1) if index < len(episode.indexed) else None
    return following or start + WEEK, max(following or start, start + WEEK)


def _addressed(reading: Reading, episode: Episode, index: int) -> tuple[bool, bool]:
    """Whether it is too early to tell, and whether it was taken up by the next session."""
    by, _ = deadline(episode, index)
    answered = first_response(reading, episode, index)
    waits = index == len(episode.indexed) and reading.as_of < by
    return waits, answered is not None and answered <= by


def _of_ruptures(
    reading: Reading, e: Episode, instrument: str, found: list[rules.Rupture]
) -> Iterator[Unit]:
    for r in found:
        on = _on(e, r.onset)
        open_still = r.status in {"pending", "indeterminate"}
        mended = float(r.status == "repaired")
        yield Unit("repair_rate", instrument, e.clinician, on, open_still, mended)
        yield Unit("rupture_depth", instrument, e.clinician, on, False, r.depth)
        unrepaired = float(r.status == "unrepaired")
        yield Unit("unrepaired_rate", instrument, e.clinician, on, open_still, unrepaired)
        if not answers_are_recorded(reading):
            continue
        waits, addressed = _addressed(reading, e, r.onset)
        yield Unit("rupture_addressed", instrument, e.clinician, on, waits, float(addressed))
        if r.onset <= 6:
            early = float(addressed)
            yield Unit("early_rupture_addressed", instrument, e.clinician, on, waits, early)
    onsets = [r.onset for r in found]
    scored = [i for i, x in enumerate(e.series(instrument), start=1) if x is not None]
    for index in scored:
        if index >= 2:
            new = float(index in onsets)
            yield Unit("rupture_onset_rate", instrument, e.clinician, _on(e, index), False, new)
    if len(scored) >= 3:
        windows = {"rupture_incidence": 10**6, "early_rupture_6": 6, "early_rupture_3": 3}
        for metric, last in windows.items():
            early = float(any(o <= last for o in onsets))
            yield Unit(metric, instrument, e.clinician, e.opened_on, e.ceiling(instrument), early)


def _reported(episode: Episode, rater: str, index: int) -> bool | None:
    """What a rater says of tension; a clinician may say it by coding it as significant."""
    form = episode.forms.get(("psq", rater), {}).get(index, {})
    codes = ("withdrawal", "confrontation") if rater == "clinician" else ()
    if any(form[c].score >= 3 for c in codes if c in form):
        return True
    return bool(form["rupture_reported"].score) if "rupture_reported" in form else None


def both_reported(episode: Episode) -> Iterator[tuple[bool, bool]]:
    """Sessions where client and clinician both say whether there was tension."""
    for session in episode.indexed:
        pair = [_reported(episode, who, session.index or 0) for who in ("client", "clinician")]
        if None not in pair:
            yield bool(pair[0]), bool(pair[1])


def _recognition(e: Episode, p: dict[str, rules.RuptureParameters]) -> Iterator[Unit]:
    onsets = {r.onset for i in RUPTURE for r in probable(e, i, p)}
    for session in e.indexed:
        index = session.index or 0
        client, clinician = (_reported(e, who, index) for who in ("client", "clinician"))
        told = client if client is not None else index in onsets
        if told and clinician is not None:
            yield Unit(
                "rupture_unrecognised",
                None,
                e.clinician,
                session.started_on,
                False,
                float(not clinician),
            )


def direct(episode: Episode, rater: str) -> list[methods.Told]:
    """Ruptures that one rater reports or codes."""
    forms = {
        index: {scale: s.score for scale, s in form.items()}
        for index, form in episode.forms.get(("psq", rater), {}).items()
    }
    return methods.told(forms, len(episode.indexed), rater, K, ended=episode.ended)


def _kinds(e: Episode) -> Iterator[Unit]:
    for rater in ("clinician", "observer"):
        for r in direct(e, rater):
            untold, kind = r.kind is None, float(r.kind in {"withdrawal", "mixed"})
            yield Unit("rupture_withdrawal", None, e.clinician, _on(e, r.onset), untold, kind)


def alerts(e: Episode, p: dict[str, rules.RuptureParameters]) -> list[int]:
    """Session indexes of what asks for a response: probable onsets and reports by the client."""
    onsets = [r.onset for i in RUPTURE for r in probable(e, i, p)]
    reports = [s.index for s in e.indexed if _reported(e, "client", s.index or 0)]
    return [*onsets, *(index for index in reports if index)]


def _responses(
    reading: Reading, e: Episode, p: dict[str, rules.RuptureParameters]
) -> Iterator[Unit]:
    if not answers_are_recorded(reading):
        return
    for index in alerts(e, p):
        _, latest = deadline(e, index)
        answered = first_response(reading, e, index)
        waits = reading.as_of < _on(e, index) + WEEK
        in_time = answered is not None and answered <= latest
        yield Unit("response_in_time", None, e.clinician, _on(e, index), waits, float(in_time))


def _missing_after_drop(e: Episode) -> Iterator[Unit]:
    scored = [(i, x) for i, x in enumerate(e.series("srs"), start=1) if x is not None]
    for (_, before), (index, x) in itertools.pairwise(scored):
        if round(x - before, 4) <= -1.0:
            last = index == len(e.indexed)
            gone = float(not last and e.series("srs")[index] is None)
            on = _on(e, index)
            yield Unit("form_missing_after_drop", "srs", e.clinician, on, last, gone)


def units(reading: Reading) -> Iterator[Unit]:
    """Units of every share and mean about what becomes of ruptures."""
    p = parameters(reading)
    for e in reading.episodes:
        for instrument in RUPTURE:
            yield from _of_ruptures(reading, e, instrument, probable(e, instrument, p))
        yield from _recognition(e, p)
        yield from _kinds(e)
        yield from _responses(reading, e, p)
        yield from _missing_after_drop(e)


BANDS = {"1-3": (1, 3), "4-6": (4, 6), "7+": (7, 10**6)}


def person_periods(reading: Reading, instrument: str) -> list[tuple[str, str, bool]]:
    """(band, state, dropped after it) of every attended session from the second score on.

    Nobody with a series can have left before its second score: earlier sessions would be immortal.
    """
    p, rows = parameters(reading), []
    for e in reading.episodes:
        scored = [i for i, x in enumerate(e.series(instrument), start=1) if x is not None]
        if len(scored) < 2:
            continue
        found = probable(e, instrument, p)
        for s in range(scored[1], len(e.indexed) + 1):
            started = [r for r in found if r.onset <= s]
            state = "none"
            if started:
                last = started[-1]
                mended = last.status == "repaired" and (last.closed or 0) <= s
                state = "repaired" if mended else "open"
            band = next(b for b, (low, high) in BANDS.items() if low <= s <= high)
            dropped = bool(e.dropout["is_dropout_d1"]) and s == len(e.indexed)
            rows.append((band, state, dropped))
    return rows
