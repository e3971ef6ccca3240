"""What lies in the inbox: deliveries, their files, and what is not fit to be opened.

Here: names and kinds of files, and reading bytes safely. Not here: what the bytes mean.

A file may change while it is read, be a link to somewhere else, or a pipe that never ends. So
nothing is opened that is not a plain file, links are not followed, and bytes count only if the file
was the same before and after. Names may be those of people: what is printed is a safe label.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from orchestration.errors import DeliveryHeld, DeliveryRejected
from orchestration.extract.delivery_manifest import NAME as MANIFEST_NAME
from orchestration.extract.known_hashes import KnownHashes
from orchestration.extract.pii import safe_label
from orchestration.settings import SOURCE_NAME
from review_log import NAME

# Left by desktops and editors; never part of an export.
_IGNORED = {".ds_store", "thumbs.db", "desktop.ini", ".gitkeep"}
_TEMPORARY_STARTS = (".", "~$")
_TEMPORARY_ENDS = (
    ".part",
    ".partial",
    ".tmp",
    ".temp",
    ".crdownload",
    ".download",
    ".filepart",
    "~",
)
_READ_BYTES = 2**20


@dataclass(frozen=True)
class Found:
    """One delivery as it lies in the inbox.

    Attributes:
        source: name of the source folder.
        name: name on disk of the folder, or of the loose file; may hold a person's name.
        files: paths of its data files, by name.
        manifest: path of its manifest.json, if any.
        problem: why it cannot be opened, if so.
        warnings: sentences about what in it is passed over.
    """

    source: str
    name: str
    files: tuple[Path, ...] = ()
    manifest: Path | None = None
    problem: DeliveryHeld | DeliveryRejected | None = None
    warnings: tuple[str, ...] = field(default=())

    @property
    def stem(self) -> str:
        """The delivery's name: the folder's, or the loose file's without suffix."""
        is_loose = len(self.files) == 1 and self.files[0].name == self.name
        return Path(self.name.removesuffix(".gz")).stem if is_loose else self.name

    def signature(self) -> str:
        """Changes when a file is added, removed or written: two equal ones in a row mean rest."""
        digest = hashlib.sha256()
        for path in (*self.files, *([self.manifest] if self.manifest else [])):
            try:
                found = path.lstat()
                state = f"|{found.st_size}|{found.st_mtime_ns}\n".encode()
                # A name may hold bytes that are no text (a file out of an old archive).
                digest.update(os.fsencode(path.name) + state)
            except OSError:
                digest.update(b"gone\n")
        return digest.hexdigest()


def find_deliveries(inbox: Path) -> list[Found]:
    """Every delivery in the inbox, by source and name; opens no file."""
    found: list[Found] = []
    for place in _listed(inbox):
        source = place.name
        if place.is_symlink():
            found.append(Found(safe_label(source, "source"), source, problem=_symlink(None)))
        elif not place.is_dir():
            said = "lies outside a source folder: put it into inbox/<source>/"
            problem = DeliveryRejected("no_source", safe_label(source, "file"), said)
            found.append(Found("inbox", source, problem=problem))
        elif not SOURCE_NAME.fullmatch(source):
            said = "a source folder's name may hold letters, digits, _ and - (at most 40)"
            problem = DeliveryRejected("source_name", None, said)
            found.append(Found(safe_label(source, "source"), source, problem=problem))
        else:
            found += _find_in_source(place)
    return found


def _find_in_source(place: Path) -> list[Found]:
    try:
        return [find_delivery(entry, place.name) for entry in _listed(place)]
    except OSError:
        # One folder that may not be opened stops no other source; the error's words hold paths.
        problem = DeliveryRejected("unreadable", None, "the source's folder cannot be opened")
        return [Found(place.name, "", problem=problem)]


def find_delivery(place: Path, source: str) -> Found:
    """The delivery at one path: a folder with files, or a single file."""
    name = place.name
    if source.casefold() == NAME:
        return Found(source, name, problem=_taken_name())
    if is_temporary(name):
        return Found(source, name, problem=_temporary(None))
    if place.is_symlink() or not place.is_dir():
        problem = _problem_of(place)
        return Found(source, name, files=() if problem else (place,), problem=problem)
    try:
        return _find_in_folder(place, source)
    except OSError:
        problem = DeliveryRejected("unreadable", None, "the folder cannot be opened")
        return Found(source, name, problem=problem)


def _find_in_folder(folder: Path, source: str) -> Found:
    files: list[Path] = []
    manifest = None
    warnings = []
    for entry in _listed(folder):
        if is_temporary(entry.name):
            return Found(source, folder.name, problem=_temporary(safe_label(entry.name, "file")))
        if entry.is_dir() and not entry.is_symlink():
            label = safe_label(entry.name, "folder")
            warnings.append(f"{label}: a folder inside a delivery is not read (unknown_file)")
            continue
        if problem := _problem_of(entry):
            return Found(source, folder.name, problem=problem)
        if entry.name == MANIFEST_NAME:
            manifest = entry
        else:
            files.append(entry)
    problem = None
    if not files:
        problem = DeliveryHeld("empty_delivery", None, "the folder holds no file yet")
    return Found(source, folder.name, tuple(files), manifest, problem, tuple(warnings))


def _listed(folder: Path) -> list[Path]:
    entries = sorted(folder.iterdir(), key=lambda path: path.name)
    return [path for path in entries if not is_ignored(path.name)]


def is_ignored(name: str) -> bool:
    """Whether a desktop left this file; it is never part of an export."""
    return name.lower() in _IGNORED or name.startswith("._")


def is_temporary(name: str) -> bool:
    """Whether a program is still writing a file of this name, or has it open."""
    return name.startswith(_TEMPORARY_STARTS) or name.lower().endswith(_TEMPORARY_ENDS)


def _taken_name() -> DeliveryRejected:
    said = "is the name of the app's own review log, which no file can stand for: rename the folder"
    return DeliveryRejected("source_name", None, said)


def _temporary(label: str | None) -> DeliveryHeld:
    return DeliveryHeld("temp_name", label, "a temporary name: the export is still being written")


def _symlink(label: str | None) -> DeliveryRejected:
    return DeliveryRejected("symlink", label, "is a link; links in the inbox are not followed")


def _problem_of(path: Path) -> DeliveryHeld | DeliveryRejected | None:
    """Why this entry is no plain file, if it is none."""
    label = safe_label(path.name, "file")
    try:
        mode = path.lstat().st_mode
    except OSError:
        return DeliveryHeld("changed_while_reading", label, "vanished while the inbox was listed")
    if stat.S_ISLNK(mode):
        return _symlink(label)
    if not stat.S_ISREG(mode):
        return DeliveryRejected("not_a_regular_file", label, "is a pipe, socket or device")
    return None


def hash_file(path: Path, max_bytes: int, known: KnownHashes | None = None) -> tuple[str, int]:
    """SHA-256 and size of a file.

    Args:
        path: of the file.
        max_bytes: a larger file is not read.
        known: hashes of unchanged files, which are not read either.

    Raises:
        DeliveryRejected: it is no plain file, may not be read, or is larger than ``max_bytes``.
        DeliveryHeld: it changed meanwhile.
    """
    with opened(path) as handle:
        state, began = os.fstat(handle.fileno()), time.time()
        if state.st_size > max_bytes:
            said = f"is larger than {max_bytes // 1_000_000} MB (intake.max_file_mb)"
            raise DeliveryRejected("too_big", safe_label(path.name, "file"), said)
        sha256 = known and known.get(path, state)
        digest = sha256 or hashlib.file_digest(handle, "sha256").hexdigest()
    if known and not sha256:
        known.note(path, state, digest, began)
    return digest, state.st_size


def open_file(path: Path, sha256: str, size: int) -> BinaryIO:
    """The bytes of a file that was hashed before, as a stream.

    Raises:
        DeliveryRejected: it is no plain file, or may not be read.
        DeliveryHeld: while it is read, once its bytes turn out not to be those of ``sha256``.
    """
    label = safe_label(path.name, "file")
    handle = open_plain(path, label)
    at_end = partial(_must_be_same, os.fstat(handle.fileno()), handle.fileno(), path, label)
    return hashed_stream(handle, label, sha256, size, at_end)


def read_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a small file.

    Raises:
        DeliveryRejected: as ``hash_file``.
        DeliveryHeld: it changed meanwhile.
    """
    label = safe_label(path.name, "file")
    with opened(path) as handle:
        size = os.fstat(handle.fileno()).st_size
        data = handle.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise DeliveryRejected("too_big", label, "is larger than allowed")
    if len(data) != size:
        raise changed(label)
    return data


def hashed_stream(
    inner: BinaryIO, label: str, sha256: str, size: int, at_end: Callable[[], None] | None = None
) -> BinaryIO:
    """A stream that is read once from start to end, and hashed on the way.

    Args:
        inner: where the bytes come from; closed with the stream.
        label: safe label of the file.
        sha256: of the bytes that are expected.
        size: how many they are.
        at_end: a check of its own, made when all has been read.
    """
    return io.BufferedReader(_HashedStream(inner, label, sha256, size, at_end), _READ_BYTES)


class _HashedStream(io.RawIOBase):
    """What ``hashed_stream`` gives, before it is buffered."""

    def __init__(
        self,
        inner: BinaryIO,
        label: str,
        sha256: str,
        size: int,
        at_end: Callable[[], None] | None,
    ) -> None:
        self._inner = inner
        self._label = label
        self._left = size
        self._sha256 = sha256
        self._at_end = at_end
        self._digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        count = self._inner.readinto(buffer)
        self._left -= count
        if self._left < 0 or (count == 0 and self._left > 0):
            raise changed(self._label)
        if count:
            self._digest.update(buffer[:count])
        else:
            if self._at_end is not None:
                self._at_end()
            if self._digest.hexdigest() != self._sha256:
                raise changed(self._label)
        return count

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
        super().close()


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A plain file, open for reading.

    Raises:
        DeliveryRejected: it is no plain file, or may not be read.
        DeliveryHeld: at the end, when the file has changed meanwhile.
    """
    label = safe_label(path.name, "file")
    with open_plain(path, label) as handle:
        before = os.fstat(handle.fileno())
        try:
            yield handle
        except DeliveryRejected:
            # What is wrong with a file that still changes may be right in a moment.
            _must_be_same(before, handle.fileno(), path, label)
            raise
        _must_be_same(before, handle.fileno(), path, label)


def open_plain(path: Path, label: str) -> BinaryIO:
    """Open a file that is plain; DeliveryRejected when it is not, or may not be read."""
    # O_NONBLOCK: opening a pipe would wait for its writer. O_NOFOLLOW: a link put here meanwhile.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise changed(label) from None
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _symlink(label) from None
        raise DeliveryRejected("unreadable", label, "may not be read") from None
    handle = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        handle.close()
        raise DeliveryRejected("not_a_regular_file", label, "is a pipe, socket or device")
    return handle


def _must_be_same(before: os.stat_result, descriptor: int, path: Path, label: str) -> None:
    """DeliveryHeld unless the open file, and the one of this name, are as they were."""
    try:
        states = (os.fstat(descriptor), path.lstat())
    except OSError:
        raise changed(label) from None
    for now in states:
        same = (now.st_ino, now.st_size, now.st_mtime_ns)
        if same != (before.st_ino, before.st_size, before.st_mtime_ns):
            raise changed(label)


def changed(label: str) -> DeliveryHeld:
    """What becomes of a delivery whose file is not what it was a moment ago."""
    return DeliveryHeld("changed_while_reading", label, "changed while it was read")
