"""Stage 2, warehouse: dbt, from the landing to the build file.

Here: the dbt assets, how dbt's nodes become Dagster's assets and checks. Not here: running dbt
(warehouse.py), the SQL (dbt_project/).

dbt builds everything in one call into a fresh file, also when only some assets were asked for: a
part of the warehouse would mix two states. Only what was asked for is reported.
"""

# No postponed annotations here: Dagster reads the type of ``config`` from the signature itself.
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtProject,
    dbt_assets,
)

from orchestration.defs.exports import OWNERS
from orchestration.defs.session import plain_failure
from orchestration.manifest import held_manifest
from orchestration.pipeline import BuildSession, StageFailedError, build
from orchestration.warehouse import Node


def with_every_test_attached(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give each test that asks several tables one of them to stand at: the first it names.

    Without that dagster-dbt makes no check of it, and a test that fails would show nowhere.
    """
    nodes = dict(manifest["nodes"])
    for unique_id, node in manifest["nodes"].items():
        asked = node["depends_on"].get("nodes", [])
        if node["resource_type"] != "test" or node.get("attached_node") or len(asked) < 2:
            continue
        first = next(nodes[each]["name"] for each in asked if each in nodes)
        meta = node["config"].get("meta", {}) | {"dagster": {"ref": {"name": first}}}
        nodes[unique_id] = {**node, "config": {**node["config"], "meta": meta}}
    return {**manifest, "nodes": nodes}


# The one thing that is read when this module is imported: Dagster cannot know its assets without.
MANIFEST = with_every_test_attached(held_manifest().content)


def asset_key(node: Mapping[str, Any]) -> dg.AssetKey:
    """The key of a seed, model or source: ``schema/table``, as a person would query it."""
    if node["resource_type"] == "source":
        return dg.AssetKey([node["source_name"], node["name"]])
    return dg.AssetKey([node["schema"], node.get("alias") or node["name"]])


class RapportTranslator(DagsterDbtTranslator):
    """Names dbt's nodes as ``schema/table`` and files them under their schema."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Describe one seed, model or source; sources carry the keys of the exports' assets."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = self.get_resource_props(manifest, unique_id)
        key = asset_key(node)
        schema, name = key.path
        shape = node.get("config", {}).get("materialized") or node["resource_type"]
        return spec.replace_attributes(
            key=key,
            group_name=schema,
            kinds={"dbt", "duckdb", shape},
            owners=OWNERS,
            # dagster-dbt adds the whole SQL to every description; the file is one click away.
            description=node.get("description") or f"The {node['resource_type']} {name}.",
        )


TRANSLATOR = RapportTranslator(DagsterDbtTranslatorSettings(enable_source_tests_as_checks=True))

# Written by the warehouse stage itself at its start, so nothing materialises them on their own.
INPUTS = [
    dg.AssetSpec(
        asset_key(source),
        group_name="build",
        kinds={"parquet"},
        owners=OWNERS,
        description=source["description"],
    )
    for source in MANIFEST["sources"].values()
    if source["source_name"] == "build"
]


class BuildConfig(dg.Config):
    """What a person may choose for one build."""

    as_of: str = ""  # ISO date; empty for the rule of design.md 3.2


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=TRANSLATOR, name="warehouse")
def warehouse(
    context: dg.AssetExecutionContext,
    config: BuildConfig,
    session: dg.ResourceParam[BuildSession],
) -> Iterator[dg.Output | dg.AssetCheckResult]:
    """Run dbt once; report every seed, model and test, those before a failure included."""
    reporter = Reporter(context)
    nodes: list[Node] = []
    failure: StageFailedError | None = None
    try:
        build(session, date.fromisoformat(config.as_of) if config.as_of else None, nodes.append)
    except StageFailedError as error:
        failure = error
    for node in nodes:
        yield from reporter.events(node)
    if failure is not None:
        with plain_failure():
            raise failure


class Reporter:
    """Says in Dagster's words what became of dbt's nodes."""

    def __init__(self, context: dg.AssetExecutionContext) -> None:
        self._assets = context.selected_asset_keys
        self._checks = {
            spec.metadata["dagster_dbt/unique_id"]: spec
            for spec in context.assets_def.check_specs
            if spec.key in context.selected_asset_check_keys
        }

    def events(self, node: Node) -> Iterator[dg.Output | dg.AssetCheckResult]:
        """Events of one finished node: none where it was skipped or not asked for."""
        if node.status == "skipped":
            return
        if node.kind == "test":
            yield from self._check(node)
        elif node.is_good and node.unique_id in MANIFEST["nodes"]:
            key = asset_key(MANIFEST["nodes"][node.unique_id])
            if key in self._assets:
                yield dg.Output(
                    None,
                    output_name=key.to_python_identifier(),
                    metadata={"seconds": round(node.seconds, 3)},
                )

    def _check(self, node: Node) -> Iterator[dg.AssetCheckResult]:
        spec = self._checks.get(node.unique_id)
        if spec is None:
            return
        warns = MANIFEST["nodes"][node.unique_id]["config"].get("severity", "").lower() == "warn"
        yield dg.AssetCheckResult(
            passed=node.status == "pass",
            asset_key=spec.asset_key,
            check_name=spec.name,
            severity=dg.AssetCheckSeverity.WARN if warns else dg.AssetCheckSeverity.ERROR,
            metadata={"violated_rows": node.failures or 0, "seconds": round(node.seconds, 3)},
        )


defs = dg.Definitions(assets=[*INPUTS, warehouse])
