"""What a build is: its id, its date, its version; written for dbt before dbt starts.

Here: ``build/context.parquet``, the custom instruments beside it, and the rule for ``as_of``
(design.md 3.2). Not here: anything that is computed from the rows (dbt), or publishing (release/).
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from zoneinfo import ZoneInfo

import polars as pl

from orchestration.durable import sync_file, sync_folder
from orchestration.errors import RapportError
from orchestration.extract.known_on import known_sightings
from orchestration.extract.verdicts import accepted_deliveries, judge
from orchestration.home import Home
from orchestration.instruments import write_instruments
from orchestration.release.catalogue import new_release_id
from orchestration.release.publish import Label
from orchestration.settings import Settings
from review_log import NAME

CONTEXT_NAME = "context.parquet"


@dataclass(frozen=True)
class BuildContext:
    """One build, as ``build/context.parquet`` and ``meta.release`` describe it.

    Attributes:
        release_id: the id that the release will have if it is published.
        as_of: the date the metrics are computed for.
        as_of_source: ``option``, ``delivery`` or ``today``.
        known_on: only what was known on this day goes into the build; None for all there is.
        built_at: UTC, naive, whole seconds.
        rapport_version: version of the program.
        is_demo: whether the practice is simulated.
    """

    release_id: str
    as_of: date
    as_of_source: str
    built_at: datetime
    rapport_version: str
    is_demo: bool
    known_on: date | None = None

    def label(self) -> Label:
        """The same, as a release's card says it."""
        return Label(
            release_id=self.release_id,
            as_of=self.as_of.isoformat(),
            as_of_source=self.as_of_source,
            built_at=f"{self.built_at.isoformat()}Z",
            rapport_version=self.rapport_version,
            is_demo=self.is_demo,
            known_on=self.known_on.isoformat() if self.known_on else None,
        )


def write_context(
    settings: Settings,
    project_fingerprint: str,
    as_of: date | None,
    known_on: date | None = None,
) -> BuildContext:
    """Decide what the next build is and write that down for dbt.

    Args:
        settings: of the home, its landing up to date.
        project_fingerprint: state of the dbt project, part of what names the release.
        as_of: the date a person asked for, or None for the rule of design.md 3.2.
        known_on: the day whose knowledge the build shows, or None; then also the default of as_of.

    Returns:
        The context; ``build/context.parquet``, the verdicts and the instrument files are written.
    """
    home = settings.home
    now = datetime.now(UTC).replace(microsecond=0)
    ledger = read_ledger(home)
    if known_on is not None:
        ledger = known_sightings(settings, ledger, known_on)
    verdicts = judge(settings, ledger, accepted_deliveries(home, known_on))
    held = verdicts.filter("is_held")["delivery_id"].unique()
    # The day of a build is that of the practice's exports, whoever recorded a review since.
    is_theirs = pl.col("source").ne_missing(NAME)
    taken = ledger.filter(is_theirs & ~pl.col("delivery_id").is_in(held.implode()))
    day, source = decide_as_of(settings, taken, as_of or known_on, now)
    inputs = "\n".join(
        [
            *sorted(set(ledger["sighting_id"].to_list())),
            *sorted(held),
            day.isoformat(),
            repr(known_on),
            project_fingerprint,
            repr((sorted(settings.instruments.items()), sorted(settings.switched_on))),
        ]
    )
    context = BuildContext(
        release_id=new_release_id(home, now, hashlib.sha256(inputs.encode()).hexdigest(), known_on),
        as_of=day,
        as_of_source=source,
        built_at=now.replace(tzinfo=None),
        rapport_version=version("rapport"),
        is_demo=settings.practice.demo,
        known_on=known_on,
    )
    home.build.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_instruments(settings.instruments, home.build, settings.switched_on)
    frame = pl.DataFrame(
        [asdict(context)],
        schema_overrides={"built_at": pl.Datetime("us"), "known_on": pl.Date()},
    )
    frame.write_parquet(home.build / CONTEXT_NAME)
    sync_file(home.build / CONTEXT_NAME)
    sync_folder(home.build)
    return context


def decide_as_of(
    settings: Settings, ledger: pl.DataFrame, as_of: date | None, now: datetime
) -> tuple[date, str]:
    """The date of a build: the option, else the newest delivery's, else today (design.md 3.2).

    A moment becomes a date in the practice's time zone, because its people's days are meant.

    Args:
        settings: for the time zone.
        ledger: ``generated_at`` (UTC, naive) and ``status`` of every sighting.
        as_of: the option.
        now: the clock, with its zone.

    Returns:
        The date, and which of the three it came from.
    """
    if as_of is not None:
        return as_of, "option"
    zone = ZoneInfo(settings.practice.time_zone)
    accepted = pl.col("status").is_in(["accepted", "accepted_with_warnings"])
    newest = ledger.filter(accepted)["generated_at"].max()
    if isinstance(newest, datetime):
        return newest.replace(tzinfo=UTC).astimezone(zone).date(), "delivery"
    return now.astimezone(zone).date(), "today"


def read_ledger(home: Home) -> pl.DataFrame:
    """Every row of the ledger, one per sighting and feed; no rows in a home without deliveries."""
    files = sorted((home.landing / "delivery").glob("*.parquet"))
    if not files:
        raise RapportError("Nothing has been landed yet: the ledger is missing.")
    # Without glob=False a bracket in the home's own name would count as a wildcard.
    return pl.read_parquet(files, glob=False, missing_columns="insert")
