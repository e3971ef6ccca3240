"""Words of the case review: its page, its picture and the table of that picture.

Here: every label and sentence of one case, and of the list to choose one from. Not here: words for
codes (`wording.py`), of the review log (`texts/review_log.py`), and sentences of the release.
"""

# -- the picture ----------------------------------------------------------------------------------

ATTENDED = "Attended"
IN_GROUP = "Group session"
MISSED = "Missed"
NOT_HELD = "Not held"
BOOKED = "Booked"
SUPERVISED = "Supervision"
REVIEWED = "Case review"
HANDED_OVER = "New clinician"

SESSION_AXIS = "Session"
PANEL = "{family} ({measure})"
ALLIANCE = "Alliance"
OUTCOME = "Outcome"
CUTOFF = "cut-off {value}"
BAND = "inside the band: no reliable change"
SWITCHED = "from session {n}"
SPAN = "{shape} {status}"
SPAN_OF_KIND = "{kind}; {shape} {status}"
FELL_AT = "Fell at session {n}: {status}"
RUPTURE_KINDS = {
    "withdrawal": "▼ withdrawal",
    "confrontation": "◆ confrontation",
    "mixed": "▼◆ both kinds",
}
TIP_SESSION, TIP_DAY, TIP_WHAT, TIP_COMPLETED = "Session", "Day", "What", "Completed"
TIP_RUPTURE = "Rupture"

HOW = (
    "Alliance over outcome over attendance, session by session. A gap in a line is a session "
    "without a form. Shading runs from a fall of the alliance to its return."
)
# The same, when there is no form to draw.
HOW_ATTENDANCE = "Attendance session by session. No form of this case was linked to a session."
ALT = "Time line of one case. {summary} {how}"
NOTHING_LANDED = "No appointment of this case has landed yet."
NO_SUCH_CASE = (
    "No such case in your view. The link may be old, the case may not be yours, "
    "or nobody has attended yet."
)

# -- its table ------------------------------------------------------------------------------------

DAY, SESSION, WHAT, ALSO = "Day", "Session", "What happened", "Also"
OTHER_FORM = "{measure} {score}"
OTHER_FORM_OF = "{measure} ({rater}) {score}"
LOOSE_FORM = "Form near no session"
SUBSCALE, SCORE, BEFORE = "Subscale", "Score", "Before"
