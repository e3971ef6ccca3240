"""One file per kind of export, and the table that names them.

Here: readers and what they share. Not here: checks of values, pseudonyms, anything that writes.
"""

from __future__ import annotations

from orchestration.readers.base import Reader
from orchestration.readers.canonical import CanonicalReader
from orchestration.readers.cliniko import ClinikoReader
from orchestration.readers.fhir import FhirReader
from orchestration.readers.google_forms import GoogleFormsReader
from orchestration.readers.mapped import MappedReader
from orchestration.readers.nhs_talking_therapies import NhsTalkingTherapiesReader
from orchestration.readers.openfit import OpenFitReader
from orchestration.readers.qualtrics import QualtricsReader
from orchestration.readers.redcap import RedcapReader
from orchestration.readers.simplepractice import SimplePracticeReader

READERS: dict[str, Reader] = {
    reader.name: reader
    for reader in (
        CanonicalReader(),
        MappedReader(),
        ClinikoReader(),
        FhirReader(),
        GoogleFormsReader(),
        NhsTalkingTherapiesReader(),
        OpenFitReader(),
        QualtricsReader(),
        RedcapReader(),
        SimplePracticeReader(),
    )
}
