"""Alliance and outcome between clinicians and within them: the mixed model SQL cannot fit.

Here: who may enter it, and the fit (metrics.md 2.7). Not here: the correlation, which is SQL, nor
what a screen may say about it (metrics.alliance_outcome).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

_SCHEMA = pa.schema(
    {
        "instrument": pa.string(),
        "outcome_instrument": pa.string(),
        "level_clinicians_n": pa.int64(),
        "level_clients_n": pa.int64(),
        "b_between": pa.float64(),
        "b_between_se": pa.float64(),
        "b_within": pa.float64(),
        "b_within_se": pa.float64(),
    }
)


def eligible(clinicians: np.ndarray, min_clients: int) -> np.ndarray:
    """Mark the clients of clinicians with enough of them.

    Args:
        clinicians: key of the clinician of each client.
        min_clients: clients that a clinician needs.
    """
    _, place, counts = np.unique(clinicians, return_inverse=True, return_counts=True)
    return counts[place] >= min_clients


def fit(
    clinicians: np.ndarray, alliance: np.ndarray, before: np.ndarray, after: np.ndarray
) -> tuple[float, float, float, float] | None:
    """Fit outcome = b0 + bB clinician mean + bW difference from it + bx intake + clinician + error.

    Args:
        clinicians: key of the clinician of each client.
        alliance: early alliance of each client.
        before: outcome score at intake, more is better.
        after: last outcome score, more is better.

    Returns:
        bB, its standard error, bW, its standard error, to 9 decimals; None without convergence.
    """
    import statsmodels.api as sm  # noqa: PLC0415 - a second of every build that has no use for it

    _, place = np.unique(clinicians, return_inverse=True)
    means = (np.bincount(place, alliance) / np.bincount(place))[place]
    design = np.column_stack([np.ones_like(alliance), means, alliance - means, before])
    try:
        fitted = sm.MixedLM(after, design, groups=place).fit(reml=True)
    except np.linalg.LinAlgError:
        return None
    found = (fitted.params[1], fitted.bse[1], fitted.params[2], fitted.bse[2])
    if not fitted.converged or not np.isfinite(found).all():
        return None
    return tuple(round(float(value), 9) for value in found)


def rows(
    pairs: list[dict[str, object]], min_clinicians: int, min_clients: int
) -> Iterator[dict[str, object]]:
    """Give one row per pair of questionnaires, the coefficients null where they may not be told."""
    keys = sorted({(pair["instrument"], pair["outcome_instrument"]) for pair in pairs})
    for key in keys:
        mine = [p for p in pairs if (p["instrument"], p["outcome_instrument"]) == key]
        mine.sort(key=lambda pair: (pair["clinician_key"], pair["episode_key"]))
        keep = eligible(np.array([p["clinician_key"] for p in mine]), min_clients)
        mine = [pair for pair, is_kept in zip(mine, keep, strict=True) if is_kept]
        clinicians = np.array([p["clinician_key"] for p in mine])
        clinicians_n = len(set(clinicians))
        row = {
            "instrument": key[0],
            "outcome_instrument": key[1],
            "level_clinicians_n": clinicians_n,
            "level_clients_n": len(mine),
        }
        columns = ("alliance", "outcome_before", "outcome_after")
        numbers = [np.array([p[name] for p in mine], dtype=float) for name in columns]
        found = fit(clinicians, *numbers) if clinicians_n >= min_clinicians else None
        if found:
            names = ("b_between", "b_between_se", "b_within", "b_within_se")
            row.update(zip(names, found, strict=True))
        yield row


def model(dbt, session):
    """Give one row per pair of questionnaires: who could enter, and both coefficients if enough."""
    dbt.config(materialized="table")
    smallest = dict(
        dbt.ref("parameters")
        .filter("parameter_id in ('between_min_clinicians', 'between_min_clients')")
        .project("parameter_id, value")
        .fetchall()
    )
    pairs = dbt.ref("int_alliance_outcome__pairs").to_arrow_table().to_pylist()
    found = rows(
        pairs, int(smallest["between_min_clinicians"]), int(smallest["between_min_clients"])
    )
    return pa.Table.from_pylist(list(found), schema=_SCHEMA)
