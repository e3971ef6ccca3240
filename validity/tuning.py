"""The choice of cusum_shrunk's figures, on seeds that nothing else uses.

Here: the grid, the null data that false alarms are held to, and the choice. Not here: the proof,
which is on other seeds (report.py). The threshold of an allowance is the smallest of the grid at
which cusum_shrunk marks no more than the canonical rule in practices without any rupture; among
allowances the one that then finds most small drops and slow declines.
"""

from __future__ import annotations

from dataclasses import dataclass

from validity.detection import Counts, Rule, detect
from validity.series import Setting

CANONICAL, OPTION = "casesens_shrunk_sd", "cusum_shrunk"
TUNING_SEED = 100
GRID: dict[float, tuple[float, ...]] = {
    1.0: (1.35, 1.4, 1.45),
    1.25: (1.05, 1.1),
    1.5: (0.75, 0.8),
}
NULL = "null data"
SOUGHT = ("small drop", "slow decline")
_STEP = "step drop"


@dataclass(frozen=True)
class Candidate:
    """One point of the grid and what it did on the tuning seeds.

    Attributes:
        allowance, threshold: the figures.
        counts: by setting.
    """

    allowance: float
    threshold: float
    counts: dict[str, Counts]

    def sensitivity(self, shape: str) -> float:
        """Share of a shape found."""
        return self.counts[shape].sensitivity.estimate

    @property
    def alarms(self) -> float:
        """False alarms per 100 scored sessions."""
        return self.counts[NULL].alarms.estimate


def tuning_settings(practices: int) -> dict[str, Setting]:
    """The settings that figures are chosen on."""
    return {
        NULL: Setting(None, practices=practices),
        **{shape: Setting(shape, practices=practices) for shape in (_STEP, *SOUGHT)},
    }


def tune(practices: int) -> tuple[Candidate, list[Candidate]]:
    """Run the grid.

    Args:
        practices: how many of each setting.

    Returns:
        The canonical rule as it is, and every candidate.
    """
    variants = [
        Rule(OPTION, f"{allowance}/{threshold}", {"allowance": allowance, "k_sigma": threshold})
        for allowance, thresholds in GRID.items()
        for threshold in thresholds
    ]
    found = detect(tuning_settings(practices), TUNING_SEED, variants)

    def of(method: str) -> dict[str, Counts]:
        return {setting: methods[method] for setting, methods in found.items()}

    candidates = [
        Candidate(allowance, threshold, of(f"{allowance}/{threshold}"))
        for allowance, thresholds in GRID.items()
        for threshold in thresholds
    ]
    return Candidate(float("nan"), float("nan"), of(CANONICAL)), candidates


def choose(canonical: Candidate, candidates: list[Candidate]) -> Candidate:
    """Choose among candidates by the rule of this module.

    Raises:
        ValueError: no candidate keeps to the canonical rule's false alarms.
    """
    quiet = [c for c in candidates if c.alarms <= canonical.alarms]
    smallest = [
        c
        for c in quiet
        if c.threshold == min(o.threshold for o in quiet if o.allowance == c.allowance)
    ]
    if not smallest:
        raise ValueError("no candidate marks as little as the canonical rule")
    return max(smallest, key=lambda c: sum(c.sensitivity(shape) for shape in SOUGHT))
