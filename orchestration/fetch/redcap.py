"""REDCap over its API: the records of a project, or those that changed, as pages of CSV.

Here: what is asked for and whether the answer is one. Not here: what the pages mean
(readers/redcap.py reads them, and also a file that a person exported).

Only the declared fields are asked for, so what the project knows of a person beside them does not
come to this machine; the one exception is the survey identifier, which REDCap sends together with
the timestamps. A server that runs out of memory leaves records out without a word
(OuhscBbmc/REDCapR issue 400): the ids are asked for first, the records in batches, and each batch
must hold every id asked for.
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated

from pydantic import Field

from orchestration.fetch.base import BaseUrl, FetchError, FetchOptions, Job, read_options
from orchestration.fetch.web import Answer, Web
from orchestration.readers.redcap import RedcapOptions
from orchestration.settings import SourceConfig

_ALWAYS = {
    "content": "record",
    "action": "export",
    "format": "csv",
    "type": "flat",
    "csvDelimiter": ",",
    "rawOrLabel": "raw",
    "rawOrLabelHeaders": "raw",
    "exportCheckboxLabel": "false",
    "exportSurveyFields": "false",
    "exportDataAccessGroups": "false",
    "returnFormat": "json",
}
# The log whose times are compared is in the server's zone, which nobody tells us.
_ANY_ZONE = timedelta(hours=14)
_COMPLETE = "_complete"
_TIMESTAMP = "_timestamp"
_GROUP = "redcap_data_access_group"


class RedcapFetchOptions(FetchOptions):
    """``[sources.<name>.fetch]`` of a REDCap project.

    Attributes:
        base_url: of the API, as its documentation page in REDCap shows it (``…/api/``).
        record_id: name of the project's first field.
        batch_size: records in one question.
    """

    base_url: BaseUrl
    record_id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]
    # PHP cuts a question of more than a thousand variables without a word.
    batch_size: int = Field(default=100, ge=1, le=500)


class RedcapFetcher:
    """Asks a REDCap server for the declared fields of a project's records."""

    name = "redcap"

    def options(self, source: str, config: SourceConfig) -> RedcapFetchOptions:
        """The checked fetch table."""
        return read_options(RedcapFetchOptions, source, config)

    def needs_secret(self, options: FetchOptions) -> bool:
        """A project is known by the token alone."""
        return True

    def fetch(self, job: Job) -> datetime:
        """Write the records in batches; see ``Fetcher.fetch``."""
        options = self.options(job.source, job.config)
        web = Web(job.source, options.base_url, patience=job.patience, max_bytes=job.max_bytes)
        records = _changed(web, job, options)
        columns = _columns(options, RedcapOptions.model_validate(job.config.options))
        if not records:
            if job.since is None:
                words = "the project shows no records to this token; nothing is written"
                raise FetchError(job.source, "records", words)
            # REDCap says nothing at all where nothing changed; a delivery says so with a header.
            job.pages.write("records-0001.csv", _header(columns), 0)
        batches = iter(records)
        number = 0
        while batch := list(islice(batches, options.batch_size)):
            number += 1
            answer = _ask(web, job, columns, records=batch)
            rows = _rows(answer, options.record_id)
            if {row[0] for row in rows} != set(batch):
                raise answer.wrong(
                    "the server leaves out records that it was asked for: set a smaller batch_size "
                    "in rapport.toml, or try again later"
                )
            job.pages.write(f"records-{number:04d}.csv", answer.body, len(rows))
            job.say(
                f"records: {min(number * options.batch_size, len(records)):,} of {len(records):,}"
            )
        return web.started or datetime.now(UTC)


def _changed(web: Web, job: Job, options: RedcapFetchOptions) -> list[str]:
    """Ids of the records that are wanted, each once."""
    since = {}
    if job.since is not None:
        begin = (job.since - _ANY_ZONE).astimezone(UTC)
        since = {"dateRangeBegin": f"{begin:%Y-%m-%d %H:%M:%S}"}
    answer = _ask(web, job, [options.record_id], **since)
    if not answer.body.strip():
        return []
    return list(dict.fromkeys(row[0] for row in _rows(answer, options.record_id)))


def _ask(
    web: Web, job: Job, columns: list[str], *, records: list[str] | None = None, **more: str
) -> Answer:
    asked = {**_ALWAYS, **more, "token": job.secret or ""}
    if records is not None:
        asked |= {"exportSurveyFields": "true", "decimalCharacter": "."}
    if _GROUP in columns:
        asked["exportDataAccessGroups"] = "true"
    asked |= {f"fields[{place}]": field for place, field in enumerate(_fields(columns))}
    asked |= {f"records[{place}]": record for place, record in enumerate(records or [])}
    answer = web.post("records", "", asked, expect=(200, 400))
    if answer.status == 400:
        raise answer.wrong(
            "REDCap does not take the question (400): compare record_id and the fields of "
            "options.forms in rapport.toml with the project"
        )
    if answer.body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<"):
        raise answer.wrong(
            "the server answers with a web page instead of records: it may be under maintenance, "
            "or base_url is not that of the API"
        )
    return answer


def _rows(answer: Answer, record_id: str) -> list[list[str]]:
    """The records of an answer; FetchError where it is no table of records."""
    try:
        text = answer.body.decode("utf-8-sig")
        header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (UnicodeDecodeError, ValueError, csv.Error):
        header, rows = [], []
    if not header or header[0] != record_id or any(len(row) != len(header) for row in rows):
        raise answer.wrong(
            f"the answer is no table of records that starts with {record_id}: compare record_id "
            "with the first field of the project"
        )
    return rows


def _columns(options: RedcapFetchOptions, declared: RedcapOptions) -> list[str]:
    """The columns that the reader may look for, the record's id first."""
    columns = [options.record_id, "redcap_event_name"]
    for form in declared.forms:
        columns += [f"{form.form}{_TIMESTAMP}", *declared.shared_columns(form).values()]
        columns += [*form.scored.values(), f"{form.form}{_COMPLETE}"]
    if declared.clients is not None:
        columns += [
            *([declared.client] if declared.client else []),
            *declared.clients.columns.values(),
        ]
    return list(dict.fromkeys(columns))


def _fields(columns: list[str]) -> list[str]:
    """The project's fields behind the columns.

    A checkbox has a column for each choice and is one field; what REDCap adds by itself is none.
    """
    forms = {c.removesuffix(_COMPLETE) for c in columns if c.endswith(_COMPLETE)}
    added = {f"{form}{_TIMESTAMP}" for form in forms}
    fields = dict.fromkeys(column.split("___")[0] for column in columns)
    return [field for field in fields if field not in added and not field.startswith("redcap_")]


def _header(columns: list[str]) -> bytes:
    """What an answer would begin with."""
    return (",".join(columns) + "\n").encode()
