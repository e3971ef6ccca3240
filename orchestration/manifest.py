"""The held manifest: dbt's reading of the project, kept between builds.

Here: when to parse, and where the result lies (dbt_project/target/held/<fingerprint>/). Parsing
takes several seconds and depends on the project's files alone, never on a home or a date, so it is
done once per state of those files. Not here: running dbt (warehouse.py). dbt is imported only when
there is something to parse or to run.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestration.durable import read_json, sha256_of, write_json
from orchestration.errors import RapportError
from orchestration.release.catalogue import BUILD_NAME

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

REPOSITORY = Path(__file__).resolve().parents[1]
PROJECT_FOLDER = REPOSITORY / "dbt_project"
SEEDS_FOLDER = REPOSITORY / "seeds"

# Parts of the project that decide what dbt does. target/, logs/ and lint/ do not.
_PARTS = ("macros", "models", "tests", "analyses", "snapshots")
_KEPT = 3

_FILES = ("manifest.json", "partial_parse.msgpack")
_SUMS_NAME = "sums.json"


@dataclass(frozen=True)
class HeldManifest:
    """One parsed state of the dbt project.

    Attributes:
        fingerprint: hash of the project's files, its place and the versions that read it.
        folder: holds ``manifest.json`` (for Dagster) and ``partial_parse.msgpack`` (for dbt).
    """

    fingerprint: str
    folder: Path

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """``manifest.json`` as a mapping."""
        return json.loads((self.folder / "manifest.json").read_bytes())

    def for_dbt(self) -> Manifest:
        """The manifest as dbt wants it; a fresh object each time, because a run changes it."""
        from dbt.contracts.graph.manifest import Manifest  # noqa: PLC0415 -- seconds to import
        from dbt.parser.manifest import extended_mashumuro_decoder  # noqa: PLC0415

        packed = (self.folder / "partial_parse.msgpack").read_bytes()
        manifest = Manifest.from_msgpack(packed, decoder=extended_mashumuro_decoder)
        manifest.build_flat_graph()
        return manifest


def is_held() -> bool:
    """Whether the project as it is now was parsed before; if not, the next build takes longer."""
    fingerprint = project_fingerprint(PROJECT_FOLDER, SEEDS_FOLDER)
    return _is_sound(PROJECT_FOLDER / "target" / "held" / fingerprint)


@cache
def held_manifest(project: Path = PROJECT_FOLDER, seeds: Path = SEEDS_FOLDER) -> HeldManifest:
    """The manifest of the project as it is now, parsed first if nothing is held for it.

    Args:
        project: folder of dbt_project.yml.
        seeds: folder of the seed files.

    Raises:
        RapportError: dbt cannot parse the project.
    """
    fingerprint = project_fingerprint(project, seeds)
    folder = project / "target" / "held" / fingerprint
    if not _is_sound(folder):
        shutil.rmtree(folder, ignore_errors=True)
        _parse(project, folder)
    return HeldManifest(fingerprint, folder)


def project_fingerprint(project: Path, seeds: Path) -> str:
    """Hash of everything a parse depends on: 16 hexadecimal characters."""
    digest = hashlib.sha256()
    # dbt writes absolute paths of seeds into the manifest, so a moved project is another one.
    for text in (str(project), *(version(name) for name in ("dbt-core", "dbt-duckdb"))):
        digest.update(f"{text}\n".encode())
    files = [path for path in project.glob("*.yml") if path.is_file()]
    for folder in (*(project / part for part in _PARTS), seeds):
        files += [path for path in folder.rglob("*") if path.is_file()]
    for path in sorted(files):
        digest.update(f"{path}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def dbt_environment(**values: str) -> Iterator[None]:
    """Set environment variables for a dbt call, telemetry off among them, and put them back."""
    wanted = {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DO_NOT_TRACK": "1", **values}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _sums(folder: Path) -> dict[str, str]:
    return {name: sha256_of(folder / name) for name in _FILES}


def _is_sound(folder: Path) -> bool:
    """Whether both files are as they were written: half a manifest would fail deep inside dbt."""
    sums = read_json(folder / _SUMS_NAME)
    return (
        sums is not None
        and all((folder / name).is_file() for name in _FILES)
        and (sums == _sums(folder))
    )


def _parse(project: Path, folder: Path) -> None:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 -- seconds to import

    folder.parent.mkdir(parents=True, exist_ok=True)
    staged = Path(tempfile.mkdtemp(prefix="parse-", dir=folder.parent))
    try:
        # The name of the file becomes the name of the database in every relation of the manifest;
        # the folder, and the home, may be any.
        build_file = str(staged / BUILD_NAME)
        with dbt_environment(RAPPORT_HOME=str(staged), RAPPORT_BUILD_FILE=build_file):
            done = dbtRunner().invoke(
                [
                    "parse",
                    *("--project-dir", str(project), "--profiles-dir", str(project)),
                    *("--target-path", str(staged), "--log-path", str(staged)),
                    *("--log-level", "none", "--log-level-file", "none", "--no-partial-parse"),
                ]
            )
        if not done.success:
            raise RapportError(f"dbt cannot read the project in {project}: {done.exception}")
        for stray in staged.iterdir():
            if stray.name not in _FILES:
                stray.unlink()
        write_json(staged / _SUMS_NAME, _sums(staged))
        _keep(staged, folder)
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def _keep(staged: Path, folder: Path) -> None:
    try:
        staged.rename(folder)
    except OSError:
        # Another process parsed the same state meanwhile; its result is as good as ours.
        if not _is_sound(folder):
            raise
    others = [path for path in folder.parent.iterdir() if not path.name.startswith("parse-")]
    for path in sorted(others, key=lambda each: each.stat().st_mtime, reverse=True)[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)
