"""Files that come packed: a .zip or .gz in the inbox, and what in it may become a delivery's file.

Here: opening an archive safely, and its members as files of the delivery. Not here: plain files
(inbox.py), workbooks, which are zips but no archives (readers/xlsx_guard.py), what a file means.

Anybody may have made an archive. Nothing of it is ever written to disk: a member is unpacked in
memory, under the limits below, each time it is read. Its name decides which file it is, never where
anything goes; a name that tries to say more is refused, and the whole archive with it. A member's
bytes are what counts (decision 23), so the same file is the same delivery, packed or not.
"""

from __future__ import annotations

import gzip
import hashlib
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from orchestration.errors import DeliveryRejected
from orchestration.extract.delivery_manifest import MAX_BYTES as MAX_MANIFEST_BYTES
from orchestration.extract.delivery_manifest import NAME as MANIFEST_NAME
from orchestration.extract.inbox import (
    changed,
    hashed_stream,
    is_ignored,
    is_temporary,
    open_plain,
    opened,
)
from orchestration.extract.pii import safe_label
from orchestration.readers.base import DeliveryFile

MAX_MEMBERS = 2_000
MAX_LISTED = 20_000  # what is passed over counts here: a vendor's zip may hold many documents
MAX_LIST_BYTES = 16 * 2**20
# Exports pack 5:1 to 30:1, the most monotonous some 100:1; a bomb packs 1000:1.
SUSPECT_BYTES = 32 * 2**20
MAX_RATIO = 200
MAX_FILES_SHARE = 4  # all members together may be so many times the largest single file
CHUNK_BYTES = 1 << 18

_ZIP, _GZ = ".zip", ".gz"
_OTHER = (".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz", ".zst", ".z", ".cab", ".lz4")
_IGNORED_FOLDERS = {"__macosx", "documents"}
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1 | 0x2000
_FIRST_BYTES = {_ZIP: (b"PK\x03\x04", b"PK\x05\x06"), _GZ: (b"\x1f\x8b",)}

# What gzip, zipfile and zlib raise on an archive that is cut short or makes no sense.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    IndexError,
    KeyError,
    ValueError,
    OverflowError,
    OSError,
)


@dataclass(frozen=True)
class Packed:
    """One archive of a delivery.

    Attributes:
        name: its name on disk; may hold a person's name.
        label: what may be printed of it.
        sha256: of the archive itself, which a manifest beside it may give.
        files: its members as files of the delivery, by name; the manifest is none.
        manifest: bytes of the manifest.json in it, if any.
        warnings: sentences about what in it is passed over.
    """

    name: str
    label: str
    sha256: str
    files: tuple[DeliveryFile, ...]
    manifest: bytes | None
    warnings: tuple[str, ...]


def is_archive(name: str) -> bool:
    """Whether a file of this name comes packed, in a way that is opened or in one that is not."""
    return PurePosixPath(name.lower()).suffix in (_ZIP, _GZ, *_OTHER)


def name_without_packing(name: str) -> str:
    """``sessions.csv`` for ``sessions.csv.gz``; any other name as it is."""
    return name[: -len(_GZ)] if name.lower().endswith(_GZ) else name


def open_archive(path: Path, sha256: str, size: int, max_bytes: int) -> Packed:
    """List and hash what an archive holds.

    Args:
        path: of a plain file named as an archive.
        sha256: of its bytes.
        size: of it, in bytes.
        max_bytes: the largest file that is read.

    Raises:
        DeliveryRejected: it is unsafe, damaged, too large unpacked, or of a kind that is not read.
        DeliveryHeld: it changed meanwhile.
    """
    label = safe_label(path.name, "file")
    suffix = path.suffix.lower()
    if suffix in _OTHER or name_without_packing(path.name).lower().endswith(".tar"):
        said = "is an archive of a kind that is not opened: unpack it, or pack it as .zip"
        raise DeliveryRejected("unknown_archive", label, said)
    budget = _Budget(label, size, max_bytes)
    with _opened_archive(path, label, suffix) as handle:
        if suffix == _GZ:
            return _open_gzip(path, handle, sha256, budget)
        return _open_zip(path, handle, sha256, budget)


@dataclass
class _Budget:
    """How much one archive may still unpack to, counted while it is unpacked."""

    label: str
    packed: int
    max_bytes: int
    spent: int = 0

    def check_member(self, size: int) -> None:
        """Refuse a member that is larger than a file may be."""
        if size > self.max_bytes:
            said = f"unpacks to a file larger than {self.max_bytes // 1_000_000} MB"
            raise DeliveryRejected("too_big", self.label, f"{said} (intake.max_file_mb)")

    def check_all(self, size: int) -> None:
        """Refuse an archive that unpacks to this much."""
        is_bomb = size > SUSPECT_BYTES and size > MAX_RATIO * max(self.packed, 1)
        if is_bomb or size > MAX_FILES_SHARE * self.max_bytes:
            said = "unpacks to far more than an export holds"
            raise DeliveryRejected("decompression_bomb", self.label, said)

    def hash(self, stream: BinaryIO) -> tuple[str, int]:
        """SHA-256 and size of a member, without ever holding it."""
        digest, size = hashlib.sha256(), 0
        while chunk := stream.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            self.spent += len(chunk)
            self.check_member(size)
            self.check_all(self.spent)
        return digest.hexdigest(), size


@contextmanager
def _opened_archive(path: Path, label: str, suffix: str) -> Iterator[BinaryIO]:
    """The archive's file; what its parser stumbles over becomes a rejection in plain words."""
    with opened(path) as handle:
        start = handle.read(4)
        handle.seek(0)
        if not start:
            raise DeliveryRejected("empty_file", label, "is empty")
        if not start.startswith(_FIRST_BYTES[suffix]):
            raise DeliveryRejected("not_an_archive", label, f"is no {suffix} archive")
        try:
            yield handle
        except _DAMAGE:
            said = "is damaged or cut short: export or copy it again"
            raise DeliveryRejected("truncated_archive", label, said) from None


def _open_gzip(path: Path, handle: BinaryIO, sha256: str, budget: _Budget) -> Packed:
    name = name_without_packing(path.name)
    _refuse_nested(name, budget.label)
    with gzip.GzipFile(fileobj=handle) as stream:
        unpacked, size = budget.hash(stream)
    unpack = partial(_open_member, path, None, unpacked, size)
    file = DeliveryFile(name, safe_label(name, "file"), unpacked, size, unpack)
    return Packed(path.name, budget.label, sha256, (file,), None, ())


def _open_zip(path: Path, handle: BinaryIO, sha256: str, budget: _Budget) -> Packed:
    with zipfile.ZipFile(_Careful(handle)) as archive:  # type: ignore[arg-type]
        members, warnings = _members(archive.infolist(), budget)
        files, manifest = [], None
        for name, member in sorted(members.items()):
            if name == MANIFEST_NAME:
                manifest = _manifest(archive, member, budget.label)
                continue
            with archive.open(member) as stream:
                unpacked, size = budget.hash(stream)
            unpack = partial(_open_member, path, member.filename, unpacked, size)
            files.append(DeliveryFile(name, safe_label(name, "file"), unpacked, size, unpack))
    if not files:
        raise DeliveryRejected("empty_archive", budget.label, "holds no file")
    return Packed(path.name, budget.label, sha256, tuple(files), manifest, warnings)


def _manifest(archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str) -> bytes:
    if member.file_size > MAX_MANIFEST_BYTES:
        raise DeliveryRejected("too_big", label, "holds a manifest.json that is too large")
    with archive.open(member) as stream:
        return stream.read(MAX_MANIFEST_BYTES)


def _members(
    listed: list[zipfile.ZipInfo], budget: _Budget
) -> tuple[dict[str, zipfile.ZipInfo], tuple[str, ...]]:
    """The members that are files of the delivery, by their bare name.

    Raises:
        DeliveryRejected: a name, a kind or a number that no export has.
    """
    label = budget.label
    if len(listed) > MAX_LISTED:
        raise DeliveryRejected("too_many_files", label, f"lists more than {MAX_LISTED:,} files")
    for place, member in enumerate(listed, start=1):
        if problem := _problem_of(member):
            raise DeliveryRejected("unsafe_member", label, f"its entry {place} {problem}")
    kept = [each for each in listed if not each.is_dir() and not _is_passed_over(each)]
    names = Counter(_bare(each).casefold() for each in kept)
    if any(count > 1 for count in names.values()):
        said = "holds two files of one name, in different folders or twice: which one is meant?"
        raise DeliveryRejected("duplicate_file", label, said)
    for member in kept:
        _check_kind(member, budget)
    if len(kept) > MAX_MEMBERS:
        raise DeliveryRejected("too_many_files", label, f"holds more than {MAX_MEMBERS:,} files")
    budget.check_all(sum(each.file_size for each in kept))
    passed = sum(not each.is_dir() for each in listed) - len(kept)
    said = f"{label}: files passed over (system files, documents): {passed} (ignored_member)"
    return {_bare(each): each for each in kept}, (said,) if passed else ()


def _problem_of(member: zipfile.ZipInfo) -> str | None:
    """What is dishonest about an entry, if anything is."""
    name = member.orig_filename
    parts = name.rstrip("/").split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if "\\" in name or "\0" in name:
        return "has a backslash or a NUL character in its name"
    if name.startswith("/") or name[1:2] == ":" or {"", ".", ".."} & set(parts):
        return "has a path that leads elsewhere"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device, not a file"
    return None


def _check_kind(member: zipfile.ZipInfo, budget: _Budget) -> None:
    """Refuse a member that cannot be read, or that must not be."""
    label, name = budget.label, _bare(member)
    if member.flag_bits & _ENCRYPTED:
        said = "has a password: pack it without one"
        raise DeliveryRejected("encrypted_archive", label, said)
    if member.compress_type not in _METHODS:
        said = "is packed by a method that is not read: pack it as an ordinary .zip"
        raise DeliveryRejected("unknown_archive", label, said)
    if is_temporary(name):
        said = "holds a file with a temporary name: it was packed before the export had ended"
        raise DeliveryRejected("temp_name", label, said)
    if name.casefold() in ("[content_types].xml", "workbook.xml"):
        said = "is a workbook or document named .zip: give it its own ending (.xlsx)"
        raise DeliveryRejected("not_an_archive", label, said)
    _refuse_nested(name, label)
    budget.check_member(member.file_size)


def _refuse_nested(name: str, label: str) -> None:
    if is_archive(name):
        raise DeliveryRejected("nested_archive", label, "holds another archive: unpack it once")


def _is_passed_over(member: zipfile.ZipInfo) -> bool:
    """System files, and the folder of scanned documents in an EHI export."""
    folders = PurePosixPath(member.filename.casefold()).parts[:-1]
    return bool(_IGNORED_FOLDERS & set(folders)) or is_ignored(_bare(member))


def _bare(member: zipfile.ZipInfo) -> str:
    return PurePosixPath(member.filename).name


class _Careful:
    """The archive's file for zipfile, which reads the list of members in one go, however long."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self.seek: Callable[..., int] = handle.seek
        self.tell: Callable[[], int] = handle.tell
        self.seekable: Callable[[], bool] = handle.seekable

    def read(self, size: int = -1) -> bytes:
        """At most as much as the list of members of an honest archive."""
        data = self._handle.read(MAX_LIST_BYTES + 1 if size < 0 else min(size, MAX_LIST_BYTES + 1))
        if len(data) > MAX_LIST_BYTES:
            raise zipfile.BadZipFile
        return data


def _open_member(path: Path, member: str | None, sha256: str, size: int) -> BinaryIO:
    """A member that was hashed before, as a stream; ``inbox.open_file`` says how it may end."""
    label = safe_label(path.name, "file")
    return hashed_stream(_Unpacked(path, member, label), label, sha256, size)  # type: ignore[arg-type]


class _Unpacked:
    """The bytes of a member; they were sound when they were hashed, so damage means a change."""

    def __init__(self, path: Path, member: str | None, label: str) -> None:
        self._label = label
        with ExitStack() as stack:
            handle = stack.enter_context(open_plain(path, label))
            try:
                if member is None:
                    stream = stack.enter_context(gzip.GzipFile(fileobj=handle))
                else:
                    archive = stack.enter_context(zipfile.ZipFile(_Careful(handle)))  # type: ignore[arg-type]
                    stream = stack.enter_context(archive.open(member))
            except _DAMAGE:
                raise changed(label) from None
            self._stream = stream
            self.close: Callable[[], None] = stack.pop_all().close

    def readinto(self, buffer: memoryview) -> int:
        try:
            return self._stream.readinto(buffer)
        except _DAMAGE:
            raise changed(self._label) from None
