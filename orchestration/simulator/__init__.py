"""A believable practice with known truth, written as the deliveries that its systems would make.

`simulate` is all that others need, and `write_demo_config` for a home that reads what it writes.
The parts: parameters (every figure with its source), people, course (inside an episode), bookings,
diary (weeks to dates), practice (all of it together), details, forms, records (what is written
down), corrections, knowledge (what was known when), questionnaires, exports, clean_up, reviews,
truth.
Nothing in here is used by the pipeline.
"""

from orchestration.simulator.demo import DEMO_PRACTICE, write_demo_config
from orchestration.simulator.simulate import simulate
from orchestration.simulator.truth import Truth

__all__ = ["DEMO_PRACTICE", "Truth", "simulate", "write_demo_config"]
