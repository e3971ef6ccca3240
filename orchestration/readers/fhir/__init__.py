"""FHIR R4, and STU3 where it says the same: the resources of a practice as rows of the feeds.

Rooms: files.py (records of a file, and which part of a resource is looked at at all), elements.py
(what a data type of FHIR says), references.py (who is meant), codes.py (words of FHIR and LOINC),
options.py, sessions.py, people.py, forms.py and answers.py (resources to rows), reader.py (a whole
delivery). Not here: asking a server (fetch/fhir.py, whose saved pages are read here too).
"""

from __future__ import annotations

from orchestration.readers.fhir.reader import FhirReader

__all__ = ["FhirReader"]
