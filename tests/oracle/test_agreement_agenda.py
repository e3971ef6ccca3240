"""Release and oracle agree on the agenda, on what it remembers, and on the figures over the log.

Belongs here: metrics.supervision_agenda with its reasons, the tables of the review log, time to
review and cases reviewed lately. Does not belong here: shares over the log; they stand in the long
tables (`test_agreement.py`).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable

import pytest

from tests.oracle import statistics as st
from tests.oracle.agenda import TIERS, WISHES, Desk
from tests.oracle.agreement import Case, agree, keyed, pseudonym
from tests.oracle.figures import periods


@pytest.fixture(scope="module")
def desk(case: Case) -> Desk:
    courses = case.rows("from metrics.expected_course")
    return Desk(case.reading, case.reading.practice.reviews, courses)


def _shown(row: dict, names: set[str]) -> dict:
    return {
        "reasons": tuple(sorted(names)),
        "tier_rank": row["tier_rank"],
        "waiting_since": row["waiting_since"],
        "is_pressing": row["is_pressing"],
    }


def test_agenda_and_its_memory(case: Case, desk: Desk) -> None:
    keys, expected, settled = case.episode_keys(), {}, Counter()
    for e in case.reading.episodes:
        if e.ended or not e.indexed:
            continue
        holding = desk.reasons(e)
        standing = [r for r in holding if not desk.settled(e, r)]
        settled.update(r.name for r in holding if r not in standing)
        if standing:
            tier = min(TIERS[r.name] for r in standing)
            expected[keys[e.name],] = {
                "reasons": tuple(sorted({r.name for r in standing})),
                "tier_rank": tier,
                "waiting_since": min(r.since for r in standing if TIERS[r.name] == tier),
                "is_pressing": any(TIERS[r.name] <= 3 and r.name not in WISHES for r in standing),
            }
    actual = {}
    for row in case.rows("from metrics.supervision_agenda"):
        names = set(row["reason_ids"].split(","))
        if names != {"positive_case"}:
            actual[row["episode_key"],] = _shown(row, names)
    agree(expected, actual)
    assert settled["open_rupture"] + settled["unseen_unbooked"] > 0, "nothing was remembered"


def test_what_the_log_says_of_each_case(case: Case, desk: Desk) -> None:
    keys, steps = case.episode_keys(), Counter()
    for step, closed in desk.steps():
        if closed is None and (found := desk._case(step)):
            steps[found.name, "open"] += 1
            steps[found.name, "overdue"] += bool(step.due_on and step.due_on < desk.as_of)
    expected = {}
    for e in case.reading.episodes:
        if e.name not in keys:
            continue
        last, deferral = desk.last_review(e), desk.deferral(e)
        brought, added = desk.wish(e, "brought"), desk.wish(e, "added")
        since = max((desk.as_of - last.occurred_on).days, 0) if last else None
        expected[keys[e.name],] = {
            "reviews_n": len(desk.of(e, "reviewed")),
            "last_reviewed_on": last.occurred_on if last else None,
            "days_since_review": since,
            "review_again_on": last.until_on if last else None,
            "deferred_until": deferral.until_on if deferral else None,
            "is_brought": brought is not None,
            "brought_on": brought[0] if brought else None,
            "is_added": added is not None,
            "open_steps_n": steps[e.name, "open"],
            "overdue_steps_n": steps[e.name, "overdue"],
        }
    agree(expected, keyed(case.rows("from metrics.case_review"), "episode_key"))


def test_entries_that_stand(case: Case, desk: Desk) -> None:
    lost = {r.entry_id for r in desk.lost}
    expected = {
        (r.entry_id,): {"kind": r.kind, "occurred_on": r.occurred_on, "until_on": r.until_on}
        | {"is_case_known": r.entry_id not in lost}
        for r in desk.standing
    }
    agree(expected, keyed(case.rows("from metrics.review_entry"), "entry_key"))


def test_steps_and_what_became_of_them(case: Case, desk: Desk) -> None:
    expected = {}
    for step, closed in desk.steps():
        late = step.due_on is not None and step.due_on < desk.as_of
        expected[step.entry_id,] = {
            "status": "closed" if closed else "overdue" if late else "open",
            "closed_on": closed.occurred_on if closed else None,
            "outcome": closed.code if closed else None,
        }
    agree(expected, keyed(case.rows("from metrics.plan_step"), "entry_key"))


def test_verdicts_on_the_rules(case: Case, desk: Desk) -> None:
    words = Counter((r.code.lower(), r.kind) for r in desk.verdicts())
    expected: dict[Hashable, dict] = {}
    for name in {code for code, _ in words}:
        yes, no = words[name, "signal_confirmed"], words[name, "signal_dismissed"]
        share = no / (yes + no)
        status = "kept" if round(share, 9) <= 0.7 else "proposed_for_change"
        expected[name,] = {
            "confirmed_n": yes,
            "dismissed_n": no,
            "dismissed_share": share,
            "status": status if yes + no >= 10 else "too_few",
        }
    rows = case.rows("select * replace (lower(rule_id) as rule_id) from metrics.signal_verdict")
    agree(expected, {k: v for k, v in keyed(rows, "rule_id").items() if v["judged_n"]})


def _both(case: Case, metric: str) -> dict[Hashable, dict]:
    found = case.rows(f"from metrics.practice_metric where metric_id = '{metric}'")
    rows = {("practice", r["period"]): r for r in found}
    found = case.rows(f"from metrics.clinician_metric where metric_id = '{metric}'")
    return rows | {(r["clinician_key"], r["period"]): r for r in found}


def test_time_to_review(case: Case, desk: Desk) -> None:
    waits: dict[Hashable, list[tuple[int, int]]] = {}
    for e, on, _, days, how in desk.waits():
        scopes = ("practice", pseudonym("clinician", e.clinician))
        for scope, period in itertools.product(scopes, periods(on)):
            waits.setdefault((scope, period), []).append((days, how))
    expected = {}
    for key, found in waits.items():
        curve = st.aalen_johansen([t for t, _ in found], [how for _, how in found])
        half = [t for t, step in sorted(curve.items()) if round(step.cif, 9) >= 0.5]
        row: dict = {"population_n": len(found), "denominator_n": len(found)}
        expected[key] = row | {"estimate": float(half[0]) if half and len(found) >= 5 else None}
    agree(expected, _both(case, "time_to_review"))


def test_cases_reviewed_lately(case: Case, desk: Desk) -> None:
    counts: dict[str, Counter] = {}
    for e in case.reading.episodes:
        if e.ended or not e.indexed:
            continue
        begun = max(e.attended[0].started_on, desk.begins)
        young = (desk.as_of - begun).days < 56
        last = desk.last_review(e)
        lately = last is not None and (desk.as_of - last.occurred_on).days <= 56
        for scope in ("practice", pseudonym("clinician", e.clinician)):
            count = counts.setdefault(scope, Counter())
            count.update(all=1, young=young, lately=lately and not young)
    expected = {
        (scope, "all"): {
            "population_n": count["all"],
            "excluded_n": count["young"],
            "numerator": count["lately"],
        }
        for scope, count in counts.items()
    }
    agree(expected, _both(case, "reviewed_8_weeks"))
