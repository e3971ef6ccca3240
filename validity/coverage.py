"""How often the 95 % intervals of the metric SQL hold the value that was planted.

Here: units of simulated practices whose clinicians' true values are known, the models from the long
fact to the shrunken figures run over them, and the counting. Not here: an interval. A practice is
one value of `instrument`: figures of different instruments never meet in the SQL, so a thousand
practices are one run.
"""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from orchestration.manifest import PROJECT_FOLDER
from validity.project_sql import ProjectSql
from validity.rates import Rate, ratio

MODELS = (
    "int_metric__counted",
    "int_metric__averaged",
    "int_metric__estimated",
    "int_metric__variance_share",
    "int_metric__shrunken",
)
SHARE, MEAN = "dropout_d1", "early_alliance"
ASKED = (0.93, 0.97)

_Z = 1.959963984540054
_CLINICIANS = (4, 30)
_CASELOAD_MEDIAN, _CASELOAD_LOG_SD, _CASELOAD = 18.0, 0.6, (5, 90)
_SPREAD = 5.0  # of episodes within a clinician, SRS points (screens.md 2)
_CENTRE, _MAXIMUM = 36.0, 40.0
_DROPOUT = 0.197  # metrics.md 5.1 [V37]
_EXTREME = 1.5  # standard deviations from which a clinician is unlike the others


@dataclass(frozen=True)
class World:
    """What the simulated practices are like.

    Attributes:
        name: for the report.
        mean_icc: true share of the variance of a mean that lies between clinicians.
        share_icc: the same of a share.
        has_ceiling: values above 40 are 40, and the planted value is the mean under that rule.
    """

    name: str
    mean_icc: float = 0.05
    share_icc: float = 0.057
    has_ceiling: bool = False


WORLDS = (
    World("as assumed"),
    World("scores against the ceiling of 40", has_ceiling=True),
    World("clinicians more alike than assumed (share between them .02)", 0.02, 0.02),
    World("clinicians less alike than assumed (share between them .15)", 0.15, 0.15),
)


@dataclass(frozen=True)
class Covered:
    """Coverage of one interval in one group.

    Attributes:
        world, interval, group: what was counted.
        intervals: how many.
        rate: share that held the planted value, its interval over practices.
    """

    world: str
    interval: str
    group: str
    intervals: int
    rate: Rate

    @property
    def is_as_asked(self) -> bool:
        """Whether the share lies between 93 and 97 per cent."""
        return ASKED[0] <= self.rate.estimate <= ASKED[1]


def measure(world: World, *, practices: int, seed: int) -> list[Covered]:
    """Simulate practices of a world, run the SQL and count.

    Args:
        world: what they are like.
        practices: how many.
        seed: of all draws.

    Returns:
        One entry per interval and group.
    """
    truth, units = draw(world, practices=practices, seed=seed)
    intervals = run(units).join(truth, on=["metric_id", "clinician_key"])
    return [
        _covered(world, name, group, rows)
        for name, shown in _shown(intervals).items()
        for group, rows in _groups(shown).items()
        if len(rows)
    ]


def draw(world: World, *, practices: int, seed: int) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Draw clinicians with a planted value each, and the units of their caseloads.

    Returns:
        The truth, one row per metric and clinician: metric_id, clinician_key, planted, z (how many
        standard deviations from the other clinicians'); and rows of int_metric__unit.
    """
    rng = np.random.default_rng(seed)
    per_practice = rng.integers(_CLINICIANS[0], _CLINICIANS[1] + 1, practices)
    practice = np.repeat(np.arange(practices), per_practice)
    count = len(practice)
    drawn = _CASELOAD_MEDIAN * np.exp(rng.normal(0.0, _CASELOAD_LOG_SD, count))
    caseload = np.clip(np.round(drawn), *_CASELOAD).astype(np.int64)
    unit = np.repeat(np.arange(count), caseload)

    between = np.sqrt(world.mean_icc / (1 - world.mean_icc)) * _SPREAD
    z = rng.standard_normal(count)
    level = _CENTRE + between * z
    value = rng.normal(level[unit], _SPREAD)
    if world.has_ceiling:
        value, level = np.minimum(value, _MAXIMUM), _mean_below(level)
    prior = (1 - world.share_icc) / world.share_icc
    chance = rng.beta(_DROPOUT * prior, (1 - _DROPOUT) * prior, count)
    is_dropout = rng.random(len(unit)) < chance[unit]

    share_z = (chance - _DROPOUT) / np.sqrt(_DROPOUT * (1 - _DROPOUT) * world.share_icc)
    truth = pl.concat(
        pl.DataFrame(
            {"metric_id": metric, "clinician_key": _keys(count), "planted": planted, "z": of}
        )
        for metric, planted, of in ((MEAN, level, z), (SHARE, chance, share_z))
    )
    long = pl.DataFrame({"practice": practice[unit], "clinician": unit}).select(
        instrument=pl.format("practice {}", "practice"),
        clinician_key=pl.format("k{}", "clinician"),
        unit_key=pl.format("u{}", pl.int_range(pl.len())),
    )
    shares = long.with_columns(
        metric_id=pl.lit(SHARE), is_numerator=pl.Series(is_dropout), value=pl.lit(None, pl.Float64)
    )
    means = long.with_columns(
        metric_id=pl.lit(MEAN), is_numerator=pl.lit(False), value=pl.Series(value)
    )
    # An alliance figure is shown only where enough forms came back: here they all did.
    forms = pl.DataFrame({"clinician_key": _keys(count)}).select(
        "clinician_key",
        instrument=pl.lit(None, pl.String),
        unit_key=pl.format("f{}", pl.int_range(pl.len())),
        metric_id=pl.lit("feedback_completion"),
        is_numerator=pl.lit(True),
        value=pl.lit(None, pl.Float64),
    )
    return truth, pl.concat([shares, means, forms], how="diagonal")


def run(units: pl.DataFrame) -> pl.DataFrame:
    """Run the metric SQL over units.

    Returns:
        One row per metric and clinician: metric_id, clinician_key, instrument (the practice), n,
        lo, hi, shrunken_estimate, limit_se, posterior_a, posterior_b.
    """
    with ProjectSql(MODELS) as project:
        project.connection.register("units", units.to_arrow())
        project.give("stg_context", "select date '2026-06-30' as as_of")
        project.give(
            "int_metric__unit",
            "select metric_id, instrument, clinician_key, unit_key, date '2025-01-15' as"
            " occurred_on, true as is_population, false as is_excluded, is_numerator, value"
            " from units",
        )
        project.give("int_metric__statistic", _NO_STATISTICS)
        project.give(
            "int_metric__chance",
            "select '' as metric_id, '' as instrument, 0.0::double as rate where false",
        )
        project.run()
        estimated = project.relation("int_metric__estimated")
        shrunken = project.relation("int_metric__shrunken")
        return project.connection.execute(
            f"""
            select
                estimated.metric_id, estimated.scope_value as clinician_key,
                estimated.instrument, estimated.denominator_n as n, estimated.numerator,
                estimated.lo, estimated.hi, shrunken.shrunken_estimate,
                shrunken.limit_se, shrunken.posterior_a, shrunken.posterior_b
            from {estimated} as estimated
            inner join {shrunken} as shrunken
                on
                    estimated.metric_id = shrunken.metric_id
                    and estimated.scope_value = shrunken.clinician_key
                    and estimated.instrument = shrunken.instrument
                    and estimated.period = shrunken.period
            where estimated.scope_kind = 'clinician' and estimated.period = 'all'
            """  # noqa: S608 - names of the project's own tables
        ).pl()


_NO_STATISTICS = """
    select
        '' as scope_kind, '' as scope_value, '' as metric_id, '' as instrument, '' as period,
        '' as period_kind, null::date as period_starts_on, 0::bigint as population_n,
        0::bigint as excluded_n, 0::bigint as denominator_n, 0::bigint as numerator,
        0::bigint as clinicians_n, 0.0::double as raw_estimate, 0.0::double as lo,
        0.0::double as hi, 0.0::double as expected, 0.0::double as mid_p, '' as method
    where false
"""


def _keys(count: int) -> pl.Series:
    return pl.select(pl.format("k{}", pl.int_range(count))).to_series()


def _mean_below(level: np.ndarray) -> np.ndarray:
    """Mean of a normal value of which all above 40 counts as 40."""
    a = (_MAXIMUM - level) / _SPREAD
    inside = stats.norm.cdf(a)
    return level * inside - _SPREAD * stats.norm.pdf(a) + _MAXIMUM * (1 - inside)


def _shown(intervals: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The intervals that a release gives, each as columns lo and hi."""
    shares = intervals.filter(pl.col("metric_id") == SHARE)
    means = intervals.filter(pl.col("metric_id") == MEAN)
    lo, hi = _posterior_limits()(shares["posterior_a"].to_numpy(), shares["posterior_b"].to_numpy())
    margin = _Z * pl.col("limit_se")
    return {
        "share: Wilson": shares,
        "mean: t": means,
        "share, drawn toward the practice: beta posterior": shares.with_columns(
            lo=pl.Series(lo), hi=pl.Series(hi)
        ),
        "mean, drawn toward the practice: empirical Bayes": means.with_columns(
            lo=pl.col("shrunken_estimate") - margin, hi=pl.col("shrunken_estimate") + margin
        ),
    }


def _posterior_limits() -> Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]:
    """The function that the dbt Python model int_metric__posterior draws its limits with."""
    path = PROJECT_FOLDER / "models" / "intermediate" / "int_metric__posterior.py"
    return runpy.run_path(str(path))["posterior_limits"]


def _groups(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    n = pl.col("n")
    return {
        "all clinicians": rows,
        "caseload 5 to 9": rows.filter(n < 10),
        "caseload 10 to 29": rows.filter(n.is_between(10, 29)),
        "caseload 30 and more": rows.filter(n >= 30),
        f"planted value {_EXTREME} SD or more from the others'": rows.filter(
            pl.col("z").abs() >= _EXTREME
        ),
    }


def _covered(world: World, name: str, group: str, rows: pl.DataFrame) -> Covered:
    held = rows.with_columns(is_held=pl.col("planted").is_between(pl.col("lo"), pl.col("hi")))
    totals = held.group_by("instrument").agg(pl.col("is_held").sum(), pl.len())
    return Covered(
        world=world.name,
        interval=name,
        group=group,
        intervals=len(rows),
        rate=ratio(totals["is_held"].to_numpy().astype(float), totals["len"].to_numpy()),
    )
