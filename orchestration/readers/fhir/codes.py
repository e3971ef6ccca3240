"""Words of FHIR and LOINC that are understood, each with what it means here.

Here: lists. A word that is on none of them is never guessed: it is handed on and quarantined, or
the record is held back by a named rule. Sources: the R4 code systems appointmentstatus,
encounter-status, episode-of-care-status, observation-status, questionnaire-answers-status,
data-absent-reason and appointment-cancellation-reason; `exports.md` for LOINC and Halaxy. Not here:
the wording of any question, which is licensed.
"""

from __future__ import annotations

# In the past the client was there; before the start time he can only have come early.
SEEN = "seen"
CANCELLED = "cancelled"
NO_SESSION = "no_session"

APPOINTMENT_STATUS = {
    "proposed": NO_SESSION,
    "waitlist": NO_SESSION,
    "pending": "scheduled",
    "booked": "scheduled",
    "arrived": SEEN,
    "checked-in": SEEN,
    "fulfilled": "attended",
    "cancelled": CANCELLED,
    "noshow": "no_show",
    "entered-in-error": "entered_in_error",
}
ENCOUNTER_STATUS = {
    "planned": "scheduled",
    "arrived": SEEN,
    "triaged": SEEN,
    "in-progress": SEEN,
    "onleave": SEEN,
    "finished": "attended",
    "cancelled": CANCELLED,
    "entered-in-error": "entered_in_error",
    "unknown": "unknown",
}
# Halaxy says what became of an appointment at the client who takes part in it.
HALAXY_STATUS_URL = (
    "https://terminology.halaxy.com/StructureDefinition/appointment-participant-status"
)
HALAXY_STATUS = {
    "booked": "scheduled",
    "confirmed": "scheduled",
    "accepted": "scheduled",
    "tentative": "scheduled",
    "attended": "attended",
    "did not attend": "no_show",
    "cancelled": CANCELLED,
    "cancelled (no charge)": CANCELLED,
}
CANCELLATION_SYSTEM = "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason"
CANCELLED_BY = {"prov": "cancelled_clinician", "pat": "cancelled_client"}

# Primary performer before attender (v3-ParticipationType).
LEADING_PARTICIPANTS = ("PPRF", "ATND")

EPISODE_OPEN = ("active", "onhold")
EPISODE_CLOSED = ("finished", "cancelled")
EPISODE_NOT_BEGUN = ("planned", "waitlist")

RESPONSE_TAKEN = ("completed", "amended")
RESPONSE_LEFT_OUT = ("in-progress", "stopped")
OBSERVATION_TAKEN = ("final", "amended", "corrected")
OBSERVATION_LEFT_OUT = ("registered", "preliminary", "unknown")
OBSERVATION_WITHDRAWN = ("entered-in-error", "cancelled")
IN_ERROR = "entered-in-error"

RESPONDENTS = {
    "Patient": "client",
    "RelatedPerson": "caregiver",
    "Practitioner": "clinician",
    "PractitionerRole": "clinician",
}

# LOINC codes of items, in the order in which the instrument numbers them.
_ITEMS = {
    "phq9": (
        "44250-9",
        "44255-8",
        "44259-0",
        "44254-1",
        "44251-7",
        "44258-2",
        "44252-5",
        "44253-3",
        "44260-8",
    ),
    "gad7": ("69725-0", "68509-9", "69733-4", "69734-2", "69735-9", "69689-8", "69736-7"),
}
TOTALS = {"phq9": "44261-6", "gad7": "70274-6"}
PANELS = {"44249-1": "phq9", "69737-5": "gad7"}
MAXIMUM = {"phq9": 27, "gad7": 21}

# Code -> instrument and scale.
SCALES: dict[str, tuple[str, str]] = {
    code: (instrument, f"item_{number:02d}")
    for instrument, codes in _ITEMS.items()
    for number, code in enumerate(codes, start=1)
} | {code: (instrument, "total") for instrument, code in TOTALS.items()}
ITEM_COUNT = {instrument: len(codes) for instrument, codes in _ITEMS.items()}

# The PHQ-2 and PHQ-8 are made of items of the PHQ-9: what has none of these is not a PHQ-9.
TELLING = {"phq9": {"44260-8", "44261-6", "44249-1"}, "gad7": set(_ITEMS["gad7"]) | {"70274-6"}}

# Answers of both: not at all, several days, more than half the days, nearly every day.
ANSWERS = {"LA6568-5": 0, "LA6569-3": 1, "LA6570-1": 2, "LA6571-9": 3}

_STRUCTURE = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL_URLS = tuple(
    _STRUCTURE + name
    for name in ("iso21090-CO-value", "ordinalValue", "questionnaire-ordinalValue", "itemWeight")
)
ABSENT_URL = _STRUCTURE + "data-absent-reason"
ABSENT_REASONS = (
    "unknown",
    "asked-unknown",
    "temp-unknown",
    "not-asked",
    "asked-declined",
    "masked",
    "not-applicable",
    "unsupported",
    "as-text",
    "error",
    "not-a-number",
    "negative-infinity",
    "positive-infinity",
    "not-performed",
    "not-permitted",
)

# Kinds of resource that are known and not taken; others are counted without their name, which may
# be anything.
NOT_TAKEN = (
    "Account",
    "AllergyIntolerance",
    "Binary",
    "CarePlan",
    "CareTeam",
    "ChargeItem",
    "Claim",
    "Communication",
    "Composition",
    "Condition",
    "Consent",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "ExplanationOfBenefit",
    "Flag",
    "Goal",
    "Group",
    "HealthcareService",
    "Immunization",
    "Invoice",
    "List",
    "Location",
    "Media",
    "Medication",
    "MedicationRequest",
    "OperationOutcome",
    "Organization",
    "Procedure",
    "Provenance",
    "RelatedPerson",
    "Schedule",
    "ServiceRequest",
    "Slot",
    "Task",
    "ValueSet",
)

# Classes of encounter (v3-ActCode) by the name under which they are counted when left out.
CLASS_NAMES = {
    "AMB": "ambulatory",
    "EMER": "emergency",
    "FLD": "field",
    "HH": "home_health",
    "IMP": "inpatient",
    "ACUTE": "inpatient_acute",
    "NONAC": "inpatient_non_acute",
    "OBSENC": "observation",
    "PRENC": "pre_admission",
    "SS": "short_stay",
    "VR": "virtual",
}
