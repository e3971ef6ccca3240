"""Words of the page Endings, its figures and its charts."""

WHO = "Who is still coming"
WHO_NOTE = (
    "Of all cases ever begun: the share without an unplanned ending after each session. The "
    "period does not apply here."
)
SITE = "Site {site}"
TOGETHER = "Every way of ending together"
TOGETHER_NOTE = (
    "All time, whole practice. Unplanned, planned, or moved on (transferred, referred, moved "
    "away, administrative, died)."
)
DEFINITIONS = "Six definitions, side by side"
DEFINITIONS_NOTE = (
    "Published rates differ by definition more than practices differ from each other."
)
KINDS = "How cases ended: {period}"
LAST = "The last rating before the ending"
LAST_NOTE = (
    "All time, whole practice. A low last rating before unplanned endings is worth a question "
    "early. It does not say that the alliance ended the treatment."
)
LAST_NONE = "No ended case has an alliance rating yet."
LAST_TABLE = "Last alliance rating by kind of ending"
MIX = "Allowing for the mix of cases"
MIX_NOTE = "Some clinicians see clients who are more likely to stop, whoever sees them."
MIX_NONE = "No clinician in view has an ended case in this period."
MIX_TABLE = "Unplanned endings against the mix of cases"
MIX_TERMS = "What the model allows for"
MIX_TERMS_TABLE = "Characteristics of the case-mix model"
STRATA = "Trainees and staff"
STRATA_NOTE = "All time. Supervisors' own cases are those of staff."
STRATA_TABLE = "Unplanned endings of trainees and staff"
RIPE = "When an ending counts"
RIPE_RULE = (
    "An ending without a plan is known only after {lapse} days without a session and without a "
    "booking, or longer where sessions lay further apart. Endings of the last weeks before "
    "{as_of} are therefore still missing. Transfers, moves and administrative endings are left "
    "out of the rates, not counted as successes."
)
WAITING = "These rates wait until every ending is known: {periods}."
NONE_WAITING = "No rate of a month or quarter is waiting."

TOO_FEW_AT_RISK = "Too few at risk: the curve is drawn while at least {n} cases are at risk."
SURVIVAL = (
    "{name}: {share} had no unplanned ending by session {session}{interval}, counted among those "
    "still coming at each session."
)
SURVIVAL_CUT = (
    "Cut where fewer than {n} are at risk. Planned endings, transfers and open cases leave the "
    "curve at their last session (ticks) without pulling it down."
)
NO_CURVE_OF_ITS_OWN = "{name}: too few at risk for a curve of its own."
CURVE, SESSION, AT_RISK, EVENTS = "Curve", "Session", "At risk", "Unplanned endings"
LEFT_OTHERWISE = "Left otherwise"
LEFT_OR_OPEN = "Left otherwise or still open"
WITHOUT = "Without an unplanned ending"
AT_RISK_OF = "At risk: {name}"

SUMMARY = {
    "survival_3": "No unplanned ending by session 3",
    "survival_8": "No unplanned ending by session 8",
    "restricted_mean_12": "Sessions attended, of the first 12",
    "never_started": "Never came to a first session",
}
SUMMARY_NOUN = "cases"
SUMMARY_NOUNS = {"never_started": "ended cases"}

COMPETING = (
    "By session {session}, {unplanned} of all cases had ended unplanned{interval}, {planned} as "
    "planned. {moved} had moved on, and {still} were still coming."
)
COMPETING_LESS = (
    " Less is unplanned here than the curve above suggests, because who ends as planned can no "
    "longer stop."
)
OTHER_ENDINGS, LEFT_THE_COUNT, BY_THEN = "Other endings", "Left the count", "{band}, by then"
BANDS = {
    "dropout": "Unplanned",
    "planned": "Planned",
    "moved_on": "Moved on",
    "still": "Still coming",
}
STILL_COMING = "Still coming"
BY_SESSION, SHARE_OF_CASES = "By session", "Share of cases"

DEFINITION, ENDED_CASES = "Definition", "ended cases"
UNPLANNED_ENDING = "unplanned ending"
DEFINITIONS_NONE = "{period}: too few ended cases for a rate by any definition."
LONGER = "Choose a longer period."
DEFINITIONS_SAID = (
    "{period}, whole practice: the same endings give between {lowest} and {highest} depending on "
    "what counts as dropout. The first one is used elsewhere in these pages."
)
SHARE_OF_ENDED = "Share of ended cases"
KINDS_NONE = "No case in view ended in this period. Choose a longer period or other filters."
KINDS_SAID = "{cases} in view ended."
EARLY_COMPLETERS = (
    "{endings} came after reliable improvement to the healthy side: clients who may simply have "
    "had enough."
)
ENDING, CASES, MEASURE, MEDIAN, MIDDLE = "Ending", "Cases", "Measure", "Median", "Middle half"
RANGE = "{low} to {high}"
