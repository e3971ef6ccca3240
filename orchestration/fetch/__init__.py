"""Pulling raw pages from a practice system's API into the inbox, as one more way a file gets there.

Here: asking over HTTP, saving what came byte by byte, and remembering when that was. Not here: what
the pages mean (readers/, which read the saved pages, so that a replay is the same code), landing,
Dagster (defs/fetch.py). `rapport build` never asks the network.

A fetcher has the name of the reader that reads its pages, and is switched on for a source by a
table ``[sources.<name>.fetch]``. To add one: a module with a class that is a ``Fetcher`` (base.py),
and a line in FETCHERS.
"""

from __future__ import annotations

from orchestration.fetch.base import Fetcher
from orchestration.fetch.cliniko import ClinikoFetcher
from orchestration.fetch.fhir import FhirFetcher
from orchestration.fetch.redcap import RedcapFetcher

FETCHERS: dict[str, Fetcher] = {
    fetcher.name: fetcher
    for fetcher in (
        ClinikoFetcher(),
        FhirFetcher(),
        RedcapFetcher(),
    )
}
