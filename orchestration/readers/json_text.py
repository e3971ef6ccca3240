"""JSON text from outside: parsed strictly, and without a word of it in any message.

Here: one JSON document, or one per line (NDJSON). Not here: what a document means (the readers).

Python's json takes more than JSON allows, and two engines read the rest differently (trust.md 3.1):
NaN, a key that stands twice, a lone surrogate and endless nesting are refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from orchestration.readers.base import DeliveryFile, DeliveryRejected

MAX_DEPTH = 40
# A document is held whole, and takes up to twenty times its bytes; NDJSON is parsed line by line.
MAX_DOCUMENT_BYTES = 250_000_000

# Possessive, and an open string reaches to the end: a string of any length costs no memory, and no
# place of it is looked at twice.
_NESTING = re.compile(r""""[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|([\[{])|([\]}])""", re.DOTALL)
# A lone half of a surrogate pair, written as an escape: no character, and no file can hold it.
_SURROGATE = re.compile("[\ud800-\udfff]")


class NotJsonError(ValueError):
    """The text is no sound JSON; says nothing of its content."""


def parse_json(text: str) -> Any:
    """One JSON document.

    Raises:
        NotJsonError: it is not sound JSON, or nested deeper than MAX_DEPTH.
    """
    depth = 0
    for match in _NESTING.finditer(text):
        depth += bool(match[1]) - bool(match[2])
        if depth > MAX_DEPTH:
            raise NotJsonError
    try:
        return json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotJsonError from None


def read_document(file: DeliveryFile) -> Any:
    """A file that is one JSON document.

    Raises:
        DeliveryRejected: it is not; rule ``not_json``. Or it is too large to be held whole.
    """
    if file.size > MAX_DOCUMENT_BYTES:
        said = f"is one JSON document of more than {MAX_DOCUMENT_BYTES // 1_000_000} MB"
        raise DeliveryRejected("too_big", file.label, f"{said}: export it in pages or as NDJSON")
    try:
        return parse_json(_text(file))
    except NotJsonError:
        said = "is not sound JSON; the file may have been cut off"
        raise DeliveryRejected("not_json", file.label, said) from None


def read_lines(file: DeliveryFile) -> Iterator[tuple[int, Any]]:
    """Each line of NDJSON with its number; a line that is no JSON gives NotJsonError itself.

    Blank lines give nothing. A caller rejects the row with rule ``json:syntax``.
    """
    for number, line in enumerate(_lines(_text(file)), start=1):
        if line.strip():
            try:
                yield number, parse_json(line)
            except NotJsonError as error:
                yield number, error


def _lines(text: str) -> Iterator[str]:
    """The text cut at each line feed, one at a time: a file may be millions of line ends."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _text(file: DeliveryFile) -> str:
    data = file.read_bytes()
    if not data.strip():
        raise DeliveryRejected("empty_file", file.label, "is empty")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DeliveryRejected("encoding", file.label, "is not UTF-8 text") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotJsonError
    for key, value in pairs:
        if _SURROGATE.search(key) or (isinstance(value, str) and _SURROGATE.search(value)):
            raise NotJsonError
    return found


def _no_constant(name: str) -> NoReturn:
    raise NotJsonError
