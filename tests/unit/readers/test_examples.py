"""The committed examples, and the map in their README, are maps that the settings accept."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest

from orchestration.readers import READERS
from orchestration.settings import SourceConfig, load_settings
from tests.support import REPO
from tests.unit.readers.files import balance, read

EXAMPLES = REPO / "docs" / "examples"
SNIPPET = re.search(r"```toml\n(.*?)```", (EXAMPLES / "README.md").read_text(), re.DOTALL)[1]


@pytest.mark.parametrize("name", ["gad_alliance", "tfcbt"])
def test_an_example_is_a_sound_configuration_without_data(name: str, tmp_path: Path) -> None:
    shutil.copy(EXAMPLES / name / "rapport.toml", tmp_path)
    settings = load_settings(tmp_path)
    assert settings.sources[name].reader == "mapped"
    assert {path.name for path in (EXAMPLES / name).iterdir()} == {"README.md", "rapport.toml"}
    feeds = settings.sources[name].feeds
    used = {
        cell["instrument"]
        for feed in feeds
        for cell in feed.get("melt", [])
        if cell.get("instrument")
    }
    used |= {
        feed["constants"]["instrument"]
        for feed in feeds
        if "instrument" in feed.get("constants", {})
    }
    assert used == set(settings.instruments)


def test_the_map_in_the_readme_reads_what_it_says() -> None:
    source = SourceConfig.model_validate(tomllib.loads(SNIPPET)["sources"]["practice"])
    READERS["mapped"].validate("practice", source)
    bare = SNIPPET.replace("[sources.practice]", "").replace("sources.practice.", "")
    bare = bare.replace('"appointments*.xlsx"', '"appointments*.csv"')
    text = (
        "Appointment,Patient,Therapist,Start,State\n"
        "1,230 clients,,,\n"
        "2,c1,t1,05/03/2024 09:30,Show\n"
        "3,c1,t1,12/03/2024 09:30,Late canceled\n"
        "4,c2,t1,12/03/2024 11:00,Break\n"
        "5,c2,t1,13/03/2024 11:00,Somehow\n"
    )
    (extract,) = read(bare, ("Appointments March.csv", text))
    assert extract.frame["status"].to_list() == ["attended", "late_cancel"]
    assert extract.rows_filtered == {"summary_row": 1, "breaks": 1}
    assert extract.rejects.rows() == [(6, "not_in_list", "status")]
    assert extract.rows_read == balance(extract) == 5
