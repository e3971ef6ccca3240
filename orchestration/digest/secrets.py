"""The password of the mail server and the addresses of supervisors: files of ``secrets/``.

Here: reading both, for their owner alone. An address is an identity: it is never part of a release,
of rapport.toml, of a message or a log. Not here: sending (mail.py).
"""

from __future__ import annotations

import os
import re
import stat
import tomllib
from pathlib import Path

from orchestration.errors import RapportError
from orchestration.extract.pseudonyms import Pseudonymiser, load_key
from orchestration.settings import MAIL_ADDRESS, SOURCE_NAME

PASSWORD_FILE = "digest_password"  # noqa: S105 -- the name of a file
PASSWORD_VARIABLE = "RAPPORT_DIGEST_PASSWORD"  # noqa: S105 -- the name of a variable
ADDRESSES_FILE = "digest_addresses.toml"


def load_password(secrets: Path) -> str:
    """The password of the mail server.

    Args:
        secrets: the home's folder of that name.

    Raises:
        RapportError: there is none, or others may read it.
    """
    given = os.environ.get(PASSWORD_VARIABLE)
    text = _private(secrets, PASSWORD_FILE) if given is None else given
    if text is None or not text.strip():
        raise RapportError(
            f"the password of the mail server is missing: put it into secrets/{PASSWORD_FILE} "
            f"(mode 600), or into {PASSWORD_VARIABLE}"
        )
    return text.strip()


def load_addresses(secrets: Path) -> dict[str, str]:
    """The address of each supervisor by their key; empty where the file is missing.

    The file has a table per namespace of ids (a source's name, or its ``id_namespace``), in it a
    line per supervisor: the id as the source's exports have it, and the address.

    Args:
        secrets: the home's folder of that name.

    Raises:
        RapportError: the file cannot be read as that, or others may read it; says no address.
    """
    text = _private(secrets, ADDRESSES_FILE)
    if text is None:
        return {}
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise RapportError(f"secrets/{ADDRESSES_FILE} is not valid TOML") from None
    pseudonyms = Pseudonymiser(load_key(secrets))
    found: dict[str, str] = {}
    for namespace, people in told.items():
        if not isinstance(people, dict) or not SOURCE_NAME.fullmatch(namespace):
            raise RapportError(f"secrets/{ADDRESSES_FILE} needs a table per source of ids")
        key_of = pseudonyms.hasher("clinician", namespace)
        for clinician_id, address in people.items():
            if not isinstance(address, str) or not re.fullmatch(MAIL_ADDRESS, address):
                raise RapportError(
                    f"secrets/{ADDRESSES_FILE}: a line of [{namespace}] holds no plain address"
                )
            found[key_of(clinician_id)] = address
    return found


def _private(secrets: Path, name: str) -> str | None:
    path = secrets / name
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        raise RapportError(f"secrets/{name} cannot be read") from None
    if stat.S_IMODE(mode) & 0o077:
        raise RapportError(f"secrets/{name} may be read by others: chmod 600 secrets/{name}")
    return text
