"""How much `make validity` simulates, and the small sizes of its own tests.

Here: numbers of practices. Not here: seeds, which stand beside what they draw.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Practices per setting.

    Attributes:
        tuning_practices: for the choice of a detector's figures.
        proof_practices: for the held-out tables.
        coverage_practices: for intervals where the assumptions hold.
        other_practices: for intervals in each world that breaks one.
    """

    tuning_practices: int = 200
    proof_practices: int = 80
    coverage_practices: int = 1000
    other_practices: int = 300


FULL = Sizes()
