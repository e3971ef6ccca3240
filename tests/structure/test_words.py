"""What a person reads stands in one place, and in sentences that can be read.

Belongs here: that no page, figure, chart or paper holds words of its own, and that the words are
short. What a page says once it runs is read by `tests/browser`.
"""

from __future__ import annotations

import ast
import csv
import re
from pathlib import Path

import pytest
import yaml

from dashboards.texts.review_log import KINDS
from tests.reading import long_sentences
from tests.support import REPO

DASHBOARDS = REPO / "dashboards"
# Where words may stand: texts/, the words of codes and formats, titles and first lines of pages.
HOME_OF_WORDS = ("texts", "wording.py", "registry.py")
SQL = ("queries", "relations.py")

# Modules that still hold words of their own: the list can only become shorter.
NOT_YET: frozenset[str] = frozenset({})
TOO_LONG_YET: frozenset[str] = frozenset({})

_TAG = re.compile(r"<[^<>]*>?|^[^<>]*>")
_WORDS = re.compile(r"[A-Za-z]{2,} [A-Za-z]{2,}")
# SQL, and the names of fonts.
_CODE = re.compile(r"^\s*(select|SET)\s|, sans-serif$")
_LABEL = re.compile(r"[A-Z][a-z]+\W*")


def modules() -> list[Path]:
    return sorted(
        p
        for p in DASHBOARDS.rglob("*.py")
        if p.relative_to(DASHBOARDS).parts[0] not in (*HOME_OF_WORDS, *SQL)
    )


def name_of(path: Path) -> str:
    return str(path.relative_to(DASHBOARDS))


def spoken(path: Path) -> list[str]:
    """Give the strings of a module that a person could read: not docstrings, not SQL, not errors.

    What is raised as a `WarehouseError` is shown, so it counts.
    """
    tree = ast.parse(path.read_text())
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            silent.add(id(node.value))
        elif isinstance(node, ast.Raise) and node.exc is not None:
            called = getattr(getattr(node.exc, "func", None), "id", "")
            if called not in ("WarehouseError", "NoReleaseError"):
                silent |= {id(inner) for inner in ast.walk(node.exc)}
    found = []
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in silent
        ):
            text = _TAG.sub(" ", node.value)
            is_code = _CODE.search(node.value) is not None
            if not is_code and (_WORDS.search(text) or _LABEL.fullmatch(text.strip())):
                found.append(node.value.strip())
    return found


def texts() -> dict[str, list[str]]:
    """Give all strings of the home of words by module."""
    found: dict[str, list[str]] = {}
    for place in HOME_OF_WORDS:
        path = DASHBOARDS / place
        for module in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            tree = ast.parse(module.read_text())
            silent = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            found[name_of(module)] = [
                node.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in silent
            ]
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_page_holds_no_words_of_its_own(path: Path) -> None:
    found = spoken(path)
    if name_of(path) in NOT_YET:
        assert found, "moved: take it off the list"
    else:
        assert not found


@pytest.mark.parametrize("module", sorted(texts()))
def test_a_sentence_can_be_read_in_one_breath(module: str) -> None:
    found = [sentence for text in texts()[module] for sentence in long_sentences(text)]
    if module in TOO_LONG_YET:
        assert found, "shortened: take it off the list"
    else:
        assert not found


def test_a_long_sentence_would_be_found() -> None:
    assert long_sentences("Short. " + "word " * 26)
    assert not long_sentences("word " * 24 + "word. " + "word " * 25)


# What a release brings to a page from the seeds, by seed and column.
SHOWN_OF_SEEDS = {
    "agenda_reasons": ("name", "template"),
    "benchmarks": ("label", "definition", "caveat"),
    "case_sentences": ("template",),
    "casemix_terms": ("name", "meaning"),
    "claim_metrics": ("part", "counted", "not_measured_reason"),
    "claims": ("title", "meaning", "supervisor_action", "evidence", "limits"),
    "flow_steps": ("name", "counted"),
    "intake_rules": ("meaning", "advice"),
    "metric_definitions": (
        "name",
        "short_name",
        "meaning",
        "formula",
        "population",
        "exclusions",
        "limits",
        "flag_reason",
        "proxy_note",
    ),
    "metric_versions": ("change",),
    "parameters": ("meaning",),
    "quality_checks": ("description", "affects", "advice"),
    "review_codes": ("words",),
    "rupture_methods": ("name", "rule", "limits"),
    "signal_rules": ("name", "rule", "reason_template"),
}


def seed(name: str) -> list[dict[str, str]]:
    with (REPO / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", sorted(SHOWN_OF_SEEDS))
def test_a_sentence_of_a_seed_can_be_read_in_one_breath(name: str) -> None:
    rows = seed(name)
    assert rows
    assert not [
        sentence
        for row in rows
        for column in SHOWN_OF_SEEDS[name]
        for sentence in long_sentences(row[column] or "")
    ]


def test_a_kind_of_entry_has_one_word() -> None:
    """Of an entry that the release holds and of one made since is said the same."""
    kinds = {row["code"]: row["words"] for row in seed("review_codes") if row["list"] == "kind"}
    assert kinds == KINDS


def test_every_source_by_number_can_be_looked_up() -> None:
    listed = (REPO / "docs" / "sources.md").read_text(encoding="utf-8")
    cited = {
        code
        for path in (REPO / "seeds").glob("*.csv")
        for row in seed(path.stem)
        for code in re.findall(r"\bV\d+\b", row.get("evidence") or "")
    }
    assert "V16" in cited
    assert not [code for code in cited if f"\n| {code} | <http" not in listed]


def test_a_definition_of_a_later_version_tells_what_changed_with_each() -> None:
    told: dict[str, list[int]] = {}
    for row in seed("metric_versions"):
        told.setdefault(row["metric_id"], []).append(int(row["version"]))
    versions = {row["metric_id"]: int(row["version"]) for row in seed("metric_definitions")}
    assert told == {m: list(range(2, v + 1)) for m, v in versions.items() if v > 1}


# Folders of models that a release holds; what their tables and columns mean is read on Definitions.
RELEASED = ("analyst", "core", "meta", "metrics", "quality")
MODELS = REPO / "dbt_project" / "models"


def told_of(path: Path) -> list[str]:
    """Give what a file says of models and columns: its descriptions, or its blocks of docs."""
    if path.suffix == ".md":
        blocks = re.split(r"{%.*?%}", path.read_text(encoding="utf-8"))
        return [" ".join(block.split()) for block in blocks]
    models = yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    things = [thing for model in models for thing in (model, *model.get("columns", []))]
    return [str(thing.get("description", "")) for thing in things]


def descriptions() -> list[Path]:
    folders = [MODELS / name for name in (*RELEASED, "docs")]
    return sorted(p for folder in folders for p in folder.iterdir() if p.suffix in (".yml", ".md"))


@pytest.mark.parametrize("path", descriptions(), ids=lambda p: p.stem)
def test_what_a_table_means_can_be_read_in_one_breath(path: Path) -> None:
    assert not [sentence for text in told_of(path) for sentence in long_sentences(text)]
