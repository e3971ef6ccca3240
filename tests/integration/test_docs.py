"""What the documents promise is true of a real build: example queries run, links lead somewhere.

Belongs here: reading docs/ and README as a user would follow them. Does not belong here: prose.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support import REPO, run_rapport

PAGES = sorted([*REPO.glob("*.md"), *(REPO / "docs").rglob("*.md")])
QUERIES = re.findall(r"```sql\n(.*?)```", (REPO / "docs" / "analysts.md").read_text(), re.DOTALL)


@pytest.mark.parametrize("query", QUERIES)
def test_an_example_query_gives_rows(demo_home: Path, query: str) -> None:
    done = run_rapport(demo_home, "sql", query, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)) > 0


def test_there_are_examples() -> None:
    assert len(QUERIES) >= 5


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(REPO)))
def test_links_lead_to_files_of_the_project(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text())
    missing = [t for t in targets if not (page.parent / t).exists()]
    assert missing == []
