"""JSON from outside: what is refused, and that a long string costs no memory.

Belongs here: parsing alone. Does not belong here: what a document means (the readers' tests).
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from orchestration.readers.base import DeliveryRejected
from orchestration.readers.json_text import (
    MAX_DEPTH,
    MAX_DOCUMENT_BYTES,
    NotJsonError,
    parse_json,
    read_document,
    read_lines,
)
from tests.support import REPO
from tests.unit.ingest.making import memory_file

LIMITED = """
import resource
resource.setrlimit(resource.RLIMIT_AS, (2**31, 2**31))
from orchestration.readers.json_text import NotJsonError, parse_json
size = 50_000_000
assert len(parse_json('{"a": "' + "y" * size + '"}')["a"]) == size
for text in ('{"a": "' + "y" * size, '{"a": "' + '\\\\"' * (size // 2), "[" * size, '"' * size):
    try:
        parse_json(text)
    except NotJsonError:
        continue
    raise AssertionError(text[:20])
"""


def test_a_string_of_fifty_megabytes_fits_into_memory_and_time() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED],
        cwd=REPO,
        env={"PYTHONPATH": str(REPO), "OPENBLAS_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[1,]",
        "NaN",
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"a": "\\ud800"}',
        '{"\\ud800": 1}',
        '"open',
        '"open\\',
        "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1),
        '{"a": "x"} rest',
        "{'a': 1}",
    ],
)
def test_what_is_no_sound_json_is_refused(text: str) -> None:
    with pytest.raises(NotJsonError):
        parse_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": "[[[[{{{{\\"]"}', {"a": '[[[[{{{{"]'}),
        ('"\\\\"', "\\"),
        ('["' + "[" * 100 + '"]', ["[" * 100]),
        ("[" * MAX_DEPTH + "]" * MAX_DEPTH, None),
    ],
)
def test_brackets_within_strings_nest_nothing(text: str, value: object) -> None:
    found = parse_json(text)
    assert value is None or found == value


def test_a_document_too_large_to_be_held_is_refused_unread() -> None:
    file = replace(memory_file("page.json", "{}"), size=MAX_DOCUMENT_BYTES + 1)
    with pytest.raises(DeliveryRejected) as caught:
        read_document(file)
    assert caught.value.rule == "too_big"


@pytest.mark.parametrize("text", ["{}", "{}\n", "\n\n[]\r\n{}\n\n", "{}\u2028\n1"])
def test_lines_of_ndjson_are_numbered_as_an_editor_shows_them(text: str) -> None:
    lines = enumerate(text.split("\n"), start=1)
    wanted = [number for number, line in lines if line.strip()]
    assert [number for number, _ in read_lines(memory_file("a.ndjson", text))] == wanted
