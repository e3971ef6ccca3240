"""A practice of two clinicians, so small that a build is almost all start-up. Nothing asserts."""

from __future__ import annotations

from pathlib import Path

from orchestration.home import Home
from orchestration.settings_template import init_home
from orchestration.simulator import simulate, write_demo_config


def make_small_home(path: Path) -> Home:
    """A home whose inbox holds the simulated exports of about 120 bookings; nothing is built."""
    home = init_home(path)
    write_demo_config(home.path)
    simulate(home.inbox, home.path / "truth", clinicians=2, sessions=120, seed=5)
    return home


def only_client(home: Home) -> str:
    """The id of a client with sessions, as the practice's exports write it."""
    lines = (home.inbox / "practice" / "2026-10-01-full" / "sessions.csv").read_text().splitlines()
    header = lines[0].split(",")
    return lines[1].split(",")[header.index("client_id")]
