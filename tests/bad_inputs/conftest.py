"""The corpus landed once, and checked once, for all tests that look at it. Nothing here asserts."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from orchestration.commands import check
from orchestration.extract import DeliveryReport, check_path, land_inbox
from orchestration.settings import load_settings
from orchestration.settings_template import init_home
from tests.bad_inputs.cases import settings_of
from tests.bad_inputs.corpus import CASES


@dataclass(frozen=True)
class Landed:
    """A home after one landing of the whole corpus.

    Attributes:
        home: the home.
        reports: by case, what landing said.
        checks: by case, what a check of the same path says.
        frames: by feed, all landed rows.
        lines: of progress.
        said: by case, what `rapport check` prints.
    """

    home: Path
    reports: dict[str, DeliveryReport]
    checks: dict[str, DeliveryReport]
    frames: dict[str, pl.DataFrame]
    lines: list[str]
    said: dict[str, str]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    home = init_home(tmp_path_factory.mktemp("corpus") / "home", time_zone="Europe/London")
    home.settings_file.write_text(settings_of(CASES), encoding="utf-8")
    places = {case.name: case.write(home.inbox) for case in CASES}
    settings = load_settings(home.path)
    lines: list[str] = []
    reports = {each.source: each for each in land_inbox(settings, lines.append)}
    checks = {name: check_path(place, None, settings) for name, place in places.items()}
    said = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(check, "load_settings", lambda: settings)
        for name, place in places.items():
            patch.setattr(check, "check_path", lambda *_, name=name: checks[name])
            with redirect_stdout(io.StringIO()) as out:
                check.command.main([str(place)], standalone_mode=False)
            said[name] = out.getvalue()
    frames = {
        folder.name: pl.concat([pl.read_parquet(path) for path in folder.glob("*.parquet")])
        for folder in home.landing.iterdir()
        if folder.is_dir()
    }
    return Landed(home.path, reports, checks, frames, lines, said)
