"""Simulated courses of alliance scores with planted ruptures, and with none at all.

Here: what a practice, a client and a planted rupture look like, as arrays. Not here: any rule for
finding one (the registry's SQL), what counts as found (detection.py). The figures follow
orchestration/simulator/parameters.py where it has them; this simulator leaves out everything that a
rule for scores does not see, so that a hundred practices take a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

LONGEST = 30
TOP_LEVEL, MAXIMUM = 41.0, 40.0


@dataclass(frozen=True)
class Shape:
    """One kind of planted rupture.

    Attributes:
        shallowest, deepest: limits of its depth in SRS points, drawn evenly.
        fastest, slowest: sessions from the onset to the full depth; 1 is at once.
    """

    shallowest: float
    deepest: float
    fastest: int = 1
    slowest: int = 1


SHAPES: dict[str, Shape] = {
    "step drop": Shape(5.0, 9.0),
    "small drop": Shape(2.5, 4.5),
    # metrics.md 4.1 [V27b]: the longest decline seen took six sessions
    "slow decline": Shape(4.0, 8.0, fastest=3, slowest=6),
}


@dataclass(frozen=True)
class Setting:
    """What is simulated: practices of one kind.

    Attributes:
        shape: a key of SHAPES, None for null data: no rupture anywhere.
        carry_over: correlation of a session's noise with that of the session before it; real
            ratings may wander, and no rule was calibrated on such noise.
        practices: how many practices.
        episodes: episodes of each.
        spread: within-client spread of every client; None draws practices and clients.
        sessions: length of every episode, all of it scored; None draws lengths and missing forms.
    """

    shape: str | None
    carry_over: float = 0.0
    practices: int = 100
    episodes: int = 40
    spread: float | None = None
    sessions: int | None = None


@dataclass(frozen=True)
class Courses:
    """Simulated episodes, one entry each; sessions count from 1, 0 stands for never.

    Attributes:
        practice: index of the practice.
        attended: sessions attended.
        onset: first session below the usual level.
        deepest: session at which the full depth is reached.
        repaired: session at which the usual level is back.
        scores: episodes x LONGEST; NaN where the form is missing or there was no session.
    """

    practice: np.ndarray
    attended: np.ndarray
    onset: np.ndarray
    deepest: np.ndarray
    repaired: np.ndarray
    scores: np.ndarray

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.practice)

    def session_rows(self) -> pl.DataFrame:
        """One row per attended session: episode (int), session_index, score (null if missing)."""
        session = np.arange(1, LONGEST + 1)[None, :]
        episode, place = np.nonzero(session <= self.attended[:, None])
        return pl.DataFrame(
            {
                "episode": episode,
                "session_index": place + 1,
                "score": pl.Series(self.scores[episode, place]).fill_nan(None),
            }
        )

    def truth_rows(self) -> pl.DataFrame:
        """One row per episode: episode (int), practice, attended, onset, deepest, repaired."""
        return pl.DataFrame(
            {
                "episode": np.arange(len(self)),
                "practice": self.practice,
                "attended": self.attended,
                "onset": self.onset,
                "deepest": self.deepest,
                "repaired": self.repaired,
            }
        )


# Figures of the simulation; those with a name of orchestration/simulator/parameters.py are its.
_LEVEL, _PRACTICE_SD = 36.4, 0.7  # alliance_start
_CLIENT_SD = 3.8  # alliance_client_sd and alliance_pair_sd together
_GROWTH = 0.45  # alliance_growth, points per doubling of the session number
_SPREADS = (1.5, 2.5)  # the two calibration rows of metrics.md 4.3; within_sd_median lies between
_SPREAD_LOG_SD = 0.25  # within_sd_log_sd
_LENGTH_MEDIAN, _LENGTH_LOG_SD, _SHORTEST = 10.0, 0.5, 4  # planned_length_*
_MISSING = (0.10, 0.30)  # completion of 70 to 90 %
_MISSING_OPEN = 0.9  # form_missing_open_rupture, logits
_FIRST_ONSET, _ONSET_MEAN = 3, 3.0  # rupture_first_session, rupture_onset_mean
_REPAIRED, _LATEST_REPAIR = 0.6, 3  # repair_share of those who stay; repair_sessions_max
_SETTLING = 0.9  # rupture_settling


def simulate(setting: Setting, seed: int) -> Courses:
    """Draw the episodes of a setting.

    Args:
        setting: what to draw.
        seed: of all draws; equal seeds give equal episodes.

    Returns:
        The episodes. Every planted rupture is reached: the episode goes on at least to its onset,
        a slow decline to its full depth.
    """
    rng = np.random.default_rng(seed)
    count = setting.practices * setting.episodes
    practice = np.repeat(np.arange(setting.practices), setting.episodes)
    blank = Courses(
        practice=practice,
        attended=_lengths(rng, setting, count),
        onset=np.zeros(count, np.int64),
        deepest=np.zeros(count, np.int64),
        repaired=np.zeros(count, np.int64),
        scores=np.full((count, LONGEST), np.nan),
    )
    dip = np.zeros((count, LONGEST))
    if setting.shape is not None:
        blank, dip = _planted(rng, blank, SHAPES[setting.shape])
    latent = _usual(rng, setting, practice) - dip + _noise(rng, setting, practice)
    scores = np.round(np.clip(latent, 0.0, MAXIMUM), 1)
    gone = _is_missing(rng, setting, practice, dip > 0)
    beyond = np.arange(1, LONGEST + 1)[None, :] > blank.attended[:, None]
    return replace(blank, scores=np.where(gone | beyond, np.nan, scores))


def _lengths(rng: np.random.Generator, setting: Setting, count: int) -> np.ndarray:
    if setting.sessions is not None:
        return np.full(count, setting.sessions)
    drawn = _LENGTH_MEDIAN * np.exp(rng.normal(0.0, _LENGTH_LOG_SD, count))
    return np.clip(np.round(drawn), _SHORTEST, LONGEST).astype(np.int64)


def _planted(rng: np.random.Generator, blank: Courses, shape: Shape) -> tuple[Courses, np.ndarray]:
    """One rupture in every episode, and the points by which each session lies below the usual."""
    count = len(blank)
    onset = _FIRST_ONSET + np.floor(rng.exponential(_ONSET_MEAN, count)).astype(np.int64)
    onset = np.minimum(onset, LONGEST - shape.slowest)
    depth = rng.uniform(shape.shallowest, shape.deepest, count)
    deepest = onset + rng.integers(shape.fastest, shape.slowest + 1, count) - 1
    wait = rng.integers(1, _LATEST_REPAIR + 1, count)
    repaired = np.where(rng.random(count) < _REPAIRED, deepest + wait, 0)
    attended = np.maximum(blank.attended, deepest)
    session = np.arange(1, LONGEST + 1)[None, :]
    is_open = (session >= onset[:, None]) & (
        (repaired[:, None] == 0) | (session < repaired[:, None])
    )
    fall = np.clip((session - onset[:, None] + 1) / (deepest - onset + 1)[:, None], 0.0, 1.0)
    settled = _SETTLING ** np.maximum(session - deepest[:, None], 0)
    settled = np.where(repaired[:, None] == 0, settled, 1.0)
    courses = replace(
        blank,
        attended=attended,
        onset=onset,
        deepest=deepest,
        repaired=np.where(repaired <= attended, repaired, 0),
    )
    return courses, np.where(is_open, depth[:, None] * fall * settled, 0.0)


def _usual(rng: np.random.Generator, setting: Setting, practice: np.ndarray) -> np.ndarray:
    """Level of each session without rupture or noise: episodes x LONGEST."""
    count = len(practice)
    if setting.spread is not None:
        return np.full((count, LONGEST), 36.0)  # metrics.md 4.3: SRS-like mean 36
    mean = rng.normal(_LEVEL, _PRACTICE_SD, setting.practices)[practice]
    level = rng.normal(mean, _CLIENT_SD)[:, None]
    session = np.arange(1, LONGEST + 1)[None, :]
    return np.minimum(level + _GROWTH * np.log2(session), TOP_LEVEL)


def _noise(rng: np.random.Generator, setting: Setting, practice: np.ndarray) -> np.ndarray:
    """Noise from session to session: episodes x LONGEST."""
    count = len(practice)
    if setting.spread is None:
        usual = rng.uniform(*_SPREADS, setting.practices)[practice]
        spread = usual * np.exp(rng.normal(0.0, _SPREAD_LOG_SD, count))
    else:
        spread = np.full(count, setting.spread)
    noise = rng.standard_normal((count, LONGEST))
    r = setting.carry_over
    for place in range(1, LONGEST):
        noise[:, place] = r * noise[:, place - 1] + np.sqrt(1 - r**2) * noise[:, place]
    return spread[:, None] * noise


def _is_missing(
    rng: np.random.Generator, setting: Setting, practice: np.ndarray, is_open: np.ndarray
) -> np.ndarray:
    """Which forms do not come back, more of them while a rupture is open (metrics.md 4.5)."""
    if setting.sessions is not None:
        return np.zeros(is_open.shape, dtype=bool)
    share = rng.uniform(*_MISSING, setting.practices)[practice]
    logit = np.log(share / (1 - share))[:, None] + _MISSING_OPEN * is_open
    return rng.random(is_open.shape) < 1 / (1 + np.exp(-logit))
