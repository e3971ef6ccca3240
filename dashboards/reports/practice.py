"""Whose paper it is: the practice's name and its logo, as rapport.toml tells them.

Here: reading the two with care, because a logo is a file that somebody else may have made. Not
here: complaining about settings; `rapport doctor` does (orchestration/settings.py).
"""

from __future__ import annotations

import struct
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.texts import papers as words
from dashboards.warehouse import home

LARGEST_LOGO = 256 * 1024
# Of each side: a small file can hold a picture that fills the memory.
MOST_PIXELS = 4000
# As rapport.toml has it; it is read here without being checked.
_LONGEST_NAME = 80
_FORMATS = {".svg": "svg", ".png": "png"}


@dataclass(frozen=True)
class Practice:
    """What a practice puts on its papers.

    Attributes:
        name: of the practice, or empty.
        logo: bytes, format and alternative text for a template, or None.
    """

    name: str = ""
    logo: dict[str, Any] | None = None


def practice() -> Practice:
    """Read name and logo; what cannot be read is left out, for a paper must not fail by it."""
    at = home()
    try:
        told = tomllib.loads((at / "rapport.toml").read_text(encoding="utf-8"))["practice"]
    except (OSError, ValueError, KeyError):
        return Practice()
    name = told.get("name")
    name = _printed(name) if isinstance(name, str) else ""
    return Practice(name, _logo(at, told.get("logo"), name))


def _printed(name: str) -> str:
    """Leave out what no font shows: one such letter would end every paper."""
    shown = "".join(letter if letter.isprintable() else " " for letter in name[:_LONGEST_NAME])
    return " ".join(shown.split())


def _logo(at: Path, told: object, name: str) -> dict[str, Any] | None:
    """Read the logo, which lies in the home and is small."""
    if not isinstance(told, str) or not told:
        return None
    try:
        path = (at / told).resolve()
        kind = _FORMATS.get(path.suffix.lower())
        # A pipe or a device would be read for ever.
        if kind is None or not path.is_relative_to(at) or not path.is_file():
            return None
        if path.stat().st_size > LARGEST_LOGO:
            return None
        content = path.read_bytes()
    except (OSError, ValueError):
        return None
    if kind == "png" and max(struct.unpack(">II", content[16:24].rjust(8, b"\0"))) > MOST_PIXELS:
        return None
    return {
        "format": kind,
        "bytes": list(content),
        "alt": words.LOGO_ALT.format(name=name) if name else words.LOGO,
    }
