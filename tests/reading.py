"""Which sentences are too long to be read on a screen or a paper (issue: at most 25 words).

Plain functions for tests: of the texts at rest (`tests/structure/test_words.py`) and of pages as
they run (`tests/browser`).
"""

from __future__ import annotations

import re

LONGEST_SENTENCE = 25
_END = re.compile(r"(?<=[.!?])\s+|\n+|\t+")
_TAG = re.compile(r"<[^>]+>")


def long_sentences(text: str) -> list[str]:
    """Give the sentences with more words than one reads in a breath; lines and cells end one."""
    plain = _TAG.sub(" ", text).replace("\u00a0", " ").replace("\u202f", " ")
    return [s.strip() for s in _END.split(plain) if len(s.split()) > LONGEST_SENTENCE]
