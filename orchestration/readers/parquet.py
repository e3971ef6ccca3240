"""Parquet files as text tables.

Here: bytes in, a Table of text out, with typed cells written the way the CSV contract writes them
(ISO 8601, ``true``/``false``). Not here: names and meaning of columns.

pyarrow reads, because it checks the file and answers a broken one with an exception; the count of
records comes from the file's own metadata.
"""

from __future__ import annotations

import io

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.readers.base import DeliveryFile, DeliveryRejected
from orchestration.readers.tabular import MAX_COLUMNS, Table, clean_name, unique_names

MAX_UNPACKED_BYTES = 8 * 2**30
MAX_CELLS = 250_000_000
# As of other packed files (archives.py), but that Parquet writes a value once that comes a hundred
# times: an export may unpack further before anybody need suspect it.
SUSPECT_BYTES = 256 * 2**20
MAX_RATIO = 200

_CELL_BYTES = 16  # of a cell in a frame, apart from its text


def read_parquet(file: DeliveryFile) -> Table:
    """Read a Parquet file; the first record is row 1.

    Raises:
        DeliveryRejected: not Parquet, broken, encrypted, too wide, or larger unpacked than allowed.
        DeliveryHeld: the file changed since it was hashed.
    """
    data = file.read_bytes()
    if not data:
        raise DeliveryRejected("empty_file", file.label, "is empty")
    try:
        opened = pq.ParquetFile(io.BytesIO(data))
        _check_size(file, opened.metadata)
        _check_texts(file, data, opened.metadata)
        table = opened.read()
        table.validate(full=True)
    except (pa.ArrowException, OSError, ValueError):
        # The parser's own words may quote the file.
        raise DeliveryRejected("unreadable", file.label, "is not a sound Parquet file") from None
    header = tuple(clean_name(name) for name in table.schema.names)
    names = unique_names(header)
    readable = [_has_text(field.type) for field in table.schema]
    columns = {
        name: _as_text(column) if has_text else pl.Series([None] * len(column), dtype=pl.String())
        for name, column, has_text in zip(names, table.columns, readable, strict=True)
    }
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String()))
    return Table(
        header=header,
        frame=frame.with_row_index("row_number", offset=1).with_columns(
            pl.col("row_number").cast(pl.Int64())
        ),
        rows_read=opened.metadata.num_rows,
        unreadable=tuple(
            name for name, has_text in zip(names, readable, strict=True) if not has_text
        ),
    )


def _check_size(file: DeliveryFile, metadata: pq.FileMetaData) -> None:
    if metadata.num_columns > MAX_COLUMNS:
        raise DeliveryRejected(
            "too_many_columns", file.label, f"has more than {MAX_COLUMNS} columns"
        )
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    cells = sum(group.column(i).num_values for group in groups for i in range(group.num_columns))
    if cells > MAX_CELLS or sum(group.total_byte_size for group in groups) > MAX_UNPACKED_BYTES:
        raise DeliveryRejected("too_big", file.label, "is too large when unpacked")
    _check_ratio(file, cells * _CELL_BYTES)


def _check_texts(file: DeliveryFile, data: bytes, metadata: pq.FileMetaData) -> None:
    """Refuse texts that are written once and stand in millions of cells.

    The size that Parquet states is that of the values as they are written, each once. So they are
    read without being repeated first, and their lengths are added up.
    """
    columns = [metadata.schema.column(place) for place in range(metadata.num_columns)]
    names = [column.path for column in columns if column.physical_type == "BYTE_ARRAY"]
    size = metadata.num_rows * metadata.num_columns * _CELL_BYTES
    opened = pq.ParquetFile(io.BytesIO(data), read_dictionary=names)
    for group in range(metadata.num_row_groups):
        for name in names:
            for column in opened.read_row_group(group, columns=[name]).columns:
                size += sum(map(_text_bytes, column.chunks))
                _check_ratio(file, size)


def _text_bytes(chunk: pa.Array) -> int:
    if not pa.types.is_dictionary(chunk.type):
        return chunk.nbytes
    lengths = pc.binary_length(chunk.dictionary).cast(pa.int64())
    return pc.sum(lengths.take(chunk.indices)).as_py() or 0


def _check_ratio(file: DeliveryFile, unpacked: int) -> None:
    is_bomb = unpacked > SUSPECT_BYTES and unpacked > MAX_RATIO * file.size
    if is_bomb or unpacked > MAX_UNPACKED_BYTES:
        said = "unpacks to far more than an export holds"
        raise DeliveryRejected("decompression_bomb", file.label, said)


def _has_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _has_text(kind.value_type)
    tests = (
        pa.types.is_string,
        pa.types.is_large_string,
        pa.types.is_string_view,
        pa.types.is_boolean,
        pa.types.is_integer,
        pa.types.is_floating,
        pa.types.is_decimal,
        pa.types.is_date,
        pa.types.is_timestamp,
        pa.types.is_null,
    )
    return any(test(kind) for test in tests)


def _as_text(column: pa.ChunkedArray) -> pl.Series:
    """The cells as a CSV of the contract would hold them."""
    values = pl.Series(pl.from_arrow(column))
    if values.dtype == pl.Null:
        return values.cast(pl.String())
    if isinstance(values.dtype, pl.Datetime):
        pattern = "%Y-%m-%dT%H:%M:%S%.6f"
        if values.dtype.time_zone is None:
            return values.dt.strftime(pattern)
        return values.dt.convert_time_zone("UTC").dt.strftime(f"{pattern}Z")
    return values.cast(pl.String())
