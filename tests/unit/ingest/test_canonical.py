"""The canonical reader: which file is which feed, which columns pass, what is said of the others.

Belongs here: extracts. Does not belong here: checks of values, the landing.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from orchestration.errors import SettingsError
from orchestration.readers.base import Delivery, DeliveryRejected, Extract
from orchestration.readers.canonical import CanonicalReader, feed_of
from orchestration.settings import SourceConfig
from tests.unit.ingest.making import GOOD, SESSIONS, memory_file


def read(files: dict[str, bytes | str], **options) -> list[Extract]:
    made = tuple(memory_file(name, data) for name, data in files.items())
    delivery = Delivery("clinic", "today", "UTC", made)
    return list(CanonicalReader().read(delivery, SourceConfig(options=options)))


def parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "feed"),
    [
        ("sessions.csv", "sessions"),
        ("Sessions.CSV", "sessions"),
        ("clients.parquet", "clients"),
        ("sessions_2.csv", "sessions"),
        ("sessions-part1.parquet", "sessions"),
        ("feedback_2026-03.csv", "feedback"),
        ("id_links.csv", "id_links"),
        ("sessions_old.csv", None),
        ("mysessions.csv", None),
        ("sessions.xlsx", None),
        ("sessions.csv.gz", None),
    ],
)
def test_a_file_is_known_by_its_name(name, feed):
    found = feed_of(name)
    assert (found.name if found else None) == feed


def test_only_the_contract_s_columns_pass_and_the_others_are_named():
    header = "Client Name,notes,session_id,client_id,clinician_id,started_at,status,jane@x.org,"
    (extract,) = read({"sessions.csv": f"{header}\nA,B,s1,c1,t1,2026-03-04T10:00,attended,C,D\n"})
    assert extract.frame.columns == [
        "row_number",
        "session_id",
        "client_id",
        "clinician_id",
        "started_at",
        "status",
    ]
    assert extract.dropped_columns == ("Client Name", "notes", "column 8", "column 9")
    assert extract.warnings == (
        "sessions.csv: columns outside the contract were dropped: Client Name, notes, column 8, "
        "column 9 (looks like identity or free text: Client Name, notes; pii_column_dropped)",
    )


def test_header_case_spaces_and_order_do_not_matter_but_are_said():
    (extract,) = read(
        {"clients.csv": "\ufeffGender, Client ID\u00a0,Birth-Year\nf,c1,1980\n"},
    )
    assert extract.frame.select("client_id", "birth_year", "gender").rows() == [("c1", "1980", "f")]
    assert any("without regard to case and spaces" in said for said in extract.warnings)


@pytest.mark.parametrize(
    ("text", "rule", "said"),
    [
        ("s1,c1,t1,2026-03-04T10:00,attended\n", "header_mismatch", "session_id, client_id"),
        ("session_id,client_id,started_at,status\n1,2,3,4\n", "header_mismatch", "clinician_id"),
        (f"{SESSIONS},Status\n1,2,3,4,5,6\n", "duplicate_header", "twice: status"),
        (f"{SESSIONS},x,X\n1,2,3,4,5,6,7\n", "duplicate_header", "a name stands twice"),
    ],
)
def test_a_header_that_does_not_fit_is_rejected(text, rule, said):
    with pytest.raises(DeliveryRejected, match=said) as caught:
        read({"sessions.csv": text})
    assert (caught.value.rule, caught.value.file) == (rule, "sessions.csv")
    assert "c1" not in str(caught.value)


def test_a_file_of_another_name_is_said_and_without_any_feed_rejected():
    extracts = read({"readme.txt": "hello", "sessions.csv": GOOD})
    assert extracts[0].warnings == (
        "readme.txt: not read, because its name is not that of a feed (unknown_file)",
    )
    with pytest.raises(DeliveryRejected, match="no_feed_file"):
        read({"export.csv": GOOD})


def test_parts_of_a_feed_are_extracts_of_their_own():
    extracts = read({"sessions_1.csv": GOOD, "sessions_2.csv": GOOD})
    assert [(each.feed, each.file, each.rows_read) for each in extracts] == [
        ("sessions", "sessions_1.csv", 2),
        ("sessions", "sessions_2.csv", 2),
    ]


def test_parquet_cells_come_as_the_contract_writes_them():
    frame = pl.DataFrame(
        {
            "session_id": [1, 2],
            "client_id": pl.Series(["c1", None], dtype=pl.Categorical()),
            "clinician_id": ["t1", "t2"],
            "started_at": [datetime(2026, 3, 4, 10, tzinfo=UTC), None],
            "status": ["attended", "no_show"],
            "booked_at": [datetime(2026, 3, 1, 9, 30), None],
            "duration_minutes": [Decimal("50.5"), None],
            "is_deleted": [True, None],
            "record_updated_at": [date(2026, 3, 4), None],
            "client_name": ["A", "B"],
        }
    )
    (extract,) = read({"sessions.parquet": parquet(frame)})
    assert extract.frame.row(0, named=True) == {
        "row_number": 1,
        "session_id": "1",
        "client_id": "c1",
        "clinician_id": "t1",
        "started_at": "2026-03-04T10:00:00.000000Z",
        "status": "attended",
        "booked_at": "2026-03-01T09:30:00.000000",
        "duration_minutes": "50.5",
        "is_deleted": "true",
        "record_updated_at": "2026-03-04",
    }
    assert extract.frame.row(1)[2:5] == (None, "t2", None)
    assert (extract.rows_read, extract.dropped_columns) == (2, ("client_name",))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty_file"),
        (b"PAR1", "unreadable"),
        (b"PAR1 broken PAR1", "unreadable"),
        (b"client_id\nc1\n", "unreadable"),
        (parquet(pl.DataFrame({"client_id": [["a"]]})), "column_type"),
        (parquet(pl.DataFrame({"client_id": [b"a"]})), "column_type"),
        (parquet(pl.DataFrame({"id": ["a"]})), "header_mismatch"),
        (parquet(pl.DataFrame({f"c{i}": ["a"] for i in range(501)})), "too_many_columns"),
    ],
)
def test_parquet_that_cannot_be_read_is_rejected(data, rule):
    with pytest.raises(DeliveryRejected) as caught:
        read({"clients.parquet": data})
    assert (caught.value.rule, caught.value.file) == (rule, "clients.parquet")


@pytest.mark.parametrize(
    "column",
    [
        pa.DictionaryArray.from_arrays(
            pa.array([0] * 50_000, pa.int32()), pa.array(["x" * 50_000])
        ),
        pa.nulls(20_000_000, pa.int8()),
    ],
    ids=["one long text in every row", "nothing in millions of rows"],
)
def test_parquet_that_writes_a_value_once_for_millions_of_rows_is_not_unpacked(column):
    buffer = io.BytesIO()
    pq.write_table(pa.table({"client_id": column}), buffer)
    assert len(buffer.getvalue()) < 200_000
    with pytest.raises(DeliveryRejected) as caught:
        read({"clients.parquet": buffer.getvalue()})
    assert caught.value.rule == "decompression_bomb"


def test_the_options_are_checked_by_their_path():
    reader = CanonicalReader()
    reader.validate("clinic", SourceConfig(options={"encoding": "cp1252"}))
    with pytest.raises(SettingsError, match=r"sources\.clinic\.options\.encodng: unknown key"):
        reader.validate("clinic", SourceConfig(options={"encodng": "cp1252"}))
    with pytest.raises(SettingsError, match=r"sources\.clinic\.feeds"):
        reader.validate("clinic", SourceConfig(feeds=[{}]))


def test_a_declared_encoding_reaches_the_file():
    text = "client_id,gender\nc1,männlich\n".encode("cp1252")
    (extract,) = read({"clients.csv": text}, encoding="cp1252")
    assert extract.frame["gender"].to_list() == ["männlich"]
