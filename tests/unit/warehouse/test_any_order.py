"""Any order of the same deliveries ends in the same state, and it is the one the rules say.

Belongs here: random deliveries through the real landing, the guards and the staging SQL, against
an independent reading of the rules. Does not belong here: whole builds (tests/integration).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from orchestration.context import read_ledger
from orchestration.extract.pseudonyms import Pseudonymiser
from orchestration.extract.verdicts import accept, accepted_deliveries, judge, verdict_file
from orchestration.home import parquet_in
from orchestration.settings_template import init_home
from tests.unit.ingest.making import KEY, Practice
from tests.unit.warehouse.rules_of_deliveries import SETTINGS, Delivery, Row, outcome
from validity.project_sql import DATABASE, ProjectSql

FEEDS = ("sessions", "feedback", "clients")
MODELS = ("stg_delivery", "stg_delivery_order", "stg_window_day", "stg_named_row")
STATES = ("stg_sessions", "stg_clients")
EXAMPLES = int(os.environ.get("RAPPORT_ORDER_EXAMPLES", "25"))

Outcome = tuple[set[tuple[str, str, date]], set[str], set[str]]


@pytest.fixture(scope="module")
def project() -> Iterator[ProjectSql]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
        # No power cut is expected here, and the disk would take most of the time.
        patch.setattr(os, "fsync", lambda _: None)
        with ProjectSql([*MODELS, *STATES]) as made:
            yield made


ROWS = st.builds(
    Row,
    key=st.sampled_from(["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"]),
    day=st.integers(0, 20),
    clinician=st.sampled_from(["t1", "t2"]),
    status=st.sampled_from(["attended"] * 4 + ["no_show"] * 3 + ["somehow"]),
    updated=st.sampled_from([None, None, 1, 2]),
    is_deleted=st.sampled_from([False] * 7 + [True]),
)


@st.composite
def histories(draw: st.DrawFn) -> tuple[Delivery, ...]:
    """Exports of a practice whose sessions come, change and go, and exports that broke."""
    truth = {row.key: row for row in draw(st.lists(ROWS, min_size=6, max_size=12))}
    made = []
    for number in range(draw(st.integers(3, 6))):
        for row in draw(st.lists(ROWS, max_size=2)):
            truth[row.key] = row
        for key in draw(st.lists(st.sampled_from(sorted(truth)), max_size=1)):
            del truth[key]
        rows = list(truth.values())
        broken = draw(st.sampled_from(["no", "no", "cut", "cut", "cut", "twice", "unreadable"]))
        if broken == "cut":
            rows = rows[: len(rows) // 4]
        elif broken == "twice":
            rows += draw(st.lists(ROWS, min_size=1, max_size=2))
        elif broken == "unreadable":
            rows.append(Row("?", 3, "t1", "attended", None, is_deleted=False))
        window = tuple(sorted(draw(st.tuples(st.integers(0, 8), st.integers(12, 20)))))
        kind = draw(st.sampled_from(["full"] * 3 + ["window"] * 2 + ["unsaid", "delta"]))
        if kind in ("window", "delta"):
            low, high = window if kind == "window" else (0, 7)
            rows = [row for row in rows if low <= row.day <= high]
        made.append(
            Delivery(
                name=f"{draw(st.sampled_from('abc'))}{number}",
                made=draw(st.sampled_from([None, *[number] * 6, 0, 3])),
                kind=kind,
                window=window,
                sessions=tuple(rows),
                clients=draw(
                    st.sampled_from([None, None, ("c1", "c2", "c3", "c4"), ("c1",), ("c1", "c5")])
                ),
                is_accepted=draw(st.sampled_from([False, False, False, True])),
            )
        )
    if draw(st.booleans()):
        again = draw(st.sampled_from(made))
        made.append(
            Delivery(**(vars(again) | {"name": "again", "made": draw(st.sampled_from([None, 9]))}))
        )
    return tuple(made)


def came_to(project: ProjectSql, steps: Sequence[Sequence[Delivery]], *, infers: bool) -> Outcome:
    """Land deliveries step by step in a fresh home, judging after each, and read the end."""
    with tempfile.TemporaryDirectory() as folder:
        practice = Practice(init_home(Path(folder) / "home"))
        practice.configure(f"{SETTINGS}infer_deletes = {str(infers).lower()}\n")
        for step in steps:
            for each in step:
                practice.put(f"clinic/{each.name}", each.files)
            reports = practice.land()
            for each in step:
                report = reports[f"clinic/{each.name}"]
                assert report.status != "rejected", report.reason
                if each.is_accepted:
                    accept(practice.home, report.delivery_id, {"delivery": each.name})
            judge(practice.settings, read_ledger(practice.home), accepted_deliveries(practice.home))
        return current(project, practice)


def current(project: ProjectSql, practice: Practice) -> Outcome:
    """The staging models over a home's landing, with the ids in place of their pseudonyms."""
    con = project.connection
    con.execute(f"create schema if not exists {DATABASE}.landing")
    landing = practice.home.landing
    places = {name: parquet_in(landing / name) for name in (*FEEDS, "delivery")}
    places["quarantine"] = parquet_in(practice.home.quarantine)
    places["verdict"] = str(verdict_file(practice.home))
    for name, place in places.items():
        con.execute(
            f"create or replace table {DATABASE}.landing.{name} as "
            f"from read_parquet('{place}', union_by_name = true)"
        )
    project.run(MODELS)
    project.run(STATES)

    def rows(columns: str, model: str) -> list[tuple]:
        return con.execute(f"select distinct {columns} from {project.relation(model)}").fetchall()  # noqa: S608

    names = {}
    for entity, letter in (("session", "s"), ("client", "c")):
        for number in range(9):
            key = Pseudonymiser(KEY).one(entity, "clinic", f"{letter}{number}")
            names[key] = f"{letter}{number}"
    sessions = rows("session_key, status, started_on", "stg_sessions")
    return (
        {(names[key], status, day) for key, status, day in sessions},
        {names[key] for (key,) in rows("client_key", "stg_clients")},
        {name for name, status in rows("delivery, status", "stg_delivery") if status == "held"},
    )


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(made=histories(), infers=st.booleans(), data=st.data())
def test_any_order_ends_in_the_state_that_the_rules_say(project, made, infers, data):
    expected = outcome(made, infers=infers)
    event(f"{min(len(expected[2]), 3)} held")
    assert came_to(project, [made], infers=infers) == expected
    shuffled = data.draw(st.permutations(made))
    cut = data.draw(st.integers(1, max(1, len(shuffled) - 1)))
    steps = [shuffled[:cut], *([each] for each in shuffled[cut:])]
    assert came_to(project, steps, infers=infers) == expected
