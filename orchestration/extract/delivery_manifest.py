"""``manifest.json``: what a delivery says of itself (design.md 3.2).

Here: its model, and whether the files are those it names. Not here: the count of rows, which only
the reader knows (rows.py), and the facts that settings or names supply instead (facts.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from orchestration.errors import DeliveryRejected
from orchestration.readers.base import DeliveryFile

NAME = "manifest.json"
MAX_BYTES = 5_000_000

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")]


class ManifestFile(BaseModel):
    """One file as the manifest names it."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: Sha256 | None = None
    rows: int | None = Field(default=None, ge=0, le=10**12)


class Manifest(BaseModel):
    """The whole manifest; keys that Rapport does not know are left alone."""

    model_config = ConfigDict(frozen=True)

    source_system: str | None = None
    extract_kind: Literal["full", "window", "delta"] | None = None
    window_start: str | None = None
    window_end: str | None = None
    generated_at: str | None = None
    time_zone: str | None = None
    files: tuple[ManifestFile, ...] = ()

    def rows_of(self, name: str) -> int | None:
        """The number of records that the manifest gives for a file."""
        return next((file.rows for file in self.files if file.name == name), None)


def parse_manifest(data: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        DeliveryRejected: it is no JSON object of the right shape; the message names the key.
    """
    try:
        return Manifest.model_validate_json(data)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        if problem["type"] == "json_invalid":
            raise DeliveryRejected("manifest_invalid", NAME, "is not sound JSON") from None
        place = ".".join(str(part) for part in problem["loc"]) or "the whole"
        raise DeliveryRejected(
            "manifest_invalid", NAME, f"{place}: is missing or not of the right kind"
        ) from None


def check_files(manifest: Manifest, files: Iterable[DeliveryFile]) -> None:
    """Compare the files with those the manifest names.

    Raises:
        DeliveryRejected: a file is missing, has other bytes, or is not named.
    """
    if not manifest.files:
        return
    present = {file.name: file for file in files}
    named = {file.name: file for file in manifest.files}
    for place, file in enumerate(manifest.files, start=1):
        found = present.get(file.name)
        if found is None:
            raise DeliveryRejected(
                "manifest_mismatch", NAME, f"names a file that is not here (entry {place} of files)"
            )
        if file.sha256 is not None and file.sha256.lower() != found.sha256:
            raise DeliveryRejected(
                "manifest_mismatch", found.label, "its sha256 is not that of the manifest"
            )
    for name, found in present.items():
        if name not in named:
            raise DeliveryRejected(
                "manifest_mismatch", found.label, "the manifest does not name it"
            )
