"""Releases: publishing a finished build, the shelf of releases, reading one.

Here: the names that the rest of orchestration uses. Not here: building (warehouse.py), the command
line (commands/). Reading is imported from ``release.reading`` by those who need it, because it
costs the import of DuckDB.
"""

from orchestration.release.catalogue import (
    Current,
    NoReleaseError,
    Release,
    current_release,
    list_releases,
    rollback,
)

__all__ = [
    "Current",
    "NoReleaseError",
    "Release",
    "current_release",
    "list_releases",
    "rollback",
]
