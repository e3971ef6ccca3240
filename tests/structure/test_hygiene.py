"""Promises about what is never in the repository: secrets, addresses, wording, real data.

Belongs here: scans of the committed tree. Does not belong here: what a running system writes
(`tests/integration`).
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.support import REPO

LOCK = REPO / "requirements.lock"
TEXT = {".py", ".sql", ".yml", ".yaml", ".toml", ".md", ".csv", ".txt", ".lock", ".cfg", ""}


def committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=REPO, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    return [REPO / name for name in listed if name and (REPO / name).is_file()]


def texts() -> list[tuple[str, str]]:
    return [
        (str(p.relative_to(REPO)), p.read_text(encoding="utf-8"))
        for p in committed()
        if p.suffix in TEXT
    ]


def test_every_locked_package_is_pinned_and_hashed() -> None:
    blocks = re.split(r"\n(?=[a-z0-9])", LOCK.read_text())
    packages = [b for b in blocks if b.strip() and not b.startswith("#")]
    assert len(packages) > 100
    assert [b.split("\n")[0] for b in packages if "==" not in b.split("\n")[0]] == []
    assert [b.split("\n")[0] for b in packages if "--hash=sha256:" not in b] == []


def test_the_lock_answers_every_declared_dependency() -> None:
    declared = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    wanted = [*declared["dependencies"], *declared["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=~! ]", w)[0].lower() for w in wanted}
    locked = {re.split(r"[\[=]", line)[0] for line in LOCK.read_text().splitlines()}
    assert names <= locked


def test_no_package_registry_is_named() -> None:
    hosts = ["pypi" + ".org", "pythonhosted" + ".org", "npmjs" + ".org", "deb." + "debian.org"]
    found = [(name, host) for name, text in texts() for host in hosts if host in text]
    assert found == []


def test_no_secret_is_committed() -> None:
    pattern = re.compile(
        r"-----BEGIN [A-Z ]*PRIVATE KEY|AKIA[0-9A-Z]{16}|(?i:password|secret)\s*=\s*['\"][^'\"]{8,}"
    )
    found = [name for name, text in texts() if name != "requirements.lock" and pattern.search(text)]
    assert found == []


def test_no_data_file_is_committed() -> None:
    binary = {".parquet", ".duckdb", ".xlsx", ".wal", ".db", ".sqlite"}
    assert [str(p) for p in committed() if p.suffix in binary] == []
    outside_seeds = [
        str(p.relative_to(REPO))
        for p in committed()
        if p.suffix == ".csv" and p.relative_to(REPO).parts[0] != "seeds"
    ]
    assert outside_seeds == []


@pytest.mark.parametrize("name", ["instrument_items.csv", "instruments.csv"])
def test_questionnaires_are_stored_without_their_wording(name: str) -> None:
    """Item wording is licensed; an item is a number. No cell is long enough to be an item."""
    header, *rows = (REPO / "seeds" / name).read_text().splitlines()
    assert rows
    columns = header.split(",")
    assert not {"wording", "text", "question", "prompt", "label"} & set(columns)


def test_a_rule_is_explained_once() -> None:
    lines = (REPO / "seeds" / "intake_rules.csv").read_text().splitlines()
    rules = [line.split(",")[0] for line in lines]
    assert sorted(set(rules)) == sorted(rules)


def test_top_level_is_what_a_newcomer_was_promised() -> None:
    promised = {
        "orchestration",
        "dbt_project",
        "dashboards",
        "review_log",
        "seeds",
        "tests",
        "docs",
        "benchmarks",
        "validity",
    }
    folders = {
        p.relative_to(REPO).parts[0] for p in committed() if len(p.relative_to(REPO).parts) > 1
    }
    assert folders <= promised | {".ci"}
    for name in (
        "README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "Makefile",
        "pyproject.toml",
        "workspace.yaml",
        "requirements.lock",
    ):
        assert (REPO / name).is_file(), name
