"""Is the simulated practice believable: shares near the figures it was made with, and its truth.

Shares are read from the files with the plain rules of reading.py, not from the simulator's state.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from orchestration.simulator.parameters import PARAMETERS, value
from orchestration.simulator.people import alliance_effect_sd, dropout_effect_sd
from tests.unit.simulator.conftest import Simulated
from tests.unit.simulator.reading import (
    Onset,
    dropout_rate,
    onsets,
    practice_feed,
    srs_series,
)

SEEN = ("attended", "attended_late")


@pytest.fixture(scope="module")
def series(large: Simulated) -> dict[str, list[float | None]]:
    """SRS series of recorded episodes with at least three scores, not all at the ceiling."""
    sessions = practice_feed(large.inbox, "sessions").filter(
        pl.col("status").is_in(SEEN)
        & (pl.col("format") == "individual")
        & (pl.col("appointment_type") != "assessment")
        & pl.col("episode_id").is_not_null()
    )
    found = srs_series(large.inbox, sessions)
    scored = {key: [x for x in values if x is not None] for key, values in found.items()}
    return {
        key: found[key]
        for key, xs in scored.items()
        if len(xs) >= 3 and not all(x >= 39 for x in xs)
    }


@pytest.fixture(scope="module")
def found(series: dict[str, list[float | None]]) -> dict[str, list[Onset]]:
    """Onsets that the plain rule finds in those episodes."""
    return {key: onsets(values) for key, values in series.items()}


def test_every_figure_has_a_source() -> None:
    assert len({row.name for row in PARAMETERS}) == len(PARAMETERS)
    for row in PARAMETERS:
        assert row.source.startswith(
            ("metrics.md", "screens.md", "choice", "calibrated", "above", "as above")
        ), row
        assert row.unit
        assert row.meaning


def test_as_many_bookings_as_asked_for(small: Simulated, large: Simulated) -> None:
    for simulated, wanted in ((small, 3000), (large, 40_000)):
        files = practice_feed(simulated.inbox, "sessions")
        assert abs(len(files) - wanted) < 0.03 * wanted
        assert simulated.truth.counts["sessions"] == len(simulated.truth.sessions)


def test_dropout_is_near_the_published_share(large: Simulated) -> None:
    episodes = practice_feed(large.inbox, "episodes")
    sessions = practice_feed(large.inbox, "sessions")
    dropouts, known = dropout_rate(episodes, sessions, large.end_on)
    assert known > 2000
    assert 0.16 < dropouts / known < 0.24  # metrics.md 5.1 [V37]: 19.7 %
    people = large.truth.clinicians.select("clinician_id", "role")
    truth = large.truth.episodes.join(people, on="clinician_id").filter(
        pl.col("ending").is_in(["planned", "dropout"]) & (pl.col("attended") > 0)
    )
    by_role = dict(truth.group_by("role").agg(pl.col("is_dropout").mean()).iter_rows())
    assert by_role["trainee"] > by_role["staff"]


def test_attendance_is_as_asked(large: Simulated) -> None:
    counts = dict(large.truth.sessions["status"].value_counts().iter_rows())
    attended = counts["attended"] + counts["attended_late"]
    due = attended + counts["no_show"] + counts["late_cancel"]
    assert 0.05 < counts["no_show"] / due < 0.11
    assert 0.03 < counts["late_cancel"] / due < 0.07
    past = sum(counts.values()) - counts["scheduled"]
    assert counts["cancelled_clinician"] / past == pytest.approx(
        value("p_cancelled_clinician"), abs=0.01
    )


def test_completion_is_in_the_usual_range_and_missing_forms_cluster(large: Simulated) -> None:
    forms = large.truth.forms.filter(pl.col("instrument").is_in(["srs", "wai_sr"]))
    assert 0.70 < 1 - forms["is_missing"].mean() < 0.85
    open_share, calm_share = (
        forms.filter(pl.col("is_rupture_open") == is_open)["is_missing"].mean()
        for is_open in (True, False)
    )
    assert open_share > 1.3 * calm_share
    last = forms.join(large.truth.episodes, on="episode_id").filter(
        pl.col("is_dropout") & (pl.col("session_index") == pl.col("attended"))
    )
    assert last["is_missing"].mean() > 1.5 * forms["is_missing"].mean()


def test_the_rule_finds_ruptures_in_a_believable_share_of_episodes(
    large: Simulated, found: dict[str, list[Onset]]
) -> None:
    assert len(found) > 1000
    share = sum(bool(found[key]) for key in found) / len(found)
    assert 0.17 < share < 0.35  # metrics.md 4.1 [V25]: 25.5 %
    planted = set(large.truth.ruptures["episode_id"])
    calm = [key for key in found if key not in planted]
    assert sum(bool(found[key]) for key in calm) / len(calm) < 0.08
    struck = [key for key in found if key in planted]
    assert sum(bool(found[key]) for key in struck) / len(struck) > 0.4
    repaired = [onset.repaired for each in found.values() for onset in each]
    assert 0.35 < np.mean(repaired) < 0.7  # metrics.md 4.1 [V25]: 89 of 154


def test_a_deep_sudden_rupture_is_found_at_its_session(
    large: Simulated, series: dict[str, list[float | None]], found: dict[str, list[Onset]]
) -> None:
    deep = large.truth.ruptures.filter(
        (pl.col("shape") == "sudden") & (pl.col("depth") > 9.5) & ~pl.col("is_hidden")
    ).unique("episode_id", keep="none")
    hits = total = 0
    for row in deep.iter_rows(named=True):
        onset = row["onset_session"]
        values = series.get(row["episode_id"])
        if values is None or values[onset - 1] is None or onset < 4:
            continue
        total += 1
        hits += any(each.session == onset for each in found[row["episode_id"]])
    assert total > 40
    assert hits / total > 0.7


def test_latent_alliance_follows_the_planted_ruptures(small: Simulated) -> None:
    truth = small.truth
    dips = {
        (episode, session): dip
        for episode, session, dip in truth.sessions.select("episode_id", "session_index", "dip")
        .drop_nulls()
        .iter_rows()
    }
    assert len(truth.ruptures) > 30
    reached = {row["episode_id"]: row["attended"] for row in truth.episodes.iter_rows(named=True)}
    for row in truth.ruptures.iter_rows(named=True):
        episode, onset = row["episode_id"], row["onset_session"]
        assert 3 <= onset <= reached[episode]
        assert dips[episode, onset - 1] == 0
        assert dips[episode, onset] > 0
        if row["deepest_session"] <= reached[episode]:
            assert dips[episode, row["deepest_session"]] == pytest.approx(row["depth"], rel=1e-5)
        if row["repaired_at"] is not None:
            assert onset < row["repaired_at"] <= reached[episode]
            assert dips[episode, row["repaired_at"]] == 0


def test_clinicians_differ_as_much_as_the_figures_ask(large: Simulated) -> None:
    people = large.truth.clinicians
    by_role = np.where(people["role"] == "trainee", value("trainee_alliance"), 0.0)
    skill = people["alliance_effect"].to_numpy() - by_role
    assert skill.std(ddof=1) == pytest.approx(alliance_effect_sd())
    assert people["dropout_effect"].std() == pytest.approx(dropout_effect_sd())
    # ICC on the logistic scale, metrics.md 5.1 [V39].
    assert dropout_effect_sd() ** 2 / (dropout_effect_sd() ** 2 + np.pi**2 / 3) == pytest.approx(
        value("dropout_icc")
    )


def test_kinds_of_cases_that_the_pages_need_are_there(small: Simulated) -> None:
    truth = small.truth
    endings = set(truth.episodes["ending"])
    assert {"planned", "dropout", "transferred", "never_started", "open"} <= endings
    sessions = practice_feed(small.inbox, "sessions")
    booked = set(sessions.filter(pl.col("status") == "scheduled")["episode_id"])
    still_open = truth.episodes.filter((pl.col("ending") == "open") & (pl.col("attended") > 0))
    with_booking = still_open["episode_id"].is_in(booked)
    assert with_booking.any()
    assert not with_booking.all()
    assert sessions.filter(pl.col("format") == "group").height > 0
    assert sessions.filter(pl.col("appointment_type") == "assessment").height > 0
    assert truth.clients["is_ceiling"].any()
    assert truth.ruptures["repaired_at"].is_null().any()
    assert truth.ruptures["repaired_at"].is_not_null().any()
    assert set(truth.ruptures["shape"]) == {"sudden", "slow"}
    assert set(truth.episodes["arrival"]) == {"new", "transferred", "returned"}


def test_transfers_follow_their_first_episode_some_on_the_same_day(large: Simulated) -> None:
    spans = (
        practice_feed(large.inbox, "sessions")
        .filter(pl.col("status").is_in(SEEN))
        .group_by("episode_id")
        .agg(first=pl.col("started_at").min(), last=pl.col("started_at").max())
        .drop_nulls()
    )
    moved = large.truth.episodes.filter(pl.col("arrival") == "transferred").select(
        "episode_id", "previous_episode_id", "clinician_id"
    )
    both = moved.join(spans, on="episode_id").join(
        spans, left_on="previous_episode_id", right_on="episode_id", suffix="_before"
    )
    assert len(both) > 50
    assert (both["first"] > both["last_before"]).all()
    same_day = both["first"].str.head(10) == both["last_before"].str.head(10)
    assert 0.1 < same_day.mean() < 0.6
    before = large.truth.episodes.select("episode_id", before="clinician_id")
    changed = moved.join(before, left_on="previous_episode_id", right_on="episode_id")
    assert (changed["clinician_id"] != changed["before"]).all()
