"""Ids for people known by name: what is one person, and files written with names."""

from __future__ import annotations

import polars as pl
import pytest

from orchestration.contracts.feeds import ID_LINKS
from orchestration.extract.row_checks import check_rows
from orchestration.readers.base import Delivery, Extract
from orchestration.readers.names import name_id, read_named
from tests.unit.ingest.making import memory_file

TESSA = name_id("Tessa Testcase")


@pytest.mark.parametrize(
    "written",
    [
        "tessa testcase",
        "  Tessa   Testcase ",
        "TESSA\u00a0TESTCASE",
        "\uff34\uff25\uff33\uff33\uff21 Testcase",  # full-width letters
        "Tessa\u200b Testcase",
        "Tessa\tTestcase",
    ],
)
def test_case_width_and_spaces_do_not_make_another_person(written: str) -> None:
    assert name_id(written) == TESSA


@pytest.mark.parametrize("written", ["Testcase, Tessa", "Tessa T. Testcase", "Téssa Testcase"])
def test_nothing_is_guessed_about_a_name(written: str) -> None:
    assert name_id(written) != TESSA


def test_composed_and_decomposed_letters_are_one() -> None:
    assert name_id("Jos\u00e9 Ejemplo") == name_id("Jose\u0301 Ejemplo")
    assert name_id("Stra\u00dfe Muster") == name_id("STRASSE MUSTER")


def test_an_id_says_nothing_and_passes_as_an_id() -> None:
    assert TESSA is not None
    assert TESSA.startswith("name-")
    assert len(TESSA) == 37
    assert "tessa" not in TESSA
    assert name_id(TESSA) == TESSA
    assert name_id(" \u200b ") is None
    assert name_id(None) is None
    assert name_id("\ud800") is not None


def _read(name: str, text: str, source: str = "clinic") -> list[Extract]:
    delivery = Delivery(source, "march", "UTC", ())
    return list(read_named(delivery, [memory_file(name, text)]))


def test_links_between_names_become_links_between_ids() -> None:
    (links,) = _read(
        "id_links.csv",
        "entity,source_system,old_id,target_source_system,new_id,relation\n"
        "client,Clinic,Tessa Testcase,,Tessa Newname,renamed\n"
        "client,clinic,Tessa Testcase,forms,F-17,same_person\n"
        "client,forms,F-18,clinic,Petra Probe,same_person\n"
        "client,forms,Petra Probe,,F-19,same_person\n",
    )
    assert links.frame.select("old_id", "new_id").rows() == [
        (TESSA, name_id("Tessa Newname")),
        (TESSA, "F-17"),
        ("F-18", name_id("Petra Probe")),
        ("Petra Probe", "F-19"),
    ]
    checked = check_rows(ID_LINKS, links.frame, zone="UTC", latest=None)
    # The name that stands where another system's id belongs does not land.
    assert checked.bad.rows() == [(5, "pii_suspected", "old_id")]


def test_supervision_may_be_written_with_names() -> None:
    (pairs,) = _read(
        "supervision.csv",
        "supervision_id,supervisor_id,supervisee_id,kind,started_on,client_id\n"
        "v1,Sue Pervisor,Theo Therapist,assignment,2026-01-01,\n",
    )
    assert pairs.frame.select(pl.exclude("row_number")).rows() == [
        ("v1", name_id("Sue Pervisor"), name_id("Theo Therapist"), "assignment", "2026-01-01", None)
    ]
