"""What holds for a whole workbook: sheet list, shared strings, number formats, date system.

Here: the parts that every sheet needs, and how a stored number becomes the text a person sees.
Not here: safety of the archive (`xlsx_guard.py`); the cells of a sheet (`xlsx.py`).
"""

from __future__ import annotations

import re
import zipfile
from datetime import datetime, timedelta
from math import isfinite
from posixpath import normpath

from orchestration.readers.base import DeliveryRejected
from orchestration.readers.xlsx_guard import parse_part

MAX_EXACT_INTEGER = 10**15  # a double holds 15 digits; a longer "number" has lost its last ones

_DATE_FORMATS = {*range(14, 18), 22, *range(27, 32), 36, *range(50, 59)}
_TIME_FORMATS = {*range(18, 22), *range(32, 36), *range(45, 48)}
_FORMAT_NOISE = re.compile(r'"[^"]*"|\\.|[_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


class Book:
    """What holds for the whole workbook: sheet list, shared strings, formats, date system."""

    def __init__(self, archive: zipfile.ZipFile, label: str) -> None:
        self.label = label
        self.sheets: list[tuple[str, str, str]] = []  # name, state, relationship id
        self.targets: dict[str, str] = {}
        self.strings: list[str] = []
        self.kinds: list[str] = []  # per cell style: number, date or time
        self.epoch = datetime(1899, 12, 30)
        self._archive = archive
        names = set(archive.namelist())
        parse_part(archive, "xl/workbook.xml", label, start=self._on_workbook)
        parse_part(archive, "xl/_rels/workbook.xml.rels", label, start=self._on_relationship)
        if "xl/sharedStrings.xml" in names:
            self._read_strings()
        if "xl/styles.xml" in names:
            self._read_styles()

    def choose(self, wanted: str | None) -> tuple[str, str, list[str]]:
        """Name, part and warnings of the sheet to read."""
        shown = [sheet for sheet in self.sheets if sheet[1] == "visible"]
        if wanted is None:
            if len(shown) != 1:
                raise DeliveryRejected(
                    "which_sheet",
                    self.label,
                    f"the workbook shows {len(shown)} sheets; name the one to read "
                    "(`sheet = …` in rapport.toml)",
                )
            chosen = shown[0]
        else:
            found = [s for s in self.sheets if s[0].strip().casefold() == wanted.casefold()]
            if not found:
                raise DeliveryRejected(
                    "no_such_sheet", self.label, f"there is no sheet named '{wanted}'"
                )
            chosen = found[0]
        return chosen[0], self._part(chosen[2]), self._sheet_warnings(chosen)

    def _sheet_warnings(self, chosen: tuple[str, str, str]) -> list[str]:
        warnings = []
        if chosen[1] != "visible":
            warnings.append("the sheet that was read is hidden in the workbook")
        others = [sheet for sheet in self.sheets if sheet is not chosen]
        hidden = sum(1 for sheet in others if sheet[1] != "visible")
        if len(others) > hidden:
            warnings.append(f"{len(others) - hidden} other sheet(s) were not read")
        if hidden:
            warnings.append(f"{hidden} hidden sheet(s) were not read")
        return warnings

    def _part(self, relationship: str) -> str:
        target = self.targets.get(relationship, "")
        return target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")

    def _on_workbook(self, name: str, attributes: dict[str, str]) -> None:
        if name == "sheet":
            self.sheets.append(
                (attributes.get("name", ""), attributes.get("state", "visible"), attributes["id"])
            )
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = datetime(1904, 1, 1)

    def _on_relationship(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Relationship":
            self.targets[attributes["Id"]] = attributes["Target"]

    def _read_strings(self) -> None:
        reader = _StringReader(self.strings)
        parse_part(
            self._archive,
            "xl/sharedStrings.xml",
            self.label,
            start=reader.start,
            end=reader.end,
            text=reader.text,
        )

    def _read_styles(self) -> None:
        custom: dict[int, str] = {}
        inside = {"cellXfs": False}

        def start(name: str, attributes: dict[str, str]) -> None:
            if name == "numFmt":
                custom[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
            elif name == "cellXfs":
                inside["cellXfs"] = True
            elif name == "xf" and inside["cellXfs"]:
                self.kinds.append(format_kind(int(attributes.get("numFmtId", "0")), custom))

        def end(name: str) -> None:
            if name == "cellXfs":
                inside["cellXfs"] = False

        parse_part(self._archive, "xl/styles.xml", self.label, start=start, end=end)


class _StringReader:
    """Handlers for the shared strings: one text per `si`, however many runs it is cut into."""

    def __init__(self, strings: list[str]) -> None:
        self.strings = strings
        self.parts: list[str] = []
        self.inside_text = False
        self.inside_reading_aid = False

    def start(self, name: str, _: dict[str, str]) -> None:
        """Open an element."""
        if name == "si":
            self.parts = []
        elif name == "rPh":  # reading aids of Japanese text: not part of the cell
            self.inside_reading_aid = True
        elif name == "t":
            self.inside_text = not self.inside_reading_aid

    def end(self, name: str) -> None:
        """Close an element."""
        if name == "si":
            self.strings.append("".join(self.parts))
        elif name == "rPh":
            self.inside_reading_aid = False
        elif name == "t":
            self.inside_text = False

    def text(self, data: str) -> None:
        """Take character data of a string."""
        if self.inside_text:
            self.parts.append(data)


def format_kind(identifier: int, custom: dict[int, str]) -> str:
    """Whether a number format shows a `date`, a `time` or a plain `number`.

    Built-in formats go by their id (ECMA-376 part 1, 18.8.30); custom ones by the letters that
    are left when quoted text, escapes, colours and conditions are taken out.
    """
    if identifier in _DATE_FORMATS:
        return "date"
    if identifier in _TIME_FORMATS:
        return "time"
    letters = _FORMAT_NOISE.sub("", custom.get(identifier, "")).lower()
    if letters == "general":
        return "number"
    if "y" in letters or "d" in letters:
        return "date"
    if "h" in letters or "s" in letters:
        return "time"
    return "date" if "mmm" in letters else "number"


def number_text(raw: str) -> str:
    """The number of a cell as text: 98.0 -> 98, and an integer that lost digits as 1.2E+17.

    The scientific form makes the check of ids see that the last digits are invented
    (rule `excel_id`), while a column of numbers still reads it as a number.
    """
    value = float(raw)
    if not isfinite(value):
        return raw
    if abs(value) >= MAX_EXACT_INTEGER:
        return f"{value:.15E}"
    return str(int(value)) if value == int(value) else repr(value)


def serial_text(raw: str, kind: str, epoch: datetime) -> str:
    """A date serial as ISO text: a date, a date with time, or a time of day.

    Serials count days from the workbook's epoch; fractions are rounded to the second, which is
    what a spreadsheet shows. Outside the calendar the number itself is returned.
    """
    serial = float(raw)
    if not 0 <= serial < 2_958_466:
        return number_text(raw)
    moment = epoch + timedelta(seconds=round(serial * 86_400))
    if kind == "time" and serial < 1:
        return moment.strftime("%H:%M:%S")
    midnight = moment.hour == moment.minute == moment.second == 0
    return moment.strftime("%Y-%m-%d" if midnight else "%Y-%m-%dT%H:%M:%S")
