"""Who gets which paper by its address, and in which words the others are answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.texts import papers as words
from tests.unit.dashboards.small_release import ANNA, CLARA, DORA
from tests.unit.reports import rows
from tests.unit.reports.asking import Answer, get
from tests.unit.reports.reading import text_of

Released = Callable[..., Path]
DIRECTOR, SUPERVISOR, OTHER = "Clinical director", "Supervisor F6AA", "Supervisor F7AA"
NOT_HERE = "No such paper in your view. The link may be old, or it is not yours."


@pytest.fixture
def asking(released: Released) -> Callable[..., Answer]:
    """Give a way to ask for papers of a release with cases of Anna, Clara and Dora."""
    cases: rows.Rows = {}
    for episode, clinician in (("e1", ANNA), ("e2", CLARA), ("e3", DORA)):
        for table, found in rows.full_case(episode, clinician, 4).items():
            cases.setdefault(table, []).extend(found)
    released(cases | {"metrics.metric_catalogue": [rows.metric("A sentence.")]})
    return get


@pytest.mark.parametrize(
    ("persona", "may"),
    [
        (DIRECTOR, {"e1", "e2", "e3"}),
        (SUPERVISOR, {"e1"}),
        (OTHER, {"e2"}),
        ("Analyst", set()),
        ("Nobody", set()),
    ],
)
def test_a_case_is_printed_for_whom_it_concerns_alone(
    persona: str, may: set[str], asking: Callable[..., Answer]
) -> None:
    for episode in ("e1", "e2", "e3", "none"):
        answer = asking(f"/papers/case/{episode}.pdf", **{"as": persona})
        if episode in may:
            assert answer.status == 200
            assert answer.body.startswith(b"%PDF")
            assert f"C-{episode.upper()}" in text_of(answer.body)
            assert "C-" not in answer.headers["content-disposition"]
        else:
            assert (answer.status, answer.body.decode()) == (404, NOT_HERE)
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "address",
    ["case.pdf", "agenda/e1.pdf", "other.pdf", "definition/nothing.pdf", "case/e1", "case/.pdf"],
)
def test_what_is_not_there_is_answered_alike(address: str, asking: Callable[..., Answer]) -> None:
    answer = asking(f"/papers/{address}")
    assert answer.status == 404


@pytest.mark.parametrize(
    "name",
    [
        "..%2F..%2Fsecrets%2Fpseudonym.key",
        "%00",
        "e1%00",
        "e1%20",
        "E1",
        "%",
        "_",
        "e1' or 1=1 --",
        "<script>alert(1)<%2Fscript>",
        "e1%0d%0aSet-Cookie:%20a=b",
        "x" * 100_000,
    ],
)
@pytest.mark.parametrize("kind", ["case", "definition"])
def test_a_name_that_is_none_is_answered_alike_and_not_repeated(
    kind: str, name: str, asking: Callable[..., Answer]
) -> None:
    answer = asking(f"/papers/{kind}/{name}.pdf")
    assert answer.status == 404
    assert answer.body.decode() in (words.NO_PAPER, "Not Found")
    assert set(answer.headers) <= {
        "cache-control",
        "x-content-type-options",
        "content-length",
        "content-type",
    }


def test_a_clinician_gets_definitions_alone(home: Path, asking: Callable[..., Answer]) -> None:
    me = {"as": "Clinician A1AA"}
    assert asking("/papers/definition/dropout_d1.pdf", **me).status == 404, "nobody looks as that"
    (home / "rapport.toml").write_text("[dashboard]\nclinician_page = true\n")
    assert asking("/papers/definition/dropout_d1.pdf", **me).status == 200
    for address in ("case/e1", "case/C-E1", "case/e2", "agenda", "month", "quality"):
        assert asking(f"/papers/{address}.pdf", **me).status == 404


@pytest.mark.parametrize("minutes", ["9" * 5000, "²", "٣٠", "-1", "0x3c"])
def test_minutes_that_are_none_count_as_not_said(
    minutes: str, asking: Callable[..., Answer]
) -> None:
    assert asking("/papers/agenda.pdf", minutes=minutes).status == 200


def test_an_agenda_holds_the_cases_in_view_alone(asking: Callable[..., Answer]) -> None:
    said = text_of(asking("/papers/agenda.pdf", **{"as": SUPERVISOR}).body)
    assert "C-E1" in said
    assert "C-E2" not in said
    assert "Supervisor F6AA: you see" in said
    assert asking("/papers/agenda.pdf", **{"as": "Analyst"}).status == 404


def test_filters_are_those_of_the_page_and_are_said(asking: Callable[..., Answer]) -> None:
    chosen = {"clinician": "Clinician C3AA", "minutes": "30"}
    said = text_of(asking("/papers/agenda.pdf", **chosen).body)
    assert "Clinician: Clinician C3AA" in said
    assert "30 minutes" in said
    assert "C-E2" in said
    assert "C-E1" not in said
    # A filter can only take away: somebody else's clinician opens nothing.
    chosen = {"as": SUPERVISOR, "clinician": CLARA}
    assert "C-E2" not in text_of(asking("/papers/agenda.pdf", **chosen).body)


@pytest.mark.parametrize("persona", [DIRECTOR, SUPERVISOR, "Analyst"])
@pytest.mark.parametrize("address", ["month.pdf", "quality.pdf", "definition/dropout_d1.pdf"])
def test_papers_without_cases_are_for_every_role(
    address: str, persona: str, asking: Callable[..., Answer]
) -> None:
    answer = asking(f"/papers/{address}", **{"as": persona})
    assert answer.status == 200
    assert "C-E1" not in text_of(answer.body)


def test_without_a_release_there_is_a_plain_answer(home: Path) -> None:
    answer = get("/papers/month.pdf")
    assert answer.status == 503
    assert "rapport build" in answer.body.decode()
