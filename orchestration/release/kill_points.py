"""Named moments at which a test may end the process, as a power cut would.

Here: the names, in the order in which a build passes them, and the cut itself. Not here: recovery
(pointer.py, publish.py). Outside tests the environment variable is not set and ``reach`` does
nothing.
"""

from __future__ import annotations

import os
import signal

VARIABLE = "RAPPORT_TEST_KILL_AT"

BUILD_STEPS = (
    "recovered",
    "landed",
    "context_written",
    "warehouse_built",
)

PUBLISH_STEPS = (
    "gates_passed",
    "helpers_dropped",
    "analyst_written",
    "verified",
    "sealed",
    "supervision_in_place",
    "analyst_in_place",
    "pointer_staged",
    "pointer_swapped",
    "link_swapped",
    "card_written",
    "note_written",
    "swept",
)

STEPS = BUILD_STEPS + PUBLISH_STEPS


def reach(step: str) -> None:
    """Say that the build has come to this step; a test may have asked for the end here.

    Args:
        step: one of ``STEPS``.

    Raises:
        ValueError: the step has no such name, so that no kill point can be forgotten in the list.
    """
    if step not in STEPS:
        raise ValueError(f"unknown kill point {step}")
    if os.environ.get(VARIABLE) == step:
        os.kill(os.getpid(), signal.SIGKILL)
