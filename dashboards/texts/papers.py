"""Words of the papers: case review, agenda, monthly report, data-quality summary, definition card.

Templates get every text of this module by its name in small letters. Not here: words that a page
says too and that stand in that page's module.
"""

# Names of files: what kind of paper, never who it is about.
FILES = {
    "case": "case-review",
    "agenda": "agenda",
    "month": "practice-month",
    "quality": "data-quality",
    "definition": "definition",
}

NO_PAPER = "No such paper in your view. The link may be old, or it is not yours."
UNKNOWN_CHOICE = "This view knows no such {name}."

# On every paper
DEMO = "DEMO DATA: a simulated practice, nobody in it is real."
CONFIDENTIAL = "Confidential: for the treating clinician and supervision only."
CONFIDENTIAL_PRACTICE = "Confidential: for the practice's own use."
DEMO_SHORT = "DEMO DATA"
CONFIDENTIAL_SHORT = "Confidential"
NOT_CRISIS = (
    "Rapport is not a crisis system: nobody watches it for risk. "
    "If someone may be in danger, follow your practice's own procedure now."
)
DESCRIPTION = "Made by Rapport from one release of the practice's own data."
STAMP = "{through} · published {published} · release {release}"
RELEASE_LINE = "{through} · release {release}"
KNOWN_ON = "As known on {day}. Whatever was delivered or corrected later is left out."
BUILD_FAILED = "The last build failed, so this is the release before it."
OF_SITE = "Site: {site}."
OF_SUPERVISOR = "Supervisor: {label}."
OF_CLINICIAN = "Clinician: {label}."
LOGO = "Logo of the practice"
LOGO_ALT = "Logo of {name}"
PAGE = "Page"
OF = "of"
AND_MORE = "and {n} more"
N_OF_N = "{n} of {of}"
POINTS = "{n} points"
ONE_SESSION = "session"
NONE_BOOKED = "None booked"
NONE_RECORDED = "None recorded"

# Case review
CASE_TITLE = "Case review"
CLIENT = "Client"
CLINICIAN = "Clinician"
SUPERVISOR = "Supervisor"
SESSION = "Sessions attended"
STATE = "Treatment"
AS_OF = "As of"
WHY_HERE = "Why on the agenda"
NOT_ON_AGENDA = "No rule for discussion is met at the moment."
HELP_WANTED = "What the clinician wants help with"
ALLIANCE = "Alliance"
OUTCOME = "Outcome"
ATTENDANCE = "Attendance and ruptures"
FIRST = "First"
LOWEST = "Lowest"
LATEST = "Latest"
CUTOFF = "Cut-off"
FORMS = "Forms"
CHANGE_CLASS = "Change"
RELIABLE_CHANGE = "Reliable change"
AT_SESSION = "{score} at session {n}"
FIRST_SEEN = "First seen"
LAST_SEEN = "Last seen"
NEXT_BOOKED = "Next booked"
MISSED = "Missed in 8 weeks"
RUPTURES = "Probable ruptures"
NO_RUPTURE_SHORT = "None found"
RUPTURES_REPAIRED = "{n}, {repaired} repaired"
ALLIANCE_DETAIL = "Alliance in detail"
NO_RUPTURE = "No probable rupture found in the scores."
RUPTURE = (
    "Fell at session {n} ({day}): {measure} from a usual {baseline} to {score}, lowest {nadir}."
)
FELL_MOST = " Fell most: {scale}, from {before} to {after}."
REPAIRED_AFTER = "{status} after {sessions}."
STRENGTH = "A strength to name: {text}"
NO_STRENGTH = "A strength to name: the figures show none yet; the clinician may know one."
HOW_SURE = "How sure are we"
LAST_TIME = "Last time"
NO_LAST_TIME = "No review of this case is recorded yet."
ENTRY = "{day}: {what}."
OPEN_STEP = "Still open: {step}"
PLAN = "Plan"
NEXT_STEP = "Next step"
WHO = "Who"
BY_WHEN = "By when"
IF_IT_WORKS = "If it works, the line should"
REVIEW_AGAIN = "Review again on"

# Agenda
AGENDA_TITLE = "Supervision agenda"
AGENDA_SUMMARY = (
    "Meeting on {day}, {minutes} minutes. Calling for discussion: {n} of {cases} in view."
)
AGENDA_EMPTY = "No open case in view calls for discussion."
AGENDA_WHO = "{clinician} · session {n}"
OPEN_CASE = "open case"
WAITING_TITLE = "Waiting beyond this meeting"
MORE_WAIT = "and {n} more, on the page Supervision agenda"
KIND = "Kind"
SINCE = "Since"
WHY = "Why"

# Data-quality summary
QUALITY_TITLE = "Data quality"
CHECKS_TITLE = "Checks that did not pass"
CHECKS_NOTE = "A release whose blocking checks fail is never published."
CHECKS = "{passed} of {all} passed."
CHECKS_BLOCKING = " At least one that did not is blocking."
CHECKS_NONE_BLOCKING = " None that did not is blocking."
ONE_CHECK = "check"
SEVERITY = "Result"
BLOCKING = "■ Blocking"
WARNING = "◆ Warning"
CHECK_CLASS = "Class"
MUST_HOLD = "What must hold"
AGAINST = "Rows against"
AFFECTS = "Affects"
DELIVERIES_TITLE = "Deliveries"
DELIVERIES_NOTE = (
    "Every export that arrived, the newest first. Left out: repeated rows, and those that the "
    "configuration filters."
)
NO_DELIVERIES = "No delivery has been seen."
DELIVERY = "Delivery"
MADE = "Made"
STATUS = "Status"
ROWS_READ = "Rows read"
ACCEPTED = "Accepted"
HELD_BACK = "Held back"
LEFT_OUT = "Left out"
DELIVERY_STATUS = {
    "accepted": "● Accepted",
    "accepted_with_warnings": "◆ With warnings",
    "rejected": "■ Rejected",
    "held": "■ Held",
    "duplicate": "○ Seen before",
}
HELD_BACK_TITLE = "Rows held back"
HELD_BACK_NOTE = "By rule. Values are never shown: open the export."
NO_HELD_BACK = "No row is held back."
SOURCE = "Source"
FILE = "File"
WRONG = "What is wrong"
ROWS = "Rows"
COVERAGE_TITLE = "Forms of {measure} by clinician"
COVERAGE_NOTE = "In the order of labels. Sessions count from the practice's first form of it."
DUE = "Sessions due"
WITH_FORM = "With a form"
IN_TIME = "In time"
CASES = "Cases"
PAIRED = "Cases with first and last"

# Definition card
DEFINITION_TITLE = "Definition: {name}"
NOW_EXACT = "Now, whole practice, all time"
NOW_ROUNDED = "Now, whole practice, all time, rounded"
CITE_TITLE = "How to cite"

# Monthly report
MONTH_TITLE = "Practice month: {period}"
EIGHT_TITLE = "Eight figures"
WHOLE_EXACT = "Whole practice, exact counts: for the board, not for publication."
RUN = "Month by month"
ENDINGS = "Endings, by several definitions"
STAYING = "Without an unplanned ending, by session"
ALLIANCE_TITLE = "Alliance, month by month"
RUPTURES_TITLE = "Ruptures found, by quarter"
QUALITY_STATUS = "Data quality"
DELIVERIES = "Deliveries: {told}."

# Links on the pages
OFFERS = {
    "case": "Print this review on one page (PDF, A4)",
    "agenda": "Print this agenda (PDF, A4)",
    "month": "Print two pages for the board (PDF, A4)",
    "quality": "Print a summary (PDF, A4)",
    "definition": "Print this definition (PDF, A4)",
}
LETTER = "on US Letter"

# Weekly digest
DIGEST_SUBJECT = "Rapport: your week in numbers"
DIGEST_SUMMARY = "Calling for discussion in your view, {n} of {cases}:"
DIGEST_LINK = "The agenda: {url}"
DIGEST_WHERE = "Which cases, and why, stands on the page Supervision agenda."
