"""Pseudonyms: keyed hashes that stand for ids everywhere outside the inbox (design.md 3.2).

Here: the key, and the hash of a column. Not here: which column is an id (contracts/feeds.py).

The key is made once, by ``rapport init``. It is never made silently: another key would give every
client a second identity.
"""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from orchestration.distinct import Distinct
from orchestration.errors import PseudonymKeyError

KEY_VARIABLE = "RAPPORT_PSEUDONYM_KEY"
KEY_FILE = "pseudonym.key"
KEY_BYTES = 32
_LENGTH = 32


def create_key(folder: Path) -> Path:
    """Make a random key file, mode 0600.

    Args:
        folder: the home's ``secrets``.

    Raises:
        PseudonymKeyError: there is one already; it is never replaced.
    """
    path = folder / KEY_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise PseudonymKeyError(f"{KEY_FILE} exists already and is never replaced") from None
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return path


def load_key(folder: Path) -> bytes:
    """The home's key: ``RAPPORT_PSEUDONYM_KEY`` where set, else the key file.

    Args:
        folder: the home's ``secrets``.

    Raises:
        PseudonymKeyError: no key, a weak one, or a file that others may read.
    """
    given = os.environ.get(KEY_VARIABLE)
    if given is not None:
        return _checked(given, KEY_VARIABLE)
    path = folder / KEY_FILE
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        raise PseudonymKeyError(
            f"no pseudonym key: secrets/{KEY_FILE} is missing. Restore it from your backup; "
            "`rapport init` makes one for a new home only"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise PseudonymKeyError(f"secrets/{KEY_FILE} cannot be read") from None
    if stat.S_IMODE(mode) & 0o077:
        raise PseudonymKeyError(
            f"secrets/{KEY_FILE} may be read by others: chmod 600 secrets/{KEY_FILE}"
        )
    return _checked(text, f"secrets/{KEY_FILE}")


def _checked(text: str, place: str) -> bytes:
    text = text.strip()
    if len(text) != 2 * KEY_BYTES or not set(text) <= set(string.hexdigits):
        raise PseudonymKeyError(f"{place} must hold {2 * KEY_BYTES} hexadecimal characters")
    if len(set(text.lower())) == 1:
        raise PseudonymKeyError(f"{place} is one character repeated, not a random key")
    return bytes.fromhex(text)


def normalise(identifier: str) -> str:
    """The id as it is hashed: trimmed, NFKC, case-folded."""
    if identifier.isascii():
        return identifier.strip().lower()
    return unicodedata.normalize("NFKC", identifier.strip()).strip().casefold()


@dataclass(frozen=True)
class Pseudonymiser:
    """Hashes ids with one key.

    Attributes:
        key: 32 bytes.
    """

    key: bytes

    def hasher(self, entity: str, namespace: str) -> Callable[[str], str]:
        """Gives the function from an id to its pseudonym, for one entity and namespace."""
        # Key and prefix are hashed once and copied for each id: half the time of a column.
        begun = hmac.new(self.key, f"{entity}|{namespace}|".encode(), "sha256")

        def pseudonym(identifier: str) -> str:
            whole = begun.copy()
            whole.update(normalise(identifier).encode())
            return whole.hexdigest()[:_LENGTH]

        return pseudonym

    def one(self, entity: str, namespace: str, identifier: str) -> str:
        """The pseudonym of one id: 32 hexadecimal characters."""
        return self.hasher(entity, namespace)(identifier)

    def column(self, ids: pl.Series, entity: str, namespace: str) -> pl.Series:
        """Pseudonyms of a column of ids, null where the id is null; each distinct id once."""
        distinct = Distinct.of(ids)
        keys = map(self.hasher(entity, namespace), distinct.values)
        return distinct.spread(pl.Series(ids.name, keys, dtype=pl.String()))

    def by_row(self, ids: pl.Series, entities: pl.Series, namespaces: pl.Series) -> pl.Series:
        """Pseudonyms where entity and namespace stand in each row (the feed id_links)."""
        rows = zip(entities, namespaces, ids, strict=True)
        keys = [None if None in row else self.one(*row) for row in rows]
        return pl.Series(ids.name, keys, dtype=pl.String())

    @property
    def check_value(self) -> str:
        """Tells two keys apart without saying anything about either: 16 hexadecimal characters."""
        return hmac.digest(self.key, b"rapport key check", "sha256").hex()[:16]
