"""Data types of FHIR, read from JSON that may hold anything.

Here: text, lists, codes, times, numbers and extensions, each of the right kind or nothing. Not
here: what they mean for a feed, and references (references.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = re.compile(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?")


class LeaveOut(Exception):  # noqa: N818 -- an outcome of a record, not a mistake
    """The record is known not to belong to the feed; counted under this name."""


class Refuse(Exception):  # noqa: N818 -- an outcome of a record, not a mistake
    """The record cannot be made a row.

    Args:
        rule: short word.
        column: a column of the contract, or None.
        key: cells of the row's key, as far as they are known.
    """

    def __init__(
        self, rule: str, column: str | None = None, key: dict[str, str | None] | None = None
    ) -> None:
        self.rule = rule
        self.column = column
        self.key = key or {}
        super().__init__(rule)


def as_dict(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: Any) -> list[Any]:
    """The list; one object alone, as STU3 has it in places, is a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def as_text(value: Any) -> str | None:
    """Text that is not empty, without outer spaces."""
    return (value.strip() or None) if isinstance(value, str) else None


def codes_of(value: Any) -> Iterator[str]:
    """Codes of a Coding, a CodeableConcept or a list of either; never what they are called."""
    for coding in codings_of(value):
        code = as_text(coding.get("code"))
        if code:
            yield code


def codings_of(value: Any) -> Iterator[dict[str, Any]]:
    """Codings of a Coding, a CodeableConcept or a list of either."""
    for each in as_list(value):
        concept = as_dict(each)
        if "coding" in concept:
            yield from (as_dict(coding) for coding in as_list(concept["coding"]))
        elif "code" in concept:
            yield concept


def number_text(value: Any) -> str | None:
    """A number as text; None where there is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, (int, float)):
        return str(value)
    text = as_text(value)
    return text if text and _NUMBER.fullmatch(text) else None


def extension_of(element: Any, *urls: str) -> dict[str, Any]:
    """The first extension of an element with one of these addresses; empty without one."""
    for each in as_list(as_dict(element).get("extension")):
        if as_dict(each).get("url") in urls:
            return each
    return {}


def value_of(element: dict[str, Any]) -> tuple[str | None, Any]:
    """Name and content of the element's ``value[x]``."""
    for name, value in element.items():
        if name.startswith("value"):
            return name, value
    return None, None


def moment(text: Any, zone: str) -> datetime | None:
    """A FHIR instant or dateTime with a time of day, as naive UTC; without offset it is local."""
    written = as_text(text)
    if written is None or "T" not in written:
        return None
    try:
        time = datetime.fromisoformat(written)
        local = time if time.tzinfo else time.replace(tzinfo=ZoneInfo(zone))
        return local.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def day(text: Any, zone: str) -> str | None:
    """The calendar date that a FHIR dateTime means in the practice; as written if it is none."""
    written = as_text(text)
    utc = moment(written, zone)
    if utc is None:
        return written
    try:
        return utc.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date().isoformat()
    except OverflowError:
        return written


def timestamp(text: Any, hour: str | None) -> str | None:
    """A FHIR dateTime for a column of times; a bare date gets the hour, where one is configured."""
    written = as_text(text)
    if written and hour and _DATE.fullmatch(written):
        return f"{written}T{hour}"
    return written


def birth_year(text: Any) -> str | None:
    """The year of a FHIR date, which may be a year alone."""
    written = as_text(text) or ""
    found = re.fullmatch(r"([0-9]{4})(?:-[0-9]{2}){0,2}", written)
    return found[1] if found and int(found[1]) <= date.max.year else None


def updated_at(resource: dict[str, Any]) -> str | None:
    """When the server last changed the resource."""
    return as_text(as_dict(resource.get("meta")).get("lastUpdated"))
