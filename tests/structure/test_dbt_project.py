"""The warehouse keeps its form: layers, one YAML per model, grain, contracts, documented columns.

Belongs here: rules read from dbt's manifest. Does not belong here: whether a rule of a metric is
right (unit tests beside the models, `tests/oracle`).
"""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from orchestration.contracts.reviews import LANDED_FEEDS
from tests.support import REPO

PROJECT = REPO / "dbt_project"
SHOWN = {"core", "metrics", "quality", "meta", "analyst"}
MAY_READ = {
    "staging": {"source", "seed", "staging"},
    # An intermediate model stands before one table, of whichever layer; what it may never do is
    # reach past staging, or carry a metric back into core (next test).
    "intermediate": {"staging", "seed", "intermediate", "core", "metrics", "quality"},
    "core": {"staging", "intermediate", "core", "seed"},
    "metrics": {"staging", "intermediate", "core", "metrics", "seed"},
    "quality": {"staging", "intermediate", "core", "metrics", "quality", "seed"},
    "meta": {"staging", "seed", "core", "intermediate"},
    "analyst": {"core", "metrics", "quality", "meta", "intermediate", "seed", "staging"},
}
DIALECT = re.compile(
    r"\b(list_reduce|list_transform|list_filter|list_aggregate|quantile_cont|median|arg_max|arg_min"
    r"|strftime|strptime|epoch|unnest|read_parquet|regexp_extract|date_diff|datediff)\("
)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict:
    target = tmp_path_factory.mktemp("manifest")
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            "parse",
            "--profiles-dir",
            ".",
            "--target-path",
            str(target),
            "--log-path",
            str(target),
            "--no-partial-parse",
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "RAPPORT_HOME": str(target),
            "RAPPORT_BUILD_FILE": str(target / "b.duckdb"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    # dbt announces what the next version will refuse; a project that is a model has none of it.
    assert "Deprecation" not in done.stdout, done.stdout
    return json.loads((target / "manifest.json").read_text())


def models(manifest: dict) -> list[dict]:
    return [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]


def layer(node: dict) -> str:
    return node["resource_type"] if node["resource_type"] != "model" else node["fqn"][1]


def test_every_layer_reads_only_what_it_may(manifest: dict) -> None:
    everything = manifest["nodes"] | manifest["sources"]
    wrong = [
        f"{node['name']} ({layer(node)}) reads {parent}"
        for node in models(manifest)
        for parent in node["depends_on"]["nodes"]
        if layer(everything[parent]) not in MAY_READ[layer(node)]
    ]
    assert wrong == []


def test_no_core_table_rests_on_a_metric(manifest: dict) -> None:
    """Metrics read core; a way back, through however many intermediate models, would be a knot."""
    nodes = manifest["nodes"]

    def ancestors(unique_id: str) -> set[str]:
        parents = nodes.get(unique_id, {}).get("depends_on", {}).get("nodes", [])
        return set(parents).union(*(ancestors(p) for p in parents))

    for node in models(manifest):
        if layer(node) == "core":
            above = {nodes[a]["fqn"][1] for a in ancestors(node["unique_id"]) if a in nodes}
            assert not above & {"metrics", "quality", "analyst"}, node["name"]


def test_every_model_has_its_own_yaml_and_says_its_grain(manifest: dict) -> None:
    wrong = []
    for node in models(manifest):
        sql = PROJECT / node["original_file_path"]
        patch = (node["patch_path"] or "").removeprefix("rapport://")
        if PROJECT / patch != sql.with_suffix(".yml"):
            wrong.append(f"{node['name']}: described in {patch or 'nothing'}")
        if not node["description"].startswith("One row per "):
            wrong.append(f"{node['name']}: does not open with its grain")
    assert wrong == []


def test_what_others_rely_on_is_under_contract_and_documented(manifest: dict) -> None:
    wrong = []
    for node in models(manifest):
        if layer(node) in SHOWN:
            if not node["config"]["contract"]["enforced"]:
                wrong.append(f"{node['name']}: no contract")
            for name, column in node["columns"].items():
                if not column["description"]:
                    wrong.append(f"{node['name']}.{name}: not described")
                if not column["data_type"]:
                    wrong.append(f"{node['name']}.{name}: no type")
    assert wrong == []


def test_every_shown_table_proves_a_key(manifest: dict) -> None:
    tested: dict[str, set[str]] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "test" and node.get("test_metadata"):
            name = node["test_metadata"]["name"]
            tested.setdefault(node["attached_node"] or "", set()).add(name)
    keyless = [
        node["name"]
        for node in models(manifest)
        if layer(node) in SHOWN
        and not tested.get(node["unique_id"], set()) & {"unique", "unique_combination"}
        and not any(c["type"] == "primary_key" for c in node["constraints"])
        and not any(
            c["type"] == "primary_key"
            for col in node["columns"].values()
            for c in col["constraints"]
        )
    ]
    assert keyless == []


def test_no_reader_of_ruptures_mixes_methods(manifest: dict) -> None:
    """`metrics.rupture` holds the same rupture once per method: a reader names the one it wants."""
    wrong = [
        node["name"]
        for node in models(manifest)
        if "model.rapport.rupture" in node["depends_on"]["nodes"]
        and "method_id" not in node["raw_code"]
    ]
    assert wrong == []


LEFT_JOIN = re.compile(
    r"left join\s+(?P<table>\S+)(?:\s+as\s+(?P<alias>\w+))?\s+on(?P<on>.*?)"
    r"(?=\s(?:left|inner|cross|full) join\s|\s(?:where|group by|qualify|order by|union)\s|\n\)|\Z)",
    re.DOTALL,
)
# Left joins to tables of a few rows, where it does not matter.
SMALL = {"recognised", "ambiguities", "age_bands", "caseness", "coefficients"}


def test_no_left_join_compares_every_row_with_every_row(manifest: dict) -> None:
    """DuckDB hashes a left join only where every condition compares it with the joined table.

    One condition on the left side alone, or an "or", and it compares every row with every row: two
    hours instead of twenty seconds for the scores of a million sessions.
    """
    slow = []
    for model in models(manifest):
        for join in LEFT_JOIN.finditer(re.sub(r"--.*|\{[{%#].*?[}%#]\}", "", model["raw_code"])):
            joined = join["alias"] or join["table"]
            for condition in re.split(r"\band\b(?![^(]*\bthen\b)", join["on"]):
                lacks = f"{joined}." not in condition and re.search(r"\w\.\w", condition)
                if joined not in SMALL and (lacks or re.search(r"\bor\b", condition)):
                    slow.append(f"{model['name']}: {joined}: {' '.join(condition.split())}")
    assert not slow


def test_dialect_stands_in_macros_only(manifest: dict) -> None:
    """What differs between engines is dispatched (`macros/`), so that a model reads anywhere."""
    wrong = {}
    for node in models(manifest):
        code = re.sub(r"--.*|\{#.*?#\}", "", node["raw_code"])
        words = set(DIALECT.findall(code))
        if words:
            wrong[node["name"]] = sorted(words)
    assert wrong == {}


def test_seeds_say_where_each_row_comes_from() -> None:
    for name in ("parameters", "instruments", "instrument_cutoffs", "signal_rules", "benchmarks"):
        header, *rows = (REPO / "seeds" / f"{name}.csv").read_text().splitlines()
        assert "source" in header.split(","), name
        assert rows, name


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("parameters", ("parameter_id", "instrument")),
        ("metric_definitions", ("metric_id",)),
        ("rupture_methods", ("method_id",)),
        ("intake_rules", ("rule",)),
    ],
)
def test_no_seed_row_stands_twice(name: str, key: tuple[str, ...]) -> None:
    """Two branches that both change a row leave both behind; a parameter would count twice."""
    with (REPO / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        keys = [tuple(row[part] for part in key) for row in csv.DictReader(file)]
    assert [k for k in set(keys) if keys.count(k) > 1] == []


@pytest.mark.parametrize("path", sorted((REPO / "seeds").glob("*.csv")), ids=lambda p: p.stem)
def test_a_seed_row_has_as_many_cells_as_its_head(path: Path) -> None:
    # A comma in a sentence without quotes would stop every build.
    with path.open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert [row for row in rows if len(row) != len(head)] == []


def test_every_seed_is_described(manifest: dict) -> None:
    seeds = [n for n in manifest["nodes"].values() if n["resource_type"] == "seed"]
    assert {s["name"] for s in seeds} == {p.stem for p in (REPO / "seeds").glob("*.csv")}
    assert [s["name"] for s in seeds if not s["description"]] == []


def test_sources_are_the_contract_of_the_feeds() -> None:
    """Python's contract and dbt's sources may not drift; the difference is printed both ways."""
    declared = yaml.safe_load((PROJECT / "models" / "sources" / "landing.yml").read_text())
    tables = {t["name"]: t for source in declared["sources"] for t in source["tables"]}
    missing, extra = {}, {}
    for name, feed in LANDED_FEEDS.items():
        landed = set(feed.landed_schema())
        described = {c["name"] for c in tables[name]["columns"]}
        if landed - described:
            missing[name] = sorted(landed - described)
        if described - landed:
            extra[name] = sorted(described - landed)
    assert (missing, extra) == ({}, {})
