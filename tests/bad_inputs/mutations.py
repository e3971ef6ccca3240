"""Ways to spoil a delivery: bytes, rows and cells, JSON, workbooks, names.

Belongs here: pure functions of (files, random) that give the spoiled files. Does not belong here:
what must hold afterwards (`fuzz.py`), sound deliveries (`examples*.py`).
"""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.bad_inputs.cases import MAIL, NAME, PHONE

Files = dict[str, bytes]

NASTY = (
    "", " ", ",", ";", "\t", '"', '""', "'", "\n", "\r", "\0", "\x1a", "\ufeff", "\u200b", "\u202e",
    "=1+1", "@x", "-", "--", "NA", "NULL", "None", "nan", "inf", "-1", "0", "1e999", "1.23E+11",
    "98.0", "1,5", "45352", "9" * 15, "9" * 30, "-0", "0x10", "３", "２０２６", "true", "No",
    "2026-02-31", "2026-01-05", "2025-03-30T01:30", "2025-10-26T01:30", "0000-00-00", "24:00",
    "9999-12-31T23:59:59-12:00", "13/13/2026", "01/02/2026 10:00", "x" * 300, "é", "\U0001f600",
    "../../etc/passwd", "%s%n", "{0}", "\\N", "[]", "{}", "<b>", "#N/A", NAME, MAIL, PHONE,
    f"{NAME}\n{PHONE}",
)  # fmt: skip

JSON_NASTY: tuple[Any, ...] = (
    None, True, False, 0, -1, 10**30, 1.5, "", [], {}, [None], [[]], {"value": None}, "\ud800",
    [{}], {"reference": 5}, {"reference": "Patient"}, {"reference": "#x"}, {"value": ""}, NAME,
    "2026-02-31", "not-a-date", "2026-01-05T10:00:00+99:00", "http://x.example/y",
)  # fmt: skip


@dataclass(frozen=True)
class Spoiled:
    """Files after a mutation.

    Attributes:
        files: by name.
        how: what was done, for whoever looks into a failure.
        file: for a change of single rows of a table, the table; None for any other change.
        touched: the numbers of those rows; the table's others are as they were, where they were.
    """

    files: Files
    how: str
    file: str | None = None
    touched: frozenset[int] = frozenset()


Mutation = Callable[[Files, random.Random], Spoiled]


def _change(files: Files, name: str, data: bytes, how: str) -> Spoiled:
    return Spoiled({**files, name: data}, f"{how} in {name}")


def _pick(files: Files, rng: random.Random) -> str:
    return rng.choice(sorted(files))


def flip(files: Files, rng: random.Random) -> Spoiled:
    """Some bytes become others."""
    name = _pick(files, rng)
    data = bytearray(files[name])
    for _ in range(rng.choice((1, 1, 2, 8))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return _change(files, name, bytes(data), "flip")


def cut(files: Files, rng: random.Random) -> Spoiled:
    """The file ends too early, or its start is gone."""
    name = _pick(files, rng)
    place = rng.randrange(len(files[name]) + 1)
    data = files[name][:place] if rng.random() < 0.8 else files[name][place:]
    return _change(files, name, data, "cut")


def splice(files: Files, rng: random.Random) -> Spoiled:
    """A part stands twice, is gone, or comes from elsewhere in the delivery."""
    name, other = _pick(files, rng), _pick(files, rng)
    data, source = files[name], files[other]
    start, stop = sorted(rng.randrange(len(source) + 1) for _ in range(2))
    place = rng.randrange(len(data) + 1)
    end = place if rng.random() < 0.5 else min(len(data), place + rng.randrange(200))
    part = source[start : min(stop, start + 400)] if rng.random() < 0.7 else b""
    return _change(files, name, data[:place] + part + data[end:], "splice")


def insert(files: Files, rng: random.Random) -> Spoiled:
    """Something nasty stands where nothing stood."""
    name = _pick(files, rng)
    place = rng.randrange(len(files[name]) + 1)
    part = rng.choice(NASTY).encode("utf-8", "surrogatepass")
    if rng.random() < 0.2:
        part = rng.randbytes(rng.randrange(1, 40))
    return _change(files, name, files[name][:place] + part + files[name][place:], "insert")


def recode(files: Files, rng: random.Random) -> Spoiled:
    """Another encoding, a byte-order mark, other line ends."""
    name = _pick(files, rng)
    data = files[name]
    text = data.decode("utf-8", "replace")
    kinds: dict[str, Callable[[], bytes]] = {
        "utf-16": lambda: text.encode("utf-16"),
        "utf-16-le": lambda: text.encode("utf-16-le"),
        "utf-8-sig": lambda: text.encode("utf-8-sig"),
        "latin-1": lambda: text.replace("e", "\xe9").encode("latin-1", "replace"),
        "crlf": lambda: data.replace(b"\n", b"\r\n"),
        "cr": lambda: data.replace(b"\n", b"\r"),
        "mixed ends": lambda: data.replace(b"\n", b"\r\n", 3),
        "zeros": lambda: data + bytes(64),
        "semicolons": lambda: data.replace(b",", b";"),
        "one line": lambda: data.replace(b"\n", b" "),
    }
    kind = rng.choice(sorted(kinds))
    return _change(files, name, kinds[kind](), kind)


def rename(files: Files, rng: random.Random) -> Spoiled:
    """Names of files: two swapped, a person's, another ending, a file that is not there."""
    name, other = _pick(files, rng), _pick(files, rng)
    changed = dict(files)
    how = rng.choice(("swap", "person", "ending", "gone", "twice"))
    if how == "swap":
        changed[name], changed[other] = files[other], files[name]
    elif how == "twice":
        changed[f"{NAME} {name}"] = files[name]
    else:
        data = changed.pop(name)
        stem, _, suffix = name.rpartition(".")
        new = rng.choice(("csv", "xlsx", "json", "ndjson", "parquet", "txt", "xls"))
        if how == "person":
            changed[f"{NAME}.{suffix}"] = data
        elif how == "ending":
            changed[f"{stem}.{new}"] = data
    return Spoiled(changed or {name: b""}, f"rename {how} {name}")


BYTES: tuple[Mutation, ...] = (flip, flip, cut, splice, splice, insert, insert, recode, rename)


def _tables(files: Files) -> list[str]:
    return [name for name in sorted(files) if name.lower().endswith((".csv", ".tsv", ".txt"))]


def cells(files: Files, rng: random.Random) -> Spoiled:
    """Single cells of single rows; all other rows stay as they are."""
    name = rng.choice(_tables(files))
    rows = list(csv.reader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))
    touched = set()
    for _ in range(rng.choice((1, 1, 2, 5))):
        place = rng.randrange(1, len(rows))
        row, other = rows[place], rows[rng.randrange(1, len(rows))]
        column = rng.randrange(max(len(row), 1))
        how = rng.choice(("nasty", "nasty", "nasty", "swap", "short", "long", "same"))
        touched.add(place + 1)
        if how == "nasty":
            row[column : column + 1] = [rng.choice(NASTY)]
        elif how == "swap":
            row[column : column + 1] = [rng.choice(other or [""])]
        elif how == "short":
            del row[column:]
        elif how == "long":
            row += [rng.choice(NASTY)] * rng.randrange(1, 4)
        else:
            rows[place] = list(other)
    return Spoiled({**files, name: _written(rows)}, f"cells in {name}", name, frozenset(touched))


def records(files: Files, rng: random.Random) -> Spoiled:
    """Rows at the end of a table: doubled, contradicted, nonsense; those above stay."""
    name = rng.choice(_tables(files))
    rows = list(csv.reader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))
    start = len(rows) + 1
    for _ in range(rng.randrange(1, 4)):
        row = list(rng.choice(rows[1:]))
        if rng.random() < 0.6 and row:
            row[rng.randrange(len(row))] = rng.choice(NASTY)
        rows.append(row)
    touched = frozenset(range(start, len(rows) + 1))
    return Spoiled({**files, name: _written(rows)}, f"records in {name}", name, touched)


def columns(files: Files, rng: random.Random) -> Spoiled:
    """Columns moved, doubled, renamed, gone; or their names alone."""
    name = rng.choice(_tables(files))
    rows = list(csv.reader(io.StringIO(files[name].decode("utf-8-sig"), newline="")))
    one, two = (rng.randrange(len(rows[0])) for _ in range(2))
    how = rng.choice(("move", "names", "rename", "gone", "double", "none"))
    for row in rows if how in ("move", "gone", "double") else rows[:1]:
        if max(one, two) >= len(row):
            continue
        if how in ("move", "names"):
            row[one], row[two] = row[two], row[one]
        elif how == "rename":
            row[one] = rng.choice((NAME, MAIL, "x", row[one].upper(), f" {row[one]} ", ""))
        elif how == "gone":
            del row[one]
        elif how == "double":
            row.insert(two, row[one])
    if how == "none":
        del rows[0]
    return Spoiled({**files, name: _written(rows)}, f"columns {how} in {name}")


def _written(rows: list[list[str]]) -> bytes:
    text = io.StringIO(newline="")
    # Python 3.11 does not quote a lone carriage return by itself, and the row would be two.
    has_return = any("\r" in cell for row in rows for cell in row)
    quoting = csv.QUOTE_ALL if has_return else csv.QUOTE_MINIMAL
    csv.writer(text, lineterminator="\n", quoting=quoting).writerows(rows)
    return text.getvalue().encode("utf-8", "surrogatepass")


TABLES: tuple[Mutation, ...] = (cells, cells, cells, records, columns)


def _is_json(name: str) -> bool:
    return name.lower().endswith((".json", ".ndjson"))


def structure(files: Files, rng: random.Random) -> Spoiled:
    """A place in a JSON document, or in a line of one, becomes something else."""
    name = rng.choice([each for each in sorted(files) if _is_json(each)])
    text = files[name].decode("utf-8-sig")
    is_lines = name.lower().endswith(".ndjson")
    documents = [json.loads(line) for line in text.splitlines() if line.strip()] if is_lines else []
    if not is_lines:
        documents = [json.loads(text)]
    place = rng.randrange(len(documents))
    for _ in range(rng.choice((1, 1, 2, 4))):
        documents[place] = _spoil(documents[place], rng)
    text = "\n".join(json.dumps(each) for each in documents)
    return _change(files, name, text.encode("utf-8", "surrogatepass"), "structure")


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) below a node."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in list(items):
        yield node, key
        if isinstance(child, dict | list):
            yield from _places(child)


def _spoil(document: Any, rng: random.Random) -> Any:
    places = list(_places(document)) if isinstance(document, dict | list) else []
    if not places:
        return rng.choice(JSON_NASTY)
    holder, key = rng.choice(places)
    how = rng.choice(("nasty", "nasty", "gone", "double", "wrap", "swap", "rename", "cell"))
    if how == "nasty":
        holder[key] = rng.choice(JSON_NASTY)
    elif how == "cell":
        holder[key] = rng.choice(NASTY)
    elif how == "gone":
        del holder[key]
    elif how == "wrap":
        holder[key] = [holder[key]] if rng.random() < 0.5 else {str(key): holder[key]}
    elif how == "swap":
        other, place = rng.choice(places)
        holder[key] = json.loads(json.dumps(other[place]))
    elif isinstance(holder, list):
        holder.append(json.loads(json.dumps(holder[key])))
    else:
        holder[rng.choice((NAME, "id", "value", "status"))] = holder.pop(key)
    return document


def workbook(files: Files, rng: random.Random) -> Spoiled:
    """A part of a workbook, or of an archive, is spoiled before it is packed again."""
    name = rng.choice([each for each in sorted(files) if each.lower().endswith((".xlsx", ".zip"))])
    with zipfile.ZipFile(io.BytesIO(files[name])) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    spoiled = rng.choice((flip, cut, splice, insert, insert))(parts, rng)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, data in spoiled.files.items():
            archive.writestr(each, data)
    return _change(files, name, buffer.getvalue(), f"{spoiled.how} of the archive")


def mutate(files: Files, rng: random.Random) -> Spoiled:
    """One mutation that fits these files, sometimes two."""
    fitting: list[Mutation] = list(BYTES)
    if any(
        len(files[name].splitlines()) > 1 and name.lower().endswith(".csv")
        for name in _tables(files)
    ):
        fitting += TABLES * 3
    if any(_is_json(name) for name in files):
        fitting += [structure] * 15
    if any(name.lower().endswith((".xlsx", ".zip")) for name in files):
        fitting += [workbook] * 10
    first = rng.choice(fitting)(files, rng)
    if rng.random() < 0.8:
        return first
    second = rng.choice(BYTES)(first.files, rng)
    return Spoiled(second.files, f"{first.how}; {second.how}")
