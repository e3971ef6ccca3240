"""``rapport sources``: the readers there are, what each takes and needs, and which source uses it.

Not here: what a reader does (readers/), or what a source's settings mean (settings.py).
"""

from __future__ import annotations

import click

from orchestration.commands.output import fact, line, wrapped
from orchestration.errors import SettingsError
from orchestration.readers import READERS
from orchestration.readers.base import Reader
from orchestration.settings import load_settings


@click.command("sources")
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """List the systems whose exports Rapport reads, and what each needs.

    NAME shows one reader alone. The steps of each are in docs/connect/.
    """
    if name is not None and name not in READERS:
        raise click.BadParameter(f"no such reader (known: {', '.join(READERS)})")
    used = _used()
    for reader in [READERS[name]] if name else READERS.values():
        _describe(reader, used.get(reader.name, []))
        line()
    if name is None:
        line("Not among them? Any CSV, Excel or Parquet table can be read with a map of its")
        line("columns: docs/connect/README.md says how to begin.")
    return 0


def _used() -> dict[str, list[str]]:
    """Sources of this home by reader; nothing where there is no home yet."""
    try:
        settings = load_settings()
    except SettingsError:
        return {}
    used: dict[str, list[str]] = {}
    for name, config in sorted(settings.sources.items()):
        used.setdefault(config.reader, []).append(name)
    return used


def _describe(reader: Reader, sources: list[str]) -> None:
    about = reader.about
    line(f"{reader.name}: {about.system}")
    for name, text in (
        ("takes", about.takes),
        ("gives", ", ".join(about.feeds)),
        *(("needs", need) for need in about.needs),
        ("page", f"docs/connect/{reader.name}.md"),
    ):
        wrapped(name, text)
    if sources:
        fact("in use", ", ".join(sources))
