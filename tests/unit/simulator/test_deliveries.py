"""The files of the simulated deliveries: the contract, the manifests, corrections, identities."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from orchestration.contracts.feeds import FEEDS
from orchestration.extract.intake import check_path
from orchestration.settings import load_settings
from orchestration.simulator import simulate, write_demo_config
from tests.unit.simulator.conftest import Simulated
from tests.unit.simulator.reading import deliveries, practice_feed, tool_feed

IDENTIFYING = ("Client_Name", "Client_Email", "Provider_Name", "Comments")
TWO_NAMES = re.compile(r"\b[A-Z][a-z]+ [A-Z][a-z]+\b")


def _files(inbox: Path) -> list[Path]:
    return sorted(path for path in inbox.rglob("*") if path.is_file())


def _digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in _files(folder)
    }


def test_same_seed_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 11), ("b", 11), ("c", 12)):
        simulate(
            tmp_path / name / "inbox",
            tmp_path / name / "truth",
            clinicians=6,
            sessions=800,
            seed=seed,
        )
    first, again, other = (_digests(tmp_path / name) for name in "abc")
    assert first == again
    shared = [name for name in first if name in other and "-full/" in name]
    assert len(shared) >= 7
    assert all(first[name] != other[name] for name in shared)


def test_headers_are_those_of_the_contract(small: Simulated) -> None:
    checked = set()
    for path in small.inbox.glob("practice/*/*.csv"):
        feed = FEEDS[path.stem]
        header = pl.read_csv(path, infer_schema=False, n_rows=0).columns
        assert set(header) <= set(feed.names), path
        assert set(feed.required) <= set(header), path
        assert header == [name for name in feed.names if name in header], path
        checked.add(path.stem)
    assert checked == set(FEEDS)


def test_codes_are_in_the_contract_lists(small: Simulated) -> None:
    for name, feed in FEEDS.items():
        rows = practice_feed(small.inbox, name)
        for column in feed.columns:
            if column.values and column.name in rows.columns:
                found = set(rows[column.name].drop_nulls().unique())
                assert found <= set(column.values), (name, column.name)


def test_manifests_name_the_files_as_they_are(small: Simulated) -> None:
    newest = []
    for path in small.inbox.rglob("manifest.json"):
        manifest = json.loads(path.read_text())
        named = {entry["name"] for entry in manifest["files"]}
        assert named == {file.name for file in path.parent.iterdir()} - {"manifest.json"}
        for entry in manifest["files"]:
            file = path.parent / entry["name"]
            assert hashlib.sha256(file.read_bytes()).hexdigest() == entry["sha256"]
            assert pl.read_csv(file, infer_schema=False).height == entry["rows"]
        assert ("window_start" in manifest) == (manifest["extract_kind"] == "window")
        newest.append(datetime.fromisoformat(manifest["generated_at"]))
    assert len(newest) == 7
    assert max(newest).date() == small.end_on


def test_rows_of_one_client_stand_in_order_of_time(small: Simulated) -> None:
    for folder in deliveries(small.inbox, "practice"):
        rows = pl.read_csv(folder / "sessions.csv", infer_schema=False)
        in_order = rows.select(
            (pl.col("started_at") >= pl.col("started_at").shift(1).over("client_id")).all()
        )
        assert in_order.item()


def test_nobody_is_named_outside_the_columns_that_are_dropped(small: Simulated) -> None:
    planted = {"Garden Room"}
    for path in small.inbox.rglob("*.csv"):
        rows = pl.read_csv(path, infer_schema=False)
        for column in rows.columns:
            texts = rows[column].drop_nulls()
            if column in IDENTIFYING:
                assert texts.str.contains("Example|example|Invented").all()
                continue
            assert not texts.str.contains("@").any(), (path, column)
            named = {text for text in texts.unique() if TWO_NAMES.search(text)}
            assert named <= planted, (path, column)


def test_truth_agrees_with_the_newest_word_of_the_files(small: Simulated) -> None:
    truth = small.truth
    files = practice_feed(small.inbox, "sessions").filter(pl.col("status") != "entered_in_error")
    assert files["session_id"].sort().to_list() == truth.sessions["session_id"].sort().to_list()
    both = files.join(truth.sessions, on="session_id", suffix="_true")
    differs = both.filter(pl.col("status") != pl.col("status_true"))
    assert set(differs.select("status", "status_true").unique().rows()) == {
        ("cancelled_client", "late_cancel")
    }
    recorded = truth.episodes.filter("has_record")
    episodes = practice_feed(small.inbox, "episodes")
    assert set(episodes["episode_id"]) == set(recorded["episode_id"])
    coded = episodes.join(truth.episodes, on="episode_id", suffix="_true")
    assert coded.filter(
        pl.col("closure_reason").fill_null("-") != pl.col("closure_reason_true").fill_null("-")
    ).is_empty()
    attended = files.filter(
        pl.col("status").str.starts_with("attended")
        & (pl.col("format") == "individual")
        & (pl.col("appointment_type") != "assessment")
    )
    counted = attended.group_by("episode_id").len().drop_nulls()
    joined = counted.join(truth.episodes, on="episode_id")
    assert (joined["len"] == joined["attended"]).all()


def test_forms_in_the_files_are_those_that_were_not_missing(small: Simulated) -> None:
    came = small.truth.forms.filter(~pl.col("is_missing")).group_by("instrument").len()
    expected = dict(came.iter_rows())
    tool = tool_feed(small.inbox)
    ors = tool.filter(pl.col("ORSQ1").is_not_null()).height
    srs = tool.filter(pl.col("SRSQ1").is_not_null()).height
    # Forms of a follow-up belong to no session and stand in the truth by themselves.
    items = practice_feed(small.inbox, "feedback").filter(
        pl.col("skipped").is_null() & (pl.col("timing") != "between")
    )
    practice = items.group_by("instrument").agg(pl.col("response_id").n_unique())
    assert ors == expected["ors"]
    # A few sessions were answered twice.
    assert expected["srs"] <= srs <= expected["srs"] * 1.02
    for instrument, forms in practice.iter_rows():
        assert forms == expected[instrument]
    lengths = items.group_by("instrument").agg(pl.col("scale").n_unique())
    assert dict(lengths.iter_rows()) == {
        "wai_sr": 12,
        "phq9": 9,
        "gad7": 7,
        "custom:alliance_clinician": 1,
        "wai_sr_t": 1,
        "psq": 6,
        "pcl5": 20,
    }


def test_scores_keep_to_their_scales(small: Simulated) -> None:
    tool = tool_feed(small.inbox)
    for side in ("SRS", "ORS"):
        answered = tool.filter(pl.col(f"{side}Q1").is_not_null())
        items = [pl.col(f"{side}Q{i}").cast(pl.Float64) for i in range(1, 5)]
        sums = answered.select(
            *items, total=pl.sum_horizontal(items), said=pl.col(f"Total_{side}").cast(pl.Float64)
        )
        values = sums.select(items[0].meta.output_name(), "SRSQ2" if side == "SRS" else "ORSQ2")
        assert values.min_horizontal().min() >= 0
        assert values.max_horizontal().max() <= 10
        contradicted = (sums["total"] - sums["said"]).abs() > 0.05
        assert contradicted.mean() < 0.02
    one_decimal = tool["SRSQ1"].drop_nulls().str.contains(r"^\d+\.\d$")
    assert one_decimal.all()
    items = practice_feed(small.inbox, "feedback").with_columns(pl.col("score").cast(pl.Float64))
    bounds = items.group_by("instrument").agg(low=pl.col("score").min(), high=pl.col("score").max())
    assert {name: (low, high) for name, low, high in bounds.iter_rows()}.items() >= {
        "phq9": (0.0, 3.0),
        "gad7": (0.0, 3.0),
    }.items()


def test_each_kind_of_correction_reaches_a_later_delivery(small: Simulated) -> None:
    folders = deliveries(small.inbox, "practice")
    first = pl.read_csv(folders[0] / "sessions.csv", infer_schema=False)
    later = pl.concat(
        [pl.read_csv(folder / "sessions.csv", infer_schema=False) for folder in folders[1:]]
    )
    last = later.unique("session_id", keep="last", maintain_order=True)
    both = first.join(last, on="session_id", suffix="_later")
    was_settled = both.filter(pl.col("started_at") < pl.lit("2026-10-01"))
    assert was_settled.filter(pl.col("status") != pl.col("status_later")).height >= 2
    assert later.filter(pl.col("is_deleted") == "true").height >= 1
    assert later.filter(pl.col("status") == "entered_in_error").height >= 1
    new = last.join(first, on="session_id", how="anti")
    assert new.filter(pl.col("started_at") < pl.lit("2026-09-30")).height >= 1
    keys = ["response_id", "scale"]
    answers = pl.read_csv(folders[0] / "feedback.csv", infer_schema=False)
    rekeyed = pl.concat(
        [pl.read_csv(folder / "feedback.csv", infer_schema=False) for folder in folders[1:]]
    ).join(answers, on=keys, suffix="_first")
    assert rekeyed.filter(pl.col("score") != pl.col("score_first")).height >= 1


def test_a_delivery_knows_only_what_had_happened(small: Simulated) -> None:
    for folder in deliveries(small.inbox, "practice"):
        made = json.loads((folder / "manifest.json").read_text())["generated_at"]
        rows = pl.read_csv(folder / "sessions.csv", infer_schema=False)
        seen = rows.filter(pl.col("status").str.starts_with("attended"))
        assert (seen["started_at"] < made).all()
        answers = pl.read_csv(folder / "feedback.csv", infer_schema=False)
        assert (answers["completed_at"] <= made).all()


def test_clients_registered_twice_are_linked(small: Simulated) -> None:
    links = practice_feed(small.inbox, "id_links")
    assert len(links) >= 1
    assert links.select("new_id", "old_id").rows() == small.truth.aliases.rows()
    sessions = practice_feed(small.inbox, "sessions")
    clients = practice_feed(small.inbox, "clients")
    for old, new in links.select("old_id", "new_id").iter_rows():
        assert sessions.filter(pl.col("client_id") == old).height >= 3
        assert sessions.filter(pl.col("client_id") == new).height >= 3
        assert {old, new} <= set(clients["client_id"])


def test_planted_mistakes_stand_where_the_truth_says(small: Simulated) -> None:
    folder = small.inbox / "practice" / "2026-11-20-corrections"
    planted = small.truth.planted
    assert {"not_a_timestamp", "orphan_client", "out_of_range", "conflicting_duplicate"} <= set(
        planted["rule"]
    )
    for feed, rows in planted.group_by("feed"):
        table = pl.read_csv(folder / f"{feed[0]}.csv", infer_schema=False)
        assert len(rows) < 0.2 * len(table)
        for row in rows.iter_rows(named=True):
            cells = table.row(row["row_number"] - 2, named=True)
            if row["rule"] == "collapsed":
                assert table.filter(pl.struct(table.columns) == cells).height >= 1
                assert table.rows().count(tuple(cells.values())) == 2
            else:
                key = cells.get("response_id") or cells["session_id"]
                assert key.startswith(("rx", "sx"))
        assert table.select(pl.first().str.contains("^[rs]x").sum()).item() == len(
            rows.filter(pl.col("rule") != "collapsed")
        )


def test_supervision_changes_once_and_pairs_never_overlap(small: Simulated) -> None:
    pairs = practice_feed(small.inbox, "supervision").filter(pl.col("kind") == "assignment")
    by_supervisee = pairs.group_by("supervisee_id").agg(
        pl.len(), pl.col("started_on").sort(), pl.col("ended_on").sort(nulls_last=True)
    )
    changed = by_supervisee.filter(pl.col("len") > 1)
    assert len(changed) == 1
    start, end = changed.row(0, named=True)["started_on"], changed.row(0, named=True)["ended_on"]
    assert start[0] < end[0] < start[1]
    assert (pairs["supervisor_id"] != pairs["supervisee_id"]).all()
    meetings = practice_feed(small.inbox, "supervision").filter(pl.col("kind") == "individual")
    assert meetings["client_id"].is_not_null().all()


def test_no_clinician_sees_two_individual_clients_at_once(small: Simulated) -> None:
    sessions = practice_feed(small.inbox, "sessions").filter(
        (pl.col("format") == "individual") & pl.col("status").is_in(["attended", "attended_late"])
    )
    clashes = sessions.group_by("clinician_id", "started_at").len().filter(pl.col("len") > 1)
    # Evenings to which sessions are moved are not kept apart, and need not be.
    assert len(clashes) <= 0.005 * len(sessions)


def test_demo_settings_load_and_name_the_practice(tmp_path: Path) -> None:
    write_demo_config(tmp_path)
    settings = load_settings(tmp_path)
    assert settings.practice.demo is True
    assert settings.practice.name == "Willow Lane (simulated)"
    assert settings.id_namespace("practice") == settings.id_namespace("feedback_tool")
    assert "custom:alliance_clinician" in settings.instruments
    assert (tmp_path / "rapport.toml").stat().st_mode & 0o077 == 0


def test_the_readers_take_what_was_written_and_find_what_was_planted(
    small: Simulated, tmp_path: Path
) -> None:
    write_demo_config(tmp_path)
    settings = load_settings(tmp_path)
    reader_rules = set()
    for folder in deliveries(small.inbox, "practice", clean_up=True):
        report = check_path(folder, "practice", settings)
        assert report.is_landed, report.reason
        found = set(report.bad_rows.select("feed", "row_number", "rule").rows())
        if not folder.name.endswith("corrections"):
            assert not found
            continue
        reader_rules = {rule for _, _, rule in found}
        planted = small.truth.planted.filter(pl.col("rule").is_in(list(reader_rules)))
        assert found == set(planted.select("feed", "row_number", "rule").rows())
        assert sum(feed.rows_collapsed for feed in report.feeds) == 4
    # What remains is found later: orphans and scores outside their range in dbt.
    later = {"orphan_client", "orphan_session", "out_of_range", "collapsed"}
    assert set(small.truth.planted["rule"]) - reader_rules == later
    for folder in deliveries(small.inbox, "feedback_tool"):
        report = check_path(folder, "feedback_tool", settings)
        assert report.is_landed, report.reason
        assert report.bad_rows.is_empty()
        said = " ".join(report.warnings)
        assert all(name in said for name in IDENTIFYING)


def test_what_cannot_be_simulated_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="2 clinicians"):
        simulate(tmp_path / "inbox", tmp_path / "truth", clinicians=1)
    with pytest.raises(ValueError, match="50 sessions"):
        simulate(tmp_path / "inbox", tmp_path / "truth", sessions=10)
    with pytest.raises(ValueError, match="inbox"):
        simulate(tmp_path / "inbox", tmp_path / "inbox" / "truth")
    assert not (tmp_path / "inbox").exists()


@pytest.mark.parametrize(
    ("clinicians", "sessions", "end_on"),
    [(2, 50, date(2026, 11, 20)), (5, 400, date(2026, 3, 31)), (6, 900, date(2025, 12, 31))],
)
def test_small_practices_and_other_days_work(
    tmp_path: Path, clinicians: int, sessions: int, end_on: date
) -> None:
    truth = simulate(
        tmp_path / "inbox",
        tmp_path / "truth",
        clinicians=clinicians,
        sessions=sessions,
        seed=1,
        end_on=end_on,
    )
    assert truth.counts["sessions"] >= 0.7 * sessions
    rows = practice_feed(tmp_path / "inbox", "sessions")
    seen = rows.filter(pl.col("status").str.starts_with("attended"))
    assert seen["started_at"].max()[:10] <= end_on.isoformat()
