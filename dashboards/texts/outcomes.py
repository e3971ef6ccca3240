"""Words of the page Outcomes, its figures and its charts of change and of expected courses."""

# what is counted for each figure
AT_THE_END = {
    "outcome_paired": "ended cases",
    "outcome_recovered": "cases that began in the clinical range",
    "outcome_reliably_improved": "ended cases measured twice",
    "outcome_deteriorated": "ended cases measured twice",
}
# What of a questionnaire a figure cannot do without.
RESTS_ON = {
    "outcome_recovered": ("cutoff", "reliable_change"),
    "outcome_reliably_improved": ("reliable_change",),
    "outcome_deteriorated": ("reliable_change",),
    "sudden_gain": ("reliable_change",),
    "sustained_change": ("reliable_change",),
}
NOT_DEFINED = "Not defined"
NOT_DEFINED_NOTE = "{measure} has no published cut-off or size of reliable change to judge by."
ON_THE_WAY_AND_AFTER = {
    "sudden_gain": "cases measured twice by then",
    "follow_up_coverage": "ended cases old enough",
    "sustained_change": "improved cases followed up",
    "re_referral": "agreed endings a year ago or more",
}
NONE = "No ended case has an outcome form yet, so there is no outcome to show."
BOUNDS = "Whatever the {missing} not measured would have said: between {lo} and {hi}"
PUBLISHED = "{label}: {value} ({definition})"

# at the end
END = "At the end of treatment: {measure}"
END_NOTE = (
    "{period}, {whose}. Read the first figure first: the others know only of clients who were "
    "asked twice."
)
WHOLE, WHOLE_ROUNDED = "whole practice", "whole practice, rounded"
ONCE = "Measured once only"
NONE_ENDED = "No case in view with a {name} form ended in this period."
CLASSES = (
    "Of the cases in view, {all} with {name} forms ended; {pairs} of them were measured twice."
)
OUTCOME, CASES, ENDED_CASES = "Outcome", "Cases", "Ended cases"

# how large
LARGE = "How large the change is: {measure}"
LARGE_NOTE = (
    "In standard deviations, so that it can stand beside published figures of the same "
    "definition. They are reference lines, never targets."
)
NO_EFFECT = "{period}: {value}. {detail}"
OWN = "This practice, {name}"
OWN_COUNTED = "Ended cases measured twice that began in the clinical range"
OWN_CAVEAT = "No comparison group: time and regression to the mean are in it"
VALUE_SAID = "{value}: {detail}"
WITH_SOURCE = "{caveat} ({source})"
EFFECT = (
    "{period}, whole practice, clients who began in the clinical range. They improved by {value} "
    "standard deviations of their first {name} score ({detail}). Published figures come from "
    "trials of depression with other measures."
)
EFFECT_SIZE, COUNTED, KEEP_IN_MIND = "Effect size", "Counted", "Keep in mind"
EFFECT_AXIS = "Standard deviations of the first score"
ADJUSTED = "Change adjusted for severity at intake"
ADJUSTED_NOTE = (
    "In the order of labels: not a ranking. How a caseload fared beside clients of this practice "
    "with the same first scores. With small caseloads most differences are chance."
)
NONE_ADJUSTED = (
    "No figure for any clinician in view: too few of their cases were measured twice in this "
    "period. Or the practice has fewer than {needed} ended pairs of {measure}."
)
ADJUSTED_LABEL = "Severity-adjusted change by clinician"
ENDED_CASE, OF_ENDED = "ended case", "ended cases"
# a unit of the catalogue
IN_SD = "standard deviations"

# as the NHS counts
NHS = "As NHS Talking Therapies counts"
NHS_NOTE = (
    "The English health service's rates: depression (PHQ-9) and anxiety (GAD-7) together, by the "
    "public definition."
)
FINISHED = "finished courses"
FINISHED_CASES = "finished courses that began as a case"
NO_NHS = (
    "{period}: too few finished courses measured twice with both PHQ-9 and GAD-7, or nobody uses "
    "both."
)
NHS_SAID = (
    "{period}, whole practice: {rates}. Finished courses ended after at least two sessions; the "
    "recovery rates are about those that began as a case of depression or anxiety. Diamonds: the "
    "national standard or target."
)
NHS_SUFFIX = " (NHS)"
RATE, IF_MISSING, ELSEWHERE = "Rate", "If the missing are counted", "Published"
NHS_AXIS = "Share of finished courses"

# expected course
COURSE = "Expected course: {measure}"
COURSE_NOTE = (
    "What was usual in this practice for clients with a similar first score, from ended cases of "
    "all time, not what should be. Blue: half stood there or worse. In the shade or beyond: a "
    "quarter. Beyond the dashed line: a tenth. Dotted: the cut-off."
)
UP_TO, ABOVE = "First score up to {high}", "First score above {low}"
BETWEEN = "First score above {low} up to {high}"
NO_COURSE = (
    "{name}: {have} ended cases are measured twice; an expected course needs {needed}. None is "
    "shown rather than a borrowed one, and no case is called off track by it."
)
COURSE_SAID = (
    "{cases}: at session {session} half stood at {half} or worse, a quarter at {quarter}, a tenth "
    "at {tenth}."
)
SESSION, SCORE, HALF, QUARTER, TENTH = "Session", "Score", "Half", "A quarter", "A tenth"
HALF_WORSE, QUARTER_WORSE = "Half did worse than", "A quarter did worse than"
TENTH_WORSE, FIGURE = "A tenth did worse than", "Figure"
BEYOND = "Open cases beyond a line now"
NONE_BEYOND = "No open case in view has its latest {measure} score beyond a line."
BEYOND_LABEL = "Open cases beyond the expected course"
CASE, LATEST, LINE = "Case", "Latest score", "Line"
AT_SESSION = "{score} at session {session}"
LINES = {"red": "■ Red", "amber": "◆ Amber"}
LINE_AT = "{line}, {score}"

# on the way and after
AFTER = "On the way and after: {measure}"
AFTER_NOTE = (
    "Early gains, and whether change lasted. Follow-up usually reaches few: read the bounds."
)

# judged by
JUDGED = "What the scores are judged by"
JUDGED_NOTE = (
    "Published figures are used where there are any. Those that Jacobson and Truax's formulas "
    "give from published norms stand beside them."
)
JUDGED_LABEL = "What the scores of each measure are judged by"
MEASURE, CUTOFF, CUTOFF_C = "Measure", "Cut-off, adults", "Cut-off c by norms"
RELIABLE, BY_NORMS, PAIRS = "Reliable change", "By norms", "Ended pairs"
SEVERITY, EXPECTED = "Severity adjustment", "Expected course"
