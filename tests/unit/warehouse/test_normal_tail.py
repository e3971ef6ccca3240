"""The tail of the normal distribution in plain SQL, against scipy (macros/normal_tail.sql)."""

from __future__ import annotations

import duckdb
import jinja2
import numpy as np
import pytest
from scipy import stats

from tests.support import REPO


def test_the_tail_is_right_from_the_middle_to_where_it_vanishes() -> None:
    text = (REPO / "dbt_project" / "macros" / "normal_tail.sql").read_text()
    call = "{{ normal_upper_tail('x') }}"
    rendered = jinja2.Environment(autoescape=False).from_string(text + call).render()  # noqa: S701 - SQL, not HTML
    points = np.concatenate([np.linspace(0, 8, 161), [7.07106781186546, 7.0710678118655, 20.0]])
    with duckdb.connect() as con:
        found = con.execute(
            f"select {rendered} from (select unnest($xs) as x)",  # noqa: S608
            {"xs": points.tolist()},
        ).fetchall()
    right = stats.norm.sf(points)
    assert np.array(found)[:, 0] == pytest.approx(right, rel=0, abs=1e-15)
    assert np.array(found)[:, 0] == pytest.approx(right, rel=1e-8, abs=0)
