"""Which released tables the app may read, and how a scope narrows each of them.

The one place where the scope filter is written (trust.md 1): a query names a relation of this
list, and `visible` puts the filtered table in front of it. Nothing outside `warehouse.py` uses it.
A table that is not listed here cannot be read by any page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from dashboards.scope import Role, Scope

SCOPE_PARAMETER = "scope_clinicians"

# A relation is whatever follows "from" or "join"; a query must not use either word otherwise.
_SOURCE = re.compile(r"\b(?:from|join)\s+([a-z_][a-z_0-9]*(?:\.[a-z_0-9]+)?)", re.IGNORECASE)


class Reach(Enum):
    """How far a table reaches, hence how it is narrowed."""

    PERSON = "rows about a client or a clinician: only those of the clinicians in scope"
    PRACTICE = "figures of the whole practice: exact for the director, rounded for others"
    OPEN = "no row is about a person: everyone reads it"


class UnknownRelationError(LookupError):
    """A query names a table that the app may not read."""


@dataclass(frozen=True)
class Relation:
    """A released table and how it is narrowed.

    Attributes:
        table: schema and name in the release.
        reach: how it is narrowed.
        owner: for PERSON the column that holds the clinician's key.
        rounded: for PRACTICE the table with small counts suppressed; None = the director alone.
        only: a fixed condition that makes the relation a part of `table` (not of `rounded`).
    """

    table: str
    reach: Reach
    owner: str = "clinician_key"
    rounded: str | None = None
    only: str | None = None

    def sql(self, scope: Scope) -> str:
        """Give the select that stands for this relation under a scope."""
        table, conditions = self.table, [self.only] if self.only else []
        if self.reach is Reach.PERSON:
            conditions.append(f"{self.owner} in (select unnest(${SCOPE_PARAMETER}))")
        elif self.reach is Reach.PRACTICE and not scope.sees_practice_figures:
            if self.rounded is None:
                conditions.append("false")
            else:
                table, conditions = self.rounded, []
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return f"select * from {table}{where}"  # noqa: S608 - names come from this module only


RELATIONS: dict[str, Relation] = {
    # rows about people
    "case_summary": Relation("metrics.case_summary", Reach.PERSON),
    "case_timeline": Relation("metrics.case_timeline", Reach.PERSON),
    "supervision_agenda": Relation("metrics.supervision_agenda", Reach.PERSON),
    "case_review": Relation("metrics.case_review", Reach.PERSON),
    "review_entry": Relation("metrics.review_entry", Reach.PERSON),
    "plan_step": Relation("metrics.plan_step", Reach.PERSON),
    # the canonical method alone: rows of two methods must never be counted together
    "rupture": Relation("metrics.rupture", Reach.PERSON, only="method_id = 'casesens_shrunk_sd'"),
    # of every method: a query over it names the one it counts
    "rupture_by_method": Relation("metrics.rupture", Reach.PERSON),
    "signal": Relation("metrics.signal", Reach.PERSON),
    "episode_alliance": Relation("metrics.episode_alliance", Reach.PERSON),
    "attunement": Relation("metrics.attunement", Reach.PERSON),
    "episode_ending": Relation("metrics.episode_ending", Reach.PERSON),
    "episode_outcome": Relation("metrics.episode_outcome", Reach.PERSON),
    "alert_status": Relation("metrics.alert_status", Reach.PERSON),
    "clinician_metric": Relation("metrics.clinician_metric", Reach.PERSON),
    "dropout_adjusted": Relation("metrics.dropout_adjusted", Reach.PERSON),
    "coverage": Relation("quality.coverage", Reach.PERSON),
    "score_issue": Relation("quality.score_issue", Reach.PERSON),
    "supervision": Relation("core.supervision", Reach.PERSON, owner="supervisee_key"),
    "dim_clinician": Relation("core.dim_clinician", Reach.PERSON),
    "clinician_survival": Relation(
        "metrics.survival", Reach.PERSON, owner="scope_value", only="scope_kind = 'clinician'"
    ),
    "clinician_repair_course": Relation(
        "metrics.repair_course", Reach.PERSON, owner="scope_value", only="scope_kind = 'clinician'"
    ),
    # figures of the practice
    "practice_metric": Relation(
        "metrics.practice_metric", Reach.PRACTICE, rounded="analyst.practice_metric"
    ),
    "practice_survival": Relation(
        "metrics.survival",
        Reach.PRACTICE,
        rounded="analyst.survival",
        only="scope_kind = 'practice'",
    ),
    "group_survival": Relation(
        "metrics.survival",
        Reach.PRACTICE,
        only="scope_kind in ('site', 'role', 'year', 'calendar_year')",
    ),
    "practice_repair_course": Relation(
        "metrics.repair_course", Reach.PRACTICE, only="scope_kind = 'practice'"
    ),
    "rupture_sensitivity": Relation("metrics.rupture_sensitivity", Reach.PRACTICE),
    "rupture_hazard": Relation("metrics.rupture_hazard", Reach.PRACTICE),
    "rupture_dropout": Relation("metrics.rupture_dropout", Reach.PRACTICE),
    "signal_audit": Relation("metrics.signal_audit", Reach.PRACTICE),
    "signal_verdict": Relation("metrics.signal_verdict", Reach.PRACTICE),
    "ending_alliance": Relation("metrics.ending_alliance", Reach.PRACTICE),
    "alliance_outcome": Relation("metrics.alliance_outcome", Reach.PRACTICE),
    "alliance_icc": Relation("metrics.alliance_icc", Reach.PRACTICE),
    "missing_form_bias": Relation("metrics.missing_form_bias", Reach.PRACTICE),
    "ending_cif": Relation("metrics.ending_cif", Reach.PRACTICE),
    "survival_test": Relation("metrics.survival_test", Reach.PRACTICE),
    "dropout_stratum": Relation("metrics.dropout_stratum", Reach.PRACTICE),
    "casemix_model": Relation(
        "metrics.casemix_model", Reach.PRACTICE, rounded="analyst.casemix_model"
    ),
    "casemix_term": Relation("metrics.casemix_term", Reach.PRACTICE),
    "casemix_calibration": Relation("metrics.casemix_calibration", Reach.PRACTICE),
    "alliance_month": Relation("metrics.alliance_month", Reach.PRACTICE),
    "practice_flow": Relation("metrics.practice_flow", Reach.PRACTICE),
    "outcome_reference": Relation("metrics.outcome_reference", Reach.PRACTICE),
    "expected_course": Relation(
        "metrics.expected_course", Reach.PRACTICE, rounded="analyst.expected_course"
    ),
    "funnel_limit": Relation("metrics.funnel_limit", Reach.PRACTICE),
    "funnel_dispersion": Relation("metrics.funnel_dispersion", Reach.PRACTICE),
    "change_decomposition": Relation("metrics.change_decomposition", Reach.PRACTICE),
    # no person in them
    "benchmark": Relation("metrics.benchmark", Reach.OPEN),
    "claim": Relation("metrics.claim", Reach.OPEN),
    "claim_metric": Relation("metrics.claim_metric", Reach.OPEN),
    "metric_catalogue": Relation("metrics.metric_catalogue", Reach.OPEN),
    "review_code": Relation("metrics.review_code", Reach.OPEN),
    "parameter": Relation("metrics.parameter", Reach.OPEN),
    "rupture_method": Relation("metrics.rupture_method", Reach.OPEN),
    "dim_instrument": Relation("core.dim_instrument", Reach.OPEN),
    "delivery": Relation("quality.delivery", Reach.OPEN),
    "correction": Relation("quality.correction", Reach.OPEN),
    "quarantine": Relation("quality.quarantine", Reach.OPEN),
    "check_result": Relation("quality.check_result", Reach.OPEN),
    "delivery_feed": Relation("quality.delivery_feed", Reach.OPEN),
    "release": Relation("meta.release", Reach.OPEN),
}


def named(sql: str) -> tuple[str, ...]:
    """List the relations a query reads, each once, in order of appearance.

    Raises:
        UnknownRelationError: the query names something that is not in `RELATIONS`.
    """
    found = tuple(dict.fromkeys(name.lower() for name in _SOURCE.findall(sql)))
    unknown = [name for name in found if name not in RELATIONS]
    if unknown:
        raise UnknownRelationError(f"not a relation of the app: {', '.join(unknown)}")
    return found


def visible(sql: str, scope: Scope) -> tuple[str, bool]:
    """Put the scope in front of a query.

    Args:
        sql: one select over relations of `RELATIONS`, without a `with` of its own.
        scope: who is looking.

    Returns:
        The query with each relation replaced by its visible part, and whether it needs the
        parameter `SCOPE_PARAMETER`.
    """
    names = named(sql)
    heads = [f"{name} as ({RELATIONS[name].sql(scope)})" for name in names]
    needs_keys = any(RELATIONS[name].reach is Reach.PERSON for name in names)
    return f"with {', '.join(heads)}\n{sql}", needs_keys


def readings() -> Iterator[tuple[str, Relation, dict[Role, str]]]:
    """Say how much every role gets: `all`, `supervisees`, `own`, `rounded` or `none`.

    Yields:
        Its name in queries, the relation, and the reading by role.
    """
    for name, relation in RELATIONS.items():
        if relation.reach is Reach.OPEN:
            by_role = dict.fromkeys(Role, "all")
        elif relation.reach is Reach.PERSON:
            by_role = dict(zip(Role, ("all", "supervisees", "own", "none"), strict=True))
        else:
            others = "rounded" if relation.rounded else "none"
            by_role = {role: "all" if role is Role.DIRECTOR else others for role in Role}
        yield name, relation, by_role
