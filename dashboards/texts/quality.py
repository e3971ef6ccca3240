"""Words of the page Data quality: sources, checks, deliveries, coverage, signals."""

# sources
SOURCES = "Sources"
SOURCES_NOTE = (
    "One line per source: when its newest export was made, and what became of its rows. A source "
    "is late when that is more than {days} days before the day of this release. Left out: repeated "
    "rows, and those that the configuration filters."
)
SOURCE, NEWEST, AGE, STATE = "Source", "Newest export made", "Age", "State"
READ_BY_BUILD, SILENT = "● Read by the build", "◆ Did not answer"
IN_TIME, LATE, NEVER = "● In time", "◆ Late", "■ Nothing accepted"
DELIVERIES_N, NOT_TAKEN = "Deliveries", "Not taken"
NO_DELIVERY = "No delivery has been seen. Put exports into the inbox and run `rapport build`."

# checks
CHECKS = "Checks"
CHECKS_NOTE = (
    "Conformance: values have the form they should. Completeness: what should be there is there. "
    "Plausibility: values can be true. A release whose blocking checks fail is never published."
)
NO_CHECKS = "This release holds no check results."
PASSED_OF = "{passed} of {all} passed."
WARNED = "{passed} of {all} passed; {warnings}, none of them blocking."
BLOCKED = "{passed} of {all} passed; {warnings}, {blocking} of them blocking."
FAILED_LABEL, ALL_CHECKS = "Checks that did not pass", "All checks"
CLASSES = "Checks by class"
CLASS, PASSED_N, WARNED_N, BLOCKED_N = "Class", "Passed", "Warnings", "Blocking"
RESULT, MUST_HOLD, AGAINST, OF = "Result", "What must hold", "Rows against", "Of"
ALLOWED, SEVERITY, AFFECTS = "Allowed", "If it fails", "Affects, and what to do"
PASSED, BLOCKING, WARNING = "● Passed", "■ Blocking", "◆ Warning"
SEVERITIES = {"blocking": "Not published", "warning": "Published with a warning"}
NONE_ALLOWED, SHARE_ALLOWED = "none", "{share}\u00a0%"
AFFECTS_AND = "{affects}. {advice}"

# deliveries
DELIVERIES = "Deliveries"
DELIVERIES_NOTE = (
    "Every export that arrived. Rows read = accepted + held back + left out (repeated, or filtered "
    "by configuration), counted independently. Gone: rows known before that a full or window "
    "export lacks; of a held one, what would be gone."
)
STATUSES = {
    "accepted": "● Accepted",
    "accepted_with_warnings": "◆ With warnings",
    "rejected": "■ Rejected",
    "held": "■ Held",
    "duplicate": "○ Seen before",
}
NOT_COMPLETE = "○ Not complete yet"
DELIVERY, MADE, STATUS, READ = "Delivery", "Made", "Status", "Rows read"
ACCEPTED, HELD_BACK, LEFT_OUT = "Accepted", "Held back", "Left out"
GONE, WHY = "Gone", "Why"
IS_HELD = "{name} is held:"
IS_HELD_BECAUSE = "too much is missing from it. Every page shows what was known before."
WHAT_TO_DO = (
    "{reasons}. Was the export cut off or filtered? Then export again. If it is right, whoever "
    "runs Rapport takes it with {command}"
)
COMMAND = "<code>rapport accept {name}</code>"
SETTLED = "Too much was missing. A later full export has taken its place."
SEE_ABOVE = "Too much is missing; see above."
AND_MORE = " (and {more} more)"
CUT = " …"

# corrections
CORRECTIONS = "What changed with each delivery"
CORRECTIONS_NOTE = (
    "Counted against what the deliveries of the same source had told before it, in the order in "
    "which they were made. First deliveries are left out: all of them is new."
)
NO_CORRECTIONS = "No source has delivered twice yet, so nothing was corrected."
ROWS_OF, NEW, CHANGED, BACK, AS_BEFORE = "Rows of", "New", "Changed", "Back again", "As before"

# rows held back
HELD_ROWS = "Rows held back"
HELD_ROWS_NOTE = (
    "By rule, with the first row number in the file. Values are never shown: open the export."
)
NONE_HELD = "No row is held back."
FILE, WRONG, COLUMN, ROWS = "File", "What is wrong", "Column", "Rows"
FIRST_AT, DO = "First at row", "What to do"

# coverage
COMPLETION = "Feedback completion"
COMPLETION_NOTE = "Per clinician in view, in the order of labels."
COVERAGE = "Coverage of {measure}"
COVERAGE_NOTE = (
    "Sessions count from the practice's first form of this questionnaire, so a clinician who "
    "uses another one shows few here."
)
NO_COVERAGE = (
    "No clinician in view has a session due for this questionnaire. Choose another measure, or "
    "widen the filters."
)
NO_QUESTIONNAIRE = (
    "No client has rated the alliance of an individual session yet, so there is no coverage to "
    "show. Such forms come with the feedback file."
)
COVERAGE_LABEL = "Coverage by clinician"
CLINICIAN, DUE, WITH_FORM, IN_TIME_N = "Clinician", "Sessions due", "With a form", "In time"
CASES, CASES_1, CASES_3 = "Cases", "Cases with a form", "Cases with 3 forms"
PAIRED, UNLINKED = "Cases with first and last", "Forms of no session"
ISSUES = "Forms not scored or corrected"
ISSUES_NOTE = "By questionnaire and rule, of the clinicians in view."
NO_ISSUES = "No form in view had to be corrected or left out."
QUESTIONNAIRE, RULE, FORMS = "Questionnaire", "Rule", "Forms"
UNKNOWN_QUESTIONNAIRE = "A questionnaire that Rapport does not know"

# signals
FIRED_TITLE = "Signals fired"
FIRED_NOTE = "In the cases in view."
FIRED, NO_SIGNAL = "Fired", "No signal has fired in the cases in view."
WORTH = "What the signals are worth"
WORTH_NOTE = (
    "Whole practice, all time. Followed: a probable rupture, a tension the client reported, or "
    "an unplanned ending in the next three sessions. A rule worth having is followed "
    "more often than any rated session is."
)
WORTH_LABEL = "Signal audit"
VERDICTS = "What supervisors made of them"
VERDICTS_NOTE = (
    "Whole practice, by rule: signals fired so far, or open cases a reason of the agenda holds for "
    "now, and verdicts of all time. A rule that is dismissed too often is proposed for change, "
    "once enough of its signals were judged."
)
NO_VERDICT = (
    "Nobody has confirmed or dismissed a signal yet. Supervisors do so in the case review; it "
    "arrives here with the next build."
)
CONFIRMED, DISMISSED, DISMISSED_OF = "Confirmed", "Dismissed", "Dismissed of judged"
READING = "Reading"
ONE_OPEN_CASE = "open case"
DISMISSED_SAID = "{dismissed} of {judged}{limits}"
READINGS = {
    "too_few": "○ Too few judged to say",
    "kept": "● Kept",
    "proposed_for_change": "◆ Proposed for change",
}
TOO_FEW_OPEN = "Too few open cases to say how full the agenda is."
OVER = "over its budget: look at the rule that fires most"
WITHIN, AT_EDGE = "within its budget", "at the edge of its budget"
BUDGET = (
    "Rules call for {load} of {cases} soon, tiers T1 to T3 ({share}{limits}). Cases that people "
    "asked to discuss stand on the agenda too and are not counted. The budget is {low} to {high}: "
    "{verdict}."
)
