"""Simulate a practice: from a seed to an inbox full of deliveries, with the truth beside it.

Only the order of the steps stands here. Each step has its own stream of draws, so that a change in
one does not shift the others.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from orchestration.simulator.clean_up import clean_up_delivery
from orchestration.simulator.corrections import (
    alias_clients,
    alias_records,
    correct_answers,
    correct_sessions,
    link_records,
    under_alias,
)
from orchestration.simulator.details import with_details
from orchestration.simulator.diary import make_calendar
from orchestration.simulator.exports import practice_deliveries, tool_deliveries, write_delivery
from orchestration.simulator.forms import fill_in
from orchestration.simulator.knowledge import make_moments
from orchestration.simulator.people import make_clinicians
from orchestration.simulator.practice import live
from orchestration.simulator.questionnaires import item_rows, report_rows, tool_rows
from orchestration.simulator.records import write_down
from orchestration.simulator.reports import ask_more
from orchestration.simulator.reviews import review
from orchestration.simulator.truth import Truth, tell_truth

DEFAULT_END = date(2026, 11, 20)
# Bookings a week per clinician that decide how long the practice is observed, within these weeks.
BOOKINGS_A_WEEK = 6
SHORTEST_WEEKS, LONGEST_WEEKS = 60, 156
GROUP_SHARE = 0.015
FEWEST_SESSIONS = 50


def simulate(
    inbox: Path,
    truth_dir: Path,
    *,
    clinicians: int = 12,
    sessions: int = 6000,
    seed: int = 7,
    end_on: date = DEFAULT_END,
) -> Truth:
    """Write a simulated practice's deliveries and its truth.

    The same arguments give the same bytes. The deliveries: `practice` (canonical CSV: full, window,
    two deltas, a clean-up with a handful of bad rows) and `feedback_tool` (a wide CSV of its own).
    The review log is no delivery: it stands in the truth, in raw ids (`rapport demo` records it).

    Args:
        inbox: folder that gets one folder per source; made where it is missing.
        truth_dir: folder for the truth; never inside the inbox.
        clinicians: how many, at least 2.
        sessions: bookings wanted in all, missed ones, group rows and the next booked ones included;
            the result is within a few per cent.
        seed: of all draws.
        end_on: last day of the data, and `as_of` of a build.

    Returns:
        The truth.

    Raises:
        ValueError: too few clinicians or sessions, or the truth would lie in the inbox.
    """
    if clinicians < 2 or sessions < FEWEST_SESSIONS:
        raise ValueError(f"a practice needs 2 clinicians and {FEWEST_SESSIONS} sessions at least")
    if truth_dir.resolve().is_relative_to(inbox.resolve()):
        raise ValueError("the truth may not lie in the inbox, where the pipeline would read it")
    streams = np.random.default_rng(seed).spawn(10)
    weeks = sessions // (clinicians * BOOKINGS_A_WEEK)
    calendar = make_calendar(end_on, min(max(weeks, SHORTEST_WEEKS), LONGEST_WEEKS))
    people = make_clinicians(streams[0], clinicians, calendar.weeks)
    moments = make_moments(end_on)

    group_rows = round(GROUP_SHARE * sessions)
    practice = live(streams[1], people, calendar, sessions - group_rows)
    practice = with_details(streams[2], practice, group_rows)
    forms = fill_in(streams[3], practice, moments.final)
    reports = ask_more(streams[7], practice, forms, moments.final)
    records = write_down(streams[4], streams[8], practice, forms)
    answers = pl.concat(
        [
            item_rows(streams[5], practice, forms, records.has_record),
            report_rows(practice, reports, records.has_record),
        ],
        how="diagonal",
    )
    tool = tool_rows(streams[5], practice, forms)

    booked = correct_sessions(streams[6], records.sessions, moments)
    aliases = alias_clients(streams[6], booked, moments)
    feeds = {
        "sessions": under_alias(booked, aliases),
        "feedback": under_alias(correct_answers(streams[6], answers, moments), aliases),
        "clients": alias_records(records.clients, aliases),
        "clinicians": records.clinicians,
        "episodes": records.episodes,
        "supervision": records.supervision,
        "id_links": link_records(aliases),
    }
    clean_up, planted = clean_up_delivery(feeds, moments)
    deliveries = [
        *practice_deliveries(feeds, moments),
        *tool_deliveries(under_alias(tool, aliases), moments),
        *([clean_up] if clean_up else []),
    ]
    for delivery in deliveries:
        write_delivery(inbox, delivery)
    reviews = review(streams[9], practice, forms, records)
    truth = tell_truth(
        practice, forms, reports, records, aliases=aliases, planted=planted, reviews=reviews
    )
    truth.write(truth_dir)
    return truth
