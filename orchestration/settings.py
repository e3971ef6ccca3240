"""The settings of one home: the folder's layout and a checked ``rapport.toml``.

Here: reading and checking settings, with the key's path in every complaint. Not here: defaults of
metrics (seeds/parameters.csv), the commented template that ``rapport init`` writes
(settings_template.py), the folders (home.py), custom instruments (instruments.py), or secrets.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from orchestration.errors import SettingsError
from orchestration.home import Home, home_path
from orchestration.instruments import CODE as INSTRUMENT_CODE
from orchestration.instruments import Instrument, check_switched_on
from review_log import NAME

__all__ = ["Home", "Settings", "SourceConfig", "describe", "load_settings"]

# One plain address: nothing that could add a line or a second receiver to a mail.
MAIL_ADDRESS = r"^[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$"

# What people call a secret that they write where it does not belong.
_SECRET = re.compile(r"password|secret|token|key$|url$|review_log", re.IGNORECASE)

SOURCE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("is not an IANA time zone such as Europe/London") from error
    return name


def _namespace(name: str) -> str:
    if not SOURCE_NAME.fullmatch(name):
        raise ValueError("may hold letters, digits, _ and - (at most 40)")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
Namespace = Annotated[str, AfterValidator(_namespace)]


class _Part(BaseModel):
    """A table of rapport.toml: unknown keys are errors, values do not change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Practice(_Part):
    """``[practice]``: whose home this is, and the zone where nothing nearer gives one."""

    name: str = Field(default="Our practice", min_length=1, max_length=80)
    time_zone: TimeZone = "UTC"
    demo: bool = False
    logo: str | None = Field(default=None, max_length=200)

    @field_validator("logo")
    @classmethod
    def _in_the_home(cls, name: str | None) -> str | None:
        if name is None:
            return None
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts:
            raise ValueError("names a file in the home, such as logo.svg")
        if path.suffix.lower() not in (".svg", ".png"):
            raise ValueError("is a file that ends in .svg or .png")
        return name


class SourceConfig(_Part):
    """``[sources.<name>]``: how the deliveries of one inbox folder are read.

    ``options`` and ``feeds`` belong to the reader, ``fetch`` to the fetcher of the reader's name;
    each checks its own part with a model of its own when the settings are loaded.
    """

    reader: str = "canonical"
    time_zone: TimeZone | None = None
    extract_kind: Literal["full", "window", "delta"] | None = None
    infer_deletes: bool = False
    generated_at_pattern: str | None = Field(default=None, min_length=2, max_length=200)
    id_namespace: Namespace | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    feeds: Any = None
    fetch: Any = None

    @model_validator(mode="after")
    def _window(self) -> SourceConfig:
        if self.infer_deletes and self.extract_kind != "window":
            raise ValueError('infer_deletes = true needs extract_kind = "window" beside it')
        return self

    def fingerprint(self, time_zone: str) -> str:
        """Hash of all that decides how a file is read: the same means nothing to land anew.

        Args:
            time_zone: the zone in force for the delivery.

        Returns:
            64 hexadecimal characters.
        """
        # How a file came here does not decide how it is read; what a missing row means is asked of
        # what has landed.
        read_by = self.model_dump(mode="json", exclude={"fetch", "infer_deletes"})
        parts = {**read_by, "time_zone": time_zone}
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Intake(_Part):
    """``[intake]``: when a delivery is refused or held instead of some of its rows.

    The ``hold_`` keys are the guards of a full or window delivery (extract/guards.py).
    """

    max_bad_share: float = Field(default=0.20, ge=0, le=1)
    bad_share_min_rows: int = Field(default=10, ge=1)
    max_file_mb: int = Field(default=2048, ge=1)
    hold_below_share: float = Field(default=0.50, ge=0, le=1)
    hold_below_min_rows: int = Field(default=100, ge=1)
    hold_deleted_share: float = Field(default=0.05, ge=0, le=1)
    hold_deleted_rows: int = Field(default=10, ge=0)
    hold_missing_rows: int = Field(default=10, ge=1)


class Releases(_Part):
    """``[releases]``: readers of an old release need time to finish, hence at least three."""

    keep: int = Field(default=3, ge=3)


class Dashboard(_Part):
    """``[dashboard]``: where it listens, when its data count as old, which pages are on."""

    port: int = Field(default=8501, ge=1, le=65535)
    stale_after_hours: float = Field(default=36, gt=0)
    clinician_page: bool = False


class Smtp(_Part):
    """``[digest.smtp]``: the server that takes the mail; its password is in ``secrets/``."""

    host: str = Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9.:_-]+$")
    port: int = Field(default=587, ge=1, le=65535)
    starttls: bool = True
    user: str = Field(default="", max_length=200)
    sender: str = Field(alias="from", pattern=MAIL_ADDRESS)

    @model_validator(mode="after")
    def _protected(self) -> Smtp:
        if not self.starttls and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("starttls = false is for a server on this machine only")
        return self


class Digest(_Part):
    """``[digest]``: the weekly digest for supervisors; off unless a practice wants it."""

    enabled: bool = False
    weekday: Literal[
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"
    ] = "monday"
    base_url: str | None = Field(default=None, pattern=r"^https?://[^\s@]+$", max_length=200)
    smtp: Smtp | None = None


class _Instruments(BaseModel):
    """``[instruments]``: what is switched on, and one table per form of the practice's own."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, Instrument] = Field(init=False)

    enable: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _names(self) -> _Instruments:
        if any(not INSTRUMENT_CODE.fullmatch(code) for code in self.model_extra or {}):
            raise ValueError("an instrument is named custom:<lower-case letters, digits, _>")
        check_switched_on(self.enable)
        return self


class _File(_Part):
    """The whole of rapport.toml."""

    practice: Practice = Practice()
    intake: Intake = Intake()
    releases: Releases = Releases()
    dashboard: Dashboard = Dashboard()
    digest: Digest = Digest()
    sources: dict[str, SourceConfig] = Field(default_factory=dict)
    instruments: _Instruments = _Instruments()

    @model_validator(mode="after")
    def _names(self) -> _File:
        if any(not SOURCE_NAME.fullmatch(name) for name in self.sources):
            raise ValueError("a source's name may hold letters, digits, _ and - (at most 40)")
        if any(name.casefold() == NAME for name in self.sources):
            raise ValueError(f"{NAME} is the name of the app's own review log, not of a source")
        if len({name.lower() for name in self.sources}) < len(self.sources):
            raise ValueError("two sources differ only in upper and lower case")
        return self


@dataclass(frozen=True)
class Settings:
    """The checked settings of one home.

    Attributes:
        instruments: the practice's own forms by code (``custom:...``).
        switched_on: codes of shipped instruments that are off unless a practice wants them.
    """

    home: Home
    practice: Practice
    intake: Intake
    releases: Releases
    dashboard: Dashboard
    digest: Digest
    sources: dict[str, SourceConfig]
    instruments: dict[str, Instrument]
    switched_on: tuple[str, ...]

    def source(self, name: str) -> SourceConfig:
        """The settings of this source; a folder that rapport.toml does not name is canonical."""
        return self.sources.get(name) or SourceConfig()

    def id_namespace(self, name: str) -> str:
        """The namespace of a source's ids: its own name unless several sources share one."""
        return self.source(name).id_namespace or name

    def time_zone(self, name: str) -> str:
        """The zone of a source's local times where its manifest gives none."""
        return self.source(name).time_zone or self.practice.time_zone


def load_settings(home: Path | None = None) -> Settings:
    """Read and check the settings of a home.

    Args:
        home: the home's folder; by default ``RAPPORT_HOME``, else ``./rapport-home``.

    Returns:
        The settings; every reader has checked its own part.

    Raises:
        SettingsError: the home or its rapport.toml is missing or wrong; names the key's path.
    """
    place = Home(home_path(home))
    if not place.settings_file.is_file():
        raise SettingsError(f"no rapport.toml in {place.path}: run `rapport init` first")
    try:
        text = place.settings_file.read_text(encoding="utf-8")
        file = _File.model_validate(tomllib.loads(text))
    except OSError as error:
        raise SettingsError(f"rapport.toml cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError("rapport.toml is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"rapport.toml is not valid TOML: {error}") from None
    except ValidationError as error:
        raise SettingsError(describe(error)) from None
    parts = {name: getattr(file, name) for name in _File.model_fields}
    parts["instruments"] = dict(file.instruments.model_extra or {})
    settings = Settings(home=place, switched_on=file.instruments.enable, **parts)
    _check_sources(settings)
    return settings


def describe(error: ValidationError, prefix: str = "") -> str:
    """Say what is wrong with each key of rapport.toml, by its path and without its value.

    Args:
        error: what pydantic found.
        prefix: path of the table that was checked (``sources.clinic.options``).
    """
    lines = []
    for problem in error.errors(include_url=False, include_input=False, include_context=False):
        path = ".".join([*([prefix] if prefix else []), *(str(part) for part in problem["loc"])])
        if problem["type"] == "extra_forbidden":
            said = "unknown key"
            if _SECRET.search(path):
                said += "; an address with a password, like any secret, is a file of secrets/"
        elif problem["type"] == "missing":
            said = "is needed"
        else:
            said = problem["msg"].removeprefix("Value error, ")
        lines.append(f"rapport.toml: {path}: {said}" if path else f"rapport.toml: {said}")
    return "\n".join(lines)


def _check_sources(settings: Settings) -> None:
    # Imported here because both themselves import SourceConfig.
    from orchestration.extract.times import check_pattern  # noqa: PLC0415
    from orchestration.readers import READERS  # noqa: PLC0415

    for name, config in settings.sources.items():
        if config.generated_at_pattern is not None:
            try:
                check_pattern(config.generated_at_pattern)
            except ValueError as error:
                key = f"sources.{name}.generated_at_pattern"
                raise SettingsError(f"rapport.toml: {key}: {error}") from None
        reader = READERS.get(config.reader)
        if reader is None:
            known = ", ".join(sorted(READERS))
            raise SettingsError(
                f"rapport.toml: sources.{name}.reader: no such reader (known: {known})"
            )
        reader.validate(name, config)
        _check_fetch(name, config)
    fetched = [name for name, config in settings.sources.items() if config.fetch is not None]
    if fetched:
        from orchestration.fetch.secret import check_apart  # noqa: PLC0415 -- imports requests

        check_apart(fetched)


def _check_fetch(name: str, config: SourceConfig) -> None:
    if config.fetch is None:
        return
    from orchestration.fetch import FETCHERS  # noqa: PLC0415 -- as above, and it imports requests
    from orchestration.fetch.secret import check_name  # noqa: PLC0415

    fetcher = FETCHERS.get(config.reader)
    if fetcher is None:
        known = ", ".join(sorted(FETCHERS))
        said = f"the reader {config.reader} cannot fetch (these can: {known})"
        raise SettingsError(f"rapport.toml: sources.{name}.fetch: {said}")
    check_name(name)
    fetcher.options(name, config)
