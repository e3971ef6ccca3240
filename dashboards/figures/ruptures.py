"""Charts and tables about ruptures with their words: found, repaired, by chance, what followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import polars as pl
import streamlit as st

from dashboards import wording
from dashboards.charts import ruptures as curves
from dashboards.charts.theme import spec
from dashboards.filters import bounds
from dashboards.parts import Drawn
from dashboards.queries import ruptures
from dashboards.scope import Scope
from dashboards.texts import common, month
from dashboards.texts import ruptures as texts

_MIN_FOR_A_RATE = 20


@st.cache_data(show_spinner=False, max_entries=64)
def quarters(
    scope: Scope,
    instrument: str,
    method_id: str,
    span: tuple[date, date],
    as_of: date,
    *,
    is_whole: bool,
) -> Drawn:
    """Draw the ruptures in view of one method by quarter of onset and what became of them.

    A quarter of which the span holds only a part is drawn as a part, and nothing stands beside it:
    what chance alone would give is known of whole quarters.

    Args:
        scope: who is looking.
        instrument: an instrument code; reports are of `psq`.
        method_id: a method of the registry.
        span: first day of the period, and the first day after it.
        as_of: the last day of the data.
        is_whole: whether the whole practice is in view and the method is the one all figures are
            of; only then is the number known that chance alone would give.
    """
    if not instrument:
        return Drawn(None, "", empty=month.NO_QUESTIONNAIRE)
    frame = ruptures.quarters(scope, instrument, method_id, *span)
    if frame.is_empty():
        return Drawn(None, "", empty=texts.NONE_FOUND)
    known = frame["quarter"].unique(maintain_order=True).to_list()
    partial = [q for q in known if not _is_within(q, span, as_of)]
    spoken = {
        q: texts.PART_OF.format(quarter=wording.period(q)) if q in partial else wording.period(q)
        for q in known
    }
    frame = frame.with_columns(said=pl.Series([spoken[q] for q in frame["quarter"]]))
    expected = ruptures.expected(scope, instrument) if is_whole else {}
    beside = {spoken[q]: expected[q] for q in known if q in expected and q not in partial}
    table = pl.DataFrame(
        {
            texts.QUARTER_OF_ONSET: frame["said"],
            texts.NOW: [
                f"{wording.RUPTURE_SHAPES[s]} {wording.RUPTURE_WORDS[s]}" for s in frame["status"]
            ],
            texts.RUPTURES: frame["n"],
        }
    )
    if beside:
        by_chance = [wording.number(beside.get(said)) for said in frame["said"]]
        table = table.with_columns(pl.Series(texts.BY_CHANCE, by_chance))
    said = _quarters_said(frame, span, as_of)
    said += [texts.CHANCE_LINE] if beside else []
    said += [texts.PARTIAL] if partial else []
    return Drawn(spec(curves.quarters(frame, beside)), " ".join(said), table)


def _is_within(quarter: str, span: tuple[date, date], as_of: date) -> bool:
    """Say whether all days of a quarter that have data lie within a span."""
    first, after = bounds(quarter)
    return first >= span[0] and (after <= span[1] or as_of < span[1])


def _quarters_said(frame: pl.DataFrame, span: tuple[date, date], as_of: date) -> list[str]:
    """Say how many ruptures began when, and what had become of them by the last day of the data."""
    totals = dict(frame.group_by("status").agg(pl.col("n").sum()).iter_rows())
    last = min(span[1] - timedelta(days=1), as_of)
    return [
        texts.FOUND.format(
            ruptures=wording.counted(int(frame["n"].sum()), texts.RUPTURE),
            until=wording.day(last),
            since=texts.SINCE_DAY.format(day=wording.day(span[0])) if span[0].year > 1900 else "",
            as_of=wording.day(as_of),
            parts=", ".join(
                f"{wording.whole(totals[s])} {words.lower()}"
                for s, words in wording.RUPTURE_WORDS.items()
                if s in totals
            ),
        ),
        texts.OPENNESS,
    ]


@st.cache_data(show_spinner=False, max_entries=16)
def against_chance(scope: Scope, instrument: str) -> Drawn:
    """Draw what each method finds against the range in which chance alone would put it."""
    frame = ruptures.sensitivity(scope, instrument)
    looked = frame.filter(pl.col("chance_per_100").is_not_null())
    if looked.is_empty():
        return Drawn(None, "", empty=texts.AGAINST_NONE)
    names = _method_names(frame)
    data = [
        {
            "label": name,
            "found": row["onsets_per_100"],
            "chance": row["chance_per_100"],
            "lo": row["chance_lo_per_100"],
            "hi": row["chance_hi_per_100"],
            "said": wording.number(row["onsets_per_100"]),
        }
        for name, row in zip(names, frame.iter_rows(named=True), strict=True)
    ]
    first = next(row for row in data if row["chance"] is not None)
    reading = texts.WITHIN
    if first["found"] > first["hi"]:
        reading = texts.ABOVE
    elif first["found"] < first["lo"]:
        reading = texts.BELOW
    sentence = texts.AGAINST.format(
        name=first["label"],
        reading=reading,
        **{k: wording.number(first[k]) for k in ("found", "chance", "lo", "hi")},
    )
    return Drawn(spec(curves.against_chance(data)), sentence, sensitivity_table(frame))


@st.cache_data(show_spinner=False, max_entries=64)
def course(scope: Scope, instrument: str, value: str, name: str, min_ruptures: int) -> Drawn:
    """Draw the course of repair of the practice, or of one clinician when one is chosen.

    Args:
        scope: who is looking.
        instrument: an alliance instrument.
        value: a clinician's key, or empty for the practice.
        name: how the scope is said.
        min_ruptures: seed `display_repair_n`.
    """
    frame = (
        ruptures.course_of(scope, instrument, value)
        if value
        else ruptures.course(scope, instrument)
    )
    if frame.is_empty() and not value and not scope.sees_practice_figures:
        return Drawn(None, "", empty=texts.COURSE_OF_PRACTICE)
    # everybody is at risk at the onset itself
    n = int(frame["at_risk"][0]) if frame.height else 0
    if n < min_ruptures:
        few = texts.COURSE_FEW.format(
            name=name, ruptures=wording.counted(n, texts.RUPTURE), least=min_ruptures
        )
        return Drawn(None, "", empty=few)
    last = frame.row(-1, named=True)
    sentence = texts.COURSE.format(
        name=name,
        ruptures=wording.counted(n, texts.RUPTURE),
        repaired=wording.percent(last["cif_repaired"]),
        sessions=wording.counted(last["sessions_since_onset"], texts.SESSION),
        interval=wording.in_brackets(last["lo"], last["hi"], is_share=True),
        ended=wording.percent(last["cif_ended"]),
        still=wording.percent(last["still_open"]),
    )
    table = pl.DataFrame(
        {
            texts.SINCE: frame["sessions_since_onset"],
            texts.OPEN_BEFORE: frame["at_risk"],
            texts.REPAIRED: frame["repaired"],
            texts.ENDED: frame["ended"],
            texts.LAST_SEEN_OPEN: frame["censored"],
            texts.SHARE_REPAIRED: [wording.percent(v) for v in frame["cif_repaired"]],
            common.INTERVAL: [
                wording.limits(lo, hi, is_share=True)
                for lo, hi in frame.select("lo", "hi").iter_rows()
            ],
            texts.SHARE_ENDED: [wording.percent(v) for v in frame["cif_ended"]],
            texts.SHARE_OPEN: [wording.percent(v) for v in frame["still_open"]],
        }
    )
    return Drawn(spec(curves.course(frame)), sentence, table)


def _method_names(found: pl.DataFrame) -> list[str]:
    """Name the methods; one that stands at two criteria says which."""
    both = found["method_id"].is_duplicated().to_list()
    return [
        texts.METHOD_TIER.format(name=name, tier=tier) if two else name
        for (name, tier), two in zip(found.select("name", "tier").iter_rows(), both, strict=True)
    ]


def sensitivity_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give what each method finds as readable rows, chance beside it.

    Args:
        found: rows of `queries.ruptures.sensitivity`.
    """
    return pl.DataFrame(
        {
            texts.METHOD: _method_names(found),
            texts.FOUND_N: found["onsets"],
            texts.PER_100: found["onsets_per_100"],
            texts.CHANCE_PER_100: found["chance_per_100"],
            texts.RANGE_BY_CHANCE: [
                wording.limits(lo, hi, is_share=False)
                for lo, hi in found.select("chance_lo_per_100", "chance_hi_per_100").iter_rows()
            ],
            texts.CASES_WITH: [
                texts.OF.format(hits=wording.whole(hits), n=wording.whole(n))
                for hits, n in found.select("episodes_with_onset", "episodes_n").iter_rows()
            ],
            texts.REPAIRED: [
                _share(*row)
                for row in found.select("repaired", "resolved", "repaired_share").iter_rows()
            ],
            texts.REPAIRED_BY_CHANCE: [wording.percent(v) for v in found["chance_repaired_share"]],
        }
    )


def _share(hits: int, n: int, share: float | None) -> str:
    """Say hits of n, with the percentage where there are enough (screens.md 5)."""
    told = texts.OF_SHARE if n >= _MIN_FOR_A_RATE else texts.OF
    return told.format(hits=wording.whole(hits), n=wording.whole(n), share=wording.percent(share))


def hazard_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give the person-period table: a row per band of sessions, a column per state.

    Args:
        found: rows of `queries.ruptures.hazards`.
    """
    cells: dict[str, dict[str, str]] = {}
    for row in found.iter_rows(named=True):
        said = texts.OF.format(
            hits=wording.whole(row["dropouts"]), n=wording.whole(row["sessions"])
        )
        if row["sessions"] >= _MIN_FOR_A_RATE:
            said += f" ({row['hazard'] * 100:.1f}{wording.NBSP}%)"
        cells.setdefault(row["band"], {})[row["state"]] = said
    return pl.DataFrame(
        {
            common.SESSION: [_band(band) for band in cells],
            **{
                title: [row.get(state, wording.NOTHING) for row in cells.values()]
                for state, title in texts.STATES.items()
            },
        }
    )


def _band(code: str) -> str:
    """Say a band of sessions: 1 to 3, 7+, all."""
    first, dash, last = code.partition("-")
    if dash:
        return texts.SESSIONS_BAND.format(first=first, last=last)
    return texts.ALL_SESSIONS if code == "all" else code


def risk_sentence(row: Mapping[str, Any]) -> str:
    """Say the risk after a session with a rupture, held against sessions without one.

    Args:
        row: a row of `queries.ruptures.dropout_risks`.
    """
    is_open = row["comparison"] == "open"
    seen = texts.SEEN.format(
        endings=wording.counted(row["exposed_dropouts"], texts.UNPLANNED),
        sessions=wording.counted(row["exposed_sessions"], texts.SESSION),
        state=texts.OPEN_RUPTURE if is_open else texts.REPAIRED_RUPTURE,
    )
    if row["lo"] is None:
        return texts.TOO_FEW_FOR_RATIO.format(seen=seen)
    verdict = texts.NOT_TOLD_APART
    if row["lo"] > 1:
        verdict = texts.MORE_OFTEN
    elif row["hi"] < 1:
        verdict = texts.LESS_OFTEN
    return texts.RISK.format(
        seen=seen,
        ratio=wording.number(row["rr_mh"]),
        limits=wording.limits(row["lo"], row["hi"], is_share=False),
        verdict=verdict,
        crude=wording.number(row["crude"]),
    )


def audit_table(found: pl.DataFrame, names: wording.Names) -> pl.DataFrame:
    """Give what each signal rule is worth as readable rows.

    Args:
        found: rows of `queries.ruptures.audit`.
        names: how questionnaires are said.
    """
    return pl.DataFrame(
        {
            texts.SIGNAL: [
                (texts.RULE if enabled else texts.RULE_OFF).format(rule=rule, name=name)
                for rule, name, enabled in found.select("rule_id", "name", "is_enabled").iter_rows()
            ],
            texts.FORM: [
                names.of(code) if code else wording.NOTHING for code in found["instrument"]
            ],
            texts.FIRED: found["fired"],
            common.CASES: found["episodes"],
            texts.PER_100_FIRED: found["per_100_sessions"],
            texts.FOLLOWED: [
                _share(*row) if row[1] else wording.NOTHING
                for row in found.select("followed", "watched", "followed_share").iter_rows()
            ],
            common.INTERVAL: [
                wording.limits(lo, hi, is_share=True) if n >= _MIN_FOR_A_RATE else wording.NOTHING
                for lo, hi, n in found.select("lo", "hi", "watched").iter_rows()
            ],
            texts.AFTER_ANY: [wording.percent(v) for v in found["base_share"]],
            texts.DISMISSED: [
                texts.NOT_RECORDED if v is None else wording.whole(v) for v in found["dismissed"]
            ],
        }
    )
