"""Words of My caseload, the clinician's own page."""

SWITCHED_OFF = (
    "<b>Switched off.</b> My caseload is off in this practice. "
    "A practice switches it on with clinician_page in rapport.toml."
)
OWN_CASES = "{who}: you see your own cases alone, {cases}."
