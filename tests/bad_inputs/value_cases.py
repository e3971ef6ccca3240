"""Dates, identifiers and numbers that are not what they should be: trust.md 3.2, cases 34 to 61.

Belongs here: single cells of canonical and mapped files. Does not belong here: broken structure
(`csv_cases.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from tests.bad_inputs.cases import (
    MAIL,
    MAPPED,
    MAPPED_HEADER,
    NAME,
    PHONE,
    Case,
    forms,
    held_back,
    rejected,
    sessions,
    visits,
    warned,
)


def cases() -> list[Case]:
    """All of them."""
    return [*_times(), *_mapped_times(), *_ids(), *_numbers(), *_words(), *_other_feeds()]


def _at(text: str, status: str = "attended") -> str:
    return f"x9,c1,t1,{text},{status}"


def _times() -> Iterator[Case]:
    bad = {
        "31-february": ("not_a_timestamp", "2024-02-31T10:00:00Z", "38"),
        "zero-date": ("not_a_timestamp", "0000-00-00T00:00:00Z", "38"),
        "hour-24": ("not_a_timestamp", "2026-01-05T24:00:00Z", "39"),
        "clock-gap": ("nonexistent_time", "2025-03-30T01:30", "40"),
        "excel-serial": ("not_a_timestamp", "45352", "42"),
        "excel-serial-with-time": ("not_a_timestamp", "45352.4166", "42"),
        "year-1900": ("before_1990", "1900-01-01T10:00:00Z", "43"),
        "two-digit-year": ("not_a_timestamp", "05/01/26 10:00", "43"),
        "date-without-time": ("not_a_timestamp", "2026-01-05", "46"),
        "year-10000": ("not_a_timestamp", "9999-12-31T23:59:59-12:00", "43"),
        "offset-of-99-hours": ("not_a_timestamp", "2026-01-05T10:00+99:00", "46"),
        "time-in-the-future": ("future_attended", "2026-03-01T10:00:00Z", "44"),
        "name-for-a-time": ("not_a_timestamp", NAME, "22"),
        "full-width-time": ("not_a_timestamp", "２０２６-01-05T10:00Z", "11"),
    }
    for name, (rule, text, trust) in bad.items():
        yield held_back(name, (rule, _at(text)), trust=trust)
    folded = sessions() + _at("2025-10-26T01:30") + "\n"
    yield warned("clock-fold", "(ambiguous_time)", folded, 4, trust="41")
    booked = sessions() + _at("2026-03-01T10:00:00Z", "scheduled") + "\n"
    yield Case(
        "booked-in-the-future",
        {"sessions.csv": booked},
        "accepted",
        good={"sessions": 4},
        trust="44",
    )


def _mapped_times() -> Iterator[Case]:
    def case(name: str, text: str, **more) -> Case:
        return Case(name, {"visits.csv": text}, settings=MAPPED, **more)

    ok = {"good": {"sessions": 3}}
    yield case("declared-day-first", visits(), status="accepted", **ok, trust="35")
    american = MAPPED_HEADER + "".join(
        f"v{i},c1,t1,01/{13 + i}/2026 10:00,Kept\n" for i in range(14)
    )
    rule = "too_many_bad_rows"
    yield case("month-first-above-12", american, status="rejected", rule=rule, trust="36")
    start = date(2025, 1, 1)
    days = [start + timedelta(days=n) for n in range(120)]
    swapped = MAPPED_HEADER + "".join(
        f"v{n},c1,t1,{day:%m/%d/%Y} 10:00,Kept\n"
        for n, day in enumerate(day for day in days if day.weekday() < 5 and day.day <= 12)
    )
    many = swapped.count("\n") - 1
    yield case(
        "month-first-all-below-13",
        swapped,
        status="accepted_with_warnings",
        said=("(date_order_suspect)",),
        good={"sessions": many},
        trust="36 37",
    )
    right = MAPPED_HEADER + "".join(
        f"v{n},c1,t1,{day:%d/%m/%Y} 10:00,Kept\n"
        for n, day in enumerate(day for day in days if day.weekday() < 5 and day.day <= 12)
    )
    yield case(
        "day-first-all-below-13", right, status="accepted", good={"sessions": many}, trust="37"
    )
    for name, cell, rule in (
        ("mapped-excel-serial", "45352", "excel_serial"),
        ("mapped-gap", "30/03/2025 01:30", "nonexistent_time"),
        ("mapped-31-february", "31/02/2025 10:00", "not_a_timestamp"),
        ("mapped-no-time", "14/01/2026", "not_a_timestamp"),
        ("mapped-two-digit-year", "14/01/26 10:00", "not_a_timestamp"),
    ):
        yield case(
            name,
            visits(f"x9,c1,t1,{cell},Kept"),
            status="accepted_with_warnings",
            bad=((5, rule),),
            **ok,
            trust="38 40 42 43 46",
        )
    fold = MAPPED_HEADER + "x9,c1,t1,26/10/2025 01:30,Kept\n"
    yield case(
        "mapped-fold",
        fold,
        status="accepted_with_warnings",
        said=("(ambiguous_time)",),
        good={"sessions": 1},
        trust="41",
    )


def _ids() -> Iterator[Case]:
    bad = {
        "scientific-id": ("excel_id", "1.23E+11", "47"),
        "float-id": ("excel_id", "98.0", "48"),
        "decimal-comma-id": ("excel_id", '"1,23E+11"', "47"),
        "rounded-long-id": ("excel_id", "100000000000000000", "49"),
        "id-is-a-name": ("pii_suspected", NAME, "22"),
        "id-is-a-name-the-other-way": ("pii_suspected", '"QUIMBY, Zelda"', "22"),
        "id-is-an-e-mail": ("pii_suspected", MAIL, "22"),
        "id-is-a-phone-number": ("pii_suspected", PHONE, "22"),
        "id-is-sql": ("bad_characters", "x'; drop table sessions;--", "59"),
        "id-is-a-formula": ("bad_characters", "\"=cmd|'/C calc'!A0\"", "59"),
        "id-too-long": ("too_long", "y" * 300, "15"),
        "id-missing": ("missing_required", "", "56"),
        "id-of-invisible-characters": ("missing_required", "\u200b\u200b", "10"),
        "id-is-a-web-address": ("bad_characters", "https://x.example/?q=zelda.quimby", "59"),
    }
    for name, (rule, cell, trust) in bad.items():
        yield held_back(name, (rule, f"x9,{cell},t1,2026-01-05T10:00Z,attended"), trust=trust)
    text = sessions().replace("s1,", "Zelda Quimby's,")
    yield Case(
        "id-with-an-apostrophe",
        {"sessions.csv": text},
        "accepted_with_warnings",
        bad=((3, "pii_suspected"),),
        good={"sessions": 2},
        trust="59",
    )


def _numbers() -> Iterator[Case]:
    bad = {
        "decimal-comma": ("not_a_number", '"1,5"', "51"),
        "thousands": ("not_a_number", '"1,005"', "51"),
        "not-a-number": ("not_a_number", "NaN", "52"),
        "infinite": ("not_a_number", "inf", "52"),
        "sentinel-na": ("not_a_number", "NA", "53"),
        "sentinel-dash": ("not_a_number", "-", "53"),
        "word-null": ("not_a_number", "NULL", "53"),
        "full-width-digits": ("not_a_number", "３", "11"),
        "name-for-a-score": ("not_a_number", NAME, "22"),
        "hexadecimal": ("not_a_number", "0x10", "52"),
    }
    for name, (rule, cell, trust) in bad.items():
        row = f"x9,c1,2026-01-05T10:00Z,srs,total,{cell},client"
        yield Case(
            f"score-{name}",
            {"feedback.csv": forms(row)},
            "accepted_with_warnings",
            bad=((5, rule),),
            good={"feedback": 3},
            trust=trust,
        )
    comma = """
reader = "mapped"
[options]
delimiter = ";"
decimal_comma = true
[[feeds]]
feed = "feedback"
columns = { client_id = "Client", completed_at = "At", response_id = "Form", score = "Sum" }
constants = { instrument = "srs", scale = "total", respondent = "client" }
"""
    text = "Form;Client;At;Sum\nf1;c1;2026-01-05T10:00;30,5\nf2;c1;2026-01-06T10:00;31\n"
    yield Case(
        "decimal-comma-declared",
        {"forms.csv": text + "f3;c1;2026-01-07T10:00;30.500\n"},
        "accepted_with_warnings",
        bad=((4, "not_a_number"),),
        good={"feedback": 2},
        settings=comma,
        trust="51",
    )


def _words() -> Iterator[Case]:
    rows = {
        "unknown-status": f"x9,c1,t1,2026-01-05T10:00Z,{NAME}",
        "status-of-a-vendor": "x9,c1,t1,2026-01-05T10:00Z,Late canceled",
    }
    for name, row in rows.items():
        yield held_back(name, ("not_in_list", row), trust="58")
    yield Case(
        "mapped-unknown-status",
        {"visits.csv": visits(f"x9,c1,t1,14/01/2026 10:00,{NAME}")},
        "accepted_with_warnings",
        bad=((5, "not_in_list"),),
        good={"sessions": 3},
        settings=MAPPED,
        trust="58",
    )
    yield Case(
        "unknown-respondent",
        {"feedback.csv": forms(f"x9,c1,2026-01-05T10:00Z,srs,total,30,{NAME}")},
        "accepted_with_warnings",
        bad=((5, "not_in_list"),),
        good={"feedback": 3},
        trust="58",
    )
    yield Case(
        "name-for-a-scale",
        {"feedback.csv": forms(f"x9,c1,2026-01-05T10:00Z,srs,{NAME},30,client")},
        "accepted_with_warnings",
        bad=((5, "pii_suspected"),),
        good={"feedback": 3},
        trust="58",
    )
    for name, old, new in (("gone", ",State", ""), ("renamed", "Client", "Customer")):
        yield rejected(
            f"mapped-column-{name}",
            "header_mismatch",
            visits().replace(old, new, 1),
            "visits.csv",
            settings=MAPPED,
            trust="18",
        )
    twice = visits().replace("\n", ",x\n").replace(",x\n", ",client\n", 1)
    yield rejected(
        "mapped-column-twice", "duplicate_header", twice, "visits.csv", settings=MAPPED, trust="16"
    )
    yield rejected(
        "mapped-other-file",
        "no_feed_file",
        visits(),
        f"{NAME}.csv",
        settings=MAPPED.replace('"*"', '"visits*.csv"'),
    )


def _other_feeds() -> Iterator[Case]:
    feeds = {
        "clients": (
            "client_id,birth_year,referred_on\nc1,1980,2025-01-05\nc2,x,2025-01-05\n"
            f"c3,1980,05/01/2025\n{NAME},1980,\n",
            ((3, "not_an_integer"), (4, "not_a_date"), (5, "pii_suspected")),
        ),
        "clinicians": (
            f"clinician_id,role,site_id\nt1,staff,s1\nt2,boss,s1\nt3,staff,{NAME}\n",
            ((3, "not_in_list"), (4, "pii_suspected")),
        ),
        "episodes": (
            "episode_id,client_id,clinician_id,opened_on,closure_reason\n"
            f"e1,c1,t1,2025-01-05,completed\ne2,c1,t1,,completed\ne3,c1,t1,2025-01-05,{NAME}\n",
            ((3, "missing_required"), (4, "not_in_list")),
        ),
        "supervision": (
            "supervision_id,supervisor_id,supervisee_id,kind,started_on\n"
            f"v1,t9,t1,individual,2025-01-05\nv2,t9,{MAIL},individual,2025-01-05\n",
            ((3, "pii_suspected"),),
        ),
        "id_links": (
            "entity,source_system,old_id,new_id,relation\n"
            f"client,s,c1,c2,merged_into\nclient,s,{NAME},c2,renamed\nperson,s,c1,c2,renamed\n",
            ((3, "pii_suspected"), (4, "not_in_list")),
        ),
    }
    for name, (text, bad) in feeds.items():
        yield Case(
            f"feed-{name}",
            {f"{name}.csv": text},
            "accepted_with_warnings",
            bad=bad,
            good={name: 1},
            trust="54 58",
        )
