"""The options of a source whose reader maps no columns.

Here: checking ``[sources.<name>.options]`` against a reader's model. Not here: the models (each
reader's own), maps of columns (mapped_config.py).
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from orchestration.errors import SettingsError
from orchestration.settings import SourceConfig, describe

_Options = TypeVar("_Options", bound=BaseModel)


def read_options(
    model: type[_Options], source: str, config: SourceConfig, instead: str = ""
) -> _Options:
    """The checked options of a reader that maps no columns.

    Args:
        model: of the options.
        source: name of the source.
        config: its settings.
        instead: where such a reader declares what ``feeds`` would; told to whoever looks there.

    Raises:
        SettingsError: a key is unknown or wrong, or the source has ``feeds``.
    """
    prefix = f"sources.{source}"
    if config.feeds is not None:
        said = f'rapport.toml: {prefix}.feeds: only the reader "mapped" maps columns'
        raise SettingsError("; ".join(filter(None, (said, instead))))
    try:
        return model.model_validate(config.options)
    except ValidationError as error:
        raise SettingsError(describe(error, f"{prefix}.options")) from None
