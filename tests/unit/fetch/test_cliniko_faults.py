"""Cliniko's faults: what passes is waited out, the rest leaves nothing behind and tells no secret.

Belongs here: failing, and what is said of it. Does not belong here: what is fetched
(test_cliniko.py), HTTP itself (test_web.py).
"""

from __future__ import annotations

import json
import logging
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from orchestration.defs.fetch import fetch_job
from tests.support_server import Asked, Reply
from tests.unit.fetch.cliniko_practice import API_KEY, NOW, QUICK, fetch
from tests.unit.fetch.fake_cliniko import FakeCliniko
from tests.unit.ingest.making import Practice
from tests.unit.readers.cliniko_documents import CANARY

FAULTS = {
    "expired key": (Reply(401), "the key is refused (401)"),
    "no right": (Reply(403), "may not read this"),
    "no end of errors": (Reply(500), "the server fails (500)"),
    "no end of limits": (Reply(429, headers={"Retry-After": "99"}), "asks us to wait longer"),
    "cut short": (Reply(body={"patients": [CANARY] * 99}, cut=50), "breaks off before its end"),
    "no json": (Reply(body=f"<html>{CANARY}"), "not sound JSON"),
    "half json": (Reply(body=f'{{"patients": ["{CANARY}"'), "not sound JSON"),
    "an error": (Reply(body={"message": CANARY, "errors": []}), "is not the list"),
    "another list": (Reply(body={"attendees": [], "links": {}}), "is not the list"),
    "no links": (Reply(body={"patients": [CANARY]}), "is not the list"),
    "an array": (Reply(body=[CANARY]), "is not the list"),
    "gone": (Reply(404), "nothing at this address"),
    "elsewhere": (
        Reply(body={"patients": [], "links": {"next": f"https://{CANARY}.example/v1/patients"}}),
        "points to another address",
    ),
    "moved": (Reply(301, headers={"Location": f"https://{CANARY}.example/"}), "another address"),
    "in a circle": (Reply(body={"patients": [], "links": {"next": "/v1/patients"}}), "in a circle"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_leaves_nothing_behind_and_says_what_to_do(
    practice: Practice, cliniko: FakeCliniko, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    fetch(practice)
    before = (practice.home.fetch / "clinic.json").read_text()
    inbox = sorted(path.name for path in (practice.home.inbox / "clinic").iterdir())
    reply, said = FAULTS[fault]
    cliniko.server.answer("/v1/patients", reply)
    outcome = fetch(practice)
    assert outcome.delivery is None
    assert (outcome.problem or "").startswith("clinic: patients: ")
    assert said in (outcome.problem or "")
    assert sorted(path.name for path in (practice.home.inbox / "clinic").iterdir()) == inbox
    assert (practice.home.fetch / "clinic.json").read_text() == before
    for secret in (CANARY, API_KEY, "127.0.0.1"):
        assert secret not in (outcome.problem or "") + caplog.text


def test_faults_that_pass_are_waited_out(practice: Practice, cliniko: FakeCliniko) -> None:
    counts = {"429": 0, "500": 0}

    def trip(asked: Asked) -> Reply:
        if asked.path.endswith("/patients") and not counts["429"]:
            counts["429"] += 1
            return Reply(429, headers={"X-RateLimit-Reset": str(int(NOW.timestamp()))})
        if asked.path.endswith("/attendees") and not counts["500"]:
            counts["500"] += 1
            return Reply(500)
        return answer(asked)

    answer = cliniko.server.reply_to
    cliniko.server.reply_to = trip  # type: ignore[method-assign]
    assert fetch(practice).problem is None
    assert counts == {"429": 1, "500": 1}


def _text_below(folder: Path, *, without: Path) -> str:
    found = []
    for path in sorted(folder.rglob("*")):
        found.append(path.name)
        if path.is_file() and without not in path.parents:
            found.append(path.read_bytes().decode("latin-1"))
            if path.suffix == ".parquet":
                found.append(repr(pl.read_parquet(path).rows()))
    return "\n".join(found)


def test_no_name_and_no_key_is_anywhere_but_in_the_inbox_and_the_secrets(
    practice: Practice,
    cliniko: FakeCliniko,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("RAPPORT_HOME", str(practice.home.path))
    monkeypatch.setattr("orchestration.fetch.run.PATIENCE", QUICK)
    storage = practice.home.logs / "dagster"
    storage.mkdir()
    with dg.DagsterInstance.local_temp(str(storage)) as instance:
        assert fetch_job.execute_in_process(instance=instance).success
        cliniko.server.answer("/v1/patients", Reply(500, {"name": CANARY}))
        failed = fetch_job.execute_in_process(instance=instance, raise_on_error=False)
        assert not failed.success
    reports = practice.land()
    out, err = capfd.readouterr()
    said = _text_below(practice.home.path, without=practice.home.inbox)
    said = said.replace((practice.home.secrets / "clinic.key").read_text(), "")
    for place in practice.home.inbox.rglob("manifest.json"):
        said += place.read_text() + "".join(path.name for path in place.parent.iterdir())
    said += caplog.text + out + err + repr(reports)
    assert "the server fails (500)" in said
    for secret in (CANARY, API_KEY, "talked of her mother", "1000000000000000001"):
        assert secret not in said
    raw = "".join(path.read_text() for path in practice.home.inbox.rglob("*.json"))
    assert CANARY in raw


def test_the_delivery_is_checked_by_its_manifest(practice: Practice, cliniko: FakeCliniko) -> None:
    outcome = fetch(practice)
    folder = practice.home.inbox / "clinic" / str(outcome.delivery)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {file["name"] for file in manifest["files"]} == {
        path.name for path in folder.iterdir() if path.name != "manifest.json"
    }
    next(folder.glob("patients-0001.json")).unlink()
    assert [each.status for each in practice.land().values()] == ["rejected"]
