"""`python -m benchmarks.intake`: landing feedback rows against a bare DuckDB script.

Belongs here: the files, running both sides in processes of their own in one go, and the figures.
Does not belong here: thresholds. Seconds depend on the machine; the ratio is what to compare.

Both sides read the same CSV, make the same keyed hashes of the distinct ids and write zstd Parquet
on two threads. The bare script (`intake.sql`) trusts every cell; that both made the same rows is
compared before a figure is printed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from orchestration.extract import land_inbox
from orchestration.extract.pseudonyms import load_key
from orchestration.settings import load_settings

ZONE = "Europe/London"
FORMS = {"srs": "Session Rating Scale", "ors": "Outcome Rating Scale"}
SETTINGS = f"""
[practice]
name = "Benchmark"
time_zone = "{ZONE}"

[intake]
max_file_mb = 8192

[sources.canonical]
reader = "canonical"

[sources.mapped]
reader = "mapped"

[[sources.mapped.feeds]]
feed = "feedback"
files = "*.csv"
constants = {{ respondent = "client" }}

[sources.mapped.feeds.columns]
response_id = "Form ID"
client_id = "Client No"
completed_at = "Filled in"
instrument = "Form"
scale = "Question"
score = "Answer"
clinician_id = "Therapist"
session_id = "Appointment"
episode_id = "Case"
timing = "When"

[sources.mapped.feeds.dates]
completed_at = {{ format = "%d/%m/%Y %H:%M:%S" }}

[sources.mapped.feeds.values]
instrument.map = {{ "Session Rating Scale" = "srs", "Outcome Rating Scale" = "ors" }}
scale.map = {{ "Sum" = "total", "Q1" = "item_01", "Q2" = "item_02", "Q3" = "item_03", "Q4" = "item_04" }}
timing.map = {{ "before" = "pre_session", "after" = "post_session" }}
"""

# Ten rows a session: two forms, each of four items and their sum.
ROWS = """
create temp table made as
with sessions as (
    select
        i as session,
        hash(i // 24) % {clients} as client,
        timestamp '2019-01-07 08:00:00' + interval (i * 200 // {sessions} * 7) day
            + interval (hash(i) % 600) minute as started_at
    from range({sessions}) as t(i)
)
select
    session,
    form,
    item,
    format('SES-{{:08d}}', session) as session_id,
    format('CL{{:06d}}', client) as client_id,
    format('EP-{{:06d}}-{{}}', client, session * 3 // {sessions}) as episode_id,
    format('T{{:03d}}', client % 400) as clinician_id,
    format('RSP-{{:09d}}', session * 2 + form) as response_id,
    started_at + interval (50 * form) minute as completed_at,
    case when item = 0 then 36.5 else round(7 + hash(session, form, item) % 30 / 10.0, 1) end
        as score
from sessions, range(2) as forms(form), range(5) as items(item)
order by session, form, item;

copy (
    select
        response_id,
        client_id,
        strftime(completed_at, '%Y-%m-%dT%H:%M:%S') as completed_at,
        ['ors', 'srs'][form + 1] as instrument,
        ['total', 'item_01', 'item_02', 'item_03', 'item_04'][item + 1] as scale,
        score,
        'client' as respondent,
        clinician_id,
        session_id,
        episode_id,
        ['pre_session', 'post_session'][form + 1] as timing
    from made
) to '{folder}/canonical/first/feedback.csv';

copy (
    select
        response_id as "Form ID",
        client_id as "Client No",
        strftime(completed_at, '%d/%m/%Y %H:%M:%S') as "Filled in",
        ['Outcome Rating Scale', 'Session Rating Scale'][form + 1] as "Form",
        ['Sum', 'Q1', 'Q2', 'Q3', 'Q4'][item + 1] as "Question",
        score as "Answer",
        clinician_id as "Therapist",
        session_id as "Appointment",
        episode_id as "Case",
        ['before', 'after'][form + 1] as "When",
        'tablet' as "Device"
    from made
) to '{folder}/mapped/first/forms.csv';
"""
