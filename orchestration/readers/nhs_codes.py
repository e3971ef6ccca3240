"""What the codes of the NHS Talking Therapies data set mean.

Here: the data set's codes and the words of the contract, each with where that stands. Not here:
tables and rows (nhs_talking_therapies.py, nhs_rows.py).

Sources: [DD] NHS Data Model and Dictionary, archived pages of the data elements; [SQL] public SQL
of NHS England that reads the same tables; [MHSDS] NHS England's reference list of assessment tools
for the Mental Health Services Data Set, which names the same SNOMED CT codes; [memory] not
confirmed by a source that was at hand.
"""

from __future__ import annotations

# AttendOrDNACode [DD]; 0 is an appointment in the future.
ATTENDANCE = {
    "0": "scheduled",
    "2": "cancelled_client",
    "3": "no_show",
    "4": "cancelled_clinician",
    "5": "attended",
    "6": "attended_late",
    "7": "arrived_not_seen",
}
# PlannedCareContIndicator N: a contact nobody had planned took place [SQL].
UNPLANNED = "N"

# AppType. 1, 2, 3 and 5 are therapy contacts, and 2, 3 and 5 treatment [SQL]; 4 and 6 [memory].
APPOINTMENT_TYPES = {
    "1": "assessment",
    "2": "treatment",
    "3": "treatment",
    "4": "review",
    "5": "treatment",
    "6": "followup",
}
OTHER_APPOINTMENT = "other"

# ConsMediumUsed of version 2.0 and ConsMechanism of 2.1 [DD]; where nobody speaks, it is text.
MEDIUM = {
    "1": "in_person",
    "2": "phone",
    "3": "video",
    "5": "text",
    "6": "text",
    "8": "text",
}
MECHANISM = {
    "1": "in_person",
    "2": "phone",
    "5": "text",
    "9": "text",
    "10": "text",
    "11": "video",
    "12": "text",
    "13": "text",
}

# CareContPatientTherMode [codes SQL, words memory].
THERAPY_MODE = {"1": "individual", "2": "couple", "3": "group"}

# Gender: 1 and 2 [SQL], 3 and 4 of version 2.1 [memory]; 9, X and Z say nothing.
GENDER = {"1": "male", "2": "female", "3": "non-binary", "4": "other"}

# EndCode [SQL, with these words].
CLOSURE_REASONS = {
    # Seen, and not taken on for a course of treatment.
    "10": "ended_by_clinician",  # not suitable; no action, or directed back to the referrer
    "11": "referred_on",  # not suitable; signposted elsewhere with the patient's agreement
    "12": "mutual",  # discharged by mutual agreement following advice and support
    "13": "referred_on",  # referred to another therapy service by mutual agreement
    # Suitable, but the patient declined the treatment offered: a treatment never begun cannot be
    # dropped out of.
    "14": "administrative",
    "16": "dropout_client",  # incomplete assessment (patient dropped out)
    "17": "deceased",
    "95": "unknown",
    "97": "unknown",
    # Seen and taken on for a course of treatment.
    "46": "completed",  # mutually agreed completion of treatment
    "47": "dropout_client",  # treatment ended earlier than the care professional planned
    "48": "ended_by_clinician",  # treatment ended earlier than the patient requested
    "49": "deceased",
    "96": "unknown",
    "50": "administrative",  # not assessed
    # Of version 1.5, still found in long series.
    "15": "deceased",
    "40": "transferred",  # stepped up
    "41": "transferred",  # stepped down
    "42": "completed",
    "43": "dropout_client",
    "44": "referred_on",
    "45": "deceased",
    "98": "unknown",
}

# CodedAssToolType [MHSDS]: totals alone. The K10 of that list counts from 0 and not from 10, and
# the items of the patient experience questionnaire are no instrument here.
TOOLS = {
    "720433000": "phq9",
    "445455005": "gad7",
    "716613004": "ors",
    "720482000": "srs",
    "718441000": "gsrs",
    "718662005": "rcads47",
}


def plain(code: str | None) -> str:
    """A code as the tables above write it: national codes come padded (``03``, `` 3``, ``3 ``)."""
    text = (code or "").strip()
    return text.lstrip("0") or "0" if text.isascii() and text.isdigit() else text.upper()
