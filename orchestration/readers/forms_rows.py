"""From the rows of a survey's file to feedback rows: one response per row and questionnaire.

Here: what the readers of survey tools share once the columns are found. Not here: the declaration
(forms.py), which column is where (forms_reader.py), what a single tool's rows say of themselves
(redcap.py, qualtrics.py, google_forms.py), and the turning of one record into several rows with its
counts (mapped_rows.py), which is done with a map made here.

A response that is known not to count (a preview, a survey that was begun and not sent) is left out
and counted; one that cannot be understood is rejected by the name of a rule, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from orchestration.contracts.feeds import FEEDBACK
from orchestration.readers.base import DeliveryRejected, Extract, empty_rejects
from orchestration.readers.forms import COMPLETED_ON, Form, FormsOptions
from orchestration.readers.mapped_config import FeedMap
from orchestration.readers.mapped_dates import Calendar, read_dates
from orchestration.readers.mapped_options import DateRule, MeltCell, RowFilter, fold
from orchestration.readers.mapped_records import Context, Records, no_marks
from orchestration.readers.mapped_rows import apply_map
from orchestration.readers.names import name_id

NO_ANSWERS = "no_answers"
NAME = ":form"
LEFT_OUT = ":left_out"
_REFUSED = ":refused"

_AT = "completed_at"
_NUMBER = r"^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,2})?$"
_COMMA = r"^[+-]?[0-9]*,[0-9]+$"
_ISO = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_WRITTEN = re.compile(
    r"[0-9]{1,4}(?P<a>[-/.])[0-9]{1,2}(?P=a)(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?P<gap>,? )[0-9]{1,2}(?P<b>[:.])[0-9]{2}(?P<seconds>(?P=b)[0-9]{2})?(?P<half> [AaPp][Mm])?"
)
_YEAR_FIRST = re.compile(r"[0-9]{4}[/.]")


@dataclass(frozen=True)
class FormRows:
    """The records of one file, under the names of one form.

    Attributes:
        label: Safe label of the file.
        frame: `row_number`; canonical names for shared columns; a scale's code for each column with
            a score; names that start with a colon for what the reader itself needs.
        count: Records by an independent count, broken and blank ones included.
        blank: Records that hold nothing; they are not in `frame`.
        broken: Records without usable structure.
        marks: Cells that cannot be relied on: row_number, column, rule.
        is_workbook: Whether cells come typed from a workbook.
    """

    label: str
    frame: pl.DataFrame = field(repr=False)
    count: int
    blank: int = 0
    broken: pl.DataFrame = field(default_factory=empty_rejects, repr=False)
    marks: pl.DataFrame = field(default_factory=no_marks, repr=False)
    is_workbook: bool = False


@dataclass(frozen=True)
class Verdicts:
    """What a tool's rows say of themselves.

    Attributes:
        key: Columns of the frame that together name a response; the first must not be empty.
        left_out: Reason -> condition, for responses that are known not to count; the first holds.
        refused: Rule -> condition, for responses that cannot be understood.
        advice: How to export numbers, said where answers come as words.
    """

    key: tuple[str, ...]
    left_out: Mapping[str, pl.Expr]
    refused: Mapping[str, pl.Expr] = field(default_factory=dict)
    advice: str = "export the answers as numbers"


def tidy(frame: pl.DataFrame, options: FormsOptions) -> pl.DataFrame:
    """Cells without outer spaces, null where they say nothing, and ids instead of names."""
    texts = pl.col(pl.String()).str.strip_chars()
    nothing = texts.is_in(["", *options.null_tokens])
    people = [f"{entity}_id" for entity in options.names if f"{entity}_id" in frame.columns]
    frame = frame.with_columns(pl.when(~nothing).then(texts).name.keep()).with_columns(
        pl.col(name).map_elements(name_id, return_dtype=pl.String()) for name in people
    )
    if COMPLETED_ON in frame.columns:
        frame = frame.with_columns(pl.coalesce(_AT, COMPLETED_ON).alias(_AT))
    return frame


def form_extract(
    form: Form, options: FormsOptions, rows: FormRows, verdicts: Verdicts, zone: str
) -> Extract:
    """The feedback rows of one form in one file.

    Raises:
        DeliveryRejected: Most answers or times cannot be meant as declared.
    """
    reasons = {NO_ANSWERS: pl.all_horizontal(pl.col(*form.scored).is_null()), **verdicts.left_out}
    frame = rows.frame.with_columns(
        _first_that_holds(reasons).alias(LEFT_OUT),
        _first_that_holds(verdicts.refused).alias(_REFUSED),
        pl.lit(form.label).alias(NAME),
    )
    if not options.date_format:
        _check_times(frame, options, rows.label)
    frame = _with_numbers(frame, form, options)
    _check_answers(frame, form, options, rows.label, verdicts.advice)
    counts = pl.col(LEFT_OUT).is_null()
    refused = frame.filter(counts & pl.col(_REFUSED).is_not_null()).select(
        "row_number", pl.col(_REFUSED).alias("rule"), pl.lit(None, pl.String()).alias("column_name")
    )
    left_out = frame.filter(~counts)
    made = apply_map(
        _feed_map(form, frame, verdicts.key, tuple(reasons)),
        Records(
            frame=frame.join(refused, on="row_number", how="anti", maintain_order="left"),
            count=rows.count,
            blank=rows.blank,
            broken=pl.concat([rows.broken, refused]),
            marks=rows.marks.join(left_out, on="row_number", how="anti", maintain_order="left"),
            present=frozenset(frame.columns),
            is_workbook=rows.is_workbook,
        ),
        Context(zone, decimal_comma=options.decimal_comma and not options.points_too),
    )
    said = _said_of(left_out, form, rows.label)
    return made.extract(FEEDBACK.name, rows.label, rows.count, warnings=said)


def _feed_map(
    form: Form, frame: pl.DataFrame, key: tuple[str, ...], reasons: tuple[str, ...]
) -> FeedMap:
    """The declaration as a map; its names are the frame's, so nothing of the file stands in it."""
    words = {
        "instrument": form.instrument,
        "respondent": form.answered_by,
        "instrument_version": form.instrument_version,
        "timing": form.timing,
        "collection_mode": form.collection_mode,
    }
    first, *others = key
    return FeedMap(
        feed=FEEDBACK.name,
        columns={name: name for name in FEEDBACK.names if name in frame.columns},
        constants={name: word for name, word in words.items() if word is not None},
        compose={"response_id": "|".join([f"{{{first}}}", *(f"{{{k}?}}" for k in others)])},
        melt=tuple(MeltCell(column=scale, scale=scale) for scale in form.scored),
        filters=tuple(RowFilter(name=r, column=LEFT_OUT, any_of=(r,)) for r in reasons),
    )


def _first_that_holds(words: Mapping[str, pl.Expr]) -> pl.Expr:
    """The first word whose condition holds; null without any."""
    said = pl.lit(None, pl.String())
    for word, condition in reversed(words.items()):
        said = pl.when(condition.fill_null(value=False)).then(pl.lit(word)).otherwise(said)
    return said


def with_times(frame: pl.DataFrame, options: FormsOptions, zone: str) -> pl.DataFrame:
    """Times as ISO 8601 text; what cannot be read stays, and fails the row check as no timestamp.

    Args:
        frame: with `completed_at` as the export writes it.
        options: say how that is.
        zone: of the delivery; a time without an offset stays without.
    """
    text = frame.get_column(_AT)
    for formats, has_hour in (
        (options.formats_with_hour, True),
        (options.formats_of_days, False),
    ):
        if formats:
            calendar = Calendar(DateRule(format=formats), has_hour, zone)
            read, _ = read_dates(frame, calendar, _AT)
            text = pl.select(pl.coalesce(read, text)).to_series()
    if options.time_of_day is not None:
        hour = pl.lit(f"T{options.time_of_day}")
        text = pl.select(pl.when(text.str.contains(_DATE)).then(text + hour).otherwise(text))
        text = text.to_series()
    return frame.with_columns(text.alias(_AT))


def _check_times(frame: pl.DataFrame, options: FormsOptions, label: str) -> None:
    """DeliveryRejected where most times need a word of the practice to be read."""
    times = frame.filter(pl.col(LEFT_OUT).is_null())[_AT].drop_nulls()
    dates = times.filter(times.str.contains(_DATE))
    if options.time_of_day is None and 2 * dates.len() > times.len():
        raise DeliveryRejected(
            "date_without_time",
            label,
            "the time of completion is a date without a time of day; say which hour counts, such "
            'as `time_of_day = "12:00"`, or name a column with the time',
        )
    strange = times.filter(~times.str.contains(_ISO))
    if 2 * strange.len() > times.len():
        raise DeliveryRejected(
            "date_format",
            label,
            f"times are not written as 2026-03-04 10:00:00; say how, {_candidates(strange[0])}",
        )


def _candidates(written: str) -> str:
    """What `date_format` could be, without a digit of what stands in the cell."""
    match = _WRITTEN.fullmatch(written)
    if _YEAR_FIRST.match(written):
        return f'such as `date_format = "%Y{written[4]}%m{written[4]}%d %H:%M:%S"`'
    if match is None:
        return 'such as `date_format = "%d-%m-%Y %H:%M:%S"`'
    a, b = match["a"], match["b"]
    year = "%Y" if len(match["year"]) == 4 else "%y"
    clock = f"{'%I' if match['half'] else '%H'}{b}%M{f'{b}%S' if match['seconds'] else ''}"
    clock += " %p" if match["half"] else ""
    days = (f"%d{a}%m{a}{year}", f"%m{a}%d{a}{year}")
    day, month = (f'`date_format = "{each}{match["gap"]}{clock}"`' for each in days)
    return f"{day} where the day comes first, {month} where the month does"


def _with_numbers(frame: pl.DataFrame, form: Form, options: FormsOptions) -> pl.DataFrame:
    """Numbers for the practice's own words; points for commas where the tool writes both."""
    if form.choices:
        numbers = {fold(word): f"{number:g}" for word, number in form.choices.items()}
        for scale in form.item_columns:
            cells = frame.get_column(scale)
            # A word that is not listed stays what it is, and fails as no number.
            known = {w: numbers.get(fold(w), w) for w in cells.drop_nulls().unique()}
            frame = frame.with_columns(
                cells.replace_strict(known, default=None, return_dtype=pl.String()).alias(scale)
            )
    if options.decimal_comma and options.points_too:
        cells = pl.col(*form.scored)
        points = cells.str.replace(",", ".", literal=True)
        frame = frame.with_columns(
            pl.when(cells.str.contains(_COMMA)).then(points).otherwise(cells).name.keep()
        )
    return frame


def _check_answers(
    frame: pl.DataFrame, form: Form, options: FormsOptions, label: str, advice: str
) -> None:
    """DeliveryRejected where most answers are no numbers: a setting, not a slip."""
    kept = frame.filter(pl.col(LEFT_OUT).is_null()).select(*form.scored)
    cells = pl.concat([column.rename("cell") for column in kept.iter_columns()]).drop_nulls()
    commas = cells.str.contains(_COMMA).sum()
    strange = cells.len() - cells.str.contains(_NUMBER).sum() - commas
    if 2 * commas > cells.len() and not options.decimal_comma:
        raise DeliveryRejected(
            "decimal_comma",
            label,
            f"the scores of {form.label} have a decimal comma; say `decimal_comma = true`",
        )
    if 2 * strange > cells.len():
        own = "list every word of the export under" if form.choices else "give the words under"
        raise DeliveryRejected(
            "answers_in_words",
            label,
            f"most answers of {form.label} are words, not numbers; {advice}, or {own} `choices`",
        )


def _said_of(left_out: pl.DataFrame, form: Form, label: str) -> tuple[str, ...]:
    """How many responses do not count, and why; rows that hold other forms are no news."""
    counts = left_out.filter(pl.col(LEFT_OUT) != NO_ANSWERS)[LEFT_OUT].value_counts(sort=True)
    if not counts.height:
        return ()
    said = ", ".join(f"{reason} {count:,}" for reason, count in counts.rows())
    return (f"{label}: {form.label}: responses that do not count were left out: {said}",)
