"""Tail probabilities of the funnel: is phi above 1 by more than chance, and how wide is a tail.

Here: the two distribution functions that SQL has not. Not here: phi and tau2, which are
int_funnel__dispersion, nor what follows from them, which is metrics.funnel_dispersion.
"""

import numpy as np
import pyarrow as pa
from scipy.special import chdtrc, ndtri

_KEYS = ["metric_id", "instrument", "period"]


def dispersion_p(clinicians_n: np.ndarray, phi: np.ndarray) -> np.ndarray:
    """Give the probability of so large a phi when nothing but chance varies.

    Args:
        clinicians_n: clinicians compared; one degree of freedom went into the practice's rate.
        phi: mean square of their z; NaN where there are too few.

    Returns:
        Upper tail of chi-square at clinicians_n times phi, to 12 decimals; NaN where phi is.
    """
    return chdtrc(clinicians_n - 1, clinicians_n * phi).round(12)


def model(dbt, session):
    """Give one row per funnel: the p value of phi, and the normal quantiles of both tails."""
    dbt.config(materialized="table")
    funnels = dbt.ref("int_funnel__dispersion").to_arrow_table()
    tails = dict(
        dbt.ref("parameters")
        .filter("parameter_id in ('flag_conversation_tail', 'flag_review_tail')")
        .project("parameter_id, value")
        .fetchall()
    )
    phi = funnels["phi"].to_numpy()
    p_value = dispersion_p(funnels["clinicians_n"].to_numpy(), phi)
    return pa.table(
        {
            **{name: funnels[name] for name in _KEYS},
            "p_value": pa.array(p_value, pa.float64(), mask=np.isnan(phi)),
            "z_95": pa.array(np.full(len(phi), -ndtri(tails["flag_conversation_tail"]))),
            "z_998": pa.array(np.full(len(phi), -ndtri(tails["flag_review_tail"]))),
        }
    )
