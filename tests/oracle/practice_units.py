"""Every unit of every share and mean that the long metric tables count.

Belongs here: bringing the parts together. Does not belong here: a population (`figures*.py`).
"""

from __future__ import annotations

from tests.oracle import (
    figures,
    figures_alliance,
    figures_claims,
    figures_dropout,
    figures_outcome,
    figures_repair,
)
from tests.oracle.agenda import Desk
from tests.oracle.figures import Unit
from tests.oracle.reading import Reading

PARTS = (
    figures,
    figures_alliance,
    figures_claims,
    figures_dropout,
    figures_outcome,
    figures_repair,
)
MEANS = {
    "early_alliance",
    "early_alliance_3_5",
    "early_coverage",
    "alliance_level",
    "alliance_minimum",
    "candour_spread",
    "attunement_bias",
    "attunement_mad",
    "attunement_tracking",
    "rupture_depth",
    "severity_adjusted",
    "gap_variation",
}


def practice_units(reading: Reading) -> list[Unit]:
    """All units of a practice up to its as_of."""
    found = [unit for part in PARTS for unit in part.units(reading)]
    found += Desk(reading, reading.practice.reviews).units()
    return [unit for unit in found if unit.on <= reading.as_of]
