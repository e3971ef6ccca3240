"""What a REDCap project knows of its clients: birth year, gender, date of referral.

Here: the declaration of those fields, and one client row per record. Not here: questionnaires
(forms*.py), what REDCap's own columns mean (redcap.py).

These are asked once in a record, on any of its rows, so a record's rows are read together. Of a
date of birth only the year leaves this module.
"""

from __future__ import annotations

from typing import Self

import polars as pl
from pydantic import Field, model_validator

from orchestration.contracts.feeds import CLIENTS
from orchestration.readers.base import Extract
from orchestration.readers.forms import Column
from orchestration.readers.forms_rows import FormRows
from orchestration.readers.mapped_config import FeedMap
from orchestration.readers.mapped_options import RowFilter, Strict, ValueMap
from orchestration.readers.mapped_records import Context, Records
from orchestration.readers.mapped_rows import apply_map

RECORD = ":record"

_LEFT_OUT = ":left_out"
_NO_DETAILS = "no_details"
_SAME_RECORD = "same_record"


class ClientFields(Strict):
    """`[sources.<name>.options.clients]`: fields of the project that tell of the client.

    Attributes:
        birth_date: A date of birth; only its year is taken.
        birth_year: or the year itself.
        gender: A field of codes.
        gender_words: What each code of `gender` means.
        referred_on: A date.
        files: Pattern of the names of the files that hold them.
    """

    birth_date: Column | None = None
    birth_year: Column | None = None
    gender: Column | None = None
    gender_words: dict[str, str] = Field(default_factory=dict)
    referred_on: Column | None = None
    files: str = Field(default="*", min_length=1)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.columns:
            raise ValueError("names no field")
        if self.birth_date is not None and self.birth_year is not None:
            raise ValueError("either `birth_date` or `birth_year`, not both")
        if (self.gender is None) != (not self.gender_words):
            raise ValueError("`gender` and `gender_words` belong together")
        return self

    @property
    def columns(self) -> dict[str, str]:
        """Canonical column -> the project's field."""
        said = {
            "birth_year": self.birth_date or self.birth_year,
            "gender": self.gender,
            "referred_on": self.referred_on,
        }
        return {name: column for name, column in said.items() if column is not None}


def client_extract(fields: ClientFields, rows: FormRows, zone: str) -> Extract:
    """One client per record that says anything of the client.

    Args:
        fields: as declared.
        rows: with `:record`, `client_id` and the canonical columns of `fields`.
        zone: of the delivery.
    """
    told = list(fields.columns)
    frame = rows.frame
    if fields.birth_date is not None:
        year = pl.col("birth_year").str.extract(r"^([0-9]{4})-[0-9]{2}-[0-9]{2}")
        # What is no date stays, and fails the row check as no year.
        frame = frame.with_columns(pl.coalesce(year, "birth_year").alias("birth_year"))
    has_details = pl.any_horizontal(pl.col(*told).is_not_null())
    values = pl.col(*told).drop_nulls()
    frame = frame.with_columns(
        pl.when(~has_details)
        .then(pl.lit(_NO_DETAILS))
        .when(~pl.struct(RECORD, has_details.alias("has")).is_first_distinct())
        .then(pl.lit(_SAME_RECORD))
        .alias(_LEFT_OUT),
        pl.any_horizontal(values.n_unique().over(RECORD) > 1).alias(":several"),
    ).with_columns(values.first().over(RECORD))
    refused = frame.filter(pl.col(_LEFT_OUT).is_null() & pl.col(":several")).select(
        "row_number", pl.lit("several_values").alias("rule"), pl.lit(None, pl.String()).alias("c")
    )
    made = apply_map(
        FeedMap(
            feed=CLIENTS.name,
            columns={name: name for name in ("client_id", *told)},
            values={"gender": ValueMap(map=fields.gender_words)} if fields.gender else {},
            filters=tuple(
                RowFilter(name=reason, column=_LEFT_OUT, any_of=(reason,))
                for reason in (_NO_DETAILS, _SAME_RECORD)
            ),
        ),
        Records(
            frame=frame.join(refused, on="row_number", how="anti", maintain_order="left"),
            count=rows.count,
            blank=rows.blank,
            broken=pl.concat([rows.broken, refused.rename({"c": "column_name"})]),
            present=frozenset(frame.columns),
        ),
        Context(zone),
    )
    return made.extract(CLIENTS.name, rows.label, rows.count)
