"""Every reader has its page, and what the page tells people to paste is accepted as it stands.

Belongs here: docs/connect against the readers. Does not belong here: links (test_docs), prose.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.readers import READERS
from orchestration.settings import load_settings
from tests.support import REPO

CONNECT = REPO / "docs" / "connect"
PASTED = [
    pytest.param(page, text, id=f"{page.stem}-{number}")
    for page in sorted(CONNECT.glob("*.md"))
    for number, text in enumerate(re.findall(r"```toml\n(.*?)```", page.read_text(), re.DOTALL))
]


def test_every_reader_has_a_page_and_every_page_a_reader() -> None:
    assert {page.stem for page in CONNECT.glob("*.md")} - {"README"} == set(READERS)
    index = (CONNECT / "README.md").read_text()
    assert [name for name in READERS if f"({name}.md)" not in index] == []


@pytest.mark.parametrize("name", READERS)
def test_a_reader_says_what_it_is(name: str) -> None:
    about = READERS[name].about
    assert about.system
    assert about.takes.endswith(".")
    assert set(about.feeds) <= set(FEEDS)
    assert all(need.endswith(".") for need in about.needs)
    assert READERS[name].recognise([]) is None


@pytest.mark.parametrize("name", READERS)
def test_a_page_tells_what_to_paste_what_is_dropped_and_how_to_check(name: str) -> None:
    text = (CONNECT / f"{name}.md").read_text()
    assert f'reader = "{name}"' in text
    assert "drop" in text
    assert "rapport check" in text


@pytest.mark.parametrize(("page", "text"), PASTED)
def test_what_a_page_says_to_paste_is_accepted(page: Path, text: str, tmp_path: Path) -> None:
    (tmp_path / "rapport.toml").write_text(text, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert page.stem == "README" or {c.reader for c in settings.sources.values()} <= {page.stem}
