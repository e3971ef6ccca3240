"""The people of the simulated practice: clinicians with their true skill, and clients.

What a person is like stands here; what happens to them stands in course.py. Skill effects of the
clinicians are rescaled to have mean 0 and exactly the spread the parameters ask for, so that a
practice of twelve holds the variance share it was asked to hold and not whatever twelve draws give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from orchestration.simulator.parameters import value

SITES = ("north", "river", "hill")
GENDERS = ("woman", "man", "non_binary", "unknown")
# Variance of a standard logistic distribution: what "share of variance" means for a logit.
LOGISTIC_VARIANCE = np.pi**2 / 3


@dataclass(frozen=True)
class Clinicians:
    """One entry per clinician; effects are true values that no export holds.

    Attributes:
        ids: raw ids as the practice system writes them.
        role: staff, trainee or supervisor.
        site: site code.
        uses_wai: True where the alliance is asked with the WAI-SR instead of the SRS.
        rates_too: True where the clinician rates the alliance as well.
        weight: share of the new clients.
        start_week, end_week: first week and the week after the last, in working weeks.
        alliance: effect on the SRS total, points.
        dropout: effect on the dropout hazard, logits.
        repair: effect on the chance of a repair, logits.
        missing: effect on the chance of a missing form, logits.
        cancels: ratio on the clinician's own cancellations.
    """

    ids: np.ndarray
    role: np.ndarray
    site: np.ndarray
    uses_wai: np.ndarray
    rates_too: np.ndarray
    weight: np.ndarray
    start_week: np.ndarray
    end_week: np.ndarray
    alliance: np.ndarray
    dropout: np.ndarray
    repair: np.ndarray
    missing: np.ndarray
    cancels: np.ndarray


@dataclass(frozen=True)
class Clients:
    """One entry per client; `alliance`, `within_sd`, `is_ceiling` and `gain` are true values.

    Attributes:
        birth_year: calendar year.
        gender: a code of GENDERS.
        trauma: yes, no or unknown, as recorded.
        preference_recorded, preference_met: what the practice wrote down.
        severity: intake severity in standard deviations.
        alliance: the client's own part of the alliance, SRS points.
        within_sd: spread from session to session, SRS points.
        is_ceiling: answers 40 whatever happens.
        gain: ORS points per doubling of sessions.
    """

    birth_year: np.ndarray
    gender: np.ndarray
    trauma: np.ndarray
    preference_recorded: np.ndarray
    preference_met: np.ndarray
    severity: np.ndarray
    alliance: np.ndarray
    within_sd: np.ndarray
    is_ceiling: np.ndarray
    gain: np.ndarray

    def __len__(self) -> int:
        """Number of clients."""
        return len(self.birth_year)


def alliance_effect_sd() -> float:
    """Spread of clinicians that gives the published share of the variance of an early mean.

    Source: metrics.md 2.5; the rest of the variance is clients, pairs and a third of the noise.
    """
    rest = (
        value("alliance_client_sd") ** 2
        + value("alliance_pair_sd") ** 2
        + value("within_sd_median") ** 2 / 3
    )
    return float(np.sqrt(value("alliance_icc") / (1 - value("alliance_icc")) * rest))


def dropout_effect_sd() -> float:
    """Spread of clinicians in logits that gives the published share of dropout variance.

    Source: metrics.md 5.1 [V39].
    """
    icc = value("dropout_icc")
    return float(np.sqrt(icc / (1 - icc) * LOGISTIC_VARIANCE))


def _effects(rng: np.random.Generator, count: int, sd: float) -> np.ndarray:
    """Draw effects with mean 0 and, from four clinicians on, exactly the spread asked for."""
    drawn = rng.normal(0.0, 1.0, count)
    if count < 4:
        return drawn * sd
    drawn = drawn - drawn.mean()
    return drawn / drawn.std(ddof=1) * sd


def _roles(count: int) -> np.ndarray:
    """Supervisors first, then trainees, then staff; a practice of one is one supervisor."""
    supervisors = max(1, round(count * value("supervisor_share")))
    trainees = min(round(count * value("trainee_share")), count - supervisors)
    roles = np.full(count, "staff", dtype=object)
    roles[:supervisors] = "supervisor"
    roles[supervisors : supervisors + trainees] = "trainee"
    return roles


def make_clinicians(rng: np.random.Generator, count: int, weeks: int) -> Clinicians:
    """Draw the clinicians.

    Args:
        rng: the stream of draws.
        count: how many, at least 1.
        weeks: working weeks the practice is observed.

    Returns:
        One entry per clinician. From six clinicians on the last one leaves at about 70 % of the
        time, so that a caseload is handed over.
    """
    role = _roles(count)
    sites = SITES if count >= 6 else SITES[:2]
    site = np.array([sites[i % len(sites)] for i in range(count)], dtype=object)
    is_trainee = role == "trainee"
    start = np.where(is_trainee, rng.integers(0, max(weeks // 3, 1), count), 0)
    end = np.full(count, weeks + 1)
    if count >= 6:
        end[-1] = int(weeks * 0.7)
    weight = np.select([role == "supervisor", is_trainee], [0.5, 0.7], 1.0)
    weight = weight * rng.uniform(0.8, 1.2, count) * (np.minimum(end, weeks) - start)
    return Clinicians(
        ids=np.array([f"k{i + 1:03d}" for i in range(count)], dtype=object),
        role=role,
        site=site,
        uses_wai=site == sites[-1],
        rates_too=np.arange(count) % 3 == 2,
        weight=weight / weight.sum(),
        start_week=start,
        end_week=end,
        alliance=_effects(rng, count, alliance_effect_sd())
        + np.where(is_trainee, value("trainee_alliance"), 0.0),
        dropout=_effects(rng, count, dropout_effect_sd()),
        repair=_effects(rng, count, value("repair_clinician_sd")),
        missing=_effects(rng, count, value("form_missing_clinician_sd")),
        cancels=np.exp(_effects(rng, count, value("clinician_cancel_log_sd"))),
    )


def make_clients(rng: np.random.Generator, count: int, year: int) -> Clients:
    """Draw clients.

    Args:
        rng: the stream of draws.
        count: how many.
        year: calendar year at the end, for years of birth; everyone is 18 or older.

    Returns:
        One entry per client.
    """
    trauma_draw = rng.random(count)
    has_trauma = trauma_draw < value("trauma_share")
    unknown = trauma_draw > 1 - value("trauma_unknown_share")
    is_ceiling = rng.random(count) < value("ceiling_share")
    alliance = rng.normal(0.0, value("alliance_client_sd"), count)
    alliance = alliance + np.where(has_trauma, value("trauma_alliance"), 0.0)
    alliance = alliance - value("trauma_alliance") * value("trauma_share")
    within = value("within_sd_median") * np.exp(rng.normal(0.0, value("within_sd_log_sd"), count))
    # The published link of alliance and outcome enters here: gain follows the client's alliance.
    r = value("alliance_outcome_r")
    z = alliance / value("alliance_client_sd")
    gain_z = r * z + np.sqrt(1 - r**2) * rng.normal(0.0, 1.0, count)
    recorded = rng.random(count) < value("preference_recorded_share")
    age = np.clip(18 + rng.gamma(2.6, 7.5, count), 18, 82).astype(np.int64)
    return Clients(
        birth_year=year - age - 3,
        gender=np.array(GENDERS, dtype=object)[
            rng.choice(len(GENDERS), count, p=[0.6, 0.34, 0.03, 0.03])
        ],
        trauma=np.select([has_trauma, unknown], ["yes", "unknown"], "no").astype(object),
        preference_recorded=recorded,
        preference_met=recorded & (rng.random(count) < value("preference_met_share")),
        severity=rng.normal(0.0, 1.0, count),
        alliance=alliance,
        within_sd=np.minimum(within, value("within_sd_max")),
        is_ceiling=is_ceiling,
        gain=value("ors_gain") + value("ors_gain_sd") * gain_z,
    )


def supervision_pairs(clinicians: Clinicians) -> np.ndarray:
    """Give every clinician a supervisor: an index into the clinicians, -1 where there is none.

    Supervisors see one another where there are two or more; nobody supervises themselves.
    """
    supervisors = np.flatnonzero(clinicians.role == "supervisor")
    pairs = np.full(len(clinicians.ids), -1)
    for i in range(len(clinicians.ids)):
        chosen = supervisors[i % len(supervisors)]
        if chosen == i:
            chosen = supervisors[(i + 1) % len(supervisors)]
        pairs[i] = chosen if chosen != i else -1
    return pairs
