"""The resource that every stage of a run shares: the home, locked for the length of the run.

Here: opening a build session for Dagster, and turning a stage's failure into Dagster's. Not here:
what the stages do (pipeline.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from orchestration.pipeline import BuildSession, StageFailedError, build_session
from orchestration.settings import load_settings


@dg.resource(
    config_schema={"home": dg.Field(str, default_value="", description="Empty: RAPPORT_HOME.")},
    description="One build of one home: its settings, and its lock for the length of the run.",
)
def home_session(context: dg.InitResourceContext) -> Iterator[BuildSession]:
    """Hold the home; a second run fails here, naming the process that has it."""
    home = context.resource_config["home"]
    settings = load_settings(Path(home) if home else None)

    def say(stage: str, text: str, seconds: float | None) -> None:
        if context.log is not None:
            context.log.info(f"{stage}: {text}" if stage else text)

    with build_session(settings, say) as session:
        yield session


@contextmanager
def plain_failure() -> Iterator[None]:
    """Let a stage that failed end its step with the plain paragraph and no traceback."""
    try:
        yield
    except StageFailedError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from None
