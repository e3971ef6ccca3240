r"""What identity looks like inside a value or a name: patterns, and labels that are safe to print.

Here: the patterns alone. Not here: which column they apply to (row_checks.py) and which column
names are dropped (readers/tabular.py). The patterns are a second line of defence behind the
allow-list: they catch what is in the wrong place, they do not make free text safe.

The polars patterns follow the Rust regex syntax, in which ``\d`` would include the digits of every
script; hence ``[0-9]``.
"""

from __future__ import annotations

import hashlib
import re

EMAIL = r"[^\s@]@[^\s@]+\.[^\s@]"

# "Jane Smith", "SMITH, Jane", "Jane M. Smith", "Jane van Dijk".
TWO_WORDS = r"(?:^|[^\p{L}])\p{Lu}[\p{L}'’-]+,?\s+(?:\p{L}{1,3}\.?\s+){0,2}\p{Lu}[\p{L}'’-]+"

# The same without a space: "Mary.Smith", "Mary_Smith", "Smith,Mary". Hyphens and small letters are
# left alone: places and codes are written like that ("North-West", "in_person").
JOINED_WORDS = r"(?:^|[^\p{L}])\p{Lu}\p{Ll}+[._,]\p{Lu}\p{Ll}+(?:[^\p{L}]|$)"

# As a whole value only: an id may well hold nine digits and two hyphens.
PHONE = (
    r"^(?:\+[0-9][0-9 ().-]{7,}"  # +44 20 7946 0000
    r"|\(?[0-9]{3}\)?[ .-][0-9]{3}[ .-][0-9]{4}"  # (212) 555-0100
    r"|\(?0[0-9]{2,4}\)? [0-9]{3,4} ?[0-9]{3,4})$"  # 020 7946 0000, 07700 900123
)

# A short code has no reason to hold so many digits: phone, insurance or record numbers.
LONG_DIGITS = r"[0-9]{9,}|[0-9]{3}-[0-9]{2}-[0-9]{4}|\+?[0-9][0-9 ().-]{8,}[0-9]"

_SAFE_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}")
_NAME_PARTS = re.compile(r"(?:^|[._-])[A-Z][a-z]+[._-]+[A-Z][a-z]+(?:[._-]|$)")


def safe_label(name: str, kind: str, digest: str | None = None) -> str:
    """A delivery's or file's name for messages and tables, or a neutral one.

    Args:
        name: the name on disk.
        kind: ``delivery`` or ``file``, the start of the neutral label.
        digest: hexadecimal id that makes the neutral label; by default a hash of the name.

    Returns:
        The name where it is plain and does not look like a person's; else ``<kind>-<8 hex>``.
    """
    if _SAFE_NAME.fullmatch(name) and not _NAME_PARTS.search(name):
        return name
    return f"{kind}-{(digest or hashlib.sha256(name.encode(errors='replace')).hexdigest())[:8]}"
