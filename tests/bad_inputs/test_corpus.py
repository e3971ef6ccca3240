"""Every bad delivery ends as the corpus says: by landing and by a dry run, and without a name.

Belongs here: what holds for every case. Does not belong here: the cases (`*_cases.py`), what is no
plain file (`test_file_system.py`).
"""

from __future__ import annotations

import ast
import csv
from collections import Counter

import polars as pl
import pytest

from orchestration.extract import DeliveryReport
from orchestration.manifest import SEEDS_FOLDER
from tests.bad_inputs.cases import Case
from tests.bad_inputs.conftest import Landed
from tests.bad_inputs.corpus import CASES
from tests.bad_inputs.search import all_of, outside_inbox, planted_in
from tests.support import REPO

RAISED = ("DeliveryRejected", "DeliveryHeld")


def verdict(report: DeliveryReport) -> tuple[str, str]:
    return report.status, (report.reason or "").partition(":")[0]


def test_there_are_at_least_a_hundred_and_their_names_are_their_own() -> None:
    assert len(CASES) >= 100
    assert [name for name, count in Counter(case.name for case in CASES).items() if count > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_ends_as_it_must(case: Case, corpus: Landed) -> None:
    report, check = corpus.reports[case.name], corpus.checks[case.name]
    assert verdict(report) == (case.status, case.rule), all_of(report)
    assert verdict(check) == verdict(report), check.reason
    bad = report.bad_rows.select("row_number", "rule").rows()
    # Of a file rejected for its many bad rows they are told; the verdict is what is expected.
    assert report.status == "rejected" or tuple(sorted(set(bad))) == tuple(sorted(case.bad))
    assert sorted(check.bad_rows.rows()) == sorted(report.bad_rows.rows())
    missing = [said for said in case.said if said not in "\n".join(report.warnings)]
    assert missing == [], report.warnings
    if not case.bad:
        assert bool(report.warnings) == (case.status == "accepted_with_warnings")
    assert all(feed.is_conserved for feed in report.feeds)
    assert {feed.feed: feed.rows_accepted for feed in report.feeds} == dict(case.good)
    landed = {
        name: frame.filter(pl.col("source") == case.name).height
        for name, frame in corpus.frames.items()
        if name != "delivery"
    }
    assert {name: count for name, count in landed.items() if count} == {
        name: count for name, count in case.good.items() if count
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nobody_is_named(case: Case, corpus: Landed) -> None:
    said = all_of(corpus.reports[case.name]) + corpus.said[case.name]
    assert planted_in(said) == []
    assert "Traceback" not in said
    assert "unforeseen" not in said
    assert "reader_failed" not in said


def test_nobody_is_named_in_what_is_left_behind(corpus: Landed) -> None:
    assert planted_in(outside_inbox(corpus.home)) == []
    assert planted_in("\n".join(corpus.lines)) == []


def test_every_rule_has_words_for_the_person_who_makes_the_exports() -> None:
    """The seed explains all that readers and intake raise; the corpus agrees on what it stops."""
    with (SEEDS_FOLDER / "intake_rules.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["rule"]: row["applies_to"] for row in rows}
    assert len(known) == len(rows), "a rule is explained once"
    raised = set()
    for path in (REPO / "orchestration").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in RAISED:
                raised |= {each.value for each in node.args[:1] if isinstance(each, ast.Constant)}
    assert raised - set(known) == set()
    applies = {"rejected": ("delivery", "waiting"), "held": ("waiting",)}
    for case in CASES:
        if case.rule:
            assert known[case.rule] in applies[case.status], case.rule
        assert {known[rule] for _, rule in case.bad} <= {"row"}


def test_names_are_planted_and_can_be_found(corpus: Landed) -> None:
    texts = [
        name + (data if isinstance(data, str) else data.decode("latin-1"))
        for case in CASES
        for name, data in case.files.items()
    ]
    assert sum(bool(planted_in(text)) for text in texts) >= 60
