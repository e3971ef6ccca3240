"""Opening a workbook only after its outside is known to be harmless.

Here: is it a workbook at all, is it bounded, does it carry macros, does any part declare a DOCTYPE.
Not here: what the cells mean (`xlsx.py`).

A workbook is a zip of XML files that anybody may have made. Three things about it are dangerous
before a single cell is read: a few kilobytes that unpack to gigabytes, an XML part that declares
entities (files of this machine read into cells, or exponential growth), and macros. All three end
in a rejection with a sentence that says what to do. Cases 71 to 76 of trust.md 3.2.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from orchestration.readers.base import DeliveryRejected

MAX_MEMBERS = 1_000
MAX_UNPACKED_BYTES = 512 * 2**20
# A sheet of repeated numbers packs 20:1, the densest real one seen 60:1; a bomb packs 1000:1.
SUSPECT_UNPACKED_BYTES = 32 * 2**20
MAX_RATIO = 200
CHUNK_BYTES = 1 << 18

# What zipfile, zlib and our own handlers raise on a part that is cut short or makes no sense.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    LookupError,  # a part that is not there, or is written in an encoding that nobody knows
    ValueError,
    OverflowError,
)

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"

StartHandler = Callable[[str, dict[str, str]], None]
EndHandler = Callable[[str], None]
TextHandler = Callable[[str], None]


@contextmanager
def open_archive(data: bytes, label: str) -> Iterator[zipfile.ZipFile]:
    """Open the zip of a workbook after the checks above.

    Args:
        data: The workbook's bytes.
        label: The file's name as the user may see it.

    Raises:
        DeliveryRejected: When it is no workbook, is encrypted, carries macros, or unpacks too far.
            Also when a part turns out damaged while the caller reads it.
    """
    _check_first_bytes(data, label)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_members(archive, len(data), label)
            yield archive
    except DAMAGE:
        raise DeliveryRejected(
            "unreadable_workbook",
            label,
            "the workbook is damaged or cut short; export it again",
        ) from None
    except expat.ExpatError as error:
        raise DeliveryRejected(
            "unreadable_workbook",
            label,
            f"a part of the workbook is not well-formed XML (line {error.lineno})",
        ) from None


def _check_first_bytes(data: bytes, label: str) -> None:
    start = data[:512]
    if not start:
        raise DeliveryRejected("empty_file", label, "the file is empty")
    if start.startswith(_ZIP):
        return
    if start.startswith(_COMPOUND):
        raise DeliveryRejected(
            "legacy_workbook",
            label,
            "this is an old .xls file or has a password; save it as .xlsx without a password",
        )
    if start.lstrip().lower().startswith((b"<!doctype", b"<html", b"<table", b"<?xml")):
        raise DeliveryRejected(
            "not_a_workbook",
            label,
            "this is a web page with the name of a workbook; open it, then save it as .xlsx",
        )
    raise DeliveryRejected("not_a_workbook", label, "this is not an .xlsx workbook")


def _check_members(archive: zipfile.ZipFile, packed_bytes: int, label: str) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    ratio = unpacked / max(packed_bytes, 1)
    if (
        len(members) > MAX_MEMBERS
        or unpacked > MAX_UNPACKED_BYTES
        or (unpacked > SUSPECT_UNPACKED_BYTES and ratio > MAX_RATIO)
    ):
        raise DeliveryRejected(
            "decompression_bomb",
            label,
            "the workbook unpacks to far more than an export holds; export it as CSV instead",
        )
    if any(member.flag_bits & 0x1 for member in members):
        raise DeliveryRejected(
            "encrypted_workbook", label, "the workbook has a password; save it without one"
        )
    names = {member.filename.lower() for member in members}
    if any(name.endswith("vbaproject.bin") for name in names):
        raise DeliveryRejected(
            "macro_workbook", label, "the workbook carries macros; save it as a plain .xlsx"
        )
    if "xl/workbook.xml" not in names:
        raise DeliveryRejected(
            "not_a_workbook", label, "this archive is not an .xlsx workbook (no sheet list in it)"
        )


def parse_part(
    archive: zipfile.ZipFile,
    name: str,
    label: str,
    *,
    start: StartHandler | None = None,
    end: EndHandler | None = None,
    text: TextHandler | None = None,
) -> None:
    """Stream one XML part through handlers; element and attribute names come without namespace.

    The zip module stops a member at its declared size and checks its CRC, so the bound that
    `open_archive` set on declared sizes also bounds what is really read.

    Raises:
        DeliveryRejected: When the part declares a DOCTYPE.
    """

    def refuse(*_: object) -> None:
        raise DeliveryRejected(
            "xml_doctype",
            label,
            "the workbook declares XML entities, which no spreadsheet program writes",
        )

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    if start is not None:
        parser.StartElementHandler = lambda element, attributes: start(
            _local(element), {_local(key): value for key, value in attributes.items()}
        )
    if end is not None:
        parser.EndElementHandler = lambda element: end(_local(element))
    if text is not None:
        parser.CharacterDataHandler = text
    with archive.open(name) as part:
        while chunk := part.read(CHUNK_BYTES):
            parser.Parse(chunk, False)
    parser.Parse(b"", True)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
