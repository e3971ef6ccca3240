"""A Cliniko with five patients and their past sessions, and a home that fetches from it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.settings_template import init_home
from tests.support_server import LocalServer
from tests.unit.fetch.cliniko_practice import API_KEY, OUR_PEOPLE, ago, configure
from tests.unit.fetch.fake_cliniko import FakeCliniko
from tests.unit.ingest.making import KEY, Practice
from tests.unit.readers.cliniko_documents import appointment, link, patient, practitioner


@pytest.fixture
def cliniko() -> Iterator[FakeCliniko]:
    """A Cliniko that was used for three months."""
    with LocalServer() as server:
        made = FakeCliniko(server)
        old = {"created_at": ago(days=90), "updated_at": ago(days=60)}
        for number in range(1, 6):
            made.put("patients", patient(f"100000000000000000{number}", **old))
            made.put(
                "individual_appointments",
                appointment(
                    f"200000000000000000{number}",
                    patient=link(f"patients/100000000000000000{number}"),
                    starts_at=ago(days=51 - number),
                    ends_at=ago(days=51 - number, minutes=-50),
                    patient_arrived=True,
                    created_at=ago(days=91 - number),
                    updated_at=ago(days=50 - number),
                ),
            )
        made.put("practitioners", practitioner(OUR_PEOPLE, **old))
        made.put("practitioners", practitioner("3", inactive_at=ago(days=9), **old))
        yield made


@pytest.fixture
def practice(tmp_path: Path, cliniko: FakeCliniko, monkeypatch: pytest.MonkeyPatch) -> Practice:
    """A home with a key for it."""
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    made = Practice(init_home(tmp_path / "home", time_zone="Europe/London"))
    key = made.home.secrets / "clinic.key"
    key.write_text(f"{API_KEY}\n")
    key.chmod(0o600)
    configure(made, cliniko)
    return made
