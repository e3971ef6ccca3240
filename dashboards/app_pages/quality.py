"""Data quality: what was loaded and held back, how complete the forms are, which checks passed."""

from __future__ import annotations

from html import escape
from textwrap import shorten

import polars as pl
import streamlit as st

from dashboards import frame, parts, wording
from dashboards.figures import practice as figures
from dashboards.figures import ruptures as drawn
from dashboards.queries import practice, reference, ruptures

view = frame.current()

_STATUS = {
    "accepted": "● Accepted",
    "accepted_with_warnings": "◆ With warnings",
    "rejected": "■ Rejected",
    "held": "■ Held",
    "duplicate": "○ Seen before",
}
# All of it stands in quality.delivery; a table is to be read at a glance.
_LONGEST_WHY = 120


def checks() -> None:
    """Show every check by Kahn class with what it rests on and what it affects."""
    found = reference.checks(view.base)
    if found.is_empty():
        parts.empty("This release holds no check results.")
        return
    failed = found.filter(~pl.col("is_passed"))
    blocking = failed.filter(pl.col("severity") == "blocking").height
    st.html(
        f'<p class="says">{wording.whole(found.height - failed.height)} of '
        f"{wording.counted(found.height, 'check')} passed"
        + (
            f"; {wording.counted(failed.height, 'warning')}, none of them blocking.</p>"
            if failed.height and not blocking
            else ".</p>"
        )
    )
    if failed.height:
        parts.table(check_table(failed), "Checks that did not pass")
    with st.expander("All checks"):
        parts.table(check_table(found), "All checks")


def check_table(found: pl.DataFrame) -> pl.DataFrame:
    """Give the checks as readable rows."""
    table = pl.DataFrame(
        {
            "Result": [
                "● Passed" if ok else ("■ Blocking" if s == "blocking" else "◆ Warning")
                for ok, s in found.select("is_passed", "severity").iter_rows()
            ],
            "Class": [wording.sentence_case(code) for code in found["kahn_class"]],
            "What must hold": found["description"],
            "Rows against": found["violated_rows"],
            "Of": found["denominator"],
            "Allowed": [allowed(v) for v in found["threshold"]],
            "Affects, and what to do": [
                affects if ok else f"{affects}. {advice}"
                for ok, affects, advice in found.select(
                    "is_passed", "affects", "advice"
                ).iter_rows()
            ],
        }
    )
    if view.base.sees_practice_figures:
        return table
    # Some of these counts are of single clients of the whole practice (design.md 3.4).
    return table.drop("Rows against", "Of")


def coverage() -> None:
    """Show how many forms of the chosen questionnaire each clinician in view has."""
    found = reference.coverage(view.scope, view.filters.measure)
    parts.table(
        pl.DataFrame(
            {
                "Clinician": found["clinician_label"],
                "Sessions due": found["eligible_sessions"],
                "With a form": found["scored_sessions"],
                "In time": found["on_time"],
                "Cases": found["episodes"],
                "Cases with a form": found["episodes_scored_1"],
                "Cases with 3 forms": found["episodes_scored_3"],
                "Cases with first and last": found["paired"],
                "Forms of no session": found["unlinked_scores"],
            }
        ),
        "Coverage by clinician",
        is_fixed_order=True,
    )


def allowed(threshold: float | None) -> str:
    """Say a threshold: none, or a share of the rows."""
    return "none" if not threshold else f"{threshold * 100:g} %"


def guarded(found: pl.DataFrame) -> pl.DataFrame:
    """Mark the deliveries that are held for what they lack, and those a later full one settled.

    A delivery that is not complete yet is held too, and is another thing.
    """
    is_held = (pl.col("status") == "held") & pl.col("rows_gone").is_not_null()
    is_taken = pl.col("status").str.starts_with("accepted") & (pl.col("extract_kind") == "full")
    last = pl.col("generated_at").filter(is_taken).max().over("source")
    return found.with_columns(
        is_guarded=is_held, is_settled=(is_held & (pl.col("generated_at") < last)).fill_null(False)
    )


def held(found: pl.DataFrame) -> None:
    """Say what the guards hold, why, and what to do."""
    for row in found.filter(pl.col("is_guarded") & ~pl.col("is_settled")).iter_rows(named=True):
        name = f"{row['source']}/{row['delivery']}"
        # The rule's code is for commands and messages; the words after it say it all.
        said = [part.partition(": ")[2] for part in row["reason"].split(" · ")]
        st.html(
            f'<p class="says"><strong>{escape(name)} is held:</strong> too much is missing from '
            "it. Every page shows what was known before.</p>"
            f'<p class="note">{escape(". ".join(said))}. Was the export cut off or filtered? Then '
            "export again. If it is right, whoever runs Rapport takes it with "
            f"<code>rapport accept {escape(name)}</code></p>"
        )


def status_of(row: dict[str, object]) -> str:
    """Say a status."""
    if row["status"] == "held" and not row["is_guarded"]:
        return "○ Not complete yet"
    return _STATUS.get(str(row["status"]), str(row["status"]))


def why(row: dict[str, object]) -> str:
    """Say in a few words why a delivery is what it is."""
    if row["is_settled"]:
        return "Too much was missing. A later full export has taken its place."
    if row["is_guarded"]:
        return "Too much is missing; see above."
    said = str(row["reason"] or row["warnings"] or wording.NOTHING).splitlines()
    more = f" (and {wording.whole(len(said) - 1)} more)" if len(said) > 1 else ""
    return shorten(said[0], _LONGEST_WHY, placeholder=" …") + more


def deliveries() -> None:
    """Show every delivery with its rows."""
    found = reference.deliveries(view.base)
    if found.is_empty():
        parts.empty(
            "No delivery has been seen. Put exports into the inbox and run `rapport build`."
        )
        return
    found = guarded(found)
    held(found)
    rows = list(found.iter_rows(named=True))
    parts.table(
        pl.DataFrame(
            {
                "Delivery": [f"{row['source']}/{row['delivery']}" for row in rows],
                "Made": [wording.moment(m) for m in found["generated_at"]],
                "Status": [status_of(row) for row in rows],
                "Rows read": found["rows_read"],
                "Accepted": [None if row["is_guarded"] else row["rows_accepted"] for row in rows],
                "Held back": found["rows_quarantined"],
                "Left out": found["rows_collapsed"] + found["rows_filtered"],
                "Gone": found["rows_gone"],
                "Why": [why(row) for row in rows],
            }
        ),
        "Deliveries",
    )


def corrections() -> None:
    """Show what each delivery changed in what was known before it."""
    found = reference.corrections(view.base)
    if found.is_empty():
        parts.empty("No source has delivered twice yet, so nothing was corrected.")
        return
    parts.table(
        pl.DataFrame(
            {
                "Source": found["source"],
                "Delivery": found["delivery"],
                "Made": [wording.moment(m) for m in found["generated_at"]],
                "Rows of": [wording.sentence_case(feed) for feed in found["feed"]],
                "New": found["inserted"],
                "Changed": found["updated"],
                "Gone": found["deleted"],
                "Back again": found["undeleted"],
                "As before": found["unchanged"],
            }
        ),
        "What changed with each delivery",
    )


def held_back() -> None:
    """Show the rows held back by rule; never a value."""
    found = reference.quarantine(view.base)
    if found.is_empty():
        parts.empty("No row is held back.")
        return
    parts.table(
        pl.DataFrame(
            {
                "Source": found["source"],
                "File": found["feed"],
                "What is wrong": [
                    meaning or wording.sentence_case(rule)
                    for rule, meaning in found.select("rule", "meaning").iter_rows()
                ],
                "Column": found["column_name"],
                "Rows": found["n"],
                "First at row": [str(r) for r in found["first_row"]],
                "What to do": found["advice"],
            }
        ),
        "Rows held back",
    )


def signals() -> None:
    """Show what each signal is worth and whether the agenda keeps to its budget."""
    if not view.base.sees_practice_figures:
        parts.section("Signals fired", "In the cases in view.")
        fired = reference.signals_by_rule(view.scope)
        parts.table(
            pl.DataFrame(
                {"Rule": fired["rule_id"], "Fired": fired["fired"], "Cases": fired["cases"]}
            ),
            "Signals fired",
        )
        return
    parts.section(
        "What the signals are worth",
        "Whole practice, all time. Followed: a probable rupture, a tension the client reported, or "
        "an unplanned ending in the next three sessions. A rule worth having is followed "
        "more often than any rated session is.",
    )
    parts.table(drawn.audit_table(ruptures.audit(view.base), view.names), "Signal audit")
    st.html(
        f'<p class="says">{escape(budget())}</p><p class="note">Dismissed signals are not recorded '
        "yet: reviews of the agenda are not part of this release.</p>"
    )


def budget() -> str:
    """Say how much of the caseload the agenda calls for, against its budget."""
    rows = practice.rows_of(practice.practice_figures(view.base, "all"), "agenda_load", "")
    if rows.is_empty() or rows["estimate"][0] is None:
        return "Too few open cases to say how full the agenda is."
    row = rows.row(0, named=True)
    low, high = (
        reference.parameter(view.base, name, fallback)
        for name, fallback in (("agenda_budget_low", 0.15), ("agenda_budget_high", 0.2))
    )
    verdict = "over its budget: look at the rule that fires most"
    if row["estimate"] <= low:
        verdict = "within its budget"
    elif row["estimate"] <= high:
        verdict = "at the edge of its budget"
    return (
        f"The agenda calls for {wording.whole(row['numerator'])} of "
        f"{wording.counted(row['denominator_n'], 'open case')} soon, tiers T1 to T3 "
        f"({wording.percent(row['estimate'])}"
        f"{wording.interval(row['lo'], row['hi'], is_share=True)}). The budget is "
        f"{wording.percent(low)} to {wording.percent(high)}: {verdict}."
    )


parts.section(
    "Checks",
    "Conformance: values have the form they should. Completeness: what should be there is there. "
    "Plausibility: values can be true. A release whose blocking checks fail is never published.",
)
checks()
parts.section(
    "Deliveries",
    "Every export that arrived. Rows read = accepted + held back + left out (repeated, or filtered "
    "by configuration), counted independently. Gone: rows known before that a full or window "
    "export lacks; of a held one, what would be gone.",
)
deliveries()
parts.section(
    "What changed with each delivery",
    "Counted against what the deliveries of the same source had told before it, in the order in "
    "which they were made. First deliveries are left out: all of them is new.",
)
corrections()
parts.section(
    "Rows held back",
    "By rule, with the first row number in the file. Values are never shown: open the export.",
)
held_back()

if view.base.sees_cases:
    parts.section("Feedback completion", "Per clinician in view, in the order of labels.")
    minimum = reference.parameter(view.base, "feedback_min_completion", 0.6)
    parts.show(figures.completion(view.scope, minimum), key="completion")
    parts.link("definitions", "Definition", metric="feedback_completion")
    parts.section(
        f"Coverage of {view.names.of(view.filters.measure)}",
        "Sessions count from the practice's first form of this questionnaire, so a clinician who "
        "uses another one shows few here.",
    )
    coverage()
    parts.section("Forms not scored or corrected")
    issues = reference.score_issues(view.scope)
    parts.table(
        pl.DataFrame(
            {
                "Questionnaire": [view.names.of(i) for i in issues["instrument"]],
                "Rule": [wording.sentence_case(r) for r in issues["rule"]],
                "Forms": issues["n"],
            }
        ),
        "Forms not scored or corrected",
    )
    signals()
