"""What is known about a delivery as a whole: its zone, its time, and what kind of extract it is.

Here: the order in which manifest, settings and names are believed, and the ids made of it. Not
here: reading the rows (rows.py).

* time zone: manifest, else the source's, else the practice's.
* extract kind: manifest, else the source's, else ``delta``.
* generated at: manifest, else the source's ``generated_at_pattern`` in a name, else an ISO date in
  the folder's name, then in a file's; else unknown.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from orchestration.contracts.feeds import CONTRACT_VERSION
from orchestration.errors import DeliveryRejected
from orchestration.extract.archives import Packed, is_archive, open_archive
from orchestration.extract.delivery_manifest import (
    MAX_BYTES,
    Manifest,
    ManifestFile,
    check_files,
    parse_manifest,
)
from orchestration.extract.inbox import Found, hash_file, open_file, read_file
from orchestration.extract.known_hashes import KnownHashes
from orchestration.extract.pii import safe_label
from orchestration.extract.times import Moment, check_zone, moment_in_name, parse_moment
from orchestration.extract.windows import Window, window_of
from orchestration.readers.base import DeliveryFile
from orchestration.settings import Settings, SourceConfig

_ID_LENGTH = 16


@dataclass(frozen=True)
class Content:
    """The bytes of a delivery, whatever its name.

    Attributes:
        files: its data files, hashed; those of an archive in the archive's place.
        sha256: of the sorted hashes of its files; the manifest, all names and all packing left out.
        packed: its archives.
    """

    files: tuple[DeliveryFile, ...]
    sha256: str
    packed: tuple[Packed, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What manifest, settings and names say about a delivery.

    Attributes:
        manifest: empty where there is none.
        time_zone: IANA name for times without an offset.
        extract_kind: full, window or delta.
        window: the period it speaks for, where the manifest gives one.
        generated: when it was made, or None.
        delivery_id: 16 hex; the same bytes read the same way have the same.
        sighting_id: 16 hex of the delivery under this name.
        label: its name where that may be printed.
        warnings: sentences.
    """

    manifest: Manifest
    time_zone: str
    extract_kind: str
    window: Window
    generated: Moment | None
    delivery_id: str
    sighting_id: str
    label: str
    warnings: tuple[str, ...]


def hashed_id(*parts: str) -> str:
    """16 hexadecimal characters that stand for these texts in this order."""
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:_ID_LENGTH]


def hash_content(found: Found, max_bytes: int, known: KnownHashes | None = None) -> Content:
    """Hash a delivery's data files.

    Args:
        found: the delivery.
        max_bytes: of one file.
        known: hashes of files that need not be read again.

    Raises:
        DeliveryRejected, DeliveryHeld: a file cannot be read, or not now.
    """
    files: list[DeliveryFile] = []
    packed = []
    for path in found.files:
        sha256, size = hash_file(path, max_bytes, known)
        if is_archive(path.name):
            packed.append(open_archive(path, sha256, size, max_bytes))
            files += packed[-1].files
            continue
        opened = partial(open_file, path, sha256, size)
        files.append(DeliveryFile(path.name, safe_label(path.name, "file"), sha256, size, opened))
    if len({file.name.casefold() for file in files}) < len(files) and packed:
        said = "a file comes twice, packed and unpacked or in two archives: which one is meant?"
        raise DeliveryRejected("duplicate_file", None, said)
    return Content(tuple(files), _hash_of(file.sha256 for file in files), tuple(packed))


def _hash_of(hashes: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


def gather_facts(found: Found, content: Content, settings: Settings) -> Facts:
    """Put together what is known about a delivery before a row of it is read.

    Raises:
        DeliveryRejected: its manifest is not sound, or does not match the files.
        DeliveryHeld: the manifest changed while it was read.
    """
    config = settings.source(found.source)
    manifest = _manifest(found, content)
    zone = manifest.time_zone or settings.time_zone(found.source)
    check_zone(zone)
    kind = manifest.extract_kind or config.extract_kind or "delta"
    window = window_of(manifest, kind, zone)
    generated = _generated(found, content, manifest, config, zone)
    delivery_id = hashed_id(
        found.source, CONTRACT_VERSION, config.fingerprint(zone), content.sha256
    )
    warnings = [*found.warnings, *(said for each in content.packed for said in each.warnings)]
    if manifest.source_system and manifest.source_system.strip().lower() != found.source.lower():
        warnings.append("manifest.json: source_system is not the name of the source folder")
    return Facts(
        manifest=manifest,
        time_zone=zone,
        extract_kind=kind,
        window=window,
        generated=generated,
        delivery_id=delivery_id,
        sighting_id=hashed_id(delivery_id, found.name),
        label=safe_label(found.stem, "delivery", delivery_id),
        warnings=tuple(warnings),
    )


def _manifest(found: Found, content: Content) -> Manifest:
    """The delivery's manifest, beside its files or in an archive; an empty one where there is none.

    Raises:
        DeliveryRejected: there are two, it is not sound, or does not match the files.
        DeliveryHeld: it changed while it was read.
    """
    given = [each.manifest for each in content.packed if each.manifest is not None]
    if found.manifest is not None:
        given.append(read_file(found.manifest, MAX_BYTES))
    if not given:
        return Manifest()
    if len(given) > 1:
        raise _invalid("there is more than one")
    manifest = _without_packing(parse_manifest(given[0]), content.packed)
    check_files(manifest, content.files)
    return manifest


def _without_packing(manifest: Manifest, packed: tuple[Packed, ...]) -> Manifest:
    """What a manifest says of an archive, said of the files in it."""
    archives = {each.name: each for each in packed}
    files: list[ManifestFile] = []
    for entry in manifest.files:
        archive = archives.get(entry.name)
        if archive is None:
            files.append(entry)
            continue
        if entry.sha256 is not None and entry.sha256.lower() != archive.sha256:
            said = "its sha256 is not that of the manifest"
            raise DeliveryRejected("manifest_mismatch", archive.label, said)
        if entry.rows is not None and len(archive.files) > 1:
            raise _invalid("counts the rows of an archive of several files; name those instead")
        files += [ManifestFile(name=file.name, rows=entry.rows) for file in archive.files]
    return manifest.model_copy(update={"files": tuple(files)})


def _generated(
    found: Found, content: Content, manifest: Manifest, config: SourceConfig, zone: str
) -> Moment | None:
    if manifest.generated_at is not None:
        moment = parse_moment(manifest.generated_at, zone)
        if moment is None:
            raise _invalid("generated_at is no ISO 8601 date or time of a year that can be meant")
        return moment
    files = [*found.files, *content.files]
    names = list(dict.fromkeys([found.stem, *(file.name for file in files)]))
    for pattern in (config.generated_at_pattern, None):
        moments = [moment_in_name(name, pattern, zone) for name in names]
        known = [moment for moment in moments if moment is not None]
        if known:
            # The folder's own date is believed; of the files' dates the newest.
            return moments[0] or max(known, key=lambda moment: moment.at)
    return None


def _invalid(detail: str) -> DeliveryRejected:
    return DeliveryRejected("manifest_invalid", "manifest.json", detail)
