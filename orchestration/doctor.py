"""What may be wrong with a home, and how to mend it.

Here: one function per thing to look at, each giving findings in plain words. Not here: mending
anything; printing (commands/doctor.py).
"""

from __future__ import annotations

import platform
import shutil
import socket
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from orchestration import lock
from orchestration.errors import RapportError
from orchestration.extract.pseudonyms import load_key
from orchestration.home import Home, home_path
from orchestration.manifest import PROJECT_FOLDER, SEEDS_FOLDER
from orchestration.release.build_note import last_build
from orchestration.release.catalogue import LINK_NAME, damage, list_releases, pointed_release
from orchestration.settings import Settings, load_settings

# A build writes a new file beside the ones that are kept, and spills while it computes.
_FREE_RELEASES = 3
_FREE_BYTES = 500_000_000

# As dashboards/reports/practice.py has it; the two sides share no code.
LARGEST_LOGO = 256 * 1024
MOST_PIXELS = 4000
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        topic: one word.
        said: what was found; where something is wrong, also what to do.
        is_well: whether nothing needs mending.
    """

    topic: str
    said: str
    is_well: bool = True


def examine() -> Iterator[Finding]:
    """Look at everything, the settings first; without a home there is little else to look at."""
    yield from _versions()
    home = Home(home_path())
    try:
        settings = load_settings()
    except RapportError as error:
        yield Finding("settings", str(error), is_well=False)
        return
    yield Finding("settings", f"{home.settings_file} is sound")
    for look in _LOOKS:
        yield from look(settings)


def _versions() -> Iterator[Finding]:
    said = [f"rapport {version('rapport')}", f"Python {platform.python_version()}"]
    wrong = []
    for requirement in requires("rapport") or []:
        name, equals, rest = requirement.partition("==")
        if not equals or ";" in requirement:
            continue
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing"
        said.append(f"{name} {found}")
        if found != rest:
            wrong.append(f"{name} is {found}, {rest} was tested")
    if wrong:
        yield Finding("versions", f"{'; '.join(wrong)}. Run `make env`.", is_well=False)
    else:
        yield Finding("versions", ", ".join(said))
    for folder in (PROJECT_FOLDER, SEEDS_FOLDER):
        if not folder.is_dir():
            said_so = f"{folder} is missing. Install Rapport from its repository with `make env`."
            yield Finding("program", said_so, is_well=False)


def _key(settings: Settings) -> Iterator[Finding]:
    try:
        load_key(settings.home.secrets)
    except RapportError as error:
        yield Finding("key", str(error), is_well=False)
    else:
        yield Finding("key", "the pseudonym key is there; have a copy of it in a safe place")


def _permissions(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    wrong = [
        path
        for path in _private(home)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if wrong:
        names = " ".join(str(path) for path in wrong)
        said = f"others on this machine may look into the home: chmod go= {names}"
        yield Finding("permissions", said, is_well=False)
    else:
        yield Finding("permissions", "the home is readable by its owner alone")


def _private(home: Home) -> tuple[Path, ...]:
    """What nobody else may look into."""
    files = (home.settings_file, *home.secrets.glob("*"), *home.review_log.glob("*"))
    return (home.path, *home.folders, *files)


def _disk(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    largest = max(
        ((home.releases / each.file).stat().st_size for each in list_releases(home)), default=0
    )
    needed = max(_FREE_RELEASES * largest, _FREE_BYTES)
    free = shutil.disk_usage(home.path).free
    said = f"{free / 1e9:.1f} GB free, a build may need {needed / 1e9:.1f} GB"
    if free < needed:
        yield Finding("disk", f"{said}: free some space before the next build", is_well=False)
    else:
        yield Finding("disk", said)
    devices = {path.stat().st_dev for path in (home.build, home.releases) if path.exists()}
    if len(devices) > 1:
        said = (
            "build/ and releases/ lie on different disks; a release is one rename: put them on one"
        )
        yield Finding("disk", said, is_well=False)


def _fetching(settings: Settings) -> Iterator[Finding]:
    """Whether each fetched source has its key, and when it was fetched last."""
    fetched = {name: each for name, each in settings.sources.items() if each.fetch is not None}
    if not fetched:
        return
    # Imported here: they bring the HTTP library along, which most homes never need.
    from orchestration.fetch import FETCHERS  # noqa: PLC0415
    from orchestration.fetch.cursor import read_cursor  # noqa: PLC0415
    from orchestration.fetch.secret import load_secret  # noqa: PLC0415

    for name, config in sorted(fetched.items()):
        fetcher = FETCHERS[config.reader]
        try:
            if fetcher.needs_secret(fetcher.options(name, config)):
                load_secret(settings.home.secrets, name)
        except RapportError as error:
            yield Finding("fetch", str(error), is_well=False)
            continue
        last = read_cursor(settings.home.fetch, name)
        when = f"fetched last at {last.fetched_at:%Y-%m-%d %H:%M} UTC" if last else "never fetched"
        yield Finding("fetch", f"{name}: {when}; `rapport fetch {name}`")


def _review_log(settings: Settings) -> Iterator[Finding]:
    """Where supervisors' reviews lie, whether that answers, and which tables it has."""
    # Imported here: SQLAlchemy is not needed for anything else that is looked at.
    from review_log.engine import make_engine  # noqa: PLC0415
    from review_log.errors import LogUnreachableError  # noqa: PLC0415
    from review_log.location import file_of, url_of  # noqa: PLC0415
    from review_log.migrations import version_of  # noqa: PLC0415
    from review_log.tables import SCHEMA  # noqa: PLC0415

    place = "review log"
    try:
        url = url_of(settings.home.path)
        file = file_of(url)
        where = f"SQLite, {file}" if file else f"PostgreSQL, {url.database} on {url.host}"
        if file is not None and not file.exists():
            yield Finding(place, f"{where}: nothing was recorded yet")
            return
        found = version_of(make_engine(url))
    except LogUnreachableError as error:
        yield Finding(place, str(error), is_well=False)
        return
    if found is not None and found > SCHEMA:
        said = f"{where}: tables {found} are of a newer Rapport than this one ({SCHEMA}): update it"
        yield Finding(place, said, is_well=False)
    elif found != SCHEMA:
        yield Finding(place, f"{where}: answers; the next page or build makes its tables {SCHEMA}")
    else:
        yield Finding(place, f"{where}: answers, tables {SCHEMA}")


def _digest(settings: Settings) -> Iterator[Finding]:
    """Whether the weekly digest can be written and sent; the mail server itself is not asked."""
    digest = settings.digest
    if not digest.enabled:
        return
    # Imported here: most homes have no digest.
    from orchestration.digest.secrets import (  # noqa: PLC0415
        ADDRESSES_FILE,
        load_addresses,
        load_password,
    )

    day = f"on {digest.weekday.capitalize()}s from 06:00 UTC, while `dagster dev` runs"
    if digest.smtp is None:
        yield Finding("digest", f"written to digests/ {day}; not sent, no [digest.smtp] is set")
        return
    try:
        if digest.smtp.user:
            load_password(settings.home.secrets)
        addresses = load_addresses(settings.home.secrets)
        socket.getaddrinfo(digest.smtp.host, digest.smtp.port)
    except RapportError as error:
        yield Finding("digest", str(error), is_well=False)
    except OSError:
        said = f"the mail server {digest.smtp.host} has no address here: check digest.smtp.host"
        yield Finding("digest", said, is_well=False)
    else:
        if addresses:
            n = len(addresses)
            people = "one address is known" if n == 1 else f"{n} addresses are known"
            yield Finding("digest", f"sent by {digest.smtp.host} {day}; {people}")
        else:
            said = f"nobody gets it: write addresses into secrets/{ADDRESSES_FILE} (mode 600)"
            yield Finding("digest", said, is_well=False)


def _logo(settings: Settings) -> Iterator[Finding]:
    """Whether the practice's logo can be printed; papers leave out one that cannot."""
    name = settings.practice.logo
    if name is None:
        return
    home, path = settings.home.path.resolve(), (settings.home.path / name).resolve()
    try:
        size = path.stat().st_size if path.is_file() else None
        if not path.is_relative_to(home):
            wrong = "leads out of the home: copy the picture into it"
        elif size is None:
            wrong = "is not there, or is no file: put the picture into the home"
        elif size > LARGEST_LOGO:
            wrong = f"has {size // 1024:,} KB: papers take {LARGEST_LOGO // 1024} KB at most"
        elif not _is_picture(path):
            kind = path.suffix[1:].upper()
            wrong = f"is no {kind} picture of at most {MOST_PIXELS} pixels a side: save it as one"
        else:
            yield Finding("logo", f"{name} stands on the papers")
            return
    except OSError:
        wrong = "cannot be read"
    yield Finding("logo", f"{name} {wrong}. Papers are made without it.", is_well=False)


def _is_picture(path: Path) -> bool:
    """Say whether a file begins as its name promises, and is no larger than papers take."""
    content = path.read_bytes()
    if path.suffix.lower() != ".png":
        return b"<svg" in content
    sides = (content[16:20], content[20:24])
    return content.startswith(_PNG) and all(int.from_bytes(s) <= MOST_PIXELS for s in sides)


def _build(settings: Settings) -> Iterator[Finding]:
    pid = lock.holder(settings.home.path)
    if pid is not None:
        yield Finding("build", f"process {pid or 'unknown'} is using this home now")
    note = last_build(settings.home)
    if note is None:
        yield Finding("build", "nothing was built yet: `rapport build`")
    elif note["status"] == "failed":
        said = f"the last build ({note['at']}) failed: {note['reason']}"
        yield Finding("build", said, is_well=False)
    elif note["status"] == "released":
        yield Finding("build", f"the last build released {note.get('release_id')} at {note['at']}")


def _release(settings: Settings) -> Iterator[Finding]:
    home = settings.home
    releases = list_releases(home)
    current = pointed_release(home)
    if current is None:
        if releases:
            said = f"current.json cannot be read: `rapport rollback {releases[0].release_id}`"
            yield Finding("release", said, is_well=False)
        return
    problem = damage(home, current)
    link = home.releases / LINK_NAME
    if problem is not None:
        said = f"the current release cannot be used ({problem}): `rapport build` makes a new one"
        yield Finding("release", said, is_well=False)
    elif not link.is_symlink() or link.readlink().name != current.file:
        said = "the link releases/current is not the release of current.json: `rapport build`"
        yield Finding("release", said, is_well=False)
    else:
        said = f"{current.release_id} is current and whole, as of {current.as_of}"
        yield Finding("release", f"{said}; {len(releases)} kept")


_LOOKS: tuple[Callable[[Settings], Iterator[Finding]], ...] = (
    _key,
    _permissions,
    _disk,
    _fetching,
    _review_log,
    _digest,
    _logo,
    _build,
    _release,
)
