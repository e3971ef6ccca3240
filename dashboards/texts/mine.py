"""Words of My caseload, the clinician's own page."""

SWITCHED_OFF = (
    "<b>Not part of this role.</b> My caseload is switched off in this practice. "
    "A practice switches it on with clinician_page in rapport.toml."
)
OWN_CASES = "{who}: you see your own cases alone, {cases}."
NO_CASES = "You have no case with a session yet."

BRING = "Cases to bring to supervision"
BRING_NOTE = "What you want to discuss goes on your supervisor's agenda, and stays until discussed."
BRING_CHOOSE = "Open case"
BRING_OPTION = "{client}, session {n}"
BRING_BUTTON = "I want to bring this case"
BROUGHT = "{client}: you bring it since {day}."
NOTHING_BROUGHT = "You bring no case at the moment."
UNDO_OF = "Undo for {client}"
ALL_BROUGHT = "You bring every open case already."
NO_OPEN_CASE = "You have no open case."

STEPS = "Your open steps"
STEPS_NOTE = "What was agreed in supervision. Close a step when it is done or no longer needed."
NO_STEP = "No step is open in your cases."
STEP_OF = "{client}: {line}"

PAST = "Beside your own past"
PAST_NOTE = (
    "Each quarter is one estimate from few cases, with its 95 % interval. "
    "Nobody else's figures are on this page."
)
FEW_QUARTERS = "Fewer than three quarters have a figure, so nothing is said of a course."
LATEST = "{quarter}: {value} ({detail}). All your time so far: {all}."
SAME = "That lies within what chance alone does to so few cases."
OTHER = "That is more than chance alone does to so few cases. What was different then?"
RESTS_ON = "Rests on"
NO_FIGURE = "No quarter has enough forms for this figure yet."
ALT = "{name} by quarter, own figures only. {sentence}"
NOUNS = {"alliance_level": "cases", "feedback_completion": "attended sessions"}
