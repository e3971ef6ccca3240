"""Words of the supervision agenda, and of a case on it wherever it stands."""

CASE = "case"
OPEN_CASE = "open case"
SESSION = "session {n}"
WAITING_SINCE = "Waiting since {day}"
LAST_SEEN = "Last seen {day}"
NEXT = "Next {day}"
NONE_BOOKED = "None booked"
LAST_ACTION = "Last action: {what}, {day}"
NO_ACTION = "Nothing recorded so far"
OPEN_STEPS = "{n} still open"
STEP = "step"
ASKED_FOR = "Asked for, or agreed last time"
POSITIVE = "a strength to name"
STRENGTH = "A strength:"
BROUGHT = "the supervisee wants to bring it"
ADDED = "added by hand"
WAS_BROUGHT = "The supervisee asked on {day} to discuss this case."
NOT_BY_RULE = "No rule has found anything in this case now."
WAS_ADDED = "Put on the agenda by hand on {day}."
OPEN_REVIEW = "Open the review of {client}"

NOTHING = (
    "No open case in view calls for discussion by rule. {open} in view; Case review lists them."
)
NONE_OPEN = "No case in view is open, so there is none to discuss. Case review lists ended ones."
ALL_DEALT = "Every case that called for discussion has been dealt with. New data can bring it back."
SUMMARY = "Calling for discussion: {n} of {open} in view."
SOON = (
    "{n} of them should be seen soon: safety answers, deterioration or open ruptures, and cases "
    "off course or out of contact. "
    "A practice plans for {low} to {high} of its open cases."
)
NO_COURSE = (
    "No case is called off course here: that takes an expected course, and this practice has none "
    "yet. It is computed from {n} ended cases with two forms of one measure."
)
NO_COURSE_OF = (
    "No case is called off course by {measures}: that takes an expected course of the measure. It "
    "is computed from {n} ended cases with two forms."
)
FOR_MINUTES = "For {minutes} minutes"
ORDER = (
    "Most urgent kind first, then the longest waiting. One case that is going well is always "
    "among them. The order is by rule, not by a score."
)
START = "Start the meeting with these cases"
PRINT = (
    "The agenda as a paper stands above. "
    "The browser can print this page too: menu, filters and buttons stay away."
)
BEYOND = "Waiting beyond this meeting"
BEYOND_NOTE = "{n} more than fit. Select a row to open its review, or raise the minutes."
BEYOND_ALT = "Cases that wait beyond the minutes available"
CLIENT = "Client"
KIND = "Kind"
SESSIONS = "Session"
SINCE = "Waiting since"
NEXT_BOOKED = "Next"
WHY = "Why"

ADD = "Add a case"
ADD_NOTE = "Any open case in view can go on the agenda, also one that no rule has found."
ADD_CHOOSE = "Open case"
ADD_OPTION = "{client}, {clinician}, session {n}"
ADD_BUTTON = "Add to the agenda"
BRING_BUTTON = "The supervisee brings it"
ADD_TOO_MANY = "Choose a clinician above to add one of {open}."
ADD_NONE = "Every open case in view is on the agenda already."

DEALT = "Dealt with since the last build"
DEALT_NOTE = (
    "They left the agenda when this was recorded. The next build counts them, and brings a case "
    "back only when something new happens."
)
DEALT_LINE = "{client}, {clinician}: {what}, {day}"
UNDO_OF = "Undo for {client}"
DEFER_OF = "Defer {client}"
DISCUSSED_OF = "Discussed {client}"
