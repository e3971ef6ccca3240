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
    "without a form. Shading runs from a fall of the alliance, the filled mark, to its return, "
    "the ring."
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

# -- the list to choose from ----------------------------------------------------------------------

FIND = "Find a client by code"
FIND_HELP = "A part of the code is enough, such as the last four characters."
LISTED = "{n}, the most recently seen first. Select a row to open its review."
LISTED_FIRST = (
    "The {first} most recently seen of {n} cases. Find another by its code, or narrow the view. "
    "Select a row to open its review."
)
NONE_AT_ALL = "No case is in your view, whatever the filters."
NO_CASE_FITS = "No case in view fits these filters. Widen them to see more."
NO_CODE_FITS = (
    "No client code in view holds these characters. Check the code, or widen the filters."
)
LIST_ALT = "Cases in view"
CLIENT, CLINICIAN, STATUS, SESSIONS = "Client", "Clinician", "Status", "Sessions"
RUPTURE, LAST_SEEN, NEXT = "Rupture", "Last seen", "Next"
LATEST_OF = "{measure} {score}"
LAST_REVIEWED = "Last discussed"
LATEST_TOTAL = "Latest total of the client's alliance form"
OPEN_RUPTURE = "■ Open"
NONE_BOOKED = "None booked"
CASE = "case"
ALL_CASES = "← All cases in view"

# -- heading and reasons --------------------------------------------------------------------------

WITH = "{client} with {clinician}"
STATE_ENDED = "{state}: {ending}"
SINCE = "since {day}"
ENDED_ON = "ended {day}"
SUPERVISED_BY = "supervised by {label}"
NO_SUPERVISOR = "no supervisor recorded"
CONFIDENTIAL = "confidential: for the treating clinician and supervision only"
SAME_CLIENT = {
    "previous_episode_key": "The same client before this: with {clinician}",
    "next_episode_key": "The same client after this: with {clinician}",
}
ON_AGENDA = "On the agenda: {tier}"
NOT_ON_AGENDA = "No rule for discussion holds for this case in this release."
ENDED_OFF_AGENDA = (
    "This case has ended, so it is not on the agenda. It can still be looked back on."
)
UNPLANNED = (
    "The ending was not planned. What was said last, and whether the client was reached, "
    "stands in no form."
)

# -- facts ----------------------------------------------------------------------------------------

FACTS_OF = "{family} ({measure})"
NO_FORM_OF = {"alliance": "Alliance: no form", "outcome": "Outcome: no form"}
NO_FORM = {
    "alliance": "No alliance form was linked to a session. Whether it was given is not known.",
    "outcome": "No outcome form was linked to a session, so no change can be told.",
}
LATEST, LOWEST, FIRST_FORM, ONLY = "Latest", "Lowest", "First", "Only form"
CUTOFF_FACT, FORMS, RUPTURES_FACT = "Cut-off", "Forms", "Probable ruptures"
CHANGE_CLASS, RELIABLE, ATTENDANCE = "Change", "Reliable change", "Attendance"
ATTENDED_FACT, MISSED_FACT = "Attended", "Missed in 8 weeks"
LAST_SEEN_FACT, NEXT_FACT, ENDED_FACT = "Last seen", "Next appointment", "Ended"
AT_SESSION = "{score} at session {n}"
POINTS = "{n} points"
N_OF = "{n} of {of}"
NO_APPOINTMENT = "no appointment"
N_OF_SESSIONS = "{n} of {of}"
SESSION_WORD = "session"
RUPTURES_SAID = "{n}, {repaired} repaired"
NONE_FOUND = "none found"
NONE_PUBLISHED = "none published"
ONE_FORM_NO_CHANGE = "not told from one form"

# -- ruptures -------------------------------------------------------------------------------------

RUPTURES = "Ruptures"
RUPTURES_NOTE = "Found in the scores by rule; what it was about only you can say."
NO_RUPTURE = (
    "None found in the scores. The rule needs an earlier form to compare with, and a fall "
    "well beyond this client's usual variation."
)
NO_RUPTURE_WITHOUT_FORMS = "Without alliance forms no rupture can be found, nor its absence."
CEILING_RUPTURE = (
    "None can be found: every rating is at the top of the scale, so neither a strain nor its "
    "absence shows."
)
PROBABLE = "Probable rupture at session {n}, {day}."
POSSIBLE = "Possible rupture at session {n}, {day}."
FELL = (
    "{measure} from a usual {baseline} to {score}, below the threshold of {threshold}; "
    "lowest {nadir}."
)
FELL_MOST = "Fell most: {scale}, from {before} to {after}."
AFTER_SESSIONS = " after {n}"
DISPLAYED_ONLY = "Displayed only: possible falls enter no figure."
LOW_CONFIDENCE = "Few earlier forms: low confidence."
KIND_SAID = "Reported as {kind}."
SUBSCALES = "Subscales at session {n}"

# -- how sure, strengths, questions ---------------------------------------------------------------

HOW_SURE = "How sure are we"
OUTCOME_FORMS = "{n} of {of} have an outcome form."
LOOSE = "{n} had no session near enough, so the table has what the picture cannot."
FORM = "form"
APPOINTMENT = "appointment"
IN_GROUPS = "{n} with a group: in the picture, but not counted as a session of this case."
OTHER_FORMS = "Also given, and only in the table: {measures}."
STRENGTH = "A strength to name"
NO_STRENGTH = "The figures show none yet; the clinician may know one."
AT_SESSION_PLAIN = "session {n} "
REPAIRED_BEFORE = "The alliance came back after the fall of session {n}, within {sessions}."
QUESTIONS = "Questions to bring, choose two"
PROMPTS = (
    "What does the clinician make of the picture, before you say what you see?",
    "What happened around the marked sessions that no form can tell?",
    "What would the client say if asked how the work is going?",
    "What will be different in the next session?",
)
# The paper asks this beside the lines of its plan.
LINE_PROMPT = "What should the line look like if that works?"

# -- since the last review ------------------------------------------------------------------------

SINCE_REVIEW = "Since the last review"
SINCE_NEVER = "No review of this case is recorded yet, so all of the picture is new."
SINCE_DAY = "Last reviewed {day} by {who}."
SINCE_THEN = "Since then:"
SINCE_NOTHING = "Nothing has landed since."
SINCE_ATTENDED = "{n} attended, {missed} missed"
SINCE_FORMS = "{measure}: {scores}"
SINCE_NO_FORMS = "no form of either kind"
SINCE_SIGNALS = "{n} raised"
SIGNAL_WORD = "signal"
STEPS_CLOSED = "Earlier steps closed"
STEPS_OPEN = "Steps still open"
NO_STEPS = "No step is open."
STEP_CLOSED_LINE = "{step}: {outcome}, {day}"
STEP = "Step"
AGAIN_ON = "To be reviewed again on {day}."
DEFERRED_UNTIL = "Put off until {day}."

# -- signals --------------------------------------------------------------------------------------

SIGNALS = "Signals"
SIGNALS_NOTE = "Rules that fire easily, meant for a conversation. One signal alone is mostly noise."
NO_SIGNAL = "No rule has fired in this case."
SIGNAL_HEAD = "{rule} ({id}), session {n}, {day}."
CONFIRM, DISMISS = "Confirm", "Dismiss"
CONFIRM_HELP = "It pointed at something real: {what}"
DISMISS_HELP = "It pointed at nothing: {what}"
VERDICTS = {"signal_confirmed": "✓ Confirmed", "signal_dismissed": "✕ Dismissed"}
VERDICT = "{verdict} by {who}, {day}"
EARLIER_SIGNALS = "{n} before these"
RULE, VALUE, LINE, IN_WORDS, SAID_OF_IT = "Rule", "Value", "Line", "In words", "Judged"

# -- recording ------------------------------------------------------------------------------------

RECORD = "Record"
RECORD_NOTE = "Codes and dates only, so that no name or note can be kept here."
REVIEW_TAB, STEP_TAB, DEFER_TAB, ADD_TAB = "A review", "A step", "Not now", "Bring it up"
ADD_NOTE = "Puts this case on the agenda of its supervisor until it is discussed."
ADD = "Add to the agenda"
LOG = "Action log"
LOG_NOTE = "What was recorded of this case, the newest first. Who thinks again takes it back."
LOG_EMPTY = "Nothing has been recorded of this case yet."
LOG_LINE = "{day}: {what}"
LOG_BY = "{who}, recorded {moment}"
EARLIER_ENTRIES = "Earlier entries"
LOG_WHAT, LOG_WHO, LOG_WHEN = "What", "Who", "Recorded"
ABOUT_SIGNAL = "{what}, session {n}"
STEP_OF = "{what} ({step})"
FROM_RELEASE = "As far as this release knows."
