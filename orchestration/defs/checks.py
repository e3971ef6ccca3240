"""Checks of our own, beside dbt's tests.

Here: what no SQL in the warehouse can see: the files before dbt reads them, and the release after
it was published. Not here: rules about rows (dbt tests, quality.check_result).
"""

from __future__ import annotations

import dagster as dg

from orchestration.defs.exports import LEDGER
from orchestration.defs.release import RELEASE
from orchestration.pipeline import BuildSession
from orchestration.release.catalogue import damage, pointed_release
from orchestration.release.gates import unaccounted_rows


@dg.asset_check(
    asset=LEDGER,
    name="rows_are_conserved",
    description="Records read = accepted + quarantined + collapsed + filtered, in every file.",
)
def rows_are_conserved(session: dg.ResourceParam[BuildSession]) -> dg.AssetCheckResult:
    """Count the landed files against the ledger; the release stage stops on the same rule."""
    problems = unaccounted_rows(session.settings.home)
    return dg.AssetCheckResult(
        passed=not problems, metadata={"violated": len(problems), "problems": problems[:20]}
    )


@dg.asset_check(
    asset=RELEASE,
    name="current_release_is_whole",
    description="What current.json names is there, and its bytes are those that were published.",
)
def current_release_is_whole(session: dg.ResourceParam[BuildSession]) -> dg.AssetCheckResult:
    """Compare the current release with its SHA-256."""
    home = session.settings.home
    current = pointed_release(home)
    problem = "current.json cannot be read" if current is None else damage(home, current)
    return dg.AssetCheckResult(passed=problem is None, metadata={"problem": problem or "none"})


defs = dg.Definitions(asset_checks=[rows_are_conserved, current_release_is_whole])
