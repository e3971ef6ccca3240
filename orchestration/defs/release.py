"""Stage 3, release: the build file becomes the current release.

Here: one asset, downstream of every table that a release holds. Not here: the protocol
(release/publish.py).
"""

from __future__ import annotations

import dagster as dg

from orchestration.defs.exports import OWNERS
from orchestration.defs.session import plain_failure
from orchestration.defs.warehouse import MANIFEST, asset_key
from orchestration.pipeline import BuildSession, publish
from orchestration.release.publish import HELPER_SCHEMAS

RELEASE = dg.AssetKey("release")

_TABLES = [
    asset_key(node)
    for node in MANIFEST["nodes"].values()
    if node["resource_type"] in ("model", "seed") and node["schema"] not in HELPER_SCHEMAS
]


@dg.asset(
    key=RELEASE,
    deps=_TABLES,
    group_name="release",
    kinds={"duckdb", "file"},
    owners=OWNERS,
    description=(
        "The files people read: releases/current and its analyst twin. Published only when every "
        "blocking check passes; otherwise the release that was current still is."
    ),
)
def release(session: dg.ResourceParam[BuildSession]) -> dg.MaterializeResult:
    """Publish the finished build."""
    with plain_failure():
        published = publish(session)
    return dg.MaterializeResult(
        metadata={
            "release_id": published.release_id,
            "as_of": published.as_of,
            "tables": len(published.row_counts),
            "dagster/row_count": sum(published.row_counts.values()),
            "sha256": published.sha256,
        }
    )


defs = dg.Definitions(assets=[release])
