"""The pieces pages are put together from: sections, tiles, charts with their words, tables, links.

Every value that comes from a table is escaped here before it becomes HTML. Not here: what a
figure says (`wording.py`) or which figure it is (pages).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import address, wording
from dashboards.charts.spark import in_dark_picture
from dashboards.charts.theme import drawing_in_dark, in_dark
from dashboards.registry import BY_NAME
from dashboards.texts import frame as texts

_COMMAND = re.compile(r"`([^`]+)`")
# A number as it is written, with its sign, its unit of percent, or hidden.
_WRITTEN = re.compile(r"[−+-]?\d[\d\u202f.]*(\u00a0%)?|\*")
_LONG_TABLE = 150
# Of a longer one, so much at a time: a browser draws each row anew with every change of a filter.
_PART = 50
_SHORT = 30


@dataclass(frozen=True)
class Drawn:
    """A chart ready for the page: cached as a whole, keyed by scope and filters.

    Attributes:
        spec: the Vega-Lite spec, or None where there is nothing to draw.
        sentence: what the chart shows, in words and figures.
        table: the data behind it, with headings fit for reading.
        alt: alternative text.
        empty: why there is nothing to draw, and what to do.
        is_fixed_order: whether a row is a clinician: then the table can never be sorted.
    """

    spec: dict[str, Any] | None
    sentence: str
    table: pl.DataFrame = field(default_factory=pl.DataFrame)
    alt: str = ""
    empty: str = ""
    is_fixed_order: bool = False


def is_dark() -> bool:
    """Say whether the viewer looks in dark colours: a choice of the system, not of ours."""
    return st.context.theme.type == "dark"


def section(title: str, note: str = "") -> None:
    """Open a part of a page."""
    st.header(title, anchor=False)
    if note:
        st.html(f'<p class="note">{escape(note)}</p>')


def empty(reason: str) -> None:
    """Say why there is nothing, and what to do; never a blank chart or a zero."""
    said = _COMMAND.sub(r"<code>\1</code>", escape(reason))
    st.html(f'<div class="empty">{said}</div>')


def show(drawn: Drawn, key: str) -> None:
    """Draw a chart with its sentence above and its table below.

    Args:
        drawn: what to show.
        key: unique on the page.
    """
    with _one():
        if drawn.spec is None:
            empty(drawn.empty)
            return
        st.html(f'<p class="says">{escape(drawn.sentence)}</p>')
        st.vega_lite_chart(
            spec=in_dark(drawn.spec) if is_dark() else drawn.spec,
            width="stretch",
            theme=None,
            key=key,
            alt=drawn.alt or drawn.sentence,
        )
        with st.expander(texts.TABLE_OF_FIGURE):
            label = texts.TABLE_LABEL.format(key=key)
            table(drawn.table, label, is_fixed_order=drawn.is_fixed_order)


def _one() -> DeltaGenerator:
    """Open what is one element of the page whatever stands in it.

    The browser tells elements by their place: where a chart gives way to a sentence, all that
    follows would be made anew.
    """
    return st.container()


def table(
    frame: pl.DataFrame, label: str, *, is_fixed_order: bool = False, digits: int = 1
) -> None:
    """Show rows as text: a plain table when short, a scrolling grid when long.

    The headings of a grid sort. Nobody is to be sorted by a figure (metrics.md 8), so a table with
    a row for each clinician is plain however long, and comes in parts by the label.

    Args:
        frame: readable columns; numbers stay numbers, dates are text already.
        label: what the table holds, unique on the page, for readers who cannot see it.
        is_fixed_order: whether a row is a clinician.
        digits: after the point.
    """
    with _one():
        if frame.height == 0:
            empty(texts.NO_ROWS)
        elif is_fixed_order or frame.height <= _LONG_TABLE:
            shown = frame if frame.height <= _LONG_TABLE else _part(frame, label)
            st.html(table_html(shown, label, digits))
        else:
            st.dataframe(frame, hide_index=True, height=420, alt=label)


def _part(frame: pl.DataFrame, label: str) -> pl.DataFrame:
    """Let the reader choose which rows of a long table to see, named by the first and the last."""
    starts = range(0, frame.height, _PART)
    parts_ = {start: frame.slice(start, _PART) for start in starts}
    chosen = st.selectbox(
        texts.ROWS,
        list(parts_),
        format_func=lambda start: texts.ROWS_FROM_TO.format(
            first=parts_[start].row(0)[0], last=parts_[start].row(-1)[0]
        ),
        key=f"rows-{label}",
        width=340,
    )
    return parts_[chosen]


def table_html(frame: pl.DataFrame, label: str, digits: int = 1) -> str:
    """Write rows as an HTML table in a region that scrolls by key when it is too wide."""
    numeric = {name for name, kind in frame.schema.items() if kind.is_numeric()}
    kinds = {name: _kind(frame[name], name in numeric) for name in frame.columns}
    head = "".join(f'<th scope="col"{kinds[name]}>{escape(name)}</th>' for name in frame.columns)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{kinds[name]}>{_cell(value, digits)}</td>"
            for name, value in zip(frame.columns, row, strict=True)
        )
        + "</tr>"
        for row in frame.iter_rows()
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(label)}">'
        f'<table class="data"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _kind(column: pl.Series, is_number: bool) -> str:
    """Set numbers to the right, written ones too; keep a column of short words on one line."""
    told = [str(value) for value in column if value not in (None, wording.NOTHING)]
    if is_number or (told and all(_WRITTEN.fullmatch(value) for value in told)):
        return ' class="num"'
    longest = max((len(str(value)) for value in column if value is not None), default=0)
    return ' class="tight"' if longest <= _SHORT else ""


def _cell(value: object, digits: int) -> str:
    if value is None:
        return wording.NOTHING
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return wording.whole(value)
    return escape(str(value))


def tile(
    label: str,
    figure: wording.Figure,
    meaning: str,
    comparisons: Sequence[str] = (),
    spark: tuple[str, str] = ("", ""),
) -> None:
    """Show one number: label, value, n of N with interval, what to compare it with, how to read it.

    Args:
        label: what the number is.
        figure: the number in words.
        meaning: how to read it and where it comes from; opens by mouse or key.
        comparisons: sentences with the figure of other periods.
        spark: picture of its course as a data address, and its alternative text.
    """
    caution = f'<p class="caution">{escape(figure.caution)}</p>' if figure.caution else ""
    beside = "".join(f"<li>{escape(text)}</li>" for text in comparisons)
    absent = "" if figure.is_shown else " absent"
    course = picture(*spark) if spark[0] else ""
    st.html(
        f'<section class="tile"><h3>{escape(label)}</h3>'
        f'<p class="value{absent}">{escape(figure.value)}</p>'
        f'<p class="detail">{escape(figure.detail)}</p>{caution}{course}'
        f"{f'<ul>{beside}</ul>' if beside else ''}"
        f"<details><summary>{texts.HOW_TO_READ}</summary><p>{escape(meaning)}</p></details></section>"
    )


def drawing(path: Path) -> str:
    """Read a drawing in the viewer's colours."""
    svg = path.read_text(encoding="utf-8")
    return drawing_in_dark(svg) if is_dark() else svg


def picture(address: str, alt: str) -> str:
    """Write a word-sized picture of `charts.spark` as HTML, in the viewer's colours.

    Args:
        address: the picture as a data address.
        alt: its alternative text.
    """
    shown = in_dark_picture(address) if is_dark() else address
    return f'<img class="spark" src="{shown}" alt="{escape(alt)}">'


def facts(pairs: Sequence[tuple[str, str]], title: str) -> None:
    """Show a box of labelled facts."""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs
    )
    st.html(f'<section class="facts"><h3>{escape(title)}</h3><dl>{rows}</dl></section>')


def meaning(entry: Mapping[str, Any] | None) -> str:
    """Say a metric of the catalogue in a few sentences."""
    if entry is None:
        return texts.NO_DEFINITION
    said = [
        entry.get("meaning"),
        texts.HOW.format(text=entry["formula"]) if entry.get("formula") else None,
        texts.COUNTED.format(text=entry["population"]) if entry.get("population") else None,
        texts.LEFT_OUT.format(text=entry["exclusions"]) if entry.get("exclusions") else None,
        texts.LIMITS.format(text=entry["limits"]) if entry.get("limits") else None,
        entry.get("proxy_note"),
        texts.RESTS_ON.format(text=wording.rests_on(entry["evidence"]))
        if entry.get("evidence")
        else None,
    ]
    return " ".join(f"{str(part).rstrip('. ')}." for part in said if part)


def choose(
    name: str, label: str, said: Mapping[str, str], default: str | None = None, **how: Any
) -> str:
    """Draw `address.select` for a part of a page; say under it where a link asked for nothing."""
    chosen = address.select(name, label, said, default, **how)
    if not address.is_understood(name):
        st.html(f'<p class="note">{escape(texts.UNKNOWN_CHOICE.format(names=label))}</p>')
    return chosen


def link(page: str, label: str, **parameters: str) -> None:
    """Link to another page of the app without leaving the session; view and filters go along.

    Args:
        page: name in the registry.
        label: the text of the link.
        **parameters: further query parameters.
    """
    where = {**address.carried(), **parameters}
    st.page_link(BY_NAME[page].file, label=label, query_params=where or None)


def go(page: str, **parameters: str) -> None:
    """Open another page of the app, as a selected row does; view and filters go along.

    Args:
        page: name in the registry.
        **parameters: further query parameters.
    """
    st.switch_page(BY_NAME[page].file, query_params={**address.carried(), **parameters})
