"""What every rupture method of the registry finds in simulated courses, against what was planted.

Here: the courses as the tables that the rupture models read, those models run over them, and the
counting of hits, false alarms and right statuses. Not here: a rule (the registry's SQL), what the
courses are like (series.py), the choice of a rule's figures (tuning.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from validity.project_sql import ProjectSql
from validity.rates import Rate, difference, ratio
from validity.series import Courses, Setting, simulate

RULES = "int_rupture__rules"
MODELS = (
    RULES,
    "int_rupture__series",
    "int_rupture__reports",
    "int_rupture__report_series",
    "int_rupture__onsets",
    "rupture",
)
INSTRUMENT = "srs"
# A planted rupture counts as found up to this many sessions after its deepest point, or until it
# is repaired (K of metrics.md 4.3); what a rule finds later it found by chance.
FOUND_WITHIN = 3
PER_SESSIONS = 100

Totals = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Counts:
    """Totals of each practice for one method in one setting, aligned by practice.

    Attributes:
        planted: episodes with a planted rupture.
        found: those of them with an onset in time.
        delay: sessions from the planted onset to the first onset in time, added up.
        settled: found ruptures whose status is repaired or unrepaired.
        right: settled ones whose status is the planted one.
        onsets: onsets of any kind.
        at_risk: scored sessions from the second on.
    """

    planted: np.ndarray
    found: np.ndarray
    delay: np.ndarray
    settled: np.ndarray
    right: np.ndarray
    onsets: np.ndarray
    at_risk: np.ndarray

    @property
    def sensitivity(self) -> Rate:
        """Share of planted ruptures found."""
        return ratio(self.found, self.planted)

    @property
    def mean_delay(self) -> Rate:
        """Sessions from the planted onset to the one found."""
        return ratio(self.delay, self.found)

    @property
    def accuracy(self) -> Rate:
        """Share of settled ruptures with the right status."""
        return ratio(self.right, self.settled)

    @property
    def alarms(self) -> Rate:
        """Onsets per 100 scored sessions; false ones in null data."""
        return ratio(PER_SESSIONS * self.onsets, self.at_risk)

    def gain_over(self, other: Counts) -> Rate:
        """Sensitivity less that of another method over the same episodes."""
        return difference((self.found, self.planted), (other.found, other.planted))

    def more_alarms_than(self, other: Counts) -> Rate:
        """Onsets per 100 scored sessions less those of another method over the same episodes."""
        return difference(
            (PER_SESSIONS * self.onsets, self.at_risk), (PER_SESSIONS * other.onsets, other.at_risk)
        )


@dataclass(frozen=True)
class Rule:
    """A method of the registry with other figures than its own, for calibration.

    Attributes:
        method_id: the method whose row of int_rupture__rules is copied.
        name: what the copy is called.
        figures: columns of int_rupture__rules and their values.
    """

    method_id: str
    name: str
    figures: Mapping[str, float]


def detect(
    settings: Mapping[str, Setting], seed: int, variants: Sequence[Rule] = ()
) -> dict[str, dict[str, Counts]]:
    """Simulate settings, run the rupture models over them and count.

    Args:
        settings: by name. Setting number i is drawn from seed + i.
        seed: of the first setting.
        variants: rules to run besides the registry's.

    Returns:
        Counts by setting and by method (``<method_id>`` or the variant's name; a possible tier
        is ``<method_id> possible``).
    """
    courses = {name: simulate(s, seed + i) for i, (name, s) in enumerate(settings.items())}
    with ProjectSql(MODELS) as project:
        _give(project, courses)
        project.run([RULES])
        _add_variants(project, variants)
        project.run(model for model in MODELS if model != RULES)
        named = "method_id || case when tier = 'probable' then '' else ' ' || tier end as method"
        ruptures = project.connection.execute(
            f"""
            select
                split_part(episode_key, '|', 1) as setting,
                split_part(episode_key, '|', 2)::bigint as episode,
                {named}, onset_session_index, status
            from {project.relation("rupture")}
            """  # noqa: S608 - names of the project's own
        ).pl()
        # From the rules, not from what they found: a rule may find nothing.
        methods = project.connection.execute(
            f"select {named} from {project.relation(RULES)} where reference != 'report' order by 1"  # noqa: S608 - as above
        ).fetchall()
    return {
        name: {
            method: _counts(
                drawn,
                ruptures.filter((pl.col("setting") == name) & (pl.col("method") == method)),
            )
            for (method,) in methods
        }
        for name, drawn in courses.items()
    }


def _give(project: ProjectSql, courses: Mapping[str, Courses]) -> None:
    """The tables that the rupture models read, made of courses; every episode has ended."""
    sessions = pl.concat(
        drawn.session_rows().with_columns(episode_key=pl.format("{}|{}", pl.lit(name), "episode"))
        for name, drawn in courses.items()
    )
    project.connection.register("sessions", sessions.to_arrow())
    project.give(
        "fct_session",
        """
        select
            episode_key || '|' || session_index as session_key, episode_key,
            'individual' as series, session_index::bigint as session_index,
            date '2025-01-06' + 7 * session_index::integer as started_on
        from sessions
        """,
    )
    project.give(
        "fct_episode",
        """
        select
            episode_key, 'client ' || episode_key as client_key, 'clinician' as clinician_key,
            'closed' as status, date '2025-01-07' + 7 * max(session_index)::integer as ended_on
        from sessions
        group by episode_key
        """,
    )
    project.give(
        "int_alliance__scores",
        f"""
        select
            episode_key, '{INSTRUMENT}' as instrument, session_index::bigint as session_index,
            score::decimal(9, 4) as score
        from sessions
        where score is not null
        """,  # noqa: S608 - our own names
    )
    # A practice of this size has no spread of its own yet: the default of the parameters.
    figures = ", ".join(
        f"max(value) filter (parameter_id = '{figure}') as {figure}"
        for figure in ("sigma_w", "sigma_floor", "min_drop")
    )
    known = f"""
        select instrument, {figures}
        from {project.seed("parameters")}
        where instrument = '{INSTRUMENT}'
        group by instrument
    """  # noqa: S608 - as above
    project.give("rupture_sigma", known)
    project.give("dim_instrument", known)
    # What somebody reports of a rupture cannot be simulated without assuming the answer.
    project.give(
        "fct_score",
        """
        select
            '' as episode_key, '' as instrument, '' as respondent, '' as scale, true as is_primary,
            'individual' as series, 0::bigint as session_index, 0::decimal(9, 4) as score
        where false
        """,
    )


def _add_variants(project: ProjectSql, variants: Sequence[Rule]) -> None:
    """Copies of rules beside the registry's own."""
    rules = project.relation(RULES)
    copies = []
    for rule in variants:
        changes = {"method_id": f"'{rule.name}'", "tier": "'probable'", **rule.figures}
        changed = ", ".join(f"{value} as {column}" for column, value in changes.items())
        copies.append(
            f"select * replace ({changed}) from registry"  # noqa: S608 - our own names and figures
            f" where method_id = '{rule.method_id}' and tier = 'probable'"
        )
    union = " union all ".join(["select * from registry", *copies])
    project.connection.execute(f"create temp table registry as from {rules}")
    project.give(RULES, union)


def _counts(courses: Courses, ruptures: pl.DataFrame) -> Counts:
    practices = int(courses.practice.max()) + 1

    def totals(values: np.ndarray) -> np.ndarray:
        return np.bincount(courses.practice, weights=values, minlength=practices)

    truth = courses.truth_rows()
    planted = courses.onset > 0
    last = np.minimum(courses.attended, courses.deepest + FOUND_WITHIN)
    last = np.where(courses.repaired > 0, np.minimum(last, courses.repaired - 1), last)
    first = (
        ruptures.join(truth.with_columns(last=pl.Series(last)), on="episode")
        .filter(
            (pl.col("onset") > 0)
            & pl.col("onset_session_index").is_between(pl.col("onset"), pl.col("last"))
        )
        .sort("episode", "onset_session_index")
        .group_by("episode", maintain_order=True)
        .first()
        .with_columns(
            delay=pl.col("onset_session_index") - pl.col("onset"),
            is_settled=pl.col("status").is_in(["repaired", "unrepaired"]),
            is_right=(pl.col("status") == "repaired")
            == (
                (pl.col("repaired") > 0)
                & (pl.col("repaired") <= pl.col("onset_session_index") + FOUND_WITHIN)
            ),
        )
    )
    of = first["episode"].to_numpy()
    practice = courses.practice[of]

    def found_totals(values: pl.Series) -> np.ndarray:
        return np.bincount(practice, weights=values.to_numpy().astype(float), minlength=practices)

    onsets = np.bincount(ruptures["episode"].to_numpy(), minlength=len(courses))
    return Counts(
        planted=totals(planted),
        found=np.bincount(practice, minlength=practices).astype(float),
        delay=found_totals(first["delay"]),
        settled=found_totals(first["is_settled"]),
        right=found_totals(first["is_settled"] & first["is_right"]),
        onsets=totals(onsets),
        at_risk=totals((~np.isnan(courses.scores[:, 1:])).sum(axis=1)),
    )
