"""What the page about the relationship's needs says of each claim; nothing is computed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import polars as pl

from dashboards import wording
from dashboards.figures import metric
from dashboards.texts import common
from dashboards.texts import needs as texts

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Measure:
    """One figure of a claim as the page shows it.

    Attributes:
        part: what part of the claim it is.
        name: the metric's own name and the questionnaire it is of.
        figure: the number in words.
        beside: sentences that stand below it.
        is_proxy: whether it stands for the part without being it.
    """

    part: str
    name: str
    figure: wording.Figure
    beside: tuple[str, ...] = ()
    is_proxy: bool = False


@dataclass(frozen=True)
class Column:
    """A measure as a column of the table of clinicians.

    Attributes:
        metric_id: the metric.
        instrument: the questionnaire it is of, or nothing.
        entry: its entry of the catalogue.
        digits: decimals of the questionnaire's scores.
    """

    metric_id: str
    instrument: str
    entry: Row
    digits: int = 1


def overview(claims: pl.DataFrame) -> str:
    """Say of how many claims there is a figure."""
    counts = dict(claims.group_by("status").len().iter_rows())
    parts = [
        f"{wording.whole(counts[code])} {words}"
        for code, words in texts.COUNTED.items()
        if counts.get(code)
    ]
    return texts.OVERVIEW.format(claims=wording.whole(claims.height), counts="; ".join(parts))


def contents_html(claims: Iterable[Row]) -> str:
    """Write the claims with their status, each leading to its place on the page."""
    lines = "".join(
        f'<li><a href="#{anchor(claim)}">{escape(claim["title"])}</a> '
        f"<span>{texts.STATUSES[claim['status']]}</span></li>"
        for claim in claims
    )
    return f'<ol class="claims">{lines}</ol>'


def anchor(claim: Row) -> str:
    """Give the name of a claim's place on the page."""
    return f"claim-{claim['sort_order']}"


def claim_html(claim: Row, measures: Sequence[Measure], missing: Iterable[Row]) -> str:
    """Write one claim: its figures, what to do, what is known and what is not measured.

    Args:
        claim: its row.
        measures: its figures in words, in their order.
        missing: its measures without a figure.
    """
    rows = "".join(measure_html(m) for m in measures)
    gone = "".join(
        f"<li><b>{escape(r['part'])}.</b> {escape(r['not_measured_reason'])}</li>" for r in missing
    )
    return (
        f'<section class="claim"><p class="status">{texts.STATUSES[claim["status"]]}</p>'
        + (f'<dl class="measures">{rows}</dl>' if rows else "")
        + '<div class="around">'
        + _block(texts.TO_DO, f"<p>{escape(claim['supervisor_action'])}</p>")
        + _block(texts.KNOWN, f"<p>{evidence_html(claim['evidence'])}</p>")
        + _block(
            texts.NOT_MEASURED,
            (f"<ul>{gone}</ul>" if gone else "") + f"<p>{escape(claim['limits'])}</p>",
        )
        + "</div></section>"
    )


def measure_html(m: Measure) -> str:
    """Write one figure beside what it is of."""
    proxy = f'<i class="proxy">{texts.STANDS_FOR}</i> ' if m.is_proxy else ""
    caution = f'<p class="caution">{escape(m.figure.caution)}</p>' if m.figure.caution else ""
    notes = "".join(f"<p>{escape(text)}</p>" for text in m.beside)
    absent = "" if m.figure.is_shown else " absent"
    return (
        f"<div><dt><b>{escape(m.part)}</b><span>{proxy}{escape(m.name)}</span></dt>"
        f'<dd class="value{absent}">{escape(m.figure.value)}</dd>'
        f'<dd class="rests"><p>{escape(m.figure.detail)}</p>{caution}{notes}</dd></div>'
    )


def _block(title: str, body: str) -> str:
    return f"<div><h3>{escape(title)}</h3>{body}</div>"


def evidence_html(text: str) -> str:
    """Write the evidence: tags small, a symbol and its number on one line."""
    held = re.sub(r"([rd]) = ", f"\\1{wording.NBSP}={wording.NBSP}", escape(text))
    return re.sub(r" (\[[A-Z][0-9]*\])", rf'{wording.NBSP}<span class="tag">\1</span>', held)


def own_table(rows: pl.DataFrame, columns: Sequence[Column], full_from: int) -> pl.DataFrame:
    """Lay the clinicians in view beside one another, by label, a measure to a column.

    Args:
        rows: rows of `clinician_metric` with clinician_label, in the order of labels.
        columns: the measures of a claim that have a metric.
        full_from: denominator from which a rate stands without "too few".

    Returns:
        The table; a measure nobody in view has a row of is left out.
    """
    by = {
        (r["clinician_label"], r["metric_id"], r["instrument"] or ""): r
        for r in rows.iter_rows(named=True)
    }
    held = {(metric_id, code) for _, metric_id, code in by}
    shown = [c for c in columns if (c.metric_id, c.instrument) in held]
    if not shown:
        return pl.DataFrame()
    return pl.DataFrame(
        [
            {common.CLINICIAN: label}
            | {
                str(c.entry["short_name"]): metric.short(
                    by.get((label, c.metric_id, c.instrument)), c.entry, full_from, c.digits
                )
                for c in shown
            }
            for label in dict.fromkeys(rows["clinician_label"])
        ]
    )
