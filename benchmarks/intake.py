"""`make bench-intake`: landing feedback rows against a bare DuckDB script that does the same work.

Belongs here: the files, running both sides in processes of their own, and the figures. Does not
belong here: thresholds. Seconds depend on the machine; the ratio is what to compare.

Both sides read the same CSV, make the same keyed hashes of the distinct ids and write zstd Parquet
with two threads. The bare script (`intake.sql`) trusts every cell. That both have made the same
rows is found out before a figure is printed.
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
from orchestration.extract.pseudonyms import KEY_FILE, create_key, load_key
from orchestration.home import Home
from orchestration.settings import load_settings

BARE = Path(__file__).with_name("intake.sql")
FILES = {"canonical": "feedback.csv", "mapped": "forms.csv"}
ZONE = "Europe/London"
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
scale.map = {{ Sum = "total", Q1 = "item_01", Q2 = "item_02", Q3 = "item_03", Q4 = "item_04" }}
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

# The bare script's reading of the two files: the canonical columns, and how a time is written.
COLUMNS = {
    "canonical": "*",
    "mapped": """
        "Form ID" as response_id,
        "Client No" as client_id,
        "Filled in" as completed_at,
        case "Form"
            when 'Session Rating Scale' then 'srs' when 'Outcome Rating Scale' then 'ors'
        end as instrument,
        case "Question"
            when 'Sum' then 'total'
            when 'Q1' then 'item_01'
            when 'Q2' then 'item_02'
            when 'Q3' then 'item_03'
            when 'Q4' then 'item_04'
        end as scale,
        "Answer" as score,
        'client' as respondent,
        "Therapist" as clinician_id,
        "Appointment" as session_id,
        "Case" as episode_id,
        case "When" when 'before' then 'pre_session' when 'after' then 'post_session' end as timing
    """,
}
TIMES = {
    "canonical": "cast(rows.completed_at as timestamp)",
    "mapped": "strptime(rows.completed_at, '%d/%m/%Y %H:%M:%S')",
}
# Two sets of rows are the same when they are as many and their hashes have the same sum.
CONTENT = "select count(*), sum(hash({columns})::hugeint) from '{file}'"
COMPARED = """response_key, client_key, completed_at, completed_on, instrument, scale, score,
    respondent, clinician_key, session_key, episode_key, timing"""


def write_home(home: Home, rows: int) -> None:
    """Make a home whose inbox holds the two files, of so many rows each."""
    home.create()
    home.settings_file.write_text(SETTINGS)
    create_key(home.secrets)
    for source in FILES:
        (home.inbox / source / "first").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        sizes = {"sessions": rows // 10, "clients": max(rows // 500, 1)}
        connection.execute(ROWS.format(folder=home.inbox, **sizes))


def must_agree(*files: str) -> None:
    """Stop unless both sides have made the same rows."""
    with duckdb.connect() as connection:
        found = {
            connection.execute(CONTENT.format(columns=COMPARED, file=file)).fetchone()
            for file in files
        }
    if len(found) > 1:
        raise SystemExit("the rows differ: the two did not do the same work")


def bare(home: Home, source: str, target: Path) -> None:
    """Run the bare script over one file."""
    key = load_key(home.secrets).ljust(64, b"\0")
    time_of_row = TIMES[source]
    script = BARE.read_text().format(
        file=home.inbox / source / "first" / FILES[source],
        columns=COLUMNS[source],
        inner=bytes(byte ^ 0x36 for byte in key).hex(),
        outer=bytes(byte ^ 0x5C for byte in key).hex(),
        namespace=source,
        zone=ZONE,
        time_of_row=time_of_row,
        time=time_of_row.replace("rows.completed_at", "text"),
        target=target,
    )
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        connection.execute(f"set temp_directory = '{target.parent}'")
        connection.execute(script)


def landing(home: Home, source: str) -> None:
    """Land one source: the inbox of a home that holds no other."""
    (report,) = land_inbox(load_settings(home.path))
    if not report.is_landed or report.source != source:
        raise SystemExit(report.summary)


def measured(*words: str) -> dict[str, float]:
    """What ``step`` says, from a process of its own."""
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "benchmarks.intake", *words],
        env={**os.environ, "POLARS_MAX_THREADS": "2"},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout)


def step(name: str, words: list[str]) -> dict[str, float]:
    """Do one step; seconds, processor seconds and peak memory (MB) of this process."""
    before = time.perf_counter()
    STEPS[name](*words)
    seconds = time.perf_counter() - before
    used = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "seconds": seconds,
        "cpu_seconds": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }
    return {name: round(value, 2) for name, value in figures.items()}


def compare(folder: Path, rows: int) -> None:
    """Both sides over both files; prints a line of figures for each source."""
    made = Home(folder / "files")
    measured("write", str(made.path), str(rows))
    for source, name in FILES.items():
        home = Home(folder / source)
        home.create()
        home.settings_file.write_text(SETTINGS)
        os.link(made.secrets / KEY_FILE, home.secrets / KEY_FILE)
        (made.inbox / source).rename(home.inbox / source)
        target = str(folder / f"{source}.parquet")
        script = measured("bare", str(home.path), source, target)
        rapport = measured("land", str(home.path), source)
        again = measured("land", str(home.path), source)
        (landed,) = (home.landing / "feedback").glob("[!_]*.parquet")
        measured("compare", target, str(landed))
        figures = {
            "source": source,
            "rows": rows,
            "file_mb": round((home.inbox / source / "first" / name).stat().st_size / 1e6),
            "bare": script,
            "rapport": rapport,
            "ratio": round(rapport["seconds"] / script["seconds"], 2),
            "cpu_ratio": round(rapport["cpu_seconds"] / script["cpu_seconds"], 2),
            "unchanged_inbox": again,
        }
        print(json.dumps(figures), flush=True)


STEPS = {
    "write": lambda home, rows: write_home(Home(Path(home)), int(rows)),
    "bare": lambda home, source, target: bare(Home(Path(home)), source, Path(target)),
    "land": lambda home, source: landing(Home(Path(home)), source),
    "compare": must_agree,
}


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in STEPS:
        print(json.dumps(step(sys.argv[1], sys.argv[2:])))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("rows", nargs="?", type=int, default=10_000_000)
        with tempfile.TemporaryDirectory(prefix="rapport-bench-") as scratch:
            compare(Path(scratch), parser.parse_args().rows)
