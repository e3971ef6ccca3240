"""The folder that holds everything of one practice.

Here: where each thing lies. Not here: what rapport.toml says (settings.py), or
what the files hold.
"""

from __future__ import annotations

import glob
import os
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import RapportError
from review_log import NAME

HOME_VARIABLE = "RAPPORT_HOME"
DEFAULT_HOME = Path("rapport-home")


@dataclass(frozen=True)
class Home:
    """The folder that holds everything of one practice; each property is a place in it."""

    path: Path

    @property
    def settings_file(self) -> Path:
        """``rapport.toml``."""
        return self.path / "rapport.toml"

    @property
    def inbox(self) -> Path:
        """Exports as they came; identifiable."""
        return self.path / "inbox"

    @property
    def landing(self) -> Path:
        """Canonical rows without identities, one folder per feed, and the ledger."""
        return self.path / "landing"

    @property
    def quarantine(self) -> Path:
        """Which row failed which rule, one file per delivery."""
        return self.path / "quarantine"

    @property
    def build(self) -> Path:
        """What dbt reads and writes during a build."""
        return self.path / "build"

    @property
    def releases(self) -> Path:
        """Released files and the pointer to the current one."""
        return self.path / "releases"

    @property
    def secrets(self) -> Path:
        """The pseudonym key, and the keys of systems that are fetched from."""
        return self.path / "secrets"

    @property
    def fetch(self) -> Path:
        """Per fetched source, when it was fetched last."""
        return self.path / "fetch"

    @property
    def digests(self) -> Path:
        """Weekly digests, a folder per week, and what became of each; made when first written."""
        return self.path / "digests"

    @property
    def review_log(self) -> Path:
        """What supervisors recorded, where it lies in SQLite."""
        return self.path / NAME

    @property
    def logs(self) -> Path:
        """Logs and Dagster's own storage."""
        return self.path / "logs"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Every folder a home has."""
        return (
            self.inbox,
            self.landing,
            self.quarantine,
            self.build,
            self.releases,
            self.secrets,
            self.fetch,
            self.review_log,
            self.logs,
        )

    def create(self) -> None:
        """Make the home and its folders for their owner alone (mode 0700)."""
        for folder in (self.path, *self.folders):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)


def parquet_in(folder: Path) -> str:
    """Pattern of a folder's Parquet files for DuckDB; wildcards in the folder's own name are none.

    A home may lie in ``exports [2026]`` or ``what now?``; unescaped, DuckDB would find no file.
    """
    return str(Path(glob.escape(str(folder))) / "*.parquet")


def home_path(home: Path | None = None) -> Path:
    """Absolute path of the home: the argument, else ``RAPPORT_HOME``, else ``./rapport-home``.

    Raises:
        RapportError: DuckDB could not keep a database there.
    """
    path = (home or Path(os.environ.get(HOME_VARIABLE) or DEFAULT_HOME)).expanduser().absolute()
    if "?" in str(path):
        # DuckDB takes what follows for options and looks for its log file beside another path.
        raise RapportError(
            "the path of the home holds a question mark, which the database cannot take: "
            "rename the folder, or set RAPPORT_HOME to another one"
        )
    return path
