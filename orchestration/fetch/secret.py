"""The key of a source: where it lies, and who may read it.

Here: ``secrets/<source>.key`` or ``RAPPORT_SECRET_<SOURCE>``. Not here: what a key is sent with
(the fetchers), the pseudonym key (extract/pseudonyms.py). A key is never part of rapport.toml,
which people send each other, nor of a message.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from orchestration.errors import SettingsError
from orchestration.extract.pseudonyms import KEY_FILE
from orchestration.fetch.base import FetchError

_MAX_CHARACTERS = 4096


def variable_of(source: str) -> str:
    """Name of the environment variable that may hold a source's key."""
    return f"RAPPORT_SECRET_{source.upper().replace('-', '_')}"


def file_of(secrets: Path, source: str) -> Path:
    """The file that may hold a source's key."""
    return secrets / f"{source}.key"


def check_name(source: str) -> None:
    """SettingsError where a source's key would lie in the file of the pseudonym key."""
    if file_of(Path(), source.lower()).name == KEY_FILE:
        said = "its key would have the name of the pseudonym key: call the source something else"
        raise SettingsError(f"rapport.toml: sources.{source}.fetch: {said}")


def check_apart(sources: Iterable[str]) -> None:
    """SettingsError where one variable would hold the key of two sources, and so reach both."""
    names: dict[str, str] = {}
    for source in sources:
        other = names.setdefault(variable_of(source), source)
        if other != source:
            said = f"its key would come from the variable of sources.{other}: rename one of them"
            raise SettingsError(f"rapport.toml: sources.{source}.fetch: {said}")


def load_secret(secrets: Path, source: str) -> str:
    """A source's key.

    Args:
        secrets: the home's folder of that name.
        source: name of the source.

    Raises:
        FetchError: there is none, others may read it, or it is no key.
    """
    given = os.environ.get(variable_of(source))
    if given is not None:
        return _checked(source, given, f"the variable {variable_of(source)}")
    path = file_of(secrets, source)
    name = f"secrets/{path.name}"
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="ascii")
    except FileNotFoundError:
        words = f"its key is missing: put it into {name} (mode 600), or into {variable_of(source)}"
        raise FetchError(source, None, words) from None
    except (OSError, UnicodeDecodeError):
        raise FetchError(source, None, f"{name} cannot be read as a key") from None
    if stat.S_IMODE(mode) & 0o077:
        raise FetchError(source, None, f"{name} may be read by others: chmod 600 {name}")
    return _checked(source, text, name)


def _checked(source: str, text: str, place: str) -> str:
    key = text.strip()
    if not key or len(key) > _MAX_CHARACTERS or not key.isascii() or not key.isprintable():
        raise FetchError(source, None, f"{place} does not hold a key on one line")
    return key
