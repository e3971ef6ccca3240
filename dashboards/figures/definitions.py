"""What the page Definitions says of metrics, tables and where figures come from.

Here: the catalogue and the release's own description as HTML, tables and a picture. Not here: any
figure; `metric.py` says those.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts.lineage import lineage as draw
from dashboards.charts.theme import spec
from dashboards.figures import metric
from dashboards.parts import Drawn
from dashboards.queries import reference
from dashboards.relations import RELATIONS, Reach, Relation, readings
from dashboards.scope import Scope
from dashboards.texts import definitions as texts
from dashboards.warehouse import Release, described

Row = Mapping[str, Any]

# Which fact each feed becomes: the names differ, the rows are the same things.
_BECOMES = {
    "clients": "core.dim_client",
    "clinicians": "core.dim_clinician",
    "sessions": "core.fct_session",
    "episodes": "core.fct_episode",
    "feedback": "core.fct_score",
    "supervision": "core.supervision",
    "id_links": "core.id_link",
}
# A spreadsheet takes a cell that begins like this for a formula and runs it.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def entry_html(entry: Row, now: str, lines: list[tuple[str, str]], *, is_open: bool) -> str:
    """Write one metric: name and meaning, the rest on opening.

    Args:
        entry: its row of the catalogue.
        now: what it is now, as HTML.
        lines: what `lines` gave.
        is_open: whether a link asked for it.
    """
    return (
        f"<details{' open' if is_open else ''}><summary><b>{escape(str(entry['name']))}</b>"
        f"</summary><p>{escape(str(entry['meaning']))}</p>{now}{definition_list(lines)}</details>"
    )


def lines(entry: Row, parameters: pl.DataFrame, checks: pl.DataFrame) -> list[tuple[str, str]]:
    """Say all that belongs to a definition, by label; the page and the card show the same.

    Args:
        entry: its row of the catalogue.
        parameters: those of the release.
        checks: results of the checks of the release.
    """
    told = [
        (texts.HOW, entry["formula"]),
        (texts.COUNTED, entry["population"]),
        (texts.LEFT_OUT, entry["exclusions"]),
        (texts.UNIT, texts.UNIT_OF.format(grain=entry["grain"], unit=entry["unit"])),
        (texts.RESTS_ON, wording.rests_on(entry["evidence"])),
        (texts.THRESHOLD, ". ".join(_thresholds(entry, parameters))),
        (texts.USED_FOR, str(entry["permitted_use"] or "").replace("_", " ")),
        (texts.LIMITS, entry["limits"]),
        (texts.STANDS_FOR, entry["proxy_note"]),
        (texts.WORTH, entry["flag_reason"]),
        (texts.PLACE, _place(entry)),
        (texts.TESTS, _tested(entry, checks)),
        (texts.VERSION, version(entry)),
    ]
    return [(label, str(text)) for label, text in told if text]


def _place(entry: Row) -> str:
    return texts.PLACE_OF.format(tables=", ".join(_tables(entry)), column=entry["column_name"])


def _tables(entry: Row) -> list[str]:
    """List the tables that hold a metric, with their schema; most are figures."""
    known = {table.partition(".")[2]: table for table in (r.table for r in RELATIONS.values())}
    names = (name.strip() for name in str(entry["table_name"] or "").split(","))
    return [known.get(name, f"metrics.{name}") for name in names]


def version(entry: Row) -> str:
    """Say which version of a definition this is, and what changed with each since the first."""
    number = entry["version"] or 1
    if number == 1:
        return texts.FIRST_VERSION
    history = entry.get("version_history") or texts.NO_HISTORY
    return texts.LATER_VERSION.format(version=number, history=history)


def now(
    entry: Row, whole: pl.DataFrame, names: wording.Names, full_from: int
) -> list[tuple[str, str]]:
    """Say what a figure is now for the whole practice, or where else it stands.

    Args:
        entry: its row of the catalogue.
        whole: the practice's figures over all time.
        names: how questionnaires are said.
        full_from: denominator from which a rate stands without "too few".
    """
    if not entry["is_clinician_metric"]:
        return [("", texts.NO_SINGLE.format(table=", ".join(_tables(entry))))]
    rows = whole.filter(pl.col("metric_id") == entry["metric_id"]).iter_rows(named=True)
    return metric.practice_rows(rows, entry, names, full_from) or [("", texts.NO_FIGURE)]


def now_html(said: list[tuple[str, str]], *, is_exact: bool) -> str:
    """Write what a figure is now.

    Args:
        said: what it is of (or nothing), and the figure in words.
        is_exact: whether the viewer gets exact figures.
    """
    whose = texts.NOW.format(whose=texts.PRACTICE if is_exact else texts.PRACTICE_ROUNDED)
    lines = "".join(
        f"<li>{f'<b>{escape(of)}</b> ' if of else ''}{escape(text)}</li>" for of, text in said
    )
    return f'<div class="now"><p>{whose}</p><ul>{lines}</ul></div>'


def cited(scope: Scope, release: Release) -> str:
    """Say how to cite a figure of a release, on the page and on the card of a definition."""
    return texts.CITED.format(
        release_id=release.release_id,
        day=wording.day(release.as_of),
        version=reference.release(scope)["params_version"],
        demo=texts.SIMULATED if release.is_demo else "",
    )


def definition_list(pairs: Iterable[tuple[str, object]]) -> str:
    """Write labelled lines as HTML."""
    lines = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(str(value))}</dd></div>"
        for name, value in pairs
        if value
    )
    return f'<dl class="define">{lines}</dl>'


def _thresholds(entry: Row, parameters: pl.DataFrame) -> list[str]:
    """Say the parameters that a metric's display rests on: in words, with their names for code."""
    wanted = [entry["display_parameter"], entry["maturity_parameter"]]
    return [
        texts.THRESHOLD_OF.format(
            name=row["parameter_id"],
            value=wording.plain(row["value"]),
            unit=row["unit"] or "",
            meaning=row["meaning"],
            source=wording.rests_on(row["evidence"]),
        )
        for row in parameters.iter_rows(named=True)
        if row["parameter_id"] in wanted and not row["instrument"]
    ]


def _tested(entry: Row, checks: pl.DataFrame) -> str:
    """Say what tests a metric: the second calculation, and the checks of its tables by result."""
    own = checks.filter(pl.col("table_name").is_in(_tables(entry)))
    against = own.filter(~pl.col("is_passed"))["description"].to_list()
    said = texts.NOT_CHECKED
    if own.height:
        said = texts.CHECKED.format(
            passed=wording.whole(own.height - len(against)),
            checks=wording.counted(own.height, texts.ONE_CHECK),
        )
    return " ".join([texts.TESTED, said, *(texts.AGAINST.format(check=c) for c in against)])


def as_csv(catalogue: Iterable[Row]) -> str:
    """Write the catalogue as a table that a spreadsheet opens without running anything."""
    entries = list(catalogue)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(entries[0] if entries else [])
    for entry in entries:
        writer.writerow([_cell(value) for value in entry.values()])
    return out.getvalue()


def _cell(value: object) -> object:
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA_STARTS) else value


@st.cache_data(show_spinner=False, max_entries=16)
def tables(scope: Scope) -> pl.DataFrame:
    """Give the columns of every table of which a role can get rows, with what they mean."""
    of_role = {
        relation.rounded if reading == "rounded" else relation.table: relation.reach.name
        for _, relation, by_role in readings()
        if (reading := by_role[scope.role]) != "none"
    }
    return (
        described(scope)
        .filter(pl.col("table").is_in(list(of_role)))
        .with_columns(reach=pl.col("table").replace_strict(of_role, default=None))
    )


def table_list(found: pl.DataFrame) -> pl.DataFrame:
    """Say of each table what a row of it is."""
    each = found.unique("table", keep="first", maintain_order=True)
    return pl.DataFrame(
        {
            texts.TABLE: each["table"],
            texts.ROWS_ABOUT: [texts.REACHES[code] for code in each["reach"]],
            texts.IS: [_first_sentence(text) for text in each["meaning"]],
        }
    )


def column_list(found: pl.DataFrame, table: str) -> pl.DataFrame:
    """Say what each column of a table means."""
    mine = found.filter(pl.col("table") == table)
    return pl.DataFrame(
        {
            texts.COLUMN: mine["column"],
            texts.KIND: [kind.lower() for kind in mine["kind"]],
            texts.MEANING: [text or wording.NOTHING for text in mine["column_meaning"]],
        }
    )


def _first_sentence(text: str | None) -> str:
    plain = " ".join((text or "").split())
    return plain.split(". ")[0].rstrip(".") or texts.NO_MEANING


@st.cache_data(show_spinner=False, max_entries=16)
def lineage(scope: Scope) -> Drawn:
    """Draw which feed becomes which table of facts, and what is made of those."""
    feeds = reference.feeds(scope)
    if feeds.is_empty():
        return Drawn(None, "", empty=texts.NO_LINEAGE)
    known = {r["feed"]: r["n"] for r in feeds.iter_rows(named=True) if r["feed"] in _BECOMES}
    boxes = {
        feed: texts.WITH_ROWS.format(name=wording.sentence_case(feed), rows=wording.whole(n))
        for feed, n in known.items()
    }
    facts = [_BECOMES[feed] for feed in known]
    groups = _groups()
    readers = [texts.PAGES, texts.ANALYSTS]
    made = [group for code, group in groups.items() if code != Reach.OPEN.name]
    links = [
        *((boxes[feed], _BECOMES[feed]) for feed in known),
        *((fact, group) for fact in facts for group in made),
        *((group, texts.PAGES) for group in groups.values()),
        *((group, texts.ANALYSTS) for code, group in groups.items() if code != Reach.PERSON.name),
    ]
    columns = [
        (texts.FEEDS, list(boxes.values())),
        (texts.FACTS, facts),
        (texts.RESULTS, list(groups.values())),
        (texts.READERS, readers),
    ]
    sentence = texts.LINEAGE_SAID.format(
        rows=wording.counted(sum(known.values()), texts.ONE_ROW),
        feeds=wording.counted(len(known), texts.ONE_FEED),
        facts=wording.counted(len(facts), texts.ONE_TABLE_N),
        figures=wording.counted(len(_results()), texts.ONE_TABLE_N),
    )
    table = pl.DataFrame(
        {
            texts.FEED: [wording.sentence_case(feed) for feed in known],
            texts.ROWS: list(known.values()),
            texts.BECOMES: facts,
        }
    )
    return Drawn(spec(draw(columns, links)), sentence, table)


def _results() -> dict[str, Relation]:
    return {
        relation.table: relation
        for _, relation, _ in readings()
        if relation.table.startswith("metrics.")
    }


def _groups() -> dict[str, str]:
    """Name the groups of figures by whom their rows are about."""
    reaches = [relation.reach.name for relation in _results().values()]
    return {code: words.format(n=reaches.count(code)) for code, words in texts.GROUPS.items()}
