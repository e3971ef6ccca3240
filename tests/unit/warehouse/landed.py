"""Models of the warehouse over what a small home has landed, without a build.

Belongs here: the join of the ingest tests' home with the project's SQL. Nothing asserts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import duckdb

from orchestration.context import write_context
from orchestration.contracts.feeds import FEEDS
from orchestration.contracts.reviews import LANDED_FEEDS
from orchestration.home import parquet_in
from tests.unit.ingest.making import Practice
from validity.project_sql import DATABASE, ProjectSql

STAGING = (
    "stg_context",
    "stg_delivery",
    "stg_delivery_order",
    "stg_named_row",
    "stg_window_day",
    "stg_session_keys",
    *(f"stg_{feed}" for feed in FEEDS if feed != "feedback"),
)

# From the landing to sessions, episodes, people and who supervises whom.
CASES = (
    *STAGING,
    "int_id_links__resolved",
    "int_sessions__resolved",
    "int_episodes__exported",
    "int_episodes__clinicians",
    "int_sessions__in_episodes",
    "int_episodes__united",
    "fct_session",
    "fct_episode",
    "supervision",
    "int_case__supervisor",
    "dim_client",
    "dim_clinician",
)


CORRECTIONS = (
    "stg_delivery",
    "stg_delivery_order",
    "stg_quarantine",
    "stg_told_row",
    "int_delivery__changes",
    "correction",
)


class LandedSql:
    """The models, run anew over whatever has landed in a home."""

    def __init__(self, project: ProjectSql, models: tuple[str, ...]) -> None:
        self._project = project
        self._models = models

    def run(self, practice: Practice, as_of: date) -> duckdb.DuckDBPyConnection:
        """Land the inbox, run every model, and give the connection to ask them."""
        practice.land()
        home = practice.home
        write_context(practice.settings, "project", as_of)
        con = self._project.connection
        con.execute(f"use {DATABASE}")
        con.execute("create schema if not exists landing")
        places = {name: parquet_in(home.landing / name) for name in (*LANDED_FEEDS, "delivery")}
        places["quarantine"] = parquet_in(home.quarantine)
        for name in ("context", "verdict"):
            places[name] = str(home.build / f"{name}.parquet")
        for name, place in places.items():
            con.read_parquet(place, union_by_name=True).to_view("landed", replace=True)
            con.execute(f"create or replace table landing.{name} as from landed")
        self._project.run(self._models)
        return con


@contextmanager
def landed_sql(models: tuple[str, ...] = CASES) -> Iterator[LandedSql]:
    """Compile the models once."""
    with ProjectSql(models) as project:
        yield LandedSql(project, models)
