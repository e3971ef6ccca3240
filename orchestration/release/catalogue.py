"""The shelf of releases: which there are, which one is current, making an older one current.

Here: names, ``current.json``, the ``current`` link, one card per release, and what a build finds
and mends when the one before it was killed. A release "as known on" a past day stands on the same
shelf and is never current: it is asked for by its name. Not here: how a release is made
(publish.py), how its tables are read (reading.py), or what became of the last build
(build_note.py).

A file belongs to a published release only when its card ``release-<id>.json`` lies beside it, or
when ``current.json`` names it; the card is written after the pointer was swapped. Everything else
in the folder is left over from a build that did not finish, and goes at the next one.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from orchestration import lock
from orchestration.durable import (
    put_in_place,
    read_json,
    sha256_of,
    stage_json,
    sync_folder,
    write_json,
)
from orchestration.errors import RapportError
from orchestration.home import Home
from orchestration.release.build_note import NOTE_NAME, settle
from orchestration.release.kill_points import reach

POINTER_NAME = "current.json"
LINK_NAME = "current"

# In the build folder: what dbt writes, and the mark that it is whole.
BUILD_NAME = "build.duckdb"
FINISHED_NAME = "finished.json"

# The only tables of the analyst file; the supervision release holds them too.
ANALYST_SCHEMA = "analyst"

_ID = re.compile(r"(\d{8}T\d{6}|known-on-\d{4}-\d{2}-\d{2})-[0-9a-f]{6}")
_ID_TIME = "%Y%m%dT%H%M%S"


class NoReleaseError(RapportError):
    """There is nothing to read yet, or nothing that is whole."""


@dataclass(frozen=True)
class Release:
    """One published release, as its card and ``current.json`` describe it.

    Attributes:
        release_id: sortable UTC time and a short hash of the input; ``known-on-<date>`` and the
            hash where it shows what was known on a past day.
        file: name of the supervision release in the releases folder.
        analyst_file: name of the analyst release there.
        sha256: of ``file``.
        analyst_sha256: of ``analyst_file``.
        as_of: the date the metrics are computed for (ISO).
        as_of_source: where that date comes from (option, manifest or today).
        built_at: UTC (ISO, with Z).
        rapport_version: version that built it.
        is_demo: whether the practice is simulated.
        known_on: the day (ISO) whose knowledge it shows, or None for all there is.
        row_counts: rows of every table, named ``schema.table``.
        content: order-free hash of every table's rows; equal input gives equal hashes.
    """

    release_id: str
    file: str
    analyst_file: str
    sha256: str
    analyst_sha256: str
    as_of: str
    as_of_source: str
    built_at: str
    rapport_version: str
    is_demo: bool
    known_on: str | None = None
    row_counts: dict[str, int] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, content: dict[str, Any] | None) -> Release | None:
        """Read a card; None unless it is one (fields of a later version are ignored)."""
        needed = {entry.name for entry in fields(cls)} - {"known_on"}  # older cards lack it
        if content is None or not needed <= content.keys():
            return None
        release = cls(**{name: content[name] for name in needed}, known_on=content.get("known_on"))
        named = isinstance(release.release_id, str) and _ID.fullmatch(release.release_id)
        return release if named and release.file == file_name(release.release_id) else None

    def to_json(self) -> dict[str, Any]:
        """What is written."""
        return asdict(self)


def new_release_id(home: Home, now: datetime, input_hash: str, known_on: date | None = None) -> str:
    """Name the next release: its UTC second and six characters of the hash of its input.

    The time moves on where needed, so that ids always sort in the order of publication, also when
    two builds share a second or the clock was set back. A release as known on a day is named by
    that day: made again of the same input, it takes the place of the one before.
    """
    if known_on is not None:
        return f"known-on-{known_on.isoformat()}-{input_hash[:6]}"
    moment = now.astimezone(UTC).replace(microsecond=0, tzinfo=None)
    for release in list_releases(home):
        taken = datetime.strptime(release.release_id.split("-")[0], _ID_TIME)
        moment = max(moment, taken + timedelta(seconds=1))
    return f"{moment.strftime(_ID_TIME)}-{input_hash[:6]}"


def file_name(release_id: str, *, analyst: bool = False) -> str:
    """Name of a release's file."""
    return f"release-{release_id}{'.analyst' if analyst else ''}.duckdb"


def card_name(release_id: str) -> str:
    """Name of a release's card."""
    return f"release-{release_id}.json"


def list_releases(home: Home) -> list[Release]:
    """Published releases whose files are there, newest first; not those as known on a day."""
    return [release for release in shelf(home) if release.known_on is None]


def shelf(home: Home) -> list[Release]:
    """Every release whose files are there: those of ``list_releases``, then those as known on."""
    found = {}
    if home.releases.is_dir():
        sources = [*home.releases.glob("release-*.json"), home.releases / POINTER_NAME]
        for path in sources:
            release = Release.from_json(read_json(path))
            if release is not None and (home.releases / release.file).is_file():
                found[release.release_id] = release
    newest_first = [found[release_id] for release_id in sorted(found, reverse=True)]
    return sorted(newest_first, key=lambda release: release.known_on is not None)


def find_release(home: Home, release_id: str) -> Release:
    """The whole release of this id on the shelf; a beginning that fits one only will do.

    Raises:
        RapportError: no release, or several, fit the id, or its files are damaged.
    """
    return _fitting(home, release_id, shelf(home))


def pointed_release(home: Home) -> Release | None:
    """What ``current.json`` names, unverified; None when it names nothing that can be read."""
    return Release.from_json(read_json(home.releases / POINTER_NAME))


def damage(home: Home, release: Release) -> str | None:
    """Say in plain words what is wrong with a release's files; None when both are as published."""
    wanted = ((release.file, release.sha256), (release.analyst_file, release.analyst_sha256))
    for name, sha256 in wanted:
        path = home.releases / name
        if not path.is_file():
            return f"{name} is missing"
        if sha256_of(path) != sha256:
            return f"{name} is not what was published (its SHA-256 differs)"
    return None


@dataclass(frozen=True)
class Current:
    """The release to read, and a plain sentence when it is not the one that should be."""

    release: Release
    warning: str | None = None


def current_release(home: Home) -> Current:
    """Find the release to read, checking that its bytes are those that were published.

    A pointer or a file that is damaged is never served: the newest whole release takes its place,
    and ``warning`` says so (trust.md P7).

    Raises:
        NoReleaseError: no build has published yet, or no release is whole.
    """
    wanted = pointed_release(home)
    problem = f"{POINTER_NAME} cannot be read" if wanted is None else damage(home, wanted)
    if wanted is not None and problem is None:
        return Current(wanted)
    for release in list_releases(home):
        if release != wanted and damage(home, release) is None:
            return Current(
                release,
                f"The current release cannot be used: {problem}. Reading {release.release_id} "
                "instead, the newest one that is whole. `rapport build` mends this.",
            )
    if not (home.releases / POINTER_NAME).exists():
        raise NoReleaseError("There is no release yet. Run `rapport build` first.")
    raise NoReleaseError(
        f"The current release cannot be used: {problem}; and no earlier one is whole. "
        "Run `rapport build`."
    )


def point_to(home: Home, release: Release) -> None:
    """Make a release current: one rename for the app, one for people and tools.

    Both the release's files must be in place already.
    """
    staged = stage_json(home.releases / POINTER_NAME, release.to_json())
    reach("pointer_staged")
    put_in_place(staged, home.releases / POINTER_NAME)
    reach("pointer_swapped")
    _point_link(home, release)
    reach("link_swapped")
    write_json(home.releases / card_name(release.release_id), release.to_json())
    reach("card_written")


def rollback(home: Home, release_id: str) -> Release:
    """Make an older (or newer) published release current.

    Args:
        home: the home; its lock is taken.
        release_id: the id that ``rapport releases`` shows; a beginning that fits one only will do.

    Raises:
        RapportError: no release, or several, fit the id, or its files are damaged.
    """
    with lock.hold(home.path):
        release = _fitting(home, release_id, list_releases(home))
        point_to(home, release)
    return release


def discard(home: Home, release_id: str) -> Release:
    """Delete a release as known on a day; the others go by themselves as newer ones come.

    Raises:
        RapportError: no such release, or several, fit the id.
    """
    with lock.hold(home.path):
        known_on = [release for release in shelf(home) if release.known_on is not None]
        release = _fitting(home, release_id, known_on, must_be_whole=False)
        remove(home, release)
    return release


def _fitting(
    home: Home, release_id: str, releases: list[Release], *, must_be_whole: bool = True
) -> Release:
    fitting = [each for each in releases if each.release_id.startswith(release_id)]
    if not release_id or len(fitting) != 1:
        known = ", ".join(each.release_id for each in releases) or "none"
        count = "Several releases fit" if len(fitting) > 1 else "No release fits"
        raise RapportError(f"{count} {release_id!r}. Known: {known}.")
    problem = damage(home, fitting[0]) if must_be_whole else None
    if problem is not None:
        raise RapportError(f"Release {fitting[0].release_id} cannot be used: {problem}.")
    return fitting[0]


def remove(home: Home, release: Release) -> None:
    """Delete a release: its card first, so that half a removal is never taken for a release."""
    for name in (card_name(release.release_id), release.file, release.analyst_file):
        (home.releases / name).unlink(missing_ok=True)
    sync_folder(home.releases)


def keep_last(home: Home, count: int) -> list[str]:
    """Delete all but the last ``count`` releases, never the current one.

    Readers that have a deleted file open keep reading it (the system frees it when they close);
    keeping three means that one who is about to open the file just read from the pointer finds it.

    Returns:
        Ids of the releases that went.
    """
    current = pointed_release(home)
    gone = []
    for release in list_releases(home)[count:]:
        if current is None or release.release_id != current.release_id:
            remove(home, release)
            gone.append(release.release_id)
    return gone


def recover(home: Home) -> str | None:
    """Put the folders in order after a build that was killed; call it under the lock.

    Returns:
        A sentence for the person when an earlier build did not finish, else None.
    """
    current = pointed_release(home)
    if current is not None:
        card = home.releases / card_name(current.release_id)
        if not card.exists():
            write_json(card, current.to_json())
        link = home.releases / LINK_NAME
        if not link.is_symlink() or link.readlink() != Path(current.file):
            _point_link(home, current)
    _sweep(home)
    return settle(home, None if current is None else current.release_id)


def _sweep(home: Home) -> None:
    """Remove what no published release names: half builds, temporary names, spilled rows."""
    published = {POINTER_NAME, LINK_NAME, NOTE_NAME}
    for release in shelf(home):
        published |= {release.file, release.analyst_file, card_name(release.release_id)}
    for path in home.releases.iterdir():
        if path.name not in published:
            _discard(path)
    finished = (home.build / FINISHED_NAME).exists()
    for path in home.build.glob("*.duckdb*"):
        if not (finished and path.name == BUILD_NAME):
            _discard(path)


def _discard(path: Path) -> None:
    # A killed DuckDB leaves a folder of spilled rows beside its file.
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _point_link(home: Home, release: Release) -> None:
    staged = home.releases / f"{LINK_NAME}.tmp"
    staged.unlink(missing_ok=True)
    staged.symlink_to(release.file)
    put_in_place(staged, home.releases / LINK_NAME)
