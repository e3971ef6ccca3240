"""``rapport build``: its options, and the summary of what came of a build.

Not here: the stages (pipeline.py).
"""

from __future__ import annotations

import os
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING

import click

from orchestration import lock
from orchestration.commands.output import Stopwatch, count, describe_rows, fact, line, step
from orchestration.home import Home
from orchestration.pipeline import BuildSession, build_session, why_failed
from orchestration.release.catalogue import Release, pointed_release
from orchestration.release.reading import open_file
from orchestration.settings import Settings, load_settings
from review_log import NAME

if TYPE_CHECKING:
    from orchestration.extract.intake import DeliveryReport

_NAMED_RULES = 8
_STOPPED = "The build was stopped by Ctrl-C. Nothing of it was published."


@click.command("build")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Date the metrics are computed for; by default that of the newest delivery.",
)
@click.option(
    "--known-on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="Build from what was known on this past day alone, beside the current release.",
)
@click.option("--strict", is_flag=True, help="Exit 1 if any delivery was rejected.")
def command(as_of: datetime | None, known_on: datetime | None, strict: bool) -> int:
    """Land what is in the inbox, build the warehouse, publish a release.

    With --known-on the release shows a past day as it was known then, without later corrections. It
    never becomes current: `rapport sql --release` and `rapport serve --release` read it.

    Exits 0 when a release was published, 1 when not (the release that was current still is), 75
    when another process uses this home.
    """
    day = known_on.date() if known_on else None
    if day is not None and day > date.today():
        raise click.BadParameter("this day is still to come", param_hint="--known-on")
    session = build(load_settings(), as_of.date() if as_of else None, day)
    if session.release is None:
        return 1
    rejected = any(report.status == "rejected" for report in session.reports)
    return 1 if strict and rejected else 0


def build(
    settings: Settings, as_of: date | None = None, known_on: date | None = None
) -> BuildSession:
    """Run the job for a home and print what became of it.

    Args:
        settings: of the home.
        as_of: date of the metrics, or None for the rule of design.md 3.2.
        known_on: the past day whose knowledge the release shows, or None.

    Returns:
        The session; its ``release`` is None when nothing was published.
    """
    watch = Stopwatch()
    with (
        lock.hold(settings.home.path),
        _ctrl_c_noted() as was_stopped,
        build_session(settings, step) as session,
    ):
        # Imported under the lock: a busy home is told at once, not after seconds of imports.
        from orchestration.run_job import run_job  # noqa: PLC0415

        session.known_on = known_on
        released = run_job(session, as_of)
        stopped = not released and was_stopped()
        if stopped:
            session.note("failed", _STOPPED)
    line()
    if stopped:
        click.echo(f"{_STOPPED} {_still_current(settings.home)}", err=True)
        raise click.Abort
    _summarise(session)
    fact("seconds", f"{watch.total:.1f}")
    if not released:
        click.echo()
        click.echo(why_failed(session), err=True)
        click.echo(_still_current(settings.home), err=True)
    return session


def _still_current(home: Home) -> str:
    current = pointed_release(home)
    return f"{current.release_id} is still current." if current else "There is no release yet."


@contextmanager
def _ctrl_c_noted() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed: Dagster and dbt each take the signal for a failure of their own.

    Python writes the number of every signal to the wakeup descriptor, whoever handles it.
    """
    reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

    def was_stopped() -> bool:
        try:
            return signal.SIGINT in os.read(reader, 1024)
        except BlockingIOError:
            return False

    try:
        yield was_stopped
    finally:
        signal.set_wakeup_fd(before)
        os.close(reader)
        os.close(writer)


def _summarise(session: BuildSession) -> None:
    fact("deliveries", _statuses(session.reports))
    feeds = [feed for report in session.reports if _counts(report) for feed in report.feeds]
    accepted = sum(feed.rows_accepted for feed in feeds)
    quarantined = sum(feed.rows_quarantined for feed in feeds)
    collapsed = sum(feed.rows_collapsed for feed in feeds)
    filtered = sum(feed.rows_filtered for feed in feeds)
    fact(
        "rows",
        f"{accepted:,} accepted, {quarantined:,} quarantined, {collapsed:,} collapsed, "
        f"{filtered:,} filtered",
    )
    _say_what_waits(session)
    for rule in _quarantined_rules(session.reports):
        fact("quarantined", rule)
    if session.result is not None:
        context = session.result.context
        warned = sum(node.status == "warn" for node in session.result.nodes)
        passed = sum(node.status == "pass" for node in session.result.nodes)
        fact("tests", f"{passed} passed, {count(warned, 'warning')}")
        fact("as of", f"{context.as_of} ({_AS_OF_WORDS[context.as_of_source]})")
        if context.known_on is not None:
            fact("known on", f"{context.known_on}: what came to be known later is left out")
        if context.as_of > date.today():
            fact("warning", f"{context.as_of} lies in the future: open episodes may look lapsed")
    if session.release is not None:
        waiting = _orphans(session.settings.home, session.release)
        if waiting:
            parents = "their client, session or clinician, which nothing has told of yet"
            fact("waiting", f"{count(waiting, 'row')} for {parents}")
        rows = sum(session.release.row_counts.values())
        tables = len(session.release.row_counts)
        fact("release", f"{session.release.release_id}: {tables} tables, {rows:,} rows")


_AS_OF_WORDS = {
    "option": "as you asked",
    "delivery": "the newest delivery",
    "today": "today: no delivery says when it was made",
}


def _say_what_waits(session: BuildSession) -> None:
    """What was refused, what is not complete yet, and what the guards hold."""
    by_guards = {each.delivery_id for each in session.held}
    for report in session.reports:
        if report.status in ("rejected", "held") and report.delivery_id not in by_guards:
            fact(report.status, f"{report.source}/{report.delivery}: {report.reason}")
        if report.source == NAME:
            for said in report.warnings:
                fact("warning", said)
    for each in session.held:
        if not each.is_superseded:
            fact("held", f"{each.name}: {each.reason}")
            fact("", f"what was known before stays; if it is right: rapport accept {each.name}")


def _orphans(home: Home, release: Release) -> int:
    """How many landed rows wait for a parent; decided in dbt, so known only from the release."""
    with open_file(home.releases / release.file) as con:
        query = "select count(*) from quality.quarantine where rule like 'orphan%'"
        return int(con.execute(query).fetchone()[0])


def _counts(report: DeliveryReport) -> bool:
    # The rows of a duplicate landed once, under its first name.
    return report.is_landed and report.status != "duplicate"


def _statuses(reports: list[DeliveryReport]) -> str:
    statuses = Counter(report.status for report in reports)
    accepted = statuses.pop("accepted", 0) + statuses.pop("accepted_with_warnings", 0)
    others = "".join(f", {number} {status}" for status, number in sorted(statuses.items()))
    return f"{accepted} accepted{others}"


def _quarantined_rules(reports: list[DeliveryReport]) -> list[str]:
    """Rules by how often they held a row back, with where; never a value."""
    found: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for report in reports:
        if _counts(report):
            for file, row, rule in report.bad_rows.select("file", "row_number", "rule").iter_rows():
                found[f"{report.source}/{report.delivery}", file, rule].append(row)
    by_count = sorted(found.items(), key=lambda entry: (-len(entry[1]), entry[0]))
    lines = [
        f"{place}/{file}: {rule}, {describe_rows(rows)}"
        for (place, file, rule), rows in by_count[:_NAMED_RULES]
    ]
    if len(found) > _NAMED_RULES:
        lines.append(f"and {len(found) - _NAMED_RULES} more kinds; see quality.quarantine")
    return lines
