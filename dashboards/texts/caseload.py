"""Words of the supervisee's view and of what it shares with a clinician's own page."""

CHOOSE = "Choose one clinician, here or in the filter above."
NOBODY = "No clinician is in view, so there is no caseload to show."
NONE_AT_ALL = "This clinician has no case of individual sessions in this release."
NO_CASES = "No case of this clinician fits the filters. Widen them to see more."
CASES = "Cases"
# Streamlit draws the line of a cell through the middles between points.
ROUNDED = "They are rounded, so one low form looks less deep than it was. "
CASES_NOTE = (
    "Open cases first, the most recently seen on top. The small lines join the forms in order, "
    "all on one scale; sessions without a form are left out. " + ROUNDED + "Select a row to open "
    "its review."
)
OWN_CASES_NOTE = (
    "Open cases first, the most recently seen on top. The small lines join the forms in order, "
    "all on one scale; sessions without a form are left out. " + ROUNDED
).strip()
SUMMARY, AND = "{who}: {cases}.", " and "
OPEN_CASE = "open case"
ENDED_CASE = "ended case"
CASES_ALT = "Cases of {who}"

CLIENT = "Client"
STATUS = "Status"
SESSIONS = "Sessions"
ALLIANCE = "Alliance"
OUTCOME = "Outcome"
LAST_SEEN = "Last seen"
NEXT_BOOKED = "Next"
NONE_BOOKED = "None booked"
NOT_OPEN = ""
LAST_REVIEWED = "Last discussed"
NEVER = "Not recorded"
OPEN_STEPS = "Open steps"
ALLIANCE_HELP = "The client's totals within the range of the form, oldest on the left"
OUTCOME_HELP = (
    "The client's totals within the range of the form, oldest on the left; "
    "for symptoms lower is better"
)

PATTERNS = "Alliance, case by case"
PATTERNS_NOTE = (
    "One small picture per case, sessions from left to right, all on the same axes. "
    "A session without a form is a gap. Dashed: the cut-off of the questionnaire."
)
PATTERNS_SAID = "{drawn} rated with {measure}. {low} had the latest form below {cutoff}."
PATTERNS_SAID_PLAIN = "{drawn} rated with {measure}."
WITHOUT_FORM = "Not drawn, for want of a form: {cases}."
NO_PATTERN = "No case in view has an alliance form yet."
CASE = "case"
ONE_SESSION = "session"
FEW_FORMS = "{forms} so far"
FIRST_LATEST = "{first} at first, {latest} at the latest of {forms}"
FORM = "form"
PANEL_ALT = "{client}: {measure}, {course}, in {sessions}. Cut-off {cutoff}."
SHOW_MORE = "Show {n} more"
TABLE = "Table of these pictures"
FIRST, LATEST, FORMS = "First", "Latest", "Forms"

RUPTURES = "Ruptures"
RUPTURES_NOTE = "Found in the scores by rule; what each was about only the two can say."
RUPTURES_SAID = "{n}: {parts}."
RUPTURE = "probable rupture"
RUPTURE_STATES = {
    "repaired": "{n} repaired",
    "pending": "{n} still open",
    "unrepaired": "{n} not repaired",
    "indeterminate": "{n} that cannot be told",
}
NO_RUPTURE = "No probable rupture in these cases. The rule needs several forms to compare with."
ONSET = "Fell at session"
DAY = "Day"
STATE = "What became of it"
SESSIONS_TO_REPAIR = "Sessions to repair"

STEPS = "Open steps"
NO_STEP = "No step is open in these cases."

TIME_TO_REVIEW = "Time to review"
MEDIAN_TIME = "Median days from signal to review"
TIME_NOTE = "How long signals in this clinician's cases waited until the case was discussed."
WAITED = "signals to review"
NO_REVIEW_YET = "No review is recorded yet, so there is nothing to count."

SESSION = "Session"
SCORE = "Score"
QUARTER = "Quarter"
FIGURE = "Figure"
