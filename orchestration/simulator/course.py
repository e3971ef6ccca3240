"""What happens inside an episode, session by session: alliance, rupture, repair, ending.

Sessions are counted here, not dated: diary.py puts them on days, forms.py turns the latent
alliance into answers. Everything is drawn for a block of episodes at once, as arrays of episodes by
sessions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.simulator.parameters import value
from orchestration.simulator.people import Clients, Clinicians

LONGEST = 36
SHORTEST_PLAN = 3

# True endings, in the order of their codes; "planned" is written down as completed or mutual later.
ENDINGS = (
    "planned",
    "dropout",
    "transferred",
    "referred_on",
    "moved",
    "administrative",
    "ended_by_clinician",
    "deceased",
    "never_started",
)
PLANNED, DROPOUT, TRANSFERRED = 0, 1, 2
NEVER_STARTED = ENDINGS.index("never_started")
_OTHER_CAUSES = ENDINGS[TRANSFERRED:NEVER_STARTED]


@dataclass(frozen=True)
class Plan:
    """Episodes to be lived through, one entry each.

    Attributes:
        client: index into the clients of this block.
        clinician: index into the clinicians.
        start_week: working week of the first appointment.
        cadence: weeks between sessions early and late, as 1, 2 (fortnightly) or 0 (1, later 2).
        previous: index of the episode before it in this block, -1 for none.
        arrival: new, transferred or returned.
        is_same_day: the first session is on the day the previous episode ended.
    """

    client: np.ndarray
    clinician: np.ndarray
    start_week: np.ndarray
    cadence: np.ndarray
    previous: np.ndarray
    arrival: np.ndarray
    is_same_day: np.ndarray

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.client)


@dataclass(frozen=True)
class Ruptures:
    """Planted ruptures, one entry each; sessions count from 1, 0 stands for never.

    Attributes:
        episode: index into the plan.
        onset: first session below the usual level.
        depth: SRS points at the deepest.
        is_slow: declines over several sessions instead of at once.
        deepest: session at which the full depth is reached.
        repaired: session at which the usual level is back.
    """

    episode: np.ndarray
    onset: np.ndarray
    depth: np.ndarray
    is_slow: np.ndarray
    deepest: np.ndarray
    repaired: np.ndarray


@dataclass(frozen=True)
class Course:
    """How each episode of a plan runs.

    Attributes:
        attended: number of attended sessions, 0 for those who never start.
        planned: sessions the treatment would have taken.
        ending: index into ENDINGS, as it would be if nobody stopped the clock.
        pair: the pair's own part of the alliance, SRS points.
        focus: item (0-3) that falls most in a rupture.
        alliance: episodes x LONGEST, latent SRS total before the cap at 40.
        dip: episodes x LONGEST, points below the usual level by rupture.
        is_open: episodes x LONGEST, a rupture is open.
        ruptures: those planted, reached or not.
    """

    attended: np.ndarray
    planned: np.ndarray
    ending: np.ndarray
    pair: np.ndarray
    focus: np.ndarray
    alliance: np.ndarray
    dip: np.ndarray
    is_open: np.ndarray
    ruptures: Ruptures


def _draw_ruptures(
    rng: np.random.Generator, episode: np.ndarray, onset: np.ndarray, repair_effect: np.ndarray
) -> Ruptures:
    """Draw shape, depth and repair of one rupture in each of the given episodes."""
    count = len(episode)
    depth = np.maximum(
        rng.normal(value("rupture_depth_mean"), value("rupture_depth_sd"), count),
        value("rupture_depth_min"),
    )
    is_slow = rng.random(count) < value("rupture_slow_share")
    decline = np.where(is_slow, rng.integers(3, int(value("rupture_slow_max")) + 1, count), 1)
    deepest = onset + decline - 1
    share = value("repair_share")
    chance = 1 / (1 + np.exp(-(np.log(share / (1 - share)) + repair_effect)))
    wait = rng.integers(1, int(value("repair_sessions_max")) + 1, count)
    repaired = np.where(rng.random(count) < chance, deepest + wait, 0)
    return Ruptures(episode, onset, depth, is_slow, deepest, repaired)


def _plant_ruptures(
    rng: np.random.Generator, plan: Plan, clinicians: Clinicians
) -> tuple[Ruptures, Ruptures]:
    """First ruptures, and second ones after a repair."""
    first_session = int(value("rupture_first_session"))
    chosen = np.flatnonzero(rng.random(len(plan)) < value("rupture_share"))
    onset = first_session + np.floor(
        rng.exponential(value("rupture_onset_mean"), len(chosen))
    ).astype(np.int64)
    first = _draw_ruptures(rng, chosen, onset, clinicians.repair[plan.clinician[chosen]])
    again = (first.repaired > 0) & (rng.random(len(chosen)) < value("rupture_second"))
    onset = first.repaired[again] + 2 + rng.integers(0, 5, int(again.sum()))
    second = _draw_ruptures(
        rng, chosen[again], onset, clinicians.repair[plan.clinician[chosen[again]]]
    )
    return first, second


def _dip(ruptures: Ruptures, episodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Points below the usual level and whether a rupture is open: episodes x LONGEST."""
    session = np.arange(1, LONGEST + 1)[None, :]
    onset = ruptures.onset[:, None]
    deepest = ruptures.deepest[:, None]
    repaired = ruptures.repaired[:, None]
    is_open = (session >= onset) & ((repaired == 0) | (session < repaired))
    fall = np.clip((session - onset + 1) / (deepest - onset + 1), 0.0, 1.0)
    settle = np.where(
        repaired == 0, value("rupture_settling") ** np.maximum(session - deepest, 0), 1.0
    )
    points = np.zeros((episodes, LONGEST), dtype=np.float32)
    opened = np.zeros((episodes, LONGEST), dtype=bool)
    points[ruptures.episode] = np.where(is_open, ruptures.depth[:, None] * fall * settle, 0.0)
    opened[ruptures.episode] = is_open
    return points, opened


def _dropout_session(
    rng: np.random.Generator,
    plan: Plan,
    clinicians: Clinicians,
    clients: Clients,
    *,
    pair: np.ndarray,
    is_open: np.ndarray,
) -> np.ndarray:
    """Session after which the client would stop coming; LONGEST + 1 where never."""
    base = np.full(LONGEST, value("dropout_logit_later"))
    base[0], base[1] = value("dropout_logit_first"), value("dropout_logit_second")
    base[10:] = value("dropout_logit_late")
    level = clients.alliance[plan.client] + pair + clinicians.alliance[plan.clinician]
    spread = np.hypot(value("alliance_client_sd"), value("alliance_pair_sd"))
    unmet = clients.preference_recorded & ~clients.preference_met
    own = (
        clinicians.dropout[plan.clinician]
        + value("dropout_alliance") * level / spread
        + value("dropout_severity") * clients.severity[plan.client]
        + value("dropout_preference") * unmet[plan.client]
        + value("dropout_trainee") * (clinicians.role == "trainee")[plan.clinician]
    )
    logit = base[None, :] + own[:, None] + value("dropout_open_rupture") * is_open
    stops = rng.random(logit.shape) < 1 / (1 + np.exp(-logit))
    return np.where(stops.any(axis=1), stops.argmax(axis=1) + 1, LONGEST + 1)


def _other_ending(
    rng: np.random.Generator, count: int, *, may_transfer: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Session and cause of an ending neither planned nor a dropout, had nothing come first."""
    hazards = np.array([value(f"hazard_{cause}") for cause in _OTHER_CAUSES])
    if not may_transfer:
        hazards[0] = 0.0
    session = rng.geometric(hazards.sum(), count)
    cause = TRANSFERRED + rng.choice(len(hazards), count, p=hazards / hazards.sum())
    return session, cause


def run_course(
    rng: np.random.Generator,
    plan: Plan,
    clinicians: Clinicians,
    clients: Clients,
    *,
    may_transfer: bool,
) -> Course:
    """Live through a block of episodes.

    Args:
        rng: the stream of draws.
        plan: the episodes.
        clinicians: the practice's clinicians.
        clients: the clients the plan points to.
        may_transfer: False for episodes that come from a transfer themselves.

    Returns:
        The course of each episode; nothing in it knows a calendar.
    """
    count = len(plan)
    pair = rng.normal(0.0, value("alliance_pair_sd"), count)
    length = value("planned_length_median") * np.exp(
        rng.normal(0.0, value("planned_length_log_sd"), count)
    )
    planned = np.clip(np.round(length), SHORTEST_PLAN, LONGEST).astype(np.int64)
    first, second = _plant_ruptures(rng, plan, clinicians)
    dip, is_open = _dip(first, count)
    dip_again, open_again = _dip(second, count)
    dip, is_open = dip + dip_again, is_open | open_again

    drops = _dropout_session(rng, plan, clinicians, clients, pair=pair, is_open=is_open)
    other, cause = _other_ending(rng, count, may_transfer=may_transfer)
    attended = np.minimum(np.minimum(drops, planned), other)
    ending = np.select([attended == planned, attended == other], [PLANNED, cause], DROPOUT).astype(
        np.int64
    )
    never = (rng.random(count) < value("never_started_share")) & (plan.arrival == "new")
    attended = np.where(never, 0, attended)
    ending = np.where(never, NEVER_STARTED, ending)

    session = np.arange(1, LONGEST + 1, dtype=np.float32)[None, :]
    level = (
        value("alliance_start")
        + clients.alliance[plan.client]
        + pair
        + clinicians.alliance[plan.clinician]
    )
    noise = rng.standard_normal((count, LONGEST), dtype=np.float32)
    within = clients.within_sd[plan.client][:, None].astype(np.float32)
    usual = level[:, None].astype(np.float32) + np.float32(value("alliance_growth")) * np.log2(
        session
    )
    alliance = np.minimum(usual, np.float32(value("alliance_top"))) - dip + within * noise
    return Course(
        attended=attended,
        planned=planned,
        ending=ending,
        pair=pair,
        focus=rng.integers(0, 4, count),
        alliance=alliance,
        dip=dip,
        is_open=is_open,
        ruptures=Ruptures(
            *(
                np.concatenate([getattr(first, name), getattr(second, name)])
                for name in Ruptures.__dataclass_fields__
            )
        ),
    )
