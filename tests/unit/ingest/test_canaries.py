"""Names planted in every place they could hide in are found nowhere outside the inbox.

Belongs here: searching what landing leaves behind and says. Does not belong here: rules.
"""

from __future__ import annotations

import io
import itertools
import json

import polars as pl

from orchestration.extract import check_path
from tests.unit.ingest.making import SESSIONS

_number = itertools.count(1)


def canary() -> str:
    """A name that stands nowhere else: ``Zyx Canary017``."""
    return f"Zyx Canary{next(_number):03d}"


def plant(practice) -> list[str]:
    """Deliveries with canaries in dropped columns, bad cells, ids, headers and names of files."""
    names = [canary() for _ in range(24)]
    (dropped, note, bad_id, code, status, time, score, ragged, wide, quoted) = names[:10]
    (folder, file, header, manifest, html, headerless, doubled, latin) = names[10:18]
    (conflict, pq_dropped, pq_bad, good_id, accepted_twice, source) = names[18:]
    good = "".join(f"ok{i},c1,t1,2026-03-04T10:00,attended,{dropped},{note}\n" for i in range(60))
    text = (
        f"{SESSIONS},client_name,session note\n{good}"
        f"s1,{bad_id},t1,2026-03-04T10:00,attended,,\n"
        f"s2,c1,t1,2026-03-04T10:00,{status},,\n"
        f"s3,c1,t1,{time},attended,,\n"
        f"s4,c1,t1,2026-03-04T10:00,attended,,,{ragged},\n"
        f"s5,{wide}\n"
        f'"s6"{quoted},c1,t1,2026-03-04T10:00,attended,,\n'
        f"s7,{conflict.split()[1]},t1,2026-03-04T10:00,attended,,\n"
        f"s7,c2,t1,2026-03-04T10:00,attended,,\n"
        f"{good_id.split()[1]},c1,t1,2026-03-04T10:00,attended,,\n"
        f"s8,{accepted_twice.split()[1]},t1,2026-03-04T10:00,attended,,\n"
    )
    practice.put("clinic/2026-03-06", {"sessions.csv": text.encode() + b"s9,\xff" + latin.encode()})
    form = "response_id,client_id,completed_at,instrument,scale,score,respondent,skip_reason\n"
    forms = "".join(f"r{i},c1,2026-03-04T10:00,srs,total,3,client,\n" for i in range(20))
    forms += f"x1,c1,2026-03-04T10:00,srs,total,{score},client,\n"
    forms += f"x2,c1,2026-03-04T10:00,srs,total,,client,{code}\n"
    practice.put("clinic/2026-03-07", {"feedback.csv": form + forms})
    practice.put(f"clinic/{folder}", {"clients.csv": "client_id\nc1\n", f"{file}.csv": "a\n"})
    practice.put("clinic/a", {"clients.csv": f"client_id,{header}\nc1,x\n"})
    practice.put(
        "clinic/b", {"clients.csv": "client_id\nc2\n", "manifest.json": json.dumps([manifest])}
    )
    practice.put("clinic/c", {"clients.csv": f"<html>{html}</html>"})
    practice.put("clinic/d", {"clients.csv": f"{headerless},1980\n{headerless},1981\n"})
    practice.put("clinic/e", {"clients.csv": f"client_id,{doubled},{doubled}\nc1,a,b\n"})
    buffer = io.BytesIO()
    frame = pl.DataFrame({"client_id": ["c1", pq_bad], "name": [pq_dropped] * 2})
    frame.write_parquet(buffer)
    practice.put("clinic/f", {"clients.parquet": buffer.getvalue()})
    practice.put(source, {"clients.csv": "client_id\nc1\n"})
    return names


def test_no_name_leaves_the_inbox(practice, capfd, caplog):
    names = plant(practice)
    deliveries = list(practice.home.inbox.glob("*/*"))
    lines: list[str] = []
    from orchestration.extract import land_inbox  # noqa: PLC0415 -- with a progress of its own

    reports = land_inbox(practice.settings, lines.append)
    checks = [check_path(path, "clinic", practice.settings) for path in deliveries]
    said = [repr(each) + repr(each.bad_rows.rows()) for each in [*reports, *checks]]
    out, err = capfd.readouterr()
    stored = [repr(rows) for rows in practice.state().values()]
    everything = "\n".join([*said, *stored, *lines, *caplog.messages, out, err])
    for place in (practice.home.landing, practice.home.quarantine):
        everything += "\n".join(path.name for path in place.rglob("*"))
        for path in place.rglob("*.parquet"):
            # Parquet compresses: the bytes are searched as they are once unpacked.
            unpacked = io.BytesIO()
            pl.read_parquet(path).write_parquet(unpacked, compression="uncompressed")
            everything += unpacked.getvalue().decode("latin-1")
    hidden = [part for name in names for part in (name, name.split()[1], name.split()[1].lower())]
    assert [each for each in hidden if each in everything] == []
    statuses = [each.status for each in reports]
    assert statuses.count("rejected") == 5
    assert sum(each.is_landed for each in reports) == 5
    landed = practice.landed("sessions")
    assert landed.height == 62


def test_the_canaries_can_be_found_where_they_are(practice):
    """The search itself works: in the inbox, every canary is found."""
    names = plant(practice)
    found = ""
    for path in practice.home.inbox.rglob("*"):
        found += path.name
        if path.suffix == ".parquet":
            found += repr(pl.read_parquet(path).rows())
        elif path.is_file():
            found += path.read_bytes().decode("latin-1")
    assert [name for name in names if name.split()[1] not in found] == []
