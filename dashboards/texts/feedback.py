"""Words of the page Feedback and of what it says of forms, gaps and both sides of a session."""

# what is counted for each figure
HEARD = {
    "feedback_completion": "sessions due",
    "coverage_three": "cases with three sessions",
    "early_coverage": "cases",
    "feedback_lag_hours": "forms",
}
MORE_HEARD = {
    "coverage_any": "cases",
    "coverage_paired": "cases with two sessions",
    "feedback_within_2h": "forms",
    "feedback_opt_out": "sessions due",
}
OPEN = {
    "alert_share": "rated sessions",
    "ever_below_cutoff": "cases with three forms",
    "uninformative_ceiling": "cases with three forms",
    "candour_spread": "cases with three forms",
}
SHARED = {
    "goal_gap": "cases with two forms",
    "task_gap": "cases with two forms",
    "low_goal_early": "cases",
}
BOTH = {
    "attunement_bias": "sessions rated by both",
    "attunement_overestimated": "sessions rated by both",
    "attunement_tracking": "cases with six pairs",
    "attunement_ccc": "sessions rated by both",
}

# heard
HEARD_TITLE = "Are clients heard?"
HEARD_NOTE = "{period}, {whose}. Every other figure rests on these."
OF_CLINICIAN = "the chosen clinician with the practice beside"
OF_PRACTICE, OF_PRACTICE_ROUNDED = "whole practice", "whole practice, rounded"
ALL_TIME = "Over all time: a shorter period would say too little"
NOT_DEFINED, NO_CUTOFF = "Not defined", "{name} has no published cut-off."
VALUE, OF_WHOLE, MORE = "Value", "{name} (whole practice)", "More about forms"
NO_MEASURE = (
    "No client has rated the alliance of an individual session yet, so there is nothing more to "
    "show."
)
BOUNDS = "Whatever the {missing} would have said: between {lo} and {hi}"
MISSING_FORM = "missing form"
OF_100 = "{value} of 100"

# open
OPEN_TITLE = "How openly do they answer? {name}"
OPEN_NOTE = (
    "Neither a low nor a high figure is good in itself. A client who can say what is missing "
    "gives more to work with than one whose every form is at the top."
)
AT_TOP = "Open cases whose every form is at the top: invite criticism."
NONE_AT_TOP = "No open case in view has three forms or more that are all at the top."
AT_TOP_LABEL = "Open cases always at the top"
CASE, FORMS, LATEST = "Case", "Forms", "Latest"

# goals and tasks
SHARED_TITLE = "Are goals and tasks shared? {name}"
SHARED_NOTE = (
    "A gap: goals, or the way of working, were rated at least one point of an item below the "
    "rest of the form, twice running."
)
WITH_GAP = "Open cases with such a gap: review the wording together."
NO_GAP = "No open case in view has had a gap twice in a row."
GAP_LABEL, ON_LATEST = "Open cases with a gap", "On the latest form"
GAP_PARTS = {"goal": "goals", "task": "tasks"}
GAP, GAP_CLOSED = "{part} {gap} below the rest", "{part} no longer below the rest"

# both sides
BOTH_TITLE = "Do both see the same session? {name}"
BOTH_NOTE = (
    "Client and clinician about the same session, in percent of the maximum possible. Clients "
    "usually rate higher; a difference is a prompt for a conversation, never a grade."
)
NO_PAIRS = (
    "No session has both the client's {name} and a clinician's form of the same family. "
    "Choose another alliance measure, or read in Definitions which forms go together."
)
HIGHER = (
    "Open cases with sessions that the clinician rated clearly higher: lay both forms side by "
    "side in supervision."
)
NONE_HIGHER = "No open case in view has a session that the clinician rated clearly higher."
HIGHER_LABEL = "Open cases rated higher by the clinician"
CLEARLY_HIGHER, HIGHER_OF = "Clearly higher", "{n} of {pairs} sessions"
DIFFERENCE, FOLLOWS = "Client minus clinician", "Follows the client"
TOO_FEW = "Too few to say"

# not heard
NOT_HEARD = "Who is not heard"
NOT_HEARD_NOTE = (
    "Every figure over forms speaks only of clients who gave one. Where few gave none, "
    "differences of a few tenths are chance."
)
NOTHING_DUE = "No session has been due for a form yet."
NOT_HEARD_LABEL = "Cases with and without a form"
SHORT_ONES = (
    "Short cases have few chances to give a form, so they are more often without one. "
    "Unplanned endings are short: part of the difference in endings is that."
)
TRAIT, WITH_FORM, WITHOUT = "Trait", "With a form", "Without any"
IN_SD = "In standard deviations"
TRAITS = {
    "attended_sessions": "Sessions attended",
    "dropout_d1": "Ended without a plan",
    "intake_severity": "Severity at the start, of 100",
    "age_band": "Aged",
}
GROUP_TOO_FEW, GROUP = "Too few to compare: {n}", "{value} ({limits}), {n}"

# alliance and outcome
OUTCOME_TITLE = "Early {name} and outcome"
OUTCOME_NOTE = "Never grade a practice or a person by its own: the interval says why."
PUBLISHED = "Published: {value} over {studies} ({source}). "
STUDY, STUDIES = "study", "studies"
NO_OUTCOME = "No ended case has both an early {name} and a later outcome form."
OUTCOME_LABEL = "Alliance and outcome"
OUTCOME, ENDED = "Outcome", "Ended cases"
CORRELATION, LAGGED = "Early alliance and improvement", "Within clients, next session"
LEVELS = "Between clinicians, within them"
NOT_ESTIMATED = "Not estimated: {clinicians} with enough"
COEFFICIENTS = "{between} (± {between_se}), {within} (± {within_se})"
BETWEEN = "In this practice {share} of the spread of the early {name} lies between clinicians."
ASSUMED = (
    "Too few clinicians to estimate how much of the spread of the early {name} lies between "
    "them; {share} is assumed."
)
NOTHING_BETWEEN = "Nothing lies between them, so no caseload could tell them apart."
NEEDED = (
    "A clinician then needs {for_70} with an early level before anything may be said of them "
    "(reliability .7). A comparison is drawn from {for_50} on."
)

# a duration with its interval
WITH_INTERVAL = "{n} {noun}{limits}"
DURATION_LIMITS = " · 95\u00a0% interval {lo} to {hi}"
