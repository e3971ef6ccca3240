"""Words of the review log: what an entry says, and what a form that records offers."""

WITH_DETAIL = "{what}: {detail}"
UNTIL = "until {day}"
AGAIN = "(again on {day})"
BY_WHEN = "by {day}"
ROLES = {"director": "Clinical director", "supervisor": "Supervisor", "clinician": "Clinician"}
SOMEBODY = "{role} {label}"
BY = "{what}, recorded by {who}"
OTHER_KIND = "Entry of the review log"
# Where a release holds no words for a kind yet.
KINDS = {
    "reviewed": "Discussed",
    "deferred": "Deferred",
    "added": "Added to the agenda",
    "brought": "Brought by the supervisee",
    "planned": "Step planned",
    "step_closed": "Step closed",
    "signal_confirmed": "Signal confirmed",
    "signal_dismissed": "Signal dismissed",
}

DEFER = "Defer"
UNDO = "Undo"
RECORDED = "Recorded for {what}."
UNDONE = "Taken back for {what}."
OF_CLIENT = "{client}: {what}"
NOT_RECORDED = "Not recorded: something is missing or cannot be. Look at the form again."
REASON = "Reason"
UNTIL_LABEL = "Until"
SAVE = "Record as discussed"
SAVE_STEP = "Record the step"
DISCUSSED_ON = "Discussed on"
STEP = "Next step"
OTHER_STEP = "Another step"
NO_STEP = "No step"
WHO = "Who"
WHEN = "By when"
REVIEW_AGAIN = "Review again on"
REVIEW_AGAIN_HELP = "Leave empty to leave it to the rules."
OUTCOME = "What became of it"
CLOSE = "Close step"
STEP_LINE = "{step}. {who}, {due}."
STEP_DUE = "by {day}"
STEP_OVERDUE = "◆ due since {day}"
STEP_NO_DAY = "no day set"
# Rules of signals, as a verdict names them; reasons of the agenda are said by their codes.
RULES = {
    "AL1": "Below the cut-off",
    "AL2": "Drop since the last form",
    "AL3": "One scale low",
    "AL4": "Large drop",
    "AL5": "Tension reported",
    "AL6": "Slow erosion",
    "OU1": "Below the expected course",
    "OU2": "Reliably worse than at the start",
}
