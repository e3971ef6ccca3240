"""The proof: every method on seeds that no figure was chosen on.

Here: the held-out settings and the rules that run over them. Not here: counting (detection.py),
words (report.py).
"""

from __future__ import annotations

from validity.detection import Counts, Rule, detect
from validity.series import SHAPES, Setting
from validity.tuning import CANONICAL, NULL, OPTION

HELD_OUT_SEED = 2000
CARRIED = "noise carried over"
CARRY_OVER = 0.3

# Stricter thresholds of cusum_shrunk, for readers who expect harder null data than the tuning's:
# every client as unsteady as the pooled spread, or noise that wanders.
STRICTER = {1.55: f"{OPTION} at 1.55", 1.7: f"{OPTION} at 1.7"}
POSSIBLE_TOO = f"{CANONICAL} at k 2.0"
VARIANTS = (
    Rule(CANONICAL, POSSIBLE_TOO, {"k_sigma": 2.0}),
    *(Rule(OPTION, name, {"k_sigma": threshold}) for threshold, name in STRICTER.items()),
)


def held_out_settings(practices: int) -> dict[str, Setting]:
    """Null data of four kinds and every shape, each with fresh and with carried-over noise."""
    calibration = {"practices": practices, "sessions": 10}
    return {
        NULL: Setting(None, practices=practices),
        f"{NULL}, {CARRIED}": Setting(None, CARRY_OVER, practices=practices),
        f"{NULL}, spread 2.5": Setting(None, spread=2.5, **calibration),
        f"{NULL}, spread 1.5": Setting(None, spread=1.5, **calibration),
        **{shape: Setting(shape, practices=practices) for shape in SHAPES},
        **{
            f"{shape}, {CARRIED}": Setting(shape, CARRY_OVER, practices=practices)
            for shape in SHAPES
        },
    }


def prove(practices: int) -> dict[str, dict[str, Counts]]:
    """Run every method over the held-out settings: counts by setting and method."""
    return detect(held_out_settings(practices), HELD_OUT_SEED, VARIANTS)
