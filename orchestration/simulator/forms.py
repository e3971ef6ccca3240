"""Questionnaires that clients and clinicians fill in, or do not: items, times, missing forms.

Latent alliance becomes answers here; which file carries which form is exports.py's matter. Items
are numbers only: no wording of any questionnaire is stored in this project.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from orchestration.simulator.parameters import value
from orchestration.simulator.practice import Practice

CLINICIAN_FORM = "custom:alliance_clinician"
MOST_ITEMS = 12
ITEM_COLUMNS = tuple(f"item_{i:02d}" for i in range(1, MOST_ITEMS + 1))
# WAI-SR items by component (metrics.md 1.2 [V6]), zero-based: bond, goal, task.
_WAI_PARTS = ((2, 4, 6, 8), (3, 5, 7, 10), (0, 1, 9, 11))
# How much more or less each PHQ-9 item is endorsed than the mean; the ninth least by far.
_PHQ_TILT = np.array([0.2, 0.25, 0.1, 0.35, 0.0, 0.2, 0.05, -0.45, -1.8])
# Outcome points of the two scores for one ORS point of gain.
_PHQ_PER_ORS, _GAD_PER_ORS = 0.68, 0.6


@dataclass(frozen=True)
class Forms:
    """What was asked and what came back.

    Attributes:
        answered: one row per form that came back, with item_01 … item_12 (null beyond the form's
            length), `total` where the tool or person gives one, and the booking it belongs to.
        expected: one row per form that was due, answered or not.
        intake: outcome level at intake per episode on the ORS scale.
    """

    answered: pl.DataFrame
    expected: pl.DataFrame
    intake: np.ndarray


def attended_sessions(practice: Practice) -> pl.DataFrame:
    """Attended individual sessions with all that their forms depend on, one row each."""
    people = practice.clinicians
    episodes = practice.episodes
    clinician = episodes["clinician"].to_numpy()
    before = episodes.select(previous="episode", before=pl.col("attended"), before_gain=pl.lit(1.0))
    per_episode = (
        episodes.join(before, on="previous", how="left", maintain_order="left")
        .join(practice.clients.drop("alliance"), on="client", how="left", maintain_order="left")
        .with_columns(
            uses_wai=pl.Series(people.uses_wai[clinician]),
            rates_too=pl.Series(people.rates_too[clinician]),
            clinician_missing=pl.Series(people.missing[clinician]),
            head_start=pl.col("before").fill_null(1).clip(lower_bound=1).log(2),
        )
        .select(
            "episode", "client", "clinician", "focus", "will_attend", "ending", "severity",
            "within_sd", "is_ceiling", "gain", "uses_wai", "rates_too", "clinician_missing",
            "head_start", "pair", "arrival", "trauma",
        )
    )  # fmt: skip
    return (
        practice.bookings.with_row_index("booking")
        .filter(
            pl.col("status").is_in(["attended", "attended_late"])
            & (pl.col("session") > 0)
            & (pl.col("format") == "individual")
        )
        .with_columns(pl.col("booking").cast(pl.Int64))
        .join(per_episode, on="episode", how="left", maintain_order="left")
    )


def missing_chance(seen: pl.DataFrame) -> np.ndarray:
    """Chance that the alliance form of each session does not come back (metrics.md 4.5)."""
    is_dropout = pl.col("ending") == 1
    left = pl.col("will_attend") - pl.col("session")
    usual = pl.col("alliance").cast(pl.Float64).mean().over("episode")
    low = ((usual - pl.col("alliance")) / pl.col("within_sd")).clip(0, 4)
    logit = (
        value("form_missing_logit")
        + pl.col("clinician_missing")
        + value("form_missing_open_rupture") * pl.col("is_open")
        + value("form_missing_last") * (is_dropout & (left == 0))
        + value("form_missing_before_last") * (is_dropout & (left == 1))
        + value("form_missing_low") * low
    )
    return seen.select(1 / (1 + (-logit).exp())).to_series().to_numpy()


def _near_ceiling(total: np.ndarray, top: float, scale: float) -> np.ndarray:
    """Factor that lets item noise fade towards the top, so that a flat 40 stays flat."""
    return np.clip((top - total) / scale, 0.0, 1.0)


def _srs_items(rng: np.random.Generator, seen: pl.DataFrame) -> np.ndarray:
    """SRS items to one decimal: sessions x 4. The focus item falls most while a rupture is open."""
    total = np.clip(seen["alliance"].to_numpy().astype(float), 0.0, 40.0)
    total = np.where(seen["is_ceiling"].to_numpy(), 40.0, total)
    noise = rng.normal(0.0, 0.35, (len(seen), 4))
    noise -= noise.mean(axis=1, keepdims=True)
    items = total[:, None] / 4 + noise * _near_ceiling(total, 40.0, 4.0)[:, None]
    shift = np.minimum(0.3 * seen["dip"].to_numpy(), total / 4)
    shift = np.where(seen["is_ceiling"].to_numpy(), 0.0, shift)
    is_focus = np.arange(4)[None, :] == seen["focus"].to_numpy()[:, None]
    items += shift[:, None] * np.where(is_focus, -1.0, 1 / 3)
    return np.round(np.clip(items, 0.0, 10.0), 1)


def _wai_items(rng: np.random.Generator, seen: pl.DataFrame) -> np.ndarray:
    """WAI-SR items, whole numbers 1 to 5: sessions x 12. The focus component falls most."""
    above = seen["alliance"].to_numpy().astype(float) - value("alliance_start")
    total = np.clip(value("wai_mean") + value("wai_per_srs") * above, 12.0, 60.0)
    total = np.where(seen["is_ceiling"].to_numpy(), 60.0, total)
    noise = rng.normal(0.0, value("wai_item_sd"), (len(seen), 12))
    items = total[:, None] / 12 + noise * _near_ceiling(total, 60.0, 6.0)[:, None]
    shift = np.minimum(0.07 * seen["dip"].to_numpy(), 0.5)
    shift = np.where(seen["is_ceiling"].to_numpy(), 0.0, shift)
    focus = seen["focus"].to_numpy() % 3
    for part, members in enumerate(_WAI_PARTS):
        sign = np.where(focus == part, -1.0, 0.5)
        items[:, members] += (shift * sign)[:, None]
    return np.clip(np.round(items), 1, 5)


def _ors_level(rng: np.random.Generator, seen: pl.DataFrame, intake: np.ndarray) -> np.ndarray:
    """Outcome on the ORS scale at each session, before rounding into items."""
    sessions = np.log2(seen["session"].to_numpy().astype(float))
    gain = seen["gain"].to_numpy() * (sessions + 0.7 * seen["head_start"].to_numpy())
    level = intake[seen["episode"].to_numpy()] + gain
    level += value("outcome_rupture") * seen["is_open"].to_numpy()
    return level + rng.normal(0.0, value("ors_noise"), len(seen))


def _ors_items(rng: np.random.Generator, level: np.ndarray) -> np.ndarray:
    """ORS items to one decimal: sessions x 4."""
    total = np.clip(level, 0.0, 40.0)
    noise = rng.normal(0.0, 0.6, (len(level), 4))
    noise -= noise.mean(axis=1, keepdims=True)
    return np.round(np.clip(total[:, None] / 4 + noise, 0.0, 10.0), 1)


def _symptom_items(rng: np.random.Generator, total: np.ndarray, tilt: np.ndarray) -> np.ndarray:
    """Items 0 to 3 of a symptom form with the given expected total: sessions x items."""
    mean = np.clip(total, 0.0, 3.0 * len(tilt))[:, None] / len(tilt)
    items = (
        mean + tilt[None, :] * np.minimum(mean, 1.0) + rng.normal(0, 0.45, (len(total), len(tilt)))
    )
    return np.clip(np.round(items), 0, 3)


def _symptoms(
    seen: pl.DataFrame, level: np.ndarray, intake: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Expected PHQ-9 and GAD-7 totals where wellbeing is at `level` on the ORS scale."""
    drop = intake[seen["episode"].to_numpy()] - level
    severity = seen["severity"].to_numpy()
    phq = value("phq_intake") + value("phq_intake_sd") * severity + _PHQ_PER_ORS * drop
    gad = value("gad_intake") + value("gad_intake_sd") * severity + _GAD_PER_ORS * drop
    return phq, gad


def outcome_items(
    rng: np.random.Generator, seen: pl.DataFrame, level: np.ndarray, intake: np.ndarray
) -> tuple[tuple[str, np.ndarray, np.ndarray], ...]:
    """Items of the outcome forms at a level: instrument, who is asked, forms x items.

    Args:
        rng: the stream of draws.
        seen: one row per form; which site the client is seen at, episode, severity.
        level: on the ORS scale.
        intake: level at intake per episode.
    """
    is_wai = seen["uses_wai"].to_numpy()
    phq, gad = _symptoms(seen, level, intake)
    return (
        ("ors", ~is_wai, _ors_items(rng, level)),
        ("phq9", is_wai, _symptom_items(rng, phq, _PHQ_TILT)),
        ("gad7", is_wai, _symptom_items(rng, gad, np.zeros(7))),
    )


def _frame(
    seen: pl.DataFrame, mask: np.ndarray, instrument: str, items: np.ndarray, **extra: object
) -> pl.DataFrame:
    """Answered forms of one instrument for the sessions of a mask, items in fixed columns."""
    chosen = seen.filter(pl.Series(mask)).select("booking", "episode", "session", "clinician")
    chosen = chosen.with_columns(instrument=pl.lit(instrument))
    values = items[mask]
    columns = [
        pl.Series(name, values[:, i], dtype=pl.Float64)
        if i < values.shape[1]
        else pl.lit(None, dtype=pl.Float64).alias(name)
        for i, name in enumerate(ITEM_COLUMNS)
    ]
    return chosen.with_columns(*columns, **extra)


def _minutes(drawn: np.ndarray) -> pl.Series:
    """Minutes as a duration, to the whole second."""
    return pl.Series((drawn * 60).astype(np.int64) * 1_000_000).cast(pl.Duration("us"))


def _by_day(when: pl.Expr, otherwise: pl.Expr) -> pl.Expr:
    """Keep forms out of the small hours, where a local time may not exist or exist twice."""
    return pl.when(when.dt.hour() < 6).then(otherwise).otherwise(when)


def _post_times(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """When a form after the session came back: at once, by link later that day, or days late."""
    count = len(frame)
    is_late = rng.random(count) < value("form_late_share")
    is_remote = (frame["collection_mode"] == "remote_link").to_numpy()
    at_once = rng.uniform(-6, 5, count)
    by_link = np.minimum(rng.exponential(45, count), 600)
    late = rng.uniform(49 * 60, 5.4 * 24 * 60, count)
    delay = np.select([is_late, is_remote], [late, by_link], at_once)
    when = pl.col("ended_at") + _minutes(delay)
    return frame.with_columns(
        completed_at=_by_day(when, when.dt.offset_by("7h")),
        is_late=pl.Series(is_late),
        timing=pl.lit("post_session"),
    )


def _pre_times(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """When a form before the session came back: in the waiting room, or by link the day before."""
    is_remote = (frame["collection_mode"] == "remote_link").to_numpy()
    count = len(frame)
    ahead = np.where(is_remote, rng.uniform(10, 1500, count), rng.uniform(1, 15, count))
    when = pl.col("started_at") - _minutes(ahead)
    return frame.with_columns(
        completed_at=_by_day(when, when.dt.offset_by("-7h")),
        is_late=pl.lit(False),
        timing=pl.lit("pre_session"),
    )


def _with_missing_items(rng: np.random.Generator, frame: pl.DataFrame) -> pl.DataFrame:
    """Leave one or three items of some PHQ-9 forms open."""
    drawn = rng.random(len(frame))
    one = drawn < value("phq_one_missing")
    three = ~one & (drawn < value("phq_one_missing") + value("phq_three_missing"))
    start = rng.integers(0, 9, len(frame))
    gaps = []
    for i in range(9):
        away = (i - start) % 9
        open_item = (one & (away == 0)) | (three & (away < 3))
        gaps.append(
            pl.when(pl.Series(open_item))
            .then(None)
            .otherwise(pl.col(ITEM_COLUMNS[i]))
            .alias(ITEM_COLUMNS[i])
        )
    return frame.with_columns(gaps)


def clinician_rating(rng: np.random.Generator, seen: pl.DataFrame) -> np.ndarray:
    """Clinician's own rating 12 to 60 of the session: lower than the client's, follows in part."""
    spread = value("wai_per_srs") * np.hypot(value("alliance_client_sd"), value("alliance_pair_sd"))
    above = np.minimum(seen["alliance"].to_numpy().astype(float), 40.0) - value("alliance_start")
    total = (
        value("wai_mean")
        + value("therapist_bias") * spread
        + value("therapist_tracking") * value("wai_per_srs") * above
        + rng.normal(0.0, 0.6 * spread, len(seen))
    )
    return np.round(np.clip(total, 12.0, 60.0))


def _alliance_and_outcome(
    rng: np.random.Generator, seen: pl.DataFrame, intake: np.ndarray
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Answered forms and the forms that were due, for all instruments."""
    chance = missing_chance(seen)
    is_wai = seen["uses_wai"].to_numpy()
    session = seen["session"].to_numpy()
    is_missing = rng.random(len(seen)) < chance
    level = _ors_level(rng, seen, intake)
    phq, gad = _symptoms(seen, level, intake)
    symptoms_due = is_wai & ((session == 1) | (session % 4 == 0))
    # Forms before a session come back a little more often than those after it.
    quieter = 0.7 * chance
    ors_missing = rng.random(len(seen)) < quieter
    symptoms_missing = rng.random(len(seen)) < quieter
    rated = seen["rates_too"].to_numpy() & (session % 3 == 0)
    rating_missing = rng.random(len(seen)) < 0.2
    phq_items = _symptom_items(rng, phq, _PHQ_TILT)
    gad_items = _symptom_items(rng, gad, np.zeros(7))
    rating = clinician_rating(rng, seen)[:, None]
    due = (
        ("srs", ~is_wai, is_missing, _srs_items(rng, seen), chance),
        ("wai_sr", is_wai, is_missing, _wai_items(rng, seen), chance),
        ("ors", ~is_wai, ors_missing, _ors_items(rng, level), quieter),
        ("phq9", symptoms_due, symptoms_missing, phq_items, quieter),
        ("gad7", symptoms_due, symptoms_missing, gad_items, quieter),
        (CLINICIAN_FORM, rated, rating_missing, rating, np.full(len(seen), 0.2)),
    )
    answered = pl.concat(
        [_frame(seen, is_due & ~gone, name, items) for name, is_due, gone, items, _ in due]
    )
    expected = pl.concat(
        [
            seen.filter(pl.Series(is_due)).select(
                "booking",
                "episode",
                "session",
                "is_open",
                instrument=pl.lit(name),
                chance=pl.Series(probability[is_due]),
                is_missing=pl.Series(gone[is_due]),
            )
            for name, is_due, gone, _, probability in due
        ]
    )
    return answered, expected


def fill_in(rng: np.random.Generator, practice: Practice, known_until: object) -> Forms:
    """Fill in the forms of a practice.

    Args:
        rng: the stream of draws.
        practice: the practice; its bookings carry ended_at, collection_mode and format.
        known_until: local time of the last delivery; later forms have not come back yet.

    Returns:
        Answered and expected forms, in order of time.
    """
    severity = practice.clients["severity"].to_numpy()[practice.episodes["client"].to_numpy()]
    intake = np.clip(
        value("ors_intake")
        - value("ors_intake_sd") * (0.9 * severity + 0.436 * rng.normal(size=len(severity))),
        2.0,
        36.0,
    )
    seen = attended_sessions(practice)
    answered, expected = _alliance_and_outcome(rng, seen, intake)
    times = seen.select("booking", "started_at", "ended_at", "collection_mode")
    answered = answered.join(times, on="booking", how="left", maintain_order="left")
    is_clinician = pl.col("instrument") == CLINICIAN_FORM
    is_post = pl.col("instrument").is_in(["srs", "wai_sr", CLINICIAN_FORM])
    post = _post_times(rng, answered.filter(is_post))
    pre = _pre_times(rng, answered.filter(~is_post))
    symptoms = pl.col("instrument") == "phq9"
    pre = pl.concat([_with_missing_items(rng, pre.filter(symptoms)), pre.filter(~symptoms)])
    answered = pl.concat([post, pre])
    # A form days late could be taken for the next session's: those always carry the session's id.
    is_linked = rng.random(len(answered)) < value("form_linked_share")
    answered = answered.with_columns(
        respondent=pl.when(is_clinician).then(pl.lit("clinician")).otherwise(pl.lit("client")),
        is_linked=pl.Series(is_linked) | pl.col("is_late") | is_clinician,
    )
    answered = answered.filter(pl.col("completed_at") <= known_until).sort(
        "completed_at", "booking", "instrument"
    )
    came = answered.select("booking", "instrument", came=pl.lit(True))
    expected = (
        expected.join(came, on=["booking", "instrument"], how="left", maintain_order="left")
        .with_columns(is_missing=pl.col("came").is_null())
        .drop("came")
        .sort("booking", "instrument")
    )
    return Forms(answered=answered, expected=expected, intake=intake)
