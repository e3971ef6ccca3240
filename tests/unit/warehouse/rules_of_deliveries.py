"""The rules of deliveries (decision 20) told a second time, row by row in plain Python.

Belongs here: made-up deliveries, and what must come of them. Does not belong here: anything of the
program. It knows no hash, no ledger and no SQL; it is slow and short.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

# Small thresholds, so that a handful of rows can trip every guard.
FEW_ROWS, BELOW = 4, 0.5
GONE_ROWS, GONE_SHARE = 1, 0.25
MISSED_ROWS = 3
SETTINGS = f"""
[intake]
max_bad_share = 1.0
hold_below_share = {BELOW}
hold_below_min_rows = {FEW_ROWS}
hold_deleted_share = {GONE_SHARE}
hold_deleted_rows = {GONE_ROWS}
hold_missing_rows = {MISSED_ROWS}

[sources.clinic]
extract_kind = "window"
"""
FIRST = date(2026, 1, 20)


@dataclass(frozen=True)
class Row:
    """A session as exported.

    Attributes:
        key: its id; "?" is one that cannot be read.
        day: days after the first.
        clinician: id.
        status: "somehow" is no status, so the row is held back.
        updated: record_updated_at, or None.
        is_deleted: whether the export says that it was deleted.
    """

    key: str
    day: int
    clinician: str
    status: str
    updated: int | None
    is_deleted: bool

    @property
    def on(self) -> date:
        """Its date."""
        return FIRST + timedelta(days=self.day)

    @property
    def text(self) -> str:
        """Its line."""
        updated = "" if self.updated is None else f"2026-03-{self.updated + 1:02}T00:00:00Z"
        name = "Ann Example" if self.key == "?" else self.key
        cells = (name, "c1", self.clinician, f"{self.on}T10:00:00Z", self.status, updated)
        return ",".join([*cells, str(self.is_deleted).lower()])


@dataclass(frozen=True)
class Delivery:
    """An export of sessions, and maybe of clients.

    Attributes:
        name: of its folder.
        made: days after 1 April, or None where it does not say.
        kind: full, window, delta, or "unsaid": a window by rapport.toml, without a period.
        window: first and last day of a window.
        sessions: its rows.
        clients: ids of its clients, or None where it has no such file.
        is_accepted: whether a person accepted it.
    """

    name: str
    made: int | None
    kind: str
    window: tuple[int, int]
    sessions: tuple[Row, ...]
    clients: tuple[str, ...] | None
    is_accepted: bool

    @property
    def content(self) -> tuple[str, str]:
        """The text of its files."""
        header = "session_id,client_id,clinician_id,started_at,status,record_updated_at,is_deleted"
        sessions = "\n".join([header, *(row.text for row in self.sessions)])
        return f"{sessions}\n", "\n".join(["client_id", *(self.clients or ())])

    @property
    def files(self) -> dict[str, str]:
        """What lies in its folder."""
        files = {"sessions.csv": self.content[0]}
        if self.clients is not None:
            files["clients.csv"] = f"{self.content[1]}\n"
        counts = {"sessions.csv": len(self.sessions), "clients.csv": len(self.clients or ())}
        manifest: dict[str, object] = {
            "time_zone": "UTC",
            "files": [{"name": name, "rows": counts[name]} for name in files],
        }
        if self.made is not None:
            manifest["generated_at"] = f"2026-04-{self.made + 1:02}T00:00:00Z"
        if self.kind != "unsaid":
            manifest["extract_kind"] = self.kind
        if self.kind == "window":
            days = (FIRST + timedelta(days=day) for day in self.window)
            manifest["window_start"], manifest["window_end"] = map(str, days)
        return {**files, "manifest.json": json.dumps(manifest)}


@dataclass
class Told:
    """What is known of one row: its last version that could be read, and whether it is there."""

    version: Row
    is_there: bool = True


@dataclass
class State:
    """One source after some deliveries.

    Attributes:
        sessions: by key.
        clients: by id, whether it is there.
        last_rows: rows of the last taken delivery, by feed and what it speaks for.
        held: names of the deliveries that wait.
    """

    sessions: dict[str, Told] = field(default_factory=dict)
    clients: dict[str, bool] = field(default_factory=dict)
    last_rows: dict[tuple, int] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Sorted:
    """The sessions of a delivery after the row checks."""

    good: tuple[Row, ...]
    named: frozenset[str]
    unreadable: int
    rows: int


def outcome(
    deliveries: Sequence[Delivery], *, infers: bool
) -> tuple[set[tuple[str, str, date]], set[str], set[str]]:
    """What must hold in the end: current sessions, current clients, names of held deliveries."""
    state = State()
    for each in in_order(deliveries):
        take(state, each, infers=infers)
    sessions = {
        (key, told.version.status, told.version.on)
        for key, told in state.sessions.items()
        if told.is_there
    }
    return sessions, {key for key, there in state.clients.items() if there}, state.held


def in_order(deliveries: Sequence[Delivery]) -> Iterator[Delivery]:
    """Each content once, oldest first, as its newest sighting tells of it under its first name."""
    by_content: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for each in deliveries:
        key = each.content if each.clients is not None else (each.content[0], "")
        by_content[key].append(each)
    known = []
    for same in by_content.values():
        newest = min(same, key=lambda each: (-1 if each.made is None else each.made) * -1000)
        made = {each.made for each in same if each.made == newest.made}
        assert len(made) == 1
        newest = min((each for each in same if each.made == newest.made), key=lambda e: e.name)
        is_accepted = any(each.is_accepted for each in same)
        name = min(each.name for each in same)
        known.append(replace(newest, name=name, is_accepted=is_accepted))
    yield from sorted(known, key=lambda each: (-1 if each.made is None else each.made, each.name))


def checked(rows: Sequence[Row]) -> Sorted:
    """Collapse what is equal, hold back what contradicts or cannot be read."""
    readable = [row for row in rows if row.key != "?"]
    bad = [row for row in readable if row.status == "somehow"]
    # of a bad row marked as deleted nothing follows
    named = {row.key for row in bad if not row.is_deleted}
    once = list(dict.fromkeys(row for row in readable if row.status != "somehow"))
    claims = defaultdict(list)
    for row in once:
        claims[row.key, row.updated].append(row)
    good = [same[0] for same in claims.values() if len(same) == 1]
    clashing = [row for same in claims.values() if len(same) > 1 for row in same]
    named |= {row.key for row in clashing}
    unreadable = len(rows) - len(readable)
    present = len(good) + len(bad) + len(clashing) + unreadable
    return Sorted(tuple(good), frozenset(named), unreadable, present)


def speaks_for(each: Delivery, found: Sorted, *, infers: bool) -> tuple[date, date] | None:
    """First and last day of the sessions it speaks for, or None."""
    if found.unreadable or each.kind == "delta":
        return None
    if each.kind == "full":
        return date.min, date.max
    days = [FIRST + timedelta(days=day) for day in each.window]
    if each.kind == "unsaid":
        days = [row.on for row in found.good if not row.is_deleted] if infers else []
    return (min(days), max(days)) if days else None


def take(state: State, each: Delivery, *, infers: bool) -> None:
    """Let one delivery count, or hold it."""
    found = checked(each.sessions)
    days = speaks_for(each, found, infers=infers)
    told = {row.key for row in found.good}
    asked = {
        key: row.version
        for key, row in state.sessions.items()
        if row.is_there and days is not None and days[0] <= row.version.on <= days[1]
    }
    gone = set(asked) - told - found.named
    is_held = days is not None and (
        is_few(state.last_rows.get(("sessions", days)), found.rows)
        or len(gone) > max(GONE_ROWS, GONE_SHARE * len(asked))
        or misses(asked, found, "clinician")
        or misses(asked, found, "month")
    )
    lost = set()
    if each.clients is not None and each.kind == "full":
        here = {key for key, there in state.clients.items() if there}
        lost = here - set(each.clients)
        is_held = is_held or is_few(state.last_rows.get("clients"), len(set(each.clients)))
        is_held = is_held or len(lost) > max(GONE_ROWS, GONE_SHARE * len(here))
    if is_held and not each.is_accepted:
        state.held.add(each.name)
        return
    if days is not None:
        state.last_rows["sessions", days] = found.rows
    if each.clients is not None:
        state.clients |= dict.fromkeys(lost, False) | dict.fromkeys(each.clients, True)
        if each.kind == "full":
            state.last_rows["clients"] = len(set(each.clients))
    for key in gone:
        state.sessions[key].is_there = False
    for key in found.named & set(state.sessions):
        state.sessions[key].is_there = True
    for key in told:
        versions = [row for row in found.good if row.key == key]
        newest = max(versions, key=lambda row: -1 if row.updated is None else row.updated)
        state.sessions.pop(key, None)
        if not newest.is_deleted:
            state.sessions[key] = Told(newest)


def is_few(last: int | None, rows: int) -> bool:
    return last is not None and last >= FEW_ROWS and rows < BELOW * last


def misses(asked: dict[str, Row], found: Sorted, what: str) -> bool:
    """Whether a clinician or a month with enough rows before has none in the delivery."""

    def value(row: Row) -> object:
        return row.clinician if what == "clinician" else (row.on.year, row.on.month)

    newest: dict[str, Row] = {}
    for row in sorted(found.good, key=lambda row: -1 if row.updated is None else row.updated):
        newest[row.key] = row
    before = defaultdict(int)
    for key, row in asked.items():
        if key not in found.named:
            before[value(row)] += 1
    now = {value(row) for row in newest.values() if not row.is_deleted}
    return any(rows >= MISSED_ROWS and each not in now for each, rows in before.items())
