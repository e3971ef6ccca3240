"""The folder in the inbox that a fetch writes: nobody reads it before it is whole.

Here: ``inbox/<source>/<time>.part/``, its files as the bytes came, its manifest, and the one step
that gives it its name. Not here: asking (web.py) or when (run.py).

An interrupted fetch leaves a ``.part`` folder, which the inbox never reads and the next fetch of
the source removes. The pages name people: the folder is for its owner alone from the first byte.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from orchestration.durable import put_in_place, stage_json, sync_folder
from orchestration.extract.delivery_manifest import NAME as MANIFEST_NAME

_OURS = re.compile(r"[0-9]{8}T[0-9]{6}Z(?:-[0-9]+)?\.part")
_PAGE_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}\.(?:json|ndjson|csv)")


class Pages:
    """The pages of one fetch, on their way into the inbox.

    Args:
        inbox: of the home.
        source: name of the source.
    """

    def __init__(self, inbox: Path, source: str) -> None:
        self.source = source
        self.files: list[dict[str, object]] = []
        self._place = inbox / source
        self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._place.iterdir():
            if _OURS.fullmatch(left.name) and left.is_dir() and not left.is_symlink():
                shutil.rmtree(left)
        self._part = self._place / f"{_stamp(datetime.now(UTC))}.part"
        self._part.mkdir(mode=0o700)

    @property
    def rows(self) -> int:
        """Records in all pages so far."""
        return sum(int(str(file["rows"])) for file in self.files)

    def write(self, name: str, body: bytes, rows: int) -> None:
        """Save one page exactly as it came.

        Args:
            name: of the file: lower case, digits, ``_``, ``-`` and ``.``, and its suffix.
            body: its bytes.
            rows: number of records in it, for the manifest.
        """
        if not _PAGE_NAME.fullmatch(name):
            raise ValueError("a page has a plain name")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(self._part / name, flags, 0o600), "wb") as handle:
            handle.write(body)
            handle.flush()
            os.fsync(handle.fileno())
        self.files.append({"name": name, "sha256": hashlib.sha256(body).hexdigest(), "rows": rows})

    def finish(self, kind: Literal["full", "delta"], generated_at: datetime) -> str:
        """Write the manifest and give the folder its name, in one step.

        The manifest names no time zone: that of times without an offset, and of the days on which
        things happened, is the source's or the practice's.

        Args:
            kind: what the pages are together.
            generated_at: with its zone; when the source began to answer.

        Returns:
            The delivery's name.
        """
        moment = generated_at.astimezone(UTC)
        manifest = {
            "source_system": self.source,
            "extract_kind": kind,
            "generated_at": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
            "files": self.files,
        }
        staged = stage_json(self._part / MANIFEST_NAME, manifest)
        staged.chmod(0o600)
        put_in_place(staged, self._part / MANIFEST_NAME)
        name, number = _stamp(moment), 1
        while (self._place / name).exists():
            number += 1
            name = f"{_stamp(moment)}-{number}"
        self._part.rename(self._place / name)
        sync_folder(self._place)
        return name

    def discard(self) -> None:
        """Throw away what was written, if it has not become a delivery."""
        shutil.rmtree(self._part, ignore_errors=True)


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y%m%dT%H%M%SZ}"
