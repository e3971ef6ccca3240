"""What is said about a session besides its alliance score: reports of ruptures, and other forms.

The post-session questionnaire of client and clinician at one site, an observer's codes of recorded
sessions, the therapist's WAI-SR, the trauma clients' PCL-5 at intake, and wellbeing asked again
after the end. People do not always say what is so: a true rupture may go unsaid, and calm sessions
are sometimes called tense (metrics.md 1.3). Which file carries a form is exports.py's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from orchestration.simulator.course import PLANNED
from orchestration.simulator.forms import (
    Forms,
    attended_sessions,
    clinician_rating,
    missing_chance,
    outcome_items,
)
from orchestration.simulator.parameters import value
from orchestration.simulator.people import SITES
from orchestration.simulator.practice import Practice

PSQ, THERAPIST_FORM, TRAUMA_FORM = "psq", "wai_sr_t", "pcl5"
PSQ_SITE = SITES[0]
TYPES = ("withdrawal", "confrontation", "mixed")
PCL_ITEMS = 20
# Every second of the clinicians who rate the alliance does so on the WAI-SR-T as well.
_THERAPIST_STEP = 6


@dataclass(frozen=True)
class Reports:
    """Forms that are not alliance or outcome scores of a session.

    Attributes:
        rows: one row per form and scale: booking, episode, instrument, respondent, timing,
            collection_mode, completed_at, scale, score, is_linked (carries the session's id).
        expected: one row per form that was due: booking, episode, session, is_open, instrument,
            respondent, chance, is_missing.
        said: one row per rupture question answered: booking, respondent, is_open, reported.
        follow_ups: one row per client asked again: episode, completed_at, level (ORS points).
    """

    rows: pl.DataFrame
    expected: pl.DataFrame
    said: pl.DataFrame
    follow_ups: pl.DataFrame


def _sessions(practice: Practice) -> pl.DataFrame:
    """Attended individual sessions in order of booking, with the course of their ruptures."""
    people = practice.clinicians
    moments = practice.ruptures.select(
        "episode", session="repaired", is_repair=pl.lit(value=True)
    ).drop_nulls()
    before = moments.select("episode", session=pl.col("session") - 1, is_almost=pl.col("is_repair"))
    seen = attended_sessions(practice)
    clinician = seen["clinician"].to_numpy()
    return (
        seen.with_columns(
            at_psq_site=pl.Series(people.site[clinician] == PSQ_SITE),
            has_therapist_form=pl.Series(
                people.rates_too[clinician] & (clinician % _THERAPIST_STEP == _THERAPIST_STEP - 1)
            ),
            chance=pl.Series(missing_chance(seen)),
        )
        .join(moments.unique(), on=["episode", "session"], how="left", maintain_order="left")
        .join(before.unique(), on=["episode", "session"], how="left", maintain_order="left")
        .with_columns(pl.col("is_repair", "is_almost").fill_null(value=False))
    )


def _after(rng: np.random.Generator, seen: pl.DataFrame, first: float, last: float) -> pl.DataFrame:
    """When a form came back, in whole minutes after the session."""
    minutes = pl.Series(rng.integers(int(first), int(last) + 1, len(seen)))
    return seen.with_columns(
        completed_at=pl.col("ended_at") + pl.duration(minutes=minutes),
        timing=pl.lit("post_session"),
    )


def _long(
    seen: pl.DataFrame, instrument: str, respondent: str, scores: dict[str, np.ndarray]
) -> pl.DataFrame:
    """One row per form and scale; NaN is an answer that was not given."""
    return (
        seen.select("booking", "episode", "timing", "collection_mode", "completed_at")
        .with_columns(
            **{name: pl.Series(np.asarray(column, dtype=float)) for name, column in scores.items()}
        )
        .unpivot(
            list(scores),
            index=["booking", "episode", "timing", "collection_mode", "completed_at"],
            variable_name="scale",
            value_name="score",
        )
        .filter(pl.col("score").is_not_nan())
        .with_columns(
            instrument=pl.lit(instrument),
            respondent=pl.lit(respondent),
            is_linked=pl.lit(value=True),
        )
    )


def _due(seen: pl.DataFrame, instrument: str, respondent: str, chance: np.ndarray) -> pl.DataFrame:
    """Forms that were due; which came back depends on the day of the last export."""
    return seen.select(
        "booking",
        "episode",
        "session",
        "is_open",
        instrument=pl.lit(instrument),
        respondent=pl.lit(respondent),
        chance=pl.Series(np.asarray(chance, dtype=float)),
    )


def _whole(drawn: np.ndarray) -> np.ndarray:
    """Whole numbers 1 to 5."""
    return np.clip(np.round(drawn), 1, 5)


def _rupture_answers(
    rng: np.random.Generator, seen: pl.DataFrame, respondent: str
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Whether tension is reported, and the rupture items of those who report it."""
    count = len(seen)
    is_open, is_repair, is_almost, is_ceiling = (
        seen[name].to_numpy() for name in ("is_open", "is_repair", "is_almost", "is_ceiling")
    )
    calm, tense = value(f"psq_{respondent}_calm"), value(f"psq_{respondent}_open")
    chance = np.select([is_open, is_repair], [tense, value("psq_repairing")], calm)
    if respondent == "client":
        chance = np.where(is_ceiling, 0.0, chance)
    reported = rng.random(count) < chance
    depth = np.where(is_open, seen["dip"].to_numpy().astype(float), 2.0)
    addressed = _whole(rng.normal(value("psq_addressed"), 1.1, count))
    centre = np.select([is_repair, is_almost, is_open], [4.4, 3.6, 2.0], 3.4)
    resolution = _whole(rng.normal(centre, 0.7, count))
    nothing = np.where(reported, 0.0, np.nan)
    return reported, {
        "rupture_reported": reported.astype(float),
        "rupture_intensity": _whole(1 + depth / 3 + rng.normal(0, 0.7, count)) + nothing,
        "rupture_addressed": addressed + nothing,
        "rupture_resolution": resolution + nothing,
    }


def _questionnaires(
    rng: np.random.Generator, seen: pl.DataFrame, respondent: str, chance: np.ndarray
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """The post-session questionnaires of one side: rows, forms due, what was said."""
    came = seen.filter(pl.Series(rng.random(len(seen)) >= chance))
    came = _after(rng, came, 2, 14)
    reported, scores = _rupture_answers(rng, came, respondent)
    said = came.select(
        "booking",
        "is_open",
        "completed_at",
        respondent=pl.lit(respondent),
        reported=pl.Series(reported),
    )
    return _long(came, PSQ, respondent, scores), _due(seen, PSQ, respondent, chance), said


def _codes(
    rng: np.random.Generator, seen: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """An observer's codes of the recorded sessions of a few episodes, some days later."""
    episodes = seen["episode"].unique(maintain_order=True)
    taped = episodes.filter(pl.Series(rng.random(len(episodes)) < value("coded_share")))
    kinds = pl.DataFrame(
        {"episode": taped, "kind": rng.choice(len(TYPES), len(taped), p=[0.55, 0.25, 0.2])}
    )
    coded = seen.join(kinds, on="episode", how="inner", maintain_order="left")
    coded = _after(rng, coded, 2 * 24 * 60, 9 * 24 * 60).with_columns(
        # In the middle of the day: nobody codes at night.
        completed_at=pl.col("completed_at").dt.truncate("1d") + pl.duration(hours=13)
    )
    kind, is_open = coded["kind"].to_numpy(), coded["is_open"].to_numpy()
    count = len(coded)
    strong = rng.choice([3.0, 4.0, 5.0], count, p=[0.4, 0.4, 0.2])
    weak = rng.choice([1.0, 2.0], count, p=[0.6, 0.4])
    misread = rng.random((2, count)) < np.where(is_open, 0.1, value("coded_false_share") / 2)
    withdraws = (is_open & np.isin(kind, (0, 2))) ^ misread[0]
    confronts = (is_open & np.isin(kind, (1, 2))) ^ misread[1]
    reported = withdraws | confronts
    centre = np.select([coded["is_almost"].to_numpy(), is_open], [3.8, 2.1], 3.4)
    scores = {
        "rupture_reported": reported.astype(float),
        "withdrawal": np.where(withdraws, strong, weak),
        "confrontation": np.where(confronts, strong, weak),
        "rupture_resolution": _whole(rng.normal(centre, 0.6, count))
        + np.where(reported, 0.0, np.nan),
    }
    said = coded.select(
        "booking",
        "is_open",
        "completed_at",
        respondent=pl.lit("observer"),
        reported=pl.Series(reported),
    )
    none_missing = np.zeros(count)
    return (
        _long(coded, PSQ, "observer", scores),
        _due(coded, PSQ, "observer", none_missing),
        said,
    )


def _therapist_forms(
    rng: np.random.Generator, seen: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The therapist's WAI-SR after every session: a mean of 1 to 5, as its tool supplies it."""
    chance = np.full(len(seen), value("therapist_form_missing"))
    came = _after(rng, seen.filter(pl.Series(rng.random(len(seen)) >= chance)), 3, 90)
    mean = np.round(clinician_rating(rng, came) / 12, 2)
    return (
        _long(came, THERAPIST_FORM, "clinician", {"total": mean}),
        _due(seen, THERAPIST_FORM, "clinician", chance),
    )


def _trauma_forms(
    rng: np.random.Generator, seen: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """PCL-5 of clients with a trauma history, before their first session; one item may lack."""
    chance = np.full(len(seen), 0.1)
    came = seen.filter(pl.Series(rng.random(len(seen)) >= chance)).with_columns(
        completed_at=pl.col("started_at") - pl.duration(minutes=10), timing=pl.lit("pre_session")
    )
    count = len(came)
    total = value("pcl_intake") + value("pcl_intake_sd") * (
        0.7 * came["severity"].to_numpy() + 0.714 * rng.normal(size=count)
    )
    mean = np.clip(total, 0, 4 * PCL_ITEMS)[:, None] / PCL_ITEMS
    items = np.clip(np.round(mean + rng.normal(0, 0.7, (count, PCL_ITEMS))), 0, 4)
    gap = rng.integers(0, PCL_ITEMS, count)
    lacks = rng.random(count) < value("phq_one_missing")
    items[np.flatnonzero(lacks), gap[lacks]] = np.nan
    scores = {f"item_{i + 1:02d}": items[:, i] for i in range(PCL_ITEMS)}
    return _long(came, TRAUMA_FORM, "client", scores), _due(seen, TRAUMA_FORM, "client", chance)


def _follow_ups(
    rng: np.random.Generator, seen: pl.DataFrame, practice: Practice, intake: np.ndarray
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Wellbeing asked by link some months after a planned end: rows, and the true levels."""
    ended = practice.episodes.filter(pl.col("is_over") & (pl.col("ending") == PLANNED))
    ended = ended.filter(pl.Series(rng.random(len(ended)) < value("follow_up_share")))
    last = seen.sort("session").group_by("episode", maintain_order=True).last()
    asked = ended.select("episode").join(last, on="episode", how="inner", maintain_order="left")
    count = len(asked)
    days = pl.Series(rng.integers(100, 175, count))
    asked = asked.with_columns(
        completed_at=pl.col("ended_at").dt.truncate("1d") + pl.duration(days=days, hours=18),
        timing=pl.lit("between"),
        collection_mode=pl.lit("remote_link"),
    )
    level = (
        intake[asked["episode"].to_numpy()]
        + asked["gain"].to_numpy()
        * (np.log2(asked["session"].to_numpy()) + 0.7 * asked["head_start"].to_numpy())
        + rng.normal(value("follow_up_drift"), value("follow_up_sd"), count)
    )
    parts = []
    for name, is_asked, items in outcome_items(rng, asked, level, intake):
        scores = {f"item_{i + 1:02d}": items[:, i] for i in range(items.shape[1])}
        rows = _long(asked, name, "client", scores)
        mask = asked.select("booking", keeps=pl.Series(is_asked)).filter("keeps")
        parts.append(rows.join(mask.select("booking"), on="booking", how="semi"))
    told = asked.select("episode", "completed_at", level=pl.Series(np.clip(level, 0.0, 40.0)))
    return pl.concat(parts).with_columns(is_linked=pl.lit(value=False)), told


def ask_more(
    rng: np.random.Generator, practice: Practice, forms: Forms, known_until: datetime
) -> Reports:
    """Fill in what is asked besides the alliance and outcome forms of a session.

    Args:
        rng: the stream of draws.
        practice: the practice with details.
        forms: its forms, for the outcome level at intake.
        known_until: local time of the last delivery; later forms have not come back yet.

    Returns:
        The forms that came back, those that were due, and what is true of them.
    """
    seen = _sessions(practice)
    at_site = seen.filter("at_psq_site")
    clinician_chance = np.full(len(at_site), value("therapist_form_missing"))
    by_client = _questionnaires(rng, at_site, "client", at_site["chance"].to_numpy())
    by_clinician = _questionnaires(rng, at_site, "clinician", clinician_chance)
    coded = _codes(rng, at_site.filter(pl.col("will_attend") >= value("coded_least_sessions")))
    therapist = _therapist_forms(rng, seen.filter("has_therapist_form"))
    first = seen.filter(
        (pl.col("session") == 1) & (pl.col("arrival") == "new") & (pl.col("trauma") == "yes")
    )
    trauma = _trauma_forms(rng, first)
    follow_rows, follow_ups = _follow_ups(rng, seen, practice, forms.intake)
    rows = pl.concat(
        [by_client[0], by_clinician[0], coded[0], therapist[0], trauma[0], follow_rows]
    ).filter(pl.col("completed_at") <= known_until)
    came = rows.select("booking", "instrument", "respondent", is_missing=pl.lit(value=False))
    expected = pl.concat([by_client[1], by_clinician[1], coded[1], therapist[1], trauma[1]])
    keys = ["booking", "instrument", "respondent"]
    return Reports(
        rows=rows.sort("completed_at", *keys, "scale"),
        expected=expected.join(came.unique(), on=keys, how="left", maintain_order="left")
        .with_columns(pl.col("is_missing").fill_null(value=True))
        .sort(keys),
        said=pl.concat([by_client[2], by_clinician[2], coded[2]])
        .filter(pl.col("completed_at") <= known_until)
        .drop("completed_at")
        .sort("booking", "respondent"),
        follow_ups=follow_ups.filter(pl.col("completed_at") <= known_until).sort("episode"),
    )
