"""The worked shares of metrics.md 7 by the interval every share gets (macros/arithmetic.sql)."""

from __future__ import annotations

import pytest

from tests.support import REPO, macro_rows


@pytest.mark.parametrize(
    ("what", "numerator", "n", "lo", "hi"),
    [
        ("cancelled by the clinician", 6, 120, 0.0231, 0.1048),
        ("transfers that took hold", 5, 7, 0.3589, 0.9178),
        ("goals documented by session 3", 18, 24, 0.5510, 0.8800),
    ],
)
def test_the_worked_shares(what: str, numerator: int, n: int, lo: float, hi: float) -> None:
    call = "{{ wilson_lo('x', 'n') }}, {{ wilson_hi('x', 'n') }}"
    (found,) = macro_rows(["arithmetic"], call, "$x as x, $n as n", {"x": numerator, "n": n})
    assert found == pytest.approx((lo, hi), abs=5e-5), what


def test_the_illustration_of_a_preference_met() -> None:
    """An odds ratio of 1.79 applied to 20 % gives what the seed of the claims says."""
    odds = 0.20 / 0.80 / 1.79
    said = f"from 20 % that would be {100 * odds / (1 + odds):.1f} %"
    assert said in (REPO / "seeds" / "claims.csv").read_text()
