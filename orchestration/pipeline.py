"""The stages of a build as plain functions: exports, warehouse, release.

Here: what each stage calls, and how a stage that fails is explained. Not here: Dagster (defs/ wires
these functions into assets), the command line (commands/), or the work itself (extract/,
warehouse.py, release/).
"""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from orchestration import lock
from orchestration.build_log import LOG_NAME, build_log
from orchestration.errors import RapportError
from orchestration.release.build_note import last_build, note_build
from orchestration.release.catalogue import Release, recover
from orchestration.release.kill_points import reach
from orchestration.settings import Settings

if TYPE_CHECKING:
    from orchestration.extract import DeliveryReport
    from orchestration.warehouse import BuildResult, OnNode

Say = Callable[[str], None]


class StageFailedError(RapportError):
    """A stage of the build failed; the message is a plain paragraph, already noted and logged."""


@dataclass
class BuildSession:
    """One build of one home, from taking the lock to letting it go.

    Attributes:
        settings: of the home.
        log: ``logs/build.log``.
        say: takes a line for the person who waits.
        reports: what became of each delivery, once the exports stage is over.
        result: what dbt made, once the warehouse stage is over.
        release: the new release, once it is current.
    """

    settings: Settings
    log: logging.Logger
    say: Say
    reports: list[DeliveryReport] = field(default_factory=list)
    result: BuildResult | None = None
    release: Release | None = None


@contextmanager
def build_session(settings: Settings, say: Say) -> Iterator[BuildSession]:
    """Hold the home for a build, in order after whatever happened to the one before.

    Args:
        settings: of the home.
        say: takes a line for the person who waits.

    Raises:
        HomeBusyError: another process builds.
    """
    home = settings.home
    home.create()
    with lock.hold(home.path), build_log(home) as log:
        unfinished = recover(home)
        if unfinished is not None:
            say(unfinished)
        reach("recovered")
        yield BuildSession(settings, log, say)


def land(session: BuildSession) -> list[DeliveryReport]:
    """Land every complete delivery of the inbox; a bad one is reported and stops no other."""
    from orchestration.extract import land_inbox  # noqa: PLC0415 -- polars and the readers

    note_build(session.settings.home, "running", pid=os.getpid())
    with _stage(session, "exports"):
        session.reports = land_inbox(session.settings, progress=session.say)
        reach("landed")
    return session.reports


def build(session: BuildSession, as_of: date | None, on_node: OnNode | None = None) -> BuildResult:
    """Build the whole warehouse from what has landed."""
    from orchestration.warehouse import build_warehouse  # noqa: PLC0415 -- only when needed

    note_build(session.settings.home, "running", pid=os.getpid())
    with _stage(session, "warehouse"):
        session.result = build_warehouse(session.settings, as_of, on_node)
    return session.result


def publish(session: BuildSession) -> Release:
    """Make the finished build the current release."""
    from orchestration.release.publish import promote  # noqa: PLC0415 -- DuckDB

    with _stage(session, "release"):
        session.release = promote(session.settings.home, session.settings.releases.keep)
    return session.release


def why_failed(session: BuildSession) -> str:
    """The paragraph of the stage that failed."""
    note = last_build(session.settings.home) or {}
    return note.get("reason") or f"The build did not finish. Details: logs/{LOG_NAME} in the home."


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
    note_build(session.settings.home, "failed", reason)
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
