"""Asking Cliniko for its records; the reader of the same name reads the saved pages.

Here: which lists are asked for and how, and that none of their entries is lost while pages turn.
Not here: HTTP (web.py), what a record means (readers/cliniko*.py).

A list is asked for in the order in which its records were made, archived and cancelled ones
included, so that a record that is added, changed or deleted meanwhile takes no place away from
another: at worst one stands on two pages, and the reader counts it once. Where entries are missing
all the same (the pages hold fewer than the list says it has, or it shrank meanwhile), the list is
read again, and the pages of both readings are kept.

Cliniko's own reference has described ``q[]=archived_at:*`` since 2022, before that lists of their
own for what is deleted, cancelled and archived. Both are asked; a list that is gone is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StringConstraints

from orchestration.fetch.base import (
    BaseUrl,
    FetchError,
    FetchOptions,
    Job,
    is_this_machine,
    read_options,
)
from orchestration.fetch.web import Answer, Web
from orchestration.readers.cliniko_pages import ClinikoOptions
from orchestration.readers.cliniko_records import BOOKINGS, BadFieldError, id_of, link_of
from orchestration.settings import SourceConfig

# Cliniko allows 200; its minute may begin elsewhere than ours.
_PER_MINUTE = 180
_PER_PAGE = "100"
_READINGS = 3
_IDS_AT_ONCE = 50
_SHARD = re.compile(r"-([A-Za-z]{2}[0-9]{1,2})$")
_OLD_SHARD = "au1"
_KINDS = {
    "individual_appointments": BOOKINGS,
    "group_appointments": BOOKINGS,
    "attendees": ("attendees",),
    "patients": ("patients",),
    "practitioners": ("practitioners",),
    "patient_forms": ("patient_forms",),
}


def _is_clinikos(url: str) -> str:
    host = urlsplit(url).hostname or ""
    if not (host.endswith(".cliniko.com") or is_this_machine(url)):
        raise ValueError("is not an address of Cliniko")
    return url


class ClinikoFetchOptions(FetchOptions):
    """``[sources.<name>.fetch]`` of a Cliniko source.

    Attributes:
        contact: an e-mail address of the practice; Cliniko wants to know whom to write to.
        base_url: by default that of the shard which the key names.
    """

    contact: Annotated[
        str, StringConstraints(pattern=r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
    ] = Field(max_length=120)
    base_url: Annotated[BaseUrl, AfterValidator(_is_clinikos)] | None = None


@dataclass(frozen=True)
class _List:
    """A list of the API.

    Attributes:
        resource: name of the list in the answer.
        path: of its address.
        filters: always applied.
        since: whether it can be asked for changes only.
        may_be_missing: whether a server may not have it.
    """

    resource: str
    path: str
    filters: tuple[str, ...] = ()
    since: bool = True
    may_be_missing: bool = False


def _lists(resource: str, *filters: str, also: Iterable[str] = ()) -> Iterator[_List]:
    yield _List(resource, resource, filters)
    for name in also:
        yield _List(resource, f"{resource}/{name}", may_be_missing=True)


_GONE = ("archived_at:*", "cancelled_at:*")

# People last: whoever was booked while the others were read is known then.
_APPOINTMENTS = (
    *_lists("individual_appointments", *_GONE, also=("cancelled", "deleted")),
    *_lists("group_appointments", "archived_at:*", also=("deleted",)),
    *_lists("attendees", *_GONE, also=("cancelled", "deleted")),
)
_FORMS = tuple(_lists("patient_forms", "archived_at:*"))
_PEOPLE = (
    *_lists("patients", "archived_at:*", also=("archived", "deleted")),
    _List("practitioners", "practitioners", since=False),
    _List("practitioners", "practitioners/inactive", since=False),
)


class ClinikoFetcher:
    """Asks Cliniko's REST API."""

    name = "cliniko"

    def options(self, source: str, config: SourceConfig) -> ClinikoFetchOptions:
        """The checked fetch table."""
        return read_options(ClinikoFetchOptions, source, config)

    def needs_secret(self, options: FetchOptions) -> bool:
        """Nothing is open to everybody."""
        return True

    def fetch(self, job: Job) -> datetime:
        """Save every list, then what the changed records lean on."""
        options = self.options(job.source, job.config)
        if job.secret is None:
            raise AssertionError
        web = Web(
            job.source,
            options.base_url or _address_for(job.secret),
            patience=job.patience,
            max_bytes=job.max_bytes,
            headers={"Accept": "application/json", "User-Agent": f"Rapport ({options.contact})"},
            auth=(job.secret, ""),
            per_minute=_PER_MINUTE,
        )
        run = _Run(job, web)
        forms = _FORMS if ClinikoOptions.model_validate(job.config.options).forms else ()
        for each in (*_APPOINTMENTS, *forms):
            run.save(each)
        if job.since is not None:
            run.save_what_has_begun(job.since)
            run.save_what_is_leant_on()
        for each in _PEOPLE:
            run.save(each)
        if web.started is None:
            raise FetchError(job.source, None, "nothing was asked")
        return web.started


def _address_for(key: str) -> str:
    """The API's address for a key, which ends in the name of its shard."""
    found = _SHARD.search(key)
    shard = found[1].lower() if found else _OLD_SHARD
    return f"https://api.{shard}.cliniko.com/v1"


@dataclass
class _Run:
    """One fetch: what was saved so far.

    Attributes:
        ids: of the records saved, by list.
        bookings: of appointments that attendees and forms belong to.
    """

    job: Job
    web: Web
    ids: dict[str, set[str]] = field(default_factory=dict)
    bookings: set[str] = field(default_factory=set)

    def save(self, what: _List, name: str = "", *filters: str) -> None:
        """Save every page of a list.

        Args:
            what: the list.
            name: of the question, for the names of the files; by default the list's path.
            filters: instead of the list's changes since the last fetch.
        """
        asked = [*what.filters, *filters]
        if not filters and what.since and self.job.since is not None:
            asked.append(f"updated_at:>={_at(self.job.since)}")
        question = [("q[]", each) for each in asked]
        question += [("per_page", _PER_PAGE), ("sort", "created_at")]
        stem = name or what.path.replace("/", "-")
        held: set[str] = set()
        number = 0
        for _ in range(_READINGS):
            totals = [0]
            for answer, page in self.web.follow(
                what.path, what.path, question, _next, may_be_missing=what.may_be_missing
            ):
                entries = _entries(answer, page, what.resource)
                number += 1
                self.job.pages.write(f"{stem}-{number:04}.json", answer.body, len(entries))
                held |= self._note(what.resource, entries)
                totals.append(_total(page))
            # Where the list shrank, an entry may have moved to a page that was behind us already,
            # and one that is gone was counted.
            has_shrunk = any(after < before for before, after in pairwise(totals))
            if not has_shrunk and len(held) >= totals[-1]:
                break
            held = set() if has_shrunk else held
        else:
            words = "its entries change faster than they can be read: try again later"
            raise FetchError(self.job.source, what.path, words)
        self.ids.setdefault(what.resource, set()).update(held)
        if held:
            self.job.say(f"{what.path} {len(held):,}")

    def save_what_has_begun(self, since: datetime) -> None:
        """Appointments whose time has come: nothing changes in Cliniko when nobody marks them."""
        begun = (f"starts_at:>={_at(since)}", f"starts_at:<={_at(datetime.now(UTC))}")
        for path in ("individual_appointments", "group_appointments"):
            self.save(_list_at(path), f"{path}-begun", *begun)

    def save_what_is_leant_on(self) -> None:
        """Group appointments of changed attendees, and attendees of changed group appointments.

        A row is made of both, and Cliniko names only what has itself changed.
        """
        groups, attendees = _list_at("group_appointments"), _list_at("attendees")
        changed = set(self.ids.get("group_appointments", ()))
        known = changed | self.ids.get("individual_appointments", set())
        for number, some in enumerate(_in_parts(self.bookings - known), 1):
            self.save(groups, f"group_appointments-asked{number}", f"id:={some}")
        for number, some in enumerate(_in_parts(changed), 1):
            self.save(attendees, f"attendees-asked{number}", f"booking_id:={some}")

    def _note(self, resource: str, entries: list[Any]) -> set[str]:
        """Ids of the entries; an entry without a sound one counts by its place for the reader."""
        found = set()
        for place, entry in enumerate(entries):
            try:
                found.add(id_of(entry, _KINDS[resource], "id"))
            except (BadFieldError, AttributeError):
                found.add(f"{len(self.job.pages.files)}:{place}")
            with suppress(BadFieldError, AttributeError):
                booking = link_of(entry, "booking", BOOKINGS, "booking")
                self.bookings |= {booking} if booking else set()
        return found


def _list_at(path: str) -> _List:
    return next(each for each in _APPOINTMENTS if each.path == path)


def _at(moment: datetime) -> str:
    """A time as the API's filters take it."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _entries(answer: Answer, page: object, resource: str) -> list[Any]:
    """The entries of a page; FetchError where it is something else, such as an error document."""
    entries = page.get(resource) if isinstance(page, dict) else None
    if not isinstance(entries, list) or not isinstance(page.get("links"), dict):
        raise answer.wrong("the answer is not the list that was asked for: please report this")
    return entries


def _next(page: Mapping[str, Any]) -> str | None:
    link = page["links"].get("next")
    return link if isinstance(link, str) and link else None


def _total(page: Mapping[str, Any]) -> int:
    total = page.get("total_entries")
    return total if isinstance(total, int) else 0


def _in_parts(ids: set[str]) -> Iterator[str]:
    """The ids as lists of some, each written with commas."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), _IDS_AT_ONCE):
        yield ",".join(ordered[start : start + _IDS_AT_ONCE])
