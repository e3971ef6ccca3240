"""The tail of the normal distribution in plain SQL, against scipy (macros/normal_tail.sql)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tests.support import macro_rows


def test_the_tail_is_right_from_the_middle_to_where_it_vanishes() -> None:
    points = np.concatenate([np.linspace(0, 8, 161), [7.07106781186546, 7.0710678118655, 20.0]])
    call = "{{ normal_upper_tail('x') }}"
    found = macro_rows(["normal_tail"], call, "unnest($xs) as x", {"xs": points.tolist()})
    right = stats.norm.sf(points)
    assert np.array(found)[:, 0] == pytest.approx(right, rel=0, abs=1e-15)
    assert np.array(found)[:, 0] == pytest.approx(right, rel=1e-8, abs=0)
