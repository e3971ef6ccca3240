"""The other ways of telling a rupture (metrics.md 4.2), read from the text.

Belongs here: one function per method of the registry beside the canonical one, and the course that
all of them share once a rupture is open. Does not belong here: the canonical rule (`rules.py`), how
forms are found (`reading.py`), or anything copied from the SQL.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tests.oracle import rules
from tests.oracle.rules import Rupture, RuptureParameters, compare_ready

MIN_SCORES = 4
D2 = 1.128
Series = Sequence[float | None]
# Baseline and spread where a score opens a rupture, else None: (score, previous valid score).
Opens = Callable[[float, float | None], tuple[float, float] | None]


def settle(current: Rupture, t: int, x: float | None, p: RuptureParameters, *, seen: bool) -> None:
    """One session of an open rupture, by the closing rules of metrics.md 4.3.

    Args:
        current: the rupture; its nadir, status and closing are changed.
        t: session index.
        x: score, None where no valid form is.
        p: parameters of the instrument.
        seen: whether a valid score was seen since the onset, before this session.
    """
    late = t - current.onset >= p.sessions
    if x is None:
        if late:
            current.status, current.closed = "unrepaired" if seen else "indeterminate", t
        return
    current.nadir = min(current.nadir, x)
    near = compare_ready(x) >= compare_ready(current.baseline - p.repair_tol * current.spread)
    back = compare_ready(x - current.nadir) >= compare_ready(
        p.repair_frac * (current.baseline - current.nadir)
    )
    if near and back:
        current.status, current.closed = "repaired", t
    elif late:
        current.status, current.closed = "unrepaired", t


def finish(found: list[Rupture], *, ended: bool) -> list[Rupture]:
    """Give what is still open at the end of the data its last status."""
    if found and found[-1].status == "open":
        found[-1].status = "unrepaired" if ended else "pending"
        found[-1].ended_open = ended
    return found


def course(series: Series, opens: Opens, p: RuptureParameters, *, ended: bool) -> list[Rupture]:
    """What becomes of every onset, with the baseline and the spread that the method brings.

    While a rupture is open none begins, and the score that closes one opens none.
    """
    found: list[Rupture] = []
    previous: float | None = None
    seen = False
    for t, x in enumerate(series, start=1):
        if found and found[-1].status == "open":
            settle(found[-1], t, x, p, seen=seen)
            seen = seen or x is not None
        elif x is not None and (reference := opens(x, previous)):
            found.append(Rupture(t, *reference, x, "normal"))
            seen = False
        if x is not None:
            previous = x
    return finish(found, ended=ended)


def _known(series: Series) -> np.ndarray:
    return np.asarray([x for x in series if x is not None], float)


def babl(series: Series, p: RuptureParameters, *, ended: bool) -> list[Rupture]:
    """More than two SD below the client's own mean over the whole episode; ended episodes only."""
    values = _known(series)
    if not ended or len(values) < MIN_SCORES:
        return []
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    cut = compare_ready(mean - 2 * sd)
    return course(
        series, lambda x, _: (mean, sd) if compare_ready(x) < cut else None, p, ended=ended
    )


def control_chart(
    series: Series, p: RuptureParameters, *, ended: bool, k: float = 2
) -> list[Rupture]:
    """Individuals chart: below the centre line by more than k sigma of the mean moving range."""
    values = _known(series)
    if len(values) < MIN_SCORES:
        return []
    centre, sigma = float(values.mean()), float(np.abs(np.diff(values)).mean()) / D2
    cut = compare_ready(centre - k * sigma)

    def opens(x: float, _: float | None) -> tuple[float, float] | None:
        return (centre, sigma) if sigma > 0 and compare_ready(x) < cut else None

    return course(series, opens, p, ended=ended)


def steep_drop(series: Series, p: RuptureParameters, *, ended: bool, k: float) -> list[Rupture]:
    """A drop from the score before by k of the client's SD (after Stiles: 2, after Strauss: 1)."""
    values = _known(series)
    sd = float(values.std(ddof=1)) if len(values) >= MIN_SCORES else 0.0

    def opens(x: float, previous: float | None) -> tuple[float, float] | None:
        if previous is None or sd <= 0:
            return None
        steep = compare_ready(previous - x) >= compare_ready(k * sd)
        return (previous, sd) if steep else None

    return course(series, opens, p, ended=ended)


def _fall(
    known: list[float], x: float, w: int, p: RuptureParameters
) -> tuple[float, tuple[float, float]] | None:
    """How far the last w scores lie together below the level before them, beyond the allowance."""
    before = known[: len(known) - (w - 1)]
    if len(known) < w or not before:
        return None
    mean, spread = rules.reference(before, dataclasses.replace(p, ref_window=8))
    last, n = [*known, x][-w:], min(len(before), 8)
    if compare_ready(mean - x) < compare_ready(p.min_drop):
        return None
    fall = w * (mean - float(np.mean(last))) / (spread * math.sqrt(1 + 1 / n)) - w
    return fall, (mean, spread)


def cumulated(series: Series, p: RuptureParameters, *, ended: bool) -> list[Rupture]:
    """The option beside the canonical rule: one, two or three scores held together (decision 14).

    The level is made of the scores in control: those of an open rupture are no part of it, and
    after one that was not repaired it begins anew.
    """
    known: list[float] = []
    found: list[Rupture] = []
    seen = False
    for t, x in enumerate(series, start=1):
        if found and found[-1].status == "open":
            settle(found[-1], t, x, p, seen=seen)
            seen = seen or x is not None
            if found[-1].closed == t and x is not None:
                known = [*known, x] if found[-1].status == "repaired" else [x]
            elif found[-1].closed == t:
                known = []
        elif x is not None:
            falls = [f for w in (1, 2, 3) if (f := _fall(known, x, w, p))]
            best = max(falls, key=lambda f: f[0], default=None)
            if best and compare_ready(best[0] - 1.4) > 0:
                found.append(Rupture(t, *best[1], x, "normal"))
                seen = False
            else:
                known.append(x)
    return finish(found, ended=ended)


METHODS: dict[str, Callable[..., list[Rupture]]] = {
    "babl2024_2sd_retro": babl,
    "xmr_control_chart": control_chart,
    "after_stiles2004": lambda s, p, *, ended: steep_drop(s, p, ended=ended, k=2),
    "cusum_shrunk": cumulated,
    "after_strauss2006": lambda s, p, *, ended: steep_drop(s, p, ended=ended, k=1),
}

# -- told by a person ---------------------------------------------------------------------------


@dataclass
class Told:
    """A rupture that somebody reported or coded: who said what kind, and what came of it."""

    onset: int
    intensity: float | None
    kind: str | None
    status: str = "open"
    closed: int | None = None


CODES = {"withdrawal", "confrontation"}


def _kind(form: dict[str, float]) -> str | None:
    strong = {s for s in CODES if form.get(s, 0) >= 3}
    return "mixed" if len(strong) == 2 else next(iter(strong), None)


def told(
    forms: dict[int, dict[str, float]], sessions: int, rater: str, k: int, *, ended: bool
) -> list[Told]:
    """Ruptures of one rater's post-session questionnaires over an episode's sessions.

    Args:
        forms: scales of the rater's form by session index.
        sessions: attended sessions of the episode.
        rater: client, clinician or observer; a client's codes of a kind do not exist.
        k: sessions within which a rupture must be resolved.
        ended: whether the episode has ended.
    """
    found: list[Told] = []
    current: Told | None = None
    seen = False
    for t in range(1, sessions + 1):
        form = forms.get(t)
        kind = _kind(form) if form and rater != "client" else None
        reported = bool(form) and (form.get("rupture_reported") == 1 or kind is not None)
        asked = {"rupture_reported"} | (set() if rater == "client" else CODES)
        denied = bool(form) and not reported and bool(asked & form.keys())
        resolved = bool(form) and form.get("rupture_resolution", 0) >= 4
        if current is None:
            if reported:
                current = Told(t, form.get("rupture_intensity"), kind)
                found.append(current)
                seen = False
                if resolved:
                    current.status, current.closed, current = "repaired", t, None
            continue
        late = t - current.onset >= k
        seen = seen or form is not None
        if resolved or denied:
            current.status, current.closed, current = "repaired", t, None
        elif late:
            current.status = "unrepaired" if seen else "indeterminate"
            current.closed, current = t, None
    if current is not None:
        current.status = "unrepaired" if ended else "pending"
    return found
