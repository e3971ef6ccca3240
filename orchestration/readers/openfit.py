"""OpenFIT: the flat file of ORS and SRS, one row per client and session.

Here: sessions, cases and clients of that file. Not here: which of its scores are a form
(openfit_forms.py), scoring (dbt), names made into ids (names.py).

*What names a session.* Case, client, day, and the how-manieth of the case's day. The vendor numbers
the sessions of a case 1, 2, 3 by date and numbers them anew when an earlier one is added, so that
number orders the sessions of a day and is no name.

*What is a form.* By the vendor's rules: a skip flag, or four scores without a total, or a total
without scores. A total alone stays a total: that the vendor fills in a quarter of it for each score
says nothing of the client. Everything else is held back, instrument by instrument, while the
session itself is read. A zero may be a genuine answer, but a form of nothing but zeros is what
exports write where nothing was filled in: it is held back unless `zeros_are_scores` says otherwise.

*What the file cannot say.* It has days and no times, and nothing on what kind of case it is.
Clients of one case who share a session are a couple, a family or a group: `shared_sessions`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from orchestration.readers.base import About, Delivery, DeliveryFile, DeliveryRejected, Extract
from orchestration.readers.names import name_id
from orchestration.readers.openfit_forms import (
    CELLS,
    FORMS,
    GROUP,
    TIMING,
    OpenFitOptions,
    read_form,
    score_columns,
)
from orchestration.readers.options import read_options
from orchestration.readers.records import Records
from orchestration.readers.tabular import folded_name
from orchestration.readers.vendor_table import (
    VendorTable,
    day_and_time,
    joined_id,
    peek_header,
    read_vendor_table,
)
from orchestration.settings import SourceConfig

COLUMNS: dict[str, tuple[str, ...]] = {
    "client": ("Client_ID",),
    "case": ("Case_ID",),
    "session": ("Session_ID",),
    "day": ("Session_Date",),
    "opened": ("Case_Date",),
    "provider": ("Provider_ID",),
    "first": ("Provider_FirstName",),
    "last": ("Provider_LastName",),
    "gender": ("Client_Gender",),
    "group": (GROUP,),
    "location": ("Service_Location",),
}
NEEDED = ("client", "case", "session", "day")
_ENOUGH_TO_KNOW = 3


@dataclass(frozen=True)
class _Row:
    """A usable row: one client in one session."""

    number: int
    cells: Mapping[str, str | None] = field(repr=False)
    case: str
    client: str
    day: str
    session: str
    clinician: str | None

    @property
    def occasion(self) -> tuple[str, str, str]:
        """What clients share who were in one session."""
        return self.case, self.day, self.session


@dataclass(frozen=True)
class _File:
    """The rows of one file, and what can only be told from all of them.

    Attributes:
        nth: of each occasion, its place among those of its case and day.
        together: clients of each occasion.
    """

    table: VendorTable
    options: OpenFitOptions
    rows: tuple[_Row, ...] = field(repr=False)
    unusable: tuple[tuple[int, str, str], ...]
    nth: Mapping[tuple[str, str, str], int]
    together: Mapping[tuple[str, str, str], set[str]]

    def session_id(self, row: _Row) -> str:
        """Id of one client's session."""
        return joined_id(row.case, row.client, row.day, str(self.nth[row.occasion]))

    def at(self, row: _Row, form: str | None = None) -> str:
        """Time of a session or of a form."""
        at = self.options.session_time
        if form and not self.options.sessions:
            at = self.options.ors_time if form == "ors" else self.options.srs_time
        return f"{row.day}T{at}"

    def extract(self, records: Records, *, times: int = 1, is_first: bool = False) -> Extract:
        """The extract of a feed; what is said of the file goes with the first."""
        return records.extract(
            self.table.rows_read * times,
            file_rows=self.table.rows_read,
            dropped_columns=self.table.dropped if is_first else (),
            warnings=self.table.warnings if is_first else (),
        )


class OpenFitReader:
    """Reads OpenFIT's file of sessions, ORS and SRS."""

    name = "openfit"
    about = About(
        system="OpenFIT (ORS and SRS)",
        takes="The flat file of sessions with ORS and SRS, as CSV or Excel.",
        feeds=("sessions", "feedback", "episodes", "clients"),
        needs=(
            "Say whether sessions come from this file or from a practice system "
            "(`sessions = false`).",
        ),
    )

    def recognise(self, files: Sequence[DeliveryFile]) -> str | None:
        """By the columns of its file."""
        wanted = {folded_name(COLUMNS[name][0]) for name in NEEDED}
        found = any(wanted <= peek_header(file) for file in files)
        return "a file of sessions with ORS and SRS (OpenFIT)" if found else None

    def validate(self, source: str, config: SourceConfig) -> None:
        """Check the source's options."""
        read_options(OpenFitOptions, source, config)

    def read(self, delivery: Delivery, config: SourceConfig) -> Iterator[Extract]:
        """Yield sessions, forms, cases and clients of each file.

        Raises:
            DeliveryRejected: no file of this kind, or one that does not fit.
        """
        options = read_options(OpenFitOptions, delivery.source, config)
        ours = [file for file in delivery.files if _is_ours(file)]
        if not ours:
            said = "no file has the columns of OpenFIT's file (Client_ID, Case_ID, Session_Date …)"
            raise DeliveryRejected("no_feed_file", None, said)
        unread = tuple(
            f"{file.label}: not read, it is no OpenFIT file (unknown_file)"
            for file in delivery.files
            if file not in ours
        )
        for file in ours:
            for extract in _extracts(_open(file, options)):
                yield replace(extract, warnings=(*unread, *extract.warnings))
                unread = ()


def _is_ours(file: DeliveryFile) -> bool:
    names = {folded_name(each) for written in COLUMNS.values() for each in written}
    return len(names & peek_header(file)) >= _ENOUGH_TO_KNOW


def _open(file: DeliveryFile, options: OpenFitOptions) -> _File:
    scores = {**score_columns("ors"), **score_columns("srs")}
    columns = {**COLUMNS, **scores}
    optional = frozenset(columns) - set(NEEDED)
    table = read_vendor_table(file, columns, optional=optional, encoding=options.encoding)
    if "provider" not in table.present and not {"first", "last"} <= table.present:
        said = "the header lacks the clinician: Provider_ID, or first and last name"
        raise DeliveryRejected("header_mismatch", file.label, said, 1)
    for form in FORMS:
        found = {name for name in table.present if name in score_columns(form)} - {f"{form}_skip"}
        missing = set(score_columns(form)) - {f"{form}_skip"} - found
        if found and missing:
            said = ", ".join(columns[name][0] for name in sorted(missing))
            raise DeliveryRejected(
                "header_mismatch", file.label, f"the header lacks scores: {said}", 1
            )
    providers = _providers(table)
    made = [_row(number, cells, providers) for number, cells in table.rows]
    rows = tuple(row for row in made if isinstance(row, _Row))
    together = defaultdict(set)
    for row in rows:
        together[row.occasion].add(row.client)
    return _File(
        table=table,
        options=options,
        rows=rows,
        unusable=tuple(row for row in made if not isinstance(row, _Row)),
        nth=_places(together),
        together=together,
    )


def _places(occasions: Mapping[tuple[str, str, str], object]) -> dict[tuple[str, str, str], int]:
    """Place of each session among those of its case and day, by the vendor's number."""
    days = defaultdict(list)
    for occasion in occasions:
        days[occasion[:2]].append(occasion)
    return {
        occasion: place
        for same_day in days.values()
        for place, occasion in enumerate(sorted(same_day, key=lambda each: _number(each[2])), 1)
    }


def _number(text: str) -> tuple[int, str]:
    return (int(text) if text.isascii() and text.isdigit() else 0, text)


def _providers(table: VendorTable) -> dict[str, str]:
    """Clinicians' own ids by the id of their name; a name with several ids is not in it."""
    found = defaultdict(set)
    for _, cells in table.rows:
        name = _provider_name(cells)
        if name and (own := cells.get("provider")):
            found[name].add(own)
    return {name: ids.pop() for name, ids in found.items() if len(ids) == 1}


def _provider_name(cells: Mapping[str, str | None]) -> str | None:
    return name_id(f"{cells.get('first') or ''} {cells.get('last') or ''}")


def _row(
    number: int, cells: dict[str, str | None], providers: Mapping[str, str]
) -> _Row | tuple[int, str, str]:
    """A usable row, or why it is none: row number, rule, column."""
    for name in NEEDED:
        if cells[name] is None:
            return number, "missing_required", COLUMNS[name][0]
    text = cells["day"] or ""
    moment = day_and_time(text) if "/" not in text else None
    if moment is None:
        return number, "not_a_date", COLUMNS["day"][0]
    name = _provider_name(cells)
    return _Row(
        number=number,
        cells=cells,
        case=cells["case"] or "",
        client=cells["client"] or "",
        day=moment[0].isoformat(),
        session=cells["session"] or "",
        clinician=cells.get("provider") or providers.get(name or "", name),
    )


def _extracts(file: _File) -> Iterator[Extract]:
    has_forms = [form for form in FORMS if f"{form}_total" in file.table.present]
    if file.options.sessions:
        yield _sessions(file)
        if "opened" in file.table.present:
            yield _episodes(file)
    if has_forms:
        yield _feedback(file, has_forms)
    yield _clients(file)


def _sessions(file: _File) -> Extract:
    records = file.table.records("sessions")
    for number, rule, column in file.unusable:
        records.reject(number, rule, column)
    for row in file.rows:
        is_shared = len(file.together[row.occasion]) > 1
        place = str(file.nth[row.occasion])
        records.add(
            row.number,
            session_id=file.session_id(row),
            client_id=row.client,
            clinician_id=row.clinician,
            started_at=file.at(row),
            status="attended",
            format=file.options.shared_sessions if is_shared else None,
            group_session_id=joined_id(row.case, row.day, place) if is_shared else None,
            episode_id=_episode_id(file, row),
            location_id=name_id(row.cells.get("location")),
        )
    return file.extract(records, is_first=True)


def _episode_id(file: _File, row: _Row) -> str | None:
    """A client's part in a case; none where the file does not say when the case began."""
    return joined_id(row.case, row.client) if row.cells.get("opened") else None


def _episodes(file: _File) -> Extract:
    """Each client's part in a case, with the clinician of the first session."""
    records = _beside(file, "episodes")
    first = {(row.case, row.client): row for row in sorted(file.rows, key=_when, reverse=True)}
    seen: set[tuple[str, str, str | None]] = set()
    for row in file.rows:
        opened = row.cells.get("opened")
        key = (row.case, row.client, opened)
        if opened is None:
            records.leave_out("no_case_date")
        elif key in seen:
            records.leave_out("told_before")
        else:
            seen.add(key)
            moment = day_and_time(opened) if "/" not in opened else None
            records.add(
                row.number,
                episode_id=joined_id(row.case, row.client),
                client_id=row.client,
                clinician_id=first[row.case, row.client].clinician,
                opened_on=moment[0].isoformat() if moment else opened,
            )
    return file.extract(records)


def _when(row: _Row) -> tuple[str, tuple[int, str]]:
    return row.day, _number(row.session)


def _clients(file: _File) -> Extract:
    records = _beside(file, "clients")
    seen: set[tuple[str, str | None]] = set()
    for row in file.rows:
        gender = (row.cells.get("gender") or "").lower()
        told = (row.client, None if gender == "declinedtostate" else gender or None)
        if told in seen:
            records.leave_out("told_before")
        else:
            seen.add(told)
            records.add(row.number, client_id=told[0], gender=told[1])
    return file.extract(records)


def _beside(file: _File, feed: str) -> Records:
    """Records of a feed beside the main one, which holds the unusable rows back."""
    records = file.table.records(feed, rejects=False)
    if file.unusable:
        records.leave_out("unusable_row", len(file.unusable))
    return records


def _feedback(file: _File, forms: list[str]) -> Extract:
    """A row for each cell of scores that is filled; the other cells are counted."""
    cells = len(CELLS) * len(forms)
    is_main = not file.options.sessions
    records = file.table.records("feedback", times=cells, rejects=is_main)
    for number, rule, column in file.unusable:
        for _ in range(cells):
            if is_main:
                records.reject(number, rule, column)
            else:
                records.leave_out("unusable_row")
    for row in file.rows:
        for form in forms:
            _form(file, row, form, records)
    return file.extract(records, times=cells, is_first=is_main)


def _form(file: _File, row: _Row, name: str, records: Records) -> None:
    """One form of one session: its cells become rows, or are held back, or hold nothing."""
    form = read_form(row.cells, name, file.options)
    if form.rule:
        blamed = form.given or ("total",)
        for cell in blamed:
            column = form.column or score_columns(name)[f"{name}_{cell}"][0]
            records.reject(row.number, form.rule, column)
        records.leave_out("empty_cell", len(CELLS) - len(blamed))
        return
    rows = {"total": {"skipped": "true"}} if form.is_skipped else {}
    if not form.is_skipped:
        rows = {cell: {"score": score} for cell, score in form.given.items()}
    records.leave_out("empty_cell", len(CELLS) - len(rows))
    is_linked = file.options.sessions
    for cell, answer in rows.items():
        records.add(
            row.number,
            response_id=joined_id(file.session_id(row), name),
            client_id=row.client,
            completed_at=file.at(row, name),
            instrument=form.instrument,
            scale=cell,
            respondent="client",
            clinician_id=row.clinician,
            session_id=file.session_id(row) if is_linked else None,
            episode_id=_episode_id(file, row) if is_linked else None,
            timing=TIMING[name],
            **answer,
        )
