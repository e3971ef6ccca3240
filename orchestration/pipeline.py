"""The stages of a build as plain functions: exports, warehouse, release.

Here: what each stage calls, and how a stage that fails is explained. Not here: Dagster (defs/ wires
these functions into assets), the command line (commands/), or the work itself (extract/,
warehouse.py, release/).
"""

from __future__ import annotations

import errno
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from orchestration import lock
from orchestration.build_log import LOG_NAME, build_log
from orchestration.dagster_home import make_dagster_home
from orchestration.durable import private_files, write_json
from orchestration.erasure.forget import forget, tombstones
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.build_note import NOTE_NAME, last_build, note_build
from orchestration.release.catalogue import Release, recover
from orchestration.release.kill_points import reach
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.extract.held import HeldDelivery
    from orchestration.extract.intake import DeliveryReport
    from orchestration.landing_counts import LandingCount
    from orchestration.warehouse import BuildResult, Node, OnNode

# Takes a line for the person who waits: the stage, what came of it, seconds where a stage is over.
Say = Callable[[str, str, float | None], None]


class StageFailedError(RapportError):
    """A stage of the build failed; the message is a plain paragraph, already noted and logged."""


@dataclass
class BuildSession:
    """One build of one home, from taking the lock to letting it go.

    Attributes:
        settings: of the home.
        log: ``logs/build.log``.
        say: takes lines for the person who waits.
        reports: what became of each delivery, once the exports stage is over.
        held: what the guards hold of all that has landed, once the exports stage is over.
        landed: what stands in the landing, once the exports stage is over.
        result: what dbt made, once the warehouse stage is over.
        release: the new release, once it is current.
        known_on: build from what was known on this day alone, and let nothing become current.
        reason: why a stage failed, in a plain paragraph.
    """

    settings: Settings
    log: logging.Logger
    say: Say
    reports: list[DeliveryReport] = field(default_factory=list)
    held: list[HeldDelivery] = field(default_factory=list)
    landed: LandingCount | None = None
    result: BuildResult | None = None
    release: Release | None = None
    known_on: date | None = None
    reason: str | None = None

    def note(self, status: str, reason: str | None = None, **more: str | int) -> None:
        """Say in ``last_build.json`` what becomes of the build; a look at the past says nothing."""
        if self.known_on is None:
            note_build(self.settings.home, status, reason, **more)


@contextmanager
def build_session(settings: Settings, say: Say) -> Iterator[BuildSession]:
    """Hold the home for a build, in order after whatever happened to the one before.

    Args:
        settings: of the home.
        say: takes lines for the person who waits.

    Raises:
        HomeBusyError: another process builds.
    """
    home = settings.home
    home.create()
    make_dagster_home(home)
    # The command line sets the umask at its start; a run that Dagster launched did not pass there.
    with private_files(), lock.hold(home.path), build_log(home) as log:
        unfinished = recover(home)
        forget(home)
        if unfinished is not None:
            say("before", unfinished, None)
        reach("recovered")
        before = last_build(home)
        session = BuildSession(settings, log, say)
        try:
            yield session
        except KeyboardInterrupt:
            session.note("failed", "The build was stopped by hand. Nothing of it was published.")
            raise
        _leave_no_running_note(home, before)


def _leave_no_running_note(home: Home, before: dict[str, Any] | None) -> None:
    """A run of some stages alone, as Dagster allows, says nothing about a build."""
    note = last_build(home)
    if note is None or note["status"] != "running":
        return
    if before is None:
        (home.releases / NOTE_NAME).unlink()
    else:
        write_json(home.releases / NOTE_NAME, before)


def land(session: BuildSession) -> list[DeliveryReport]:
    """Land every complete delivery of the inbox; a bad one is reported and stops no other."""
    from orchestration.extract.intake import land_inbox  # noqa: PLC0415 -- polars and the readers
    from orchestration.landing_counts import count_landing  # noqa: PLC0415 -- DuckDB

    started = time.perf_counter()
    session.note("running", pid=os.getpid())

    def landed_one(line: str) -> None:
        session.log.info("exports: %s", line)
        if not line.endswith("(seen before)"):
            session.say("", line, None)

    with _stage(session, "exports"):
        session.reports = land_inbox(session.settings, landed_one)
        in_inbox = len(session.reports)
        _land_log(session)
        # An old export may have brought back a client who was erased.
        forget(session.settings.home)
        _judge(session)
        session.landed = count_landing(session.settings.home)
        reach("landed")
    landed = [report for report in session.reports if report.is_landed]
    rows = sum(feed.rows_accepted for report in landed for feed in report.feeds if report.is_new)
    text = f"{in_inbox} deliveries in the inbox, {rows:,} rows landed now"
    session.say("exports", text, time.perf_counter() - started)
    return session.reports


def _land_log(session: BuildSession) -> None:
    """Land what supervisors recorded; a log that does not answer stops no build."""
    from orchestration.extract.reviews import land_reviews  # noqa: PLC0415 -- SQLAlchemy

    home = session.settings.home
    report = land_reviews(home, tombstones(home))
    if report is None:
        return
    session.reports.append(report)
    session.log.info("exports: %s", report.summary)
    for warning in report.warnings:
        session.say("", f"{report.source}: {warning}", None)
    if report.is_new and not report.warnings:
        session.say("", report.summary, None)


def _judge(session: BuildSession) -> None:
    """Let the guards speak of the landing as a whole; what they hold is said of its report too."""
    from orchestration.context import read_ledger  # noqa: PLC0415 -- polars
    from orchestration.extract.held import as_held, held_deliveries  # noqa: PLC0415
    from orchestration.extract.verdicts import accepted_deliveries, judge  # noqa: PLC0415

    home = session.settings.home
    ledger = read_ledger(home)
    verdicts = judge(session.settings, ledger, accepted_deliveries(home))
    session.held = held_deliveries(verdicts, ledger)
    session.reports = as_held(session.reports, session.held)
    for each in session.held:
        session.log.info("exports: %s: held: %s", each.name, each.reason)
        if not each.is_superseded:
            session.say("", f"{each.name}: held: {each.reason}", None)


def build(session: BuildSession, as_of: date | None, on_node: OnNode | None = None) -> BuildResult:
    """Build the whole warehouse from what has landed."""
    from orchestration.layers import LayerCount  # noqa: PLC0415 -- only when needed
    from orchestration.manifest import held_manifest  # noqa: PLC0415
    from orchestration.warehouse import build_warehouse  # noqa: PLC0415

    session.note("running", pid=os.getpid())
    with _stage(session, "warehouse"):
        layers = LayerCount(held_manifest().content)

        def finished(node: Node) -> None:
            if on_node is not None:
                on_node(node)
            layer = layers.finish(node)
            if layer is not None:
                session.say("", layer, None)

        session.result = build_warehouse(
            session.settings, as_of, finished, known_on=session.known_on
        )
    result = session.result
    made = result.count("model") + result.count("seed")
    text = f"{made} tables and views, {result.count('test')} tests"
    session.say("warehouse", text, result.seconds)
    return result


def publish(session: BuildSession) -> Release:
    """Make the finished build the current release."""
    from orchestration.release.publish import promote  # noqa: PLC0415 -- DuckDB

    started = time.perf_counter()
    with _stage(session, "release"):
        session.release = promote(session.settings.home, session.settings.releases.keep)
    is_past = session.release.known_on is not None
    text = f"{session.release.release_id} {'is on the shelf' if is_past else 'is current'}"
    session.say("release", text, time.perf_counter() - started)
    return session.release


def why_failed(session: BuildSession) -> str:
    """The paragraph of the stage that failed; noted here where something between stages did."""
    if session.reason is None:
        session.reason = f"The build did not finish. Details: logs/{LOG_NAME} in the home."
        session.note("failed", session.reason)
    return session.reason


@contextmanager
def _stage(session: BuildSession, name: str) -> Iterator[None]:
    """Turn whatever goes wrong in a stage into one plain paragraph, noted for the dashboard."""
    try:
        yield
    except RapportError as error:
        session.log.error("%s: %s", name, error)  # noqa: TRY400 -- the message is all there is
        reason = str(error)
    except Exception as error:
        # A process boundary: nobody above can mend this, and a traceback may quote a row.
        session.log.exception("%s stage", name)
        reason = _plainly(name, error)
    else:
        return
    session.reason = reason
    # On a full disk the person is told all the same; the next build settles the note.
    with suppress(OSError):
        session.note("failed", reason)
    raise StageFailedError(reason)


def _plainly(stage: str, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"The {stage} step stopped because the disk is full. Free some space and build again; "
            "the release that was current still is."
        )
    return (
        f"The {stage} step stopped on something unforeseen ({type(error).__name__}). The release "
        f"that was current still is. Details: logs/{LOG_NAME} in the home."
    )
