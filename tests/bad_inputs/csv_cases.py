"""Bytes, encodings and the structure of CSV text: trust.md 3.2, cases 1 to 33.

Belongs here: canonical sessions.csv files that are no sound CSV, or a strange one. Does not belong
here: values of cells (`value_cases.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.bad_inputs.cases import (
    HEADER,
    MAIL,
    NAME,
    PHONE,
    Case,
    accepted,
    held_back,
    rejected,
    sessions,
    warned,
)

GOOD = sessions()


def cases() -> list[Case]:
    """All of them."""
    return [*_encodings(), *_line_ends(), *_quotes(), *_headers(), *_rows(), *_no_csv()]


def _encodings() -> Iterator[Case]:
    yield warned("bom", "(bom)", b"\xef\xbb\xbf" + GOOD.encode(), trust="1")
    yield warned("utf16-bom", "(encoding_utf16)", GOOD.encode("utf-16"), trust="2")
    tabs = GOOD.replace(",", "\t").replace("\n", "\r\n")
    yield warned("excel-unicode-text", "(delimiter)", tabs.encode("utf-16"), trust="2")
    yield rejected("utf16-le-without-bom", "nul_bytes", GOOD.encode("utf-16-le"), trust="3")
    yield rejected("utf16-be-without-bom", "nul_bytes", GOOD.encode("utf-16-be"), trust="3")
    yield rejected("utf16-cut", "encoding_utf16", GOOD.encode("utf-16")[:-1], trust="2")
    latin = f"l1,{NAME}\xfc,t1,2026-01-05T10:00Z,attended\n".encode("latin-1")
    yield Case(
        "latin-row",
        {"sessions.csv": GOOD.encode() + latin},
        "accepted_with_warnings",
        bad=((5, "structure:invalid_encoding"),),
        good={"sessions": 3},
        trust="4",
    )
    cp1252 = HEADER + "".join(f"Bj\xf6rn-{i},c1,t1,2026-01-05T10:00Z,attended\n" for i in range(12))
    declared = '[options]\nencoding = "cp1252"\n'
    yield rejected("cp1252-not-declared", "too_many_bad_rows", cp1252.encode("cp1252"), trust="4")
    yield Case(
        "cp1252-declared",
        {"sessions.csv": cp1252.encode("cp1252")},
        "accepted",
        good={"sessions": 12},
        settings=declared,
        trust="4",
    )
    yield rejected("nul-in-a-value", "nul_bytes", GOOD.replace("c1", "c\0"), trust="5")
    yield rejected("nul-tail", "nul_bytes", GOOD + "\0" * 99, trust="6")
    yield warned("zero-width-id", "invisible", GOOD.replace("s1,", "s\u200b1,"), trust="10")
    yield warned("bidi-id", "invisible", GOOD.replace("s1,", "\u202es1,"), trust="10")
    yield accepted("nbsp-around-id", GOOD.replace("s1,", "\u00a0s1\u00a0,"), trust="10")


def _line_ends() -> Iterator[Case]:
    yield accepted("crlf", GOOD.replace("\n", "\r\n"), trust="7")
    yield accepted("cr-only", GOOD.replace("\n", "\r"), trust="7")
    yield warned("mixed-ends", "(mixed_eol)", GOOD.replace("\n", "\r\n", 2), trust="7")
    yield held_back("ctrl-z", ("structure:missing_columns", "\x1a"), trust="8")
    yield accepted("no-last-line-end", GOOD.rstrip("\n"), trust="9")
    yield accepted("blank-lines", GOOD.replace("\n", "\n\n"), trust="9")
    yield accepted("rows-of-empty-cells", GOOD + ",,,,\n" * 5, trust="9")


def _quotes() -> Iterator[Case]:
    yield held_back(
        "newline-in-an-id",
        ("bad_characters", 'a"b,c1,t1,2026-01-05T10:00Z,attended'),
        trust="14",
    )
    quoted = GOOD + '"s\n9",c1,t1,2026-01-05T10:00Z,attended\n'
    yield Case(
        "newline-in-a-quoted-id",
        {"sessions.csv": quoted},
        "accepted_with_warnings",
        bad=((5, "bad_characters"),),
        good={"sessions": 3},
        trust="12",
    )
    open_quote = f'{GOOD}z,"{NAME},t,2026,x\ny,c,t,2026,x\n'
    yield rejected("unclosed-quote", "unbalanced_quotes", open_quote, trust="13")
    yield held_back("quote-bomb", ("structure:quotes", '"' * 100_001), trust="15")
    yield held_back(
        "very-long-field",
        ("structure:line_too_long", f"{'y' * 200_000},c1,t1,2026-01-05T10:00Z,attended"),
        trust="15",
    )
    yield held_back(
        "text-after-a-quote", ("structure:quotes", f'"x"{NAME},c1,t1,2026,attended'), trust="14"
    )


def _headers() -> Iterator[Case]:
    def header(old: str, new: str) -> str:
        return GOOD.replace(old, new, 1)

    yield rejected("column-twice", "duplicate_header", header("status", "client_id"), trust="16")
    yield rejected("column-twice-by-case", "duplicate_header", header("status", "Client_ID"))
    nbsp = header("status", "client\u00a0id")
    yield rejected("column-twice-by-space", "duplicate_header", nbsp, trust="16")
    extra_twice = GOOD.replace("\n", f",{NAME},{NAME}\n")
    yield rejected("dropped-column-twice", "duplicate_header", extra_twice, trust="16")
    rows = f"a,{NAME},t,2026-01-01T10:00Z,attended\n" * 3
    yield rejected("no-header", "header_mismatch", rows, trust="17")
    yield rejected("column-renamed", "header_mismatch", header("client_id", "patient"), trust="18")
    yield rejected("column-gone", "header_mismatch", header("client_id,", ""), trust="18")
    loose = GOOD.replace(HEADER, "Session-ID, CLIENT_ID ,clinician id,started_at,Status\n")
    yield warned("header-in-other-case", "without regard to case", loose, trust="19")
    nbsp = header("client_id", "client\u00a0id")
    yield warned("header-with-nbsp", "without regard to case", nbsp, trust="19")
    yield warned(
        "unknown-column", "columns outside the contract", GOOD.replace("\n", ",x\n"), trust="20"
    )
    named = GOOD.replace("\n", f",{NAME},saw {NAME}\n").replace(
        f",{NAME},saw {NAME}", ",client_name,notes", 1
    )
    yield warned("named-columns", "pii_column_dropped", named, trust="20")
    for place, (title, cell) in enumerate((("ref", MAIL), ("ref", PHONE), ("who", NAME)), start=1):
        rows = GOOD.splitlines()
        text = f"{rows[0]},{title}\n" + "".join(
            f"{row},{cell.replace('Zelda', f'Zelda{chr(97 + n)}')}\n"
            for n, row in enumerate(rows[1:])
        )
        yield warned(f"tripwire-by-value-{place}", "pii_column_dropped", text, trust="20")
    heads = GOOD.replace("\n", ",x\n").replace(",x\n", f",{NAME}\n", 1)
    yield warned("header-that-is-a-name", "dropped: column 6", heads, trust="20")
    order = [3, 1, 4, 0, 2]
    moved = "".join(
        ",".join(line.split(",")[i] for i in order) + "\n" for line in GOOD.splitlines()
    )
    yield accepted("columns-moved", moved, trust="21")
    rows = [line.split(",") for line in GOOD.splitlines()]
    more = "".join(",".join([*row[:2], "room", *row[2:]]) + "\n" for row in rows)
    yield warned("column-in-the-middle", "columns outside", more, trust="20 21")
    yield rejected("preamble", "header_mismatch", f"Report of {NAME}\n\n{GOOD}", trust="25")
    wide = ",".join(f"c{i}" for i in range(600))
    yield rejected("600-columns", "too_many_columns", f"{wide}\n{wide}\n", trust="28")
    million = ",".join(["c"] * 1_000_000)
    yield rejected("a-million-columns", "too_many_columns", f"{million}\n", trust="28")
    yield rejected("header-too-long", "header_too_long", "c" * 70_000 + "\n1\n", trust="28")
    latin = GOOD.encode().replace(b"status", b"st\xe4tus", 1)
    yield rejected("header-not-utf8", "header_mismatch", latin, trust="4")


def _rows() -> Iterator[Case]:
    shifted = f"{NAME},x9,c1,t1,2026-01-05T10:00Z"
    yield Case(
        "row-shifted",
        {"sessions.csv": f"{GOOD}{shifted}\n"},
        "accepted_with_warnings",
        bad=((5, "pii_suspected"), (5, "not_a_timestamp"), (5, "not_in_list")),
        good={"sessions": 3},
        trust="22",
    )
    long = f"x9,c1,t1,2026-01-05T10:00Z,attended,{NAME}"
    yield held_back("row-too-long", ("structure:too_many_columns", long), trust="23")
    yield held_back("row-too-short", ("structure:missing_columns", f"x9,{NAME}"), trust="23")
    yield warned("semicolons", "(delimiter)", GOOD.replace(",", ";"), trust="24")
    yield warned("tabs", "(delimiter)", GOOD.replace(",", "\t"), trust="24")
    yield warned("bars", "(delimiter)", GOOD.replace(",", "|"), trust="24")
    yield held_back("totals-row", ("missing_required", "Total,3,,,"), trust="26")
    cut = GOOD + "s9,c1,t1,2026-0"
    yield Case(
        "cut-in-a-row",
        {"sessions.csv": cut},
        "accepted_with_warnings",
        bad=((5, "structure:missing_columns"),),
        said=("(no_terminator)",),
        good={"sessions": 3},
        trust="27",
    )
    wide = f"{GOOD}x{',' * 100_000}\n"
    yield rejected("row-of-100k-cells", "row_too_wide", wide, trust="29")
    dates = "".join(f"d{i},c,t1,13/01/2026 10:0{i % 10},attended\n" for i in range(20))
    yield rejected("other-dates", "too_many_bad_rows", HEADER + dates, trust="34 69")
    yield warned(
        "equal-rows", "equal rows collapsed", GOOD + GOOD.splitlines()[1] + "\n", trust="60"
    )
    yield held_back(
        "contradicting-rows",
        ("conflicting_duplicate", "x9,c1,t1,2026-01-05T10:00Z,attended"),
        ("conflicting_duplicate", "x9,c1,t1,2026-01-05T10:00Z,no_show"),
        trust="61",
    )


def _no_csv() -> Iterator[Case]:
    yield rejected("empty", "empty_file", "", trust="30")
    yield rejected("only-bom", "empty_file", b"\xef\xbb\xbf", trust="30")
    yield rejected("only-spaces", "empty_file", " \r\n\t\n", trust="30")
    yield rejected("only-header", "no_rows", HEADER, trust="31")
    page = f"<!DOCTYPE html><html><p>{NAME}, please sign in</p></html>"
    yield rejected("sign-in-page", "not_csv_html", page, trust="32")
    yield rejected("xml", "not_csv_html", f"<?xml version='1.0'?><a>{NAME}</a>", trust="32")
    yield rejected("pdf", "not_csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + NAME.encode())
    yield rejected("zip-named-csv", "not_csv", b"PK\x03\x04" + NAME.encode())
    yield rejected("gzip-named-csv", "not_csv", b"\x1f\x8b\x08\0" + NAME.encode())
    yield rejected("old-excel-named-csv", "not_csv", b"\xd0\xcf\x11\xe0" + NAME.encode())
    yield rejected("json-named-csv", "header_mismatch", f'[{{"client": "{NAME}"}}]\n')
    lines = GOOD + "\n" * 1_100_000
    yield rejected("a-million-blank-lines", "blank_lines", lines, trust="9")
    field_of_100_mb = GOOD.encode() + b"x9,c1,t1," + b"y" * 100_000_000 + b",attended\n"
    yield Case(
        "field-of-100-mb",
        {"sessions.csv": field_of_100_mb},
        "accepted_with_warnings",
        bad=((5, "structure:line_too_long"),),
        good={"sessions": 3},
        trust="15",
    )
