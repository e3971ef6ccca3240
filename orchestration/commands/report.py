"""``rapport report``: a paper as a PDF file, made by the dashboard's own code in a process beside.

Here: options, and a file that is whole or not there. Not here: what a paper says
(dashboards/reports/, which this side never imports).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from orchestration.beside import ask_dashboard
from orchestration.commands.output import line
from orchestration.durable import put_in_place
from orchestration.errors import RapportError
from orchestration.release.catalogue import find_release
from orchestration.settings import load_settings

_AS = 'As on the page: "Supervisor 46AF", "Analyst". By default the clinical director.'


@click.group("report")
def command() -> None:
    """Make a paper as a PDF: case, agenda, month, quality or definition.

    The papers are those of the pages. They are made for whoever sits at this machine: by default as
    the clinical director sees the practice, with --as as somebody else does.
    """


def _options(function: Callable[..., int]) -> Callable[..., int]:
    for option in (
        click.option("--force", is_flag=True, help="Replace a file that is there already."),
        click.option("--release", "release_id", metavar="ID", help="Of this release."),
        click.option("--as", "persona", metavar="PERSONA", default="", help=_AS),
        click.option("--paper", type=click.Choice(["a4", "letter"]), default="a4"),
        click.option(
            "--out", type=click.Path(path_type=Path), required=True, help="File or folder."
        ),
    ):
        function = option(function)
    return function


@command.command("case")
@click.argument("case")
@_options
def case(case: str, **common: Any) -> int:
    """Make the review of one CASE on one page: its client's code (C-…), or its key in an address.

    Of a client with several treatments the code means the latest.
    """
    return _make("case", case, {}, **common)


@command.command("agenda")
@click.option("--supervisor", default="", help='Label of a supervisor: "Clinician 46AF".')
@click.option("--clinician", default="", help="Label of one supervisee.")
@click.option("--minutes", type=click.Choice(["30", "60", "90", "120", "240"]), default="60")
@_options
def agenda(supervisor: str, clinician: str, minutes: str, **common: Any) -> int:
    """Make the agenda of a supervision meeting on one or two pages."""
    told = {"supervisor": supervisor, "clinician": clinician, "minutes": minutes}
    return _make("agenda", None, told, **common)


@command.command("month")
@click.option("--period", default="", help="2026-10, 2026-Q3 or all; by default the last month.")
@click.option("--measure", default="", help="Code of an alliance questionnaire, such as srs.")
@_options
def month(period: str, measure: str, **common: Any) -> int:
    """Make the report for the board on two pages."""
    return _make("month", None, {"period": period, "measure": measure}, **common)


@command.command("quality")
@click.option("--measure", default="", help="Code of an alliance questionnaire, such as srs.")
@_options
def quality(measure: str, **common: Any) -> int:
    """Make the data-quality summary."""
    return _make("quality", None, {"measure": measure}, **common)


@command.command("definition")
@click.argument("metric")
@_options
def definition(metric: str, **common: Any) -> int:
    """Make the definition card of one METRIC, such as dropout_d1."""
    return _make("definition", metric, {}, **common)


def _make(
    kind: str,
    name: str | None,
    told: dict[str, str],
    *,
    out: Path,
    paper: str,
    persona: str,
    release_id: str | None,
    force: bool,
) -> int:
    """Have a paper made and put it in its place."""
    settings = load_settings()
    if not out.is_dir():
        _must_be_free(out, force)
    if release_id is not None:
        release_id = find_release(settings.home, release_id).release_id
    parameters = {"as": persona, "paper": paper, **told}
    made = ask_dashboard(settings.home, release_id, kind=kind, name=name, parameters=parameters)
    own_name, _, pdf = made.partition(b"\n")
    place = out / own_name.decode() if out.is_dir() else out
    _save(place, pdf, force)
    line(f"{place}")
    return 0


def _must_be_free(place: Path, force: bool) -> None:
    if not place.parent.is_dir():
        raise RapportError(f"There is no folder {place.parent}.")
    if place.exists() and not force:
        raise RapportError(f"{place} is there already: take another name, or --force.")


def _save(place: Path, pdf: bytes, force: bool) -> None:
    """Write the file for its owner alone, whole or not at all.

    Raises:
        RapportError: it is there already, or cannot be written.
    """
    _must_be_free(place, force)
    try:
        # Made with mode 0600.
        handle, staged = tempfile.mkstemp(dir=place.parent, prefix=".rapport-", suffix=".pdf")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(pdf)
                file.flush()
                os.fsync(file.fileno())
            put_in_place(Path(staged), place)
        finally:
            Path(staged).unlink(missing_ok=True)
    except OSError as error:
        raise RapportError(f"{place} cannot be written: {error.strerror}.") from None
