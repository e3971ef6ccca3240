"""The whole corpus: every bad delivery with what must become of it.

Belongs here: gathering. Does not belong here: the cases (`*_cases.py`).
"""

from __future__ import annotations

from tests.bad_inputs import (
    csv_cases,
    file_cases,
    json_cases,
    packed_cases,
    value_cases,
    vendor_cases,
    workbook_cases,
)
from tests.bad_inputs.cases import Case

CASES: list[Case] = [
    case
    for module in (
        csv_cases,
        value_cases,
        packed_cases,
        workbook_cases,
        file_cases,
        vendor_cases,
        json_cases,
    )
    for case in module.cases()
]
