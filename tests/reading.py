"""Which sentences are too long to be read on a screen or a paper (issue: at most 25 words).

Plain functions for tests: of the texts at rest (`tests/structure/test_words.py`) and of pages as
they run (`tests/browser`).
"""

from __future__ import annotations

import re

LONGEST_SENTENCE = 25
# A middle dot parts the items of a list, as a line or a cell does.
_END = re.compile(r"(?<=[.!?])\s+|\n+|\t+|\s·\s")
# "How to read this: …": a label before a colon is no part of the sentence.
_LABEL = re.compile(r"^\s*(?:\S+\s+){0,2}\S+:\s+")
_UNIT = re.compile(r"(?<=\d) (?=%|\d{3}\b)")
_TAG = re.compile(r"<[^>]+>")


def long_sentences(text: str) -> list[str]:
    """Give the sentences with more words than a breath has; lines, cells and items end one."""
    plain = _TAG.sub(" ", text).replace("\u00a0", " ").replace("\u202f", "")
    plain = _UNIT.sub("", plain)
    return [s.strip() for s in _END.split(plain) if words(_LABEL.sub("", s)) > LONGEST_SENTENCE]


def words(sentence: str) -> int:
    """Count the words of a sentence; a number with its unit is one, a lone mark is none."""
    return sum(any(c.isalnum() for c in word) for word in sentence.split())
