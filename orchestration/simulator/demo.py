"""The settings of a home that holds the simulated practice, and how to fill its inbox.

The map of the feedback tool stands here as a practice would write it; `rapport demo` calls this and
then builds. Nothing of it is read by the pipeline other than through rapport.toml and the inbox.
"""

from __future__ import annotations

from pathlib import Path

DEMO_PRACTICE = "Willow Lane (simulated)"

_SETTINGS = """\
# A simulated practice: every person in it is invented. Made by `rapport demo`.

[practice]
name = "{name}"
time_zone = "Europe/London"
demo = true

# The practice system delivers the canonical files (docs: canonical delivery).
[sources.practice]
reader = "canonical"
id_namespace = "willow_lane"

# The feedback tool exports one wide file, one row per session, in its own words. Columns that no
# map names (names of people, e-mail addresses, comments) never leave the reader.
[sources.feedback_tool]
reader = "mapped"
id_namespace = "willow_lane"
time_zone = "Europe/London"
{maps}
# A form of the practice's own, filled in by clinicians.
[instruments."custom:alliance_clinician"]
name = "Working alliance, clinician's form"
family = "alliance"
direction = "higher_is_better"
respondent = "clinician"
minimum = 12
maximum = 60
"""

_MAP = """\

[[sources.feedback_tool.feeds]]
feed = "feedback"
files = "feedback_export*.csv"
columns = {{ client_id = "Client_ID", clinician_id = "Provider_ID", session_id = "Session_ID", \
completed_at = "{side}_Completed", collection_mode = "Mode" }}
constants = {{ instrument = "{code}", respondent = "client", timing = "{timing}" }}
compose = {{ response_id = "{{Form_ID}}-{code}" }}
values.collection_mode.map = {{ "Kiosk" = "kiosk", "In room" = "in_room", \
"Link" = "remote_link", "Paper" = "paper" }}
dates.completed_at.format = "%d/%m/%Y %H:%M:%S"
melt = [
{melt}
]
{filters}"""

_DECLINED = 'filters = [ { name = "declined", column = "SRS_Skip", any_of = ["Y"] } ]\n'


def _map(code: str, timing: str, filters: str) -> str:
    """The map of one of the two forms that share a row."""
    side = code.upper()
    cells = [(f"{side}Q{i}", f"item_{i:02d}") for i in range(1, 5)]
    cells.append((f"Total_{side}", "total"))
    melt = "\n".join(f'  {{ column = "{column}", scale = "{scale}" }},' for column, scale in cells)
    return _MAP.format(side=side, code=code, timing=timing, melt=melt, filters=filters)


def demo_settings() -> str:
    """Text of the demo's rapport.toml."""
    maps = _map("srs", "post_session", _DECLINED) + _map("ors", "pre_session", "")
    return _SETTINGS.format(name=DEMO_PRACTICE, maps=maps)


def write_demo_config(home: Path) -> Path:
    """Write the demo's rapport.toml, readable by its owner alone.

    Args:
        home: folder of the home; it must exist.

    Returns:
        The file.
    """
    path = home / "rapport.toml"
    path.write_text(demo_settings(), encoding="utf-8")
    path.chmod(0o600)
    return path
