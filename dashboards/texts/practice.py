"""Words of the charts about the whole practice: flow, run chart, scores of the months, coverage."""

NO_FLOW = "No case was opened, and nobody was referred, in this period."
FLOW = (
    "Of {opened} opened in {period}, {first} had a first session and {third} a third by {as_of}. "
    "{planned} ended as planned, {unplanned} without a plan, {otherwise} otherwise, "
    "{unknown} in a way not known. Not ended yet: {still}. "
    "Referred in the same time: {referred}."
)
FLOW_ALL = (
    "Of {opened} ever opened, {first} had a first session and {third} a third by {as_of}. "
    "{planned} ended as planned, {unplanned} without a plan, {otherwise} otherwise, "
    "{unknown} in a way not known. Not ended yet: {still}. "
    "Referred in the same time: {referred}."
)
FLOW_NONE_OPENED = "No case was opened in {period}; what happened in it stands in the table."
CASE = "case"
OF_OPENED = "{n} · {share}"
STEP, IN_COHORT, COHORT_SHARE = "Step", "Of the cases opened", "Share of them"
IN_PERIOD, COUNTED = "Happened in the period", "Counted"

RUN_FEW = "{name}: fewer than two months with a figure, so there is no course to draw."
RUN_LAST = "{month}: {value}."
RUN_NOT_YET = "{month} has no figure yet."
RUN_SIGNAL = (
    "◆ Signal: this month lies outside the range of the months before it, so chance alone is an "
    "unlikely reason. Ask what changed: the work, the clients, or the recording."
)
RUN_COMMON = (
    "● Common cause: this month lies within the range of the months before it. Such ups and downs "
    "need no explanation of their own."
)
RUN_WAITS = "○ Not judged: a month is held against the months before it from {least} months on."
RUN_OTHERS = "Months drawn that carry a signal: {signals} of {months}."
RUN_NO_OTHERS = "None of the {months} months drawn carries a signal."
SIGNAL, COMMON_CAUSE, NOT_JUDGED = "◆ Signal", "● Common cause", "○ Not judged yet"
READINGS = {"signal": SIGNAL, "common cause": COMMON_CAUSE}
MONTH, VALUE, CENTRE = "Month", "Figure", "Mean of the months before"
RANGE, READING = "Range of the months before", "Reading"
RUN_KEY = (
    "── mean and ┄┄ range of the months before",
    "● common cause   ◆ signal   ○ not judged yet",
)

FORMS_NONE = "No forms in this period. Choose a longer period."
MONTHS = (
    "In {month} the middle half of {n} {name} forms lay between {low} and {high}, median {median}; "
    "{cutoff}."
)
CUTOFF, NO_CUTOFF = "the cut-off is {value}", "it has no cut-off"
CUTOFF_LINE = "cut-off {value}"
FORMS, CLIENTS, MEDIAN = "Forms", "Clients", "Median"
LOWER, UPPER = "Lower quartile", "Upper quartile"
TOTAL = "{name}, total"

COMPLETION_NONE = "No clinician in view has sessions for which a form is due."
COMPLETION_WORDS = "{hits} of {n} sessions"
COMPLETION_FEW = "{hits} of {n} sessions, too few for a rate"
COMPLETION = (
    "Share of attended sessions with a client alliance form within 48 hours. Below {least} "
    "alliance and rupture figures are not compared: that holds for {low} of {clinicians} in view."
)
NONE = "none"
SESSIONS_DUE, IN_TIME, COMPLETED = "Sessions due", "With a form in time", "Completion"
COMPLETED_AXIS = "Completed in time"
PUBLISHED = "Published"
