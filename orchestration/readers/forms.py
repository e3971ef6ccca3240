"""Which columns of a survey are which questionnaire: the practice's own declaration.

Here: the options that the readers of survey tools (redcap, qualtrics, google_forms) share, and
every check of them that needs no file. Not here: what single tools add (their own modules), finding
the columns in a file (forms_reader.py), making rows of them (forms_rows.py).

A survey tool knows columns, not instruments: that `phq9_3` is the third item of the PHQ-9 is known
to the practice alone, so it says so in rapport.toml. No wording of any item is needed for it, and
none is shipped. Where an export gives words instead of numbers, the practice writes its own words
under `choices`.
"""

from __future__ import annotations

import re
from datetime import time
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from orchestration.contracts.feeds import FEEDBACK
from orchestration.instruments import CODE, SCALE_CODE, Shipped, shipped_instruments
from orchestration.readers.mapped_options import DateRule, Strict, fold

MAX_ITEMS = 99

# A scale is a column of the working table beside those of the contract.
_NO_SCALES = {"total", "row_number", *FEEDBACK.names}
_RANGE = re.compile(r"([A-Z]{1,2}):([A-Z]{1,2})")
_NUMBER_PLACE = re.compile(r"\{(n{1,2})\}")
_HOUR = re.compile(r"%[HIklTRr]")
# What a form and the options may both say; the form's word counts.
SHARED = ("client", "clinician", "session", "episode", "completed_at", "completed_on")
COMPLETED_ON = ":completed_on"
_COLUMN_OF = {name: f"{name}_id" for name in SHARED[:4]} | {
    "completed_at": "completed_at",
    "completed_on": COMPLETED_ON,
}


def _known_instrument(code: str) -> str:
    if code not in shipped_instruments() and not CODE.fullmatch(code):
        raise ValueError(f"no instrument has the code '{code}'; your own is custom:<name>")
    return code


def _known_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    if formats:
        try:
            DateRule(format=formats)
        except ValidationError as error:
            said = error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")
            raise ValueError(said) from None
    return formats


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Column = Annotated[str, Field(min_length=1, max_length=500)]
Word = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
Formats = Annotated[tuple[str, ...], BeforeValidator(_one_or_many), AfterValidator(_known_formats)]


class Form(Strict):
    """`[[sources.<name>.options.forms]]`: one questionnaire, as one kind of row holds it.

    Attributes:
        instrument: Its code (`phq9`, `custom:mood`).
        item_count: How many items it has, where `items` is a pattern and Rapport does not know.
        items: Columns of the items: a pattern (`phq9_{n}`, `phq9_{nn}` for two digits), a range of
            spreadsheet columns (`C:K`), a list in the order of the items, or a table by number.
        total: Column with the total that the survey itself made.
        scales: Columns with the scores of subscales, by the scale's code.
        name: Tells two forms of the same instrument apart (one before, one after the session).
            It is part of the response's id, so it must not change later.
        respondent: Who fills it in; by default the one the instrument is made for.
        choices: Words of the practice's own form -> number, where an export has words.
        files: Pattern of the names of the files that hold this form.
        sheet: Sheet of a workbook.
        client: Column with the client's code; likewise clinician, session, episode.
        completed_at: Column with the time of completion.
        completed_on: Column with the date or time that counts where that one is empty, as it is
            where somebody types in a form from paper.
    """

    instrument: Annotated[str, AfterValidator(_known_instrument)]
    item_count: int | None = Field(default=None, ge=1, le=MAX_ITEMS)
    items: dict[int, Column] = Field(default_factory=dict)
    total: Column | None = None
    scales: dict[str, Column] = Field(default_factory=dict)
    name: Word | None = None
    respondent: Literal["client", "clinician", "observer", "caregiver"] | None = None
    instrument_version: Word | None = None
    timing: Literal["pre_session", "post_session", "between"] | None = None
    collection_mode: Word | None = None
    choices: dict[str, float] = Field(default_factory=dict)
    files: str = Field(default="*", min_length=1)
    sheet: str | None = None
    client: Column | None = None
    clinician: Column | None = None
    session: Column | None = None
    episode: Column | None = None
    completed_at: Column | None = None
    completed_on: Column | None = None

    @field_validator("items", mode="before")
    @classmethod
    def _by_number(cls, given: Any, info: ValidationInfo) -> Any:
        known = shipped_instruments().get(info.data.get("instrument", ""))
        count = info.data.get("item_count") or (known.item_count if known else None)
        if isinstance(given, str):
            return _written_out(given, count)
        if isinstance(given, list):
            given = dict(enumerate(given, start=1))
        return given

    @field_validator("items")
    @classmethod
    def _items_exist(cls, items: dict[int, str], info: ValidationInfo) -> dict[int, str]:
        known = shipped_instruments().get(info.data.get("instrument", ""))
        count = info.data.get("item_count") or (known.item_count if known else None) or MAX_ITEMS
        if items and (min(items) < 1 or max(items) > count):
            raise ValueError(f"items are numbered from 1 to {count}")
        return items

    @field_validator("scales")
    @classmethod
    def _scales_exist(cls, scales: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        known = shipped_instruments().get(info.data.get("instrument", ""))
        for scale in scales:
            if not SCALE_CODE.fullmatch(scale) or scale in _NO_SCALES:
                raise ValueError(f"'{scale}' is no code of a scale (items and total have own keys)")
            if known is not None and known.scales and scale not in known.scales:
                raise ValueError(f"'{scale}' is not one of {', '.join(sorted(known.scales))}")
        return scales

    @field_validator("choices")
    @classmethod
    def _words_once(cls, choices: dict[str, float]) -> dict[str, float]:
        if len({fold(word) for word in choices}) < len(choices):
            raise ValueError("two words differ only in case or spaces")
        return choices

    @model_validator(mode="after")
    def _has_scores(self) -> Self:
        if not self.scored:
            raise ValueError("needs `items`, `total` or `scales`")
        columns = list(self.scored.values())
        if len(set(columns)) < len(columns):
            raise ValueError("a column stands twice among items, total and scales")
        if self.choices and not self.items:
            raise ValueError("`choices` needs `items`")
        return self

    @property
    def shipped(self) -> Shipped | None:
        """What the seeds say of the instrument; None for one of the practice's own."""
        return shipped_instruments().get(self.instrument)

    @property
    def answered_by(self) -> str:
        """Who fills it in."""
        return self.respondent or (self.shipped.respondent if self.shipped else "client")

    @property
    def label(self) -> str:
        """What names this form among those of its source, in ids and messages."""
        return self.name or f"{self.instrument}-{self.answered_by}"

    @property
    def item_columns(self) -> dict[str, str]:
        """`item_01` and so on -> its column."""
        return {f"item_{number:02d}": self.items[number] for number in sorted(self.items)}

    @property
    def scored(self) -> dict[str, str]:
        """Scale -> its column, items first."""
        total = {"total": self.total} if self.total is not None else {}
        return {**self.item_columns, **self.scales, **total}


class FormsOptions(Strict):
    """`[sources.<name>.options]` of a survey tool: what holds for all its forms.

    Attributes:
        forms: The questionnaires.
        client: Column with the client's code, where a form does not say; likewise the next five.
        names: Which of client and clinician are known by name; each becomes an id made of it.
        date_format: How times are written, as in strptime; by default only ISO 8601 is read.
        time_of_day: The hour that counts where the time of completion is a date alone.
        decimal_comma: Whether `1,5` is one and a half.
        null_tokens: Cell texts that mean "nothing" beside the empty cell.
        encoding: Of CSV text without a byte-order mark.
    """

    # Whether numbers with a point are read under decimal_comma, because the tool writes both.
    points_too: ClassVar[bool] = False

    forms: tuple[Form, ...] = Field(min_length=1)
    client: Column | None = None
    clinician: Column | None = None
    session: Column | None = None
    episode: Column | None = None
    completed_at: Column | None = None
    completed_on: Column | None = None
    names: tuple[Literal["client", "clinician"], ...] = ()
    date_format: Formats = ()
    time_of_day: time | None = None
    decimal_comma: bool = False
    null_tokens: tuple[str, ...] = ()
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        labels = [form.label for form in self.forms]
        if doubled := sorted({label for label in labels if labels.count(label) > 1}):
            raise ValueError(
                f"`forms`: {doubled[0]} stands twice; give each a `name` (such as before, after)"
            )
        if self.time_of_day is None:
            for text in self.formats_of_days:
                raise ValueError(
                    f"`date_format`: '{text}' has no time of day; say one as `time_of_day`"
                )
        return self

    @property
    def formats_with_hour(self) -> tuple[str, ...]:
        """Formats that tell a time of day."""
        return tuple(text for text in self.date_format if _HOUR.search(text))

    @property
    def formats_of_days(self) -> tuple[str, ...]:
        """Formats of dates alone."""
        return tuple(text for text in self.date_format if not _HOUR.search(text))

    def shared_columns(self, form: Form) -> dict[str, str]:
        """Our name of a column -> the column of the export that holds it for this form."""
        said = {name: getattr(form, name) or getattr(self, name) for name in SHARED}
        return {_COLUMN_OF[name]: column for name, column in said.items() if column is not None}


def place_of(letters: str) -> int:
    """The place, from 1, of a spreadsheet column (`A`, `AB`)."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def letters_of(place: int) -> str:
    """The spreadsheet's letters for a place from 1."""
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _written_out(pattern: str, count: int | None) -> dict[int, str]:
    """Item number -> column, of `phq9_{n}` or `C:K`."""
    if match := _RANGE.fullmatch(pattern):
        first, last = place_of(match[1]), place_of(match[2])
        if last < first or last - first >= MAX_ITEMS:
            raise ValueError("is no range of columns")
        if count is not None and last - first + 1 != count:
            raise ValueError(f"{last - first + 1} columns for {count} items")
        return {place - first + 1: letters_of(place) for place in range(first, last + 1)}
    places = _NUMBER_PLACE.findall(pattern)
    if len(places) != 1:
        raise ValueError("needs {n} where the item's number stands, or a list of columns")
    if count is None:
        raise ValueError("needs `item_count`, because Rapport does not know how many items it has")
    width = len(places[0])
    return {
        number: _NUMBER_PLACE.sub(f"{number:0{width}d}", pattern) for number in range(1, count + 1)
    }
