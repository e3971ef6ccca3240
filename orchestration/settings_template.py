"""``rapport init``: a new home, its commented ``rapport.toml`` and its key.

Here: the template's words. Not here: what a key may hold (settings.py checks it). In the template a
line of prose starts with "# " and an example with "#" alone; a test takes the marks off the
examples and loads them, so that they cannot rot.
"""

from __future__ import annotations

import json
from pathlib import Path

from orchestration.errors import SettingsError
from orchestration.extract.pseudonyms import KEY_FILE, create_key
from orchestration.home import Home, home_path

_TEMPLATE = """\
# Settings of this Rapport home. Every key is optional; what stands here is the default, and an
# example starts with # and no space. An unknown key is an error, so a misspelt one cannot be
# overlooked. After a change run `rapport doctor`.

[practice]
name = {name}
# Times without an offset are read in this zone (an IANA name).
time_zone = {time_zone}
# true puts a banner on every page that the data are simulated.
demo = false
# Stands on every PDF beside the name: a file in this home, .svg or .png, at most 256 kB.
#logo = "logo.svg"

[dashboard]
port = 8501
# A release older than this is marked as old on every page.
stale_after_hours = 36
# true gives every clinician a page of their own cases: nobody else's, and no reasons of the agenda.
clinician_page = false

# What supervisors record lies in SQLite, in review_log/ of this home. To keep it in PostgreSQL put
# postgresql://user:password@host/database into secrets/review_log_url (chmod 600), or into the
# environment as RAPPORT_REVIEW_LOG. No password belongs into this file.

[releases]
# Older releases are removed; people may still be reading the last ones, so at least 3.
keep = 3

[intake]
# A file in which more than this share of the rows is bad was not what it should be: the delivery is
# rejected. Files with fewer records than bad_share_min_rows are spared.
max_bad_share = 0.20
bad_share_min_rows = 10
# Room for ten million rows of CSV. Other formats are held in memory: at most 1,000 MB.
max_file_mb = 2048
# A full or window extract also says what is gone. Where it seems too little to be true the delivery
# is held: its rows wait, what was known before stays, and `rapport accept` takes it if it is right.
# Held if a file has less than this share of the rows of the last one of its kind (and period),
# where that had at least hold_below_min_rows;
hold_below_share = 0.50
hold_below_min_rows = 100
# if more rows would be gone than this share of those it speaks for, and than hold_deleted_rows;
hold_deleted_share = 0.05
hold_deleted_rows = 10
# or if a clinician or a calendar month with at least so many rows has none left.
hold_missing_rows = 10

# --- Weekly digest ---------------------------------------------------------------------------
# Once a week one text per supervisor: how many cases wait, by kind; nothing about a single case.
# It is written to digests/ in this home, and sent where a server is given below.

#[digest]
#enabled = true
#weekday = "monday"
# Where supervisors reach the dashboard; stands in the text as a link.
#base_url = "http://127.0.0.1:8501"

# The password is in secrets/digest_password, the address of each supervisor by their id in
# secrets/digest_addresses.toml (both mode 600). Mail goes to those addresses and to nobody else.
#[digest.smtp]
#host = "mail.example.org"
#port = 587
#starttls = true
#user = "rapport"
#from = "rapport@example.org"

# --- Sources ---------------------------------------------------------------------------------
# One table per folder of the inbox. A folder that is not named here holds canonical deliveries:
# sessions.csv, feedback.csv, clients.csv, clinicians.csv, episodes.csv, supervision.csv,
# id_links.csv, or the same as .parquet; parts as sessions_2.csv, sessions_2026-03.csv.

#[sources.practice_system]
#reader = "canonical"
# Zone of times without an offset, where it is not the practice's.
#time_zone = "Europe/London"
# full: every row there is; a row that is missing is gone. window: every row of a period.
# delta: new and changed rows.
#extract_kind = "delta"
# With extract_kind = "window" and no manifest the period of an export is not known, and nothing is
# taken as gone. true: its first and last day are the period.
#infer_deletes = false
# Where in the folder's or file's name it stands when the export was made. An ISO date or time is
# found without it. A manifest's generated_at is believed before any name.
#generated_at_pattern = "export_%d.%m.%Y"
# Sources whose ids mean the same people share one namespace.
#id_namespace = "practice"

#[sources.practice_system.options]
# For text without a byte-order mark: utf-8, cp1252 or iso-8859-1.
#encoding = "utf-8"

# `rapport sources` lists the systems with a reader of their own; docs/connect has a page for each.
# Any other CSV or Excel table: reader = "mapped" with a map of its columns; see docs/examples.

# --- Instruments -----------------------------------------------------------------------------
# Rapport knows more instruments than it scores: where a form's published rules are uncertain it is
# off, and its forms are listed on the page Data quality until you switch it on here. The catalogue
# (seeds/instruments.csv) says what each rests on.

#[instruments]
#enable = ["arm5", "yp_core"]

# Forms of your own.
# Numbers only, never the wording of a question. With items the range of the total follows from
# them; without items give minimum and maximum and export totals.

#[instruments."custom:session_check"]
#name = "Session check"
#family = "alliance"
#direction = "higher_is_better"
#items = 4
#item_minimum = 0
#item_maximum = 10
#reverse = [2]
#max_missing = 1
#total = "sum"
#cutoff = 30
#reliable_change = 5
# Ruptures are looked for only where these three are known.
#sigma_w = 2.5
#sigma_floor = 1.0
#min_drop = 2.0

#[instruments."custom:session_check".scales]
#bond = [1, 2]
#task = [3, 4]
"""


def settings_text(name: str, time_zone: str) -> str:
    """The commented rapport.toml of a new home."""
    # A JSON string is a TOML string.
    quoted = (json.dumps(text, ensure_ascii=False) for text in (name, time_zone))
    return _TEMPLATE.replace("{name}", next(quoted)).replace("{time_zone}", next(quoted))


def init_home(
    path: Path | None = None, *, name: str = "Our practice", time_zone: str = "UTC"
) -> Home:
    """Make a home: folders (0700), rapport.toml and a random pseudonym key (0600).

    A key that is there already is kept: it is never replaced.

    Args:
        path: the home's folder; by default ``RAPPORT_HOME``, else ``./rapport-home``.
        name: of the practice.
        time_zone: IANA name of its zone.

    Raises:
        SettingsError: there is a rapport.toml already; nothing is changed.
    """
    home = Home(home_path(path))
    if home.settings_file.exists():
        raise SettingsError(f"{home.path} is a home already; nothing was changed")
    home.create()
    if not (home.secrets / KEY_FILE).exists():
        create_key(home.secrets)
    home.settings_file.touch(mode=0o600)
    home.settings_file.write_text(settings_text(name, time_zone), encoding="utf-8")
    return home
