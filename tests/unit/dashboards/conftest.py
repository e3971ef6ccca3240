"""Fixtures of the dashboard's unit tests: a home with a small release, scopes over it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import altair as alt
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards.charts import theme
from dashboards.scope import Role, Scope
from dashboards.warehouse import current_release
from tests.unit.dashboards import small_release as small
from tests.unit.dashboards.contrast import faults

MakeScope = Callable[..., Scope]


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    """Streamlit's caches live as long as the process: start and leave each test without them."""
    st.cache_data.clear()
    st.cache_resource.clear()
    yield
    st.cache_data.clear()
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def charts_can_be_seen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Measure every chart that any test makes, in light and in dark: nobody can forget one."""
    made: list[dict[str, Any]] = []
    original = theme.finished

    def kept(chart: theme.Spec) -> theme.Spec:
        made.append(original(chart))
        return made[-1]

    monkeypatch.setattr(theme, "finished", kept)
    yield
    assert not {fault for spec in made for fault in faults(spec)}
    if made:
        # Comparing with the schema takes a while: one chart of each test stands for the others.
        alt.Root.validate(made[-1])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty home that RAPPORT_HOME points at."""
    monkeypatch.setenv("RAPPORT_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def released(home: Path) -> Callable[..., Path]:
    """Give a function that writes a release with the rows one names."""
    return lambda rows=None, **named: small.write(home, rows, **named)


@pytest.fixture
def scoped() -> MakeScope:
    """Give a function that makes a scope over the current release."""

    def make(*clinicians: str, role: Role = Role.SUPERVISOR, person: str | None = None) -> Scope:
        release = current_release()
        return Scope(
            release.release_id, release.fingerprint, role, tuple(sorted(clinicians)), person
        )

    return make


@pytest.fixture
def opened(released: Callable[..., Path]) -> Callable[..., AppTest]:
    """Give a function that writes a release and opens one case of it."""
    # Only here: a module of tests is rewritten by pytest when it is collected, not before.
    from tests.unit.dashboards.test_pages import open_page  # noqa: PLC0415

    def act(told: small.Rows, key: str = "e1", persona: str = "Supervisor F6AA") -> AppTest:
        released(told)
        app = open_page("case", persona, case=key)
        assert not app.exception
        return app

    return act
