"""Words of the page Practice month: its tiles, notes and tables."""

WHOLE = "Whole practice."
BEFORE = {
    "month": "The month before: {value}",
    "quarter": "The quarter before: {value}",
    "year": "A year before: {value}",
    "all": "All time: {value}",
}
READINGS = {
    "signal": "◆ Signal: outside the range of the months before.",
    "common cause": "● Common cause: within the range of the months before.",
}
COURSE = "{name}: its course over {months} months, in the table below"
WITH_MEASURE = "{name} ({measure})"
DEFINITION = "Definition"
BY_CHANCE = "By chance alone: about {n}"
OPEN_NOW = "Open on {day} in the cases in view, whenever begun: {n}"
REPAIRED_BY_CHANCE = "By chance alone: about {n} of them"

BEGUN = "Cases begun"
UNDER_WAY = "Not over: counted up to {day}, beside whole periods"
BEGUN_DETAIL = "first sessions · {opened} opened · {third} third sessions"
BEGUN_MEANING = (
    "Cases with a first session in the period. Cases opened and third sessions are counted at "
    "their own dates, so they need not be the same people."
)
NOT_SHOWN = "Not shown"
NO_QUESTIONNAIRE = "No client has rated the alliance of an individual session yet."
# Figures that rest on alliance forms.
OF_FORMS = frozenset(
    {
        "early_alliance",
        "feedback_completion",
        "rupture_onset_rate",
        "rupture_incidence",
        "repair_rate",
    }
)

REVIEW = "Days from signal to review"
REVIEW_NONE = "No review of a signal has been recorded. Reviews are recorded on the case page."
REVIEW_MEANING = "How many days pass until half of the signals have been reviewed in supervision."

CHECKS = "Data quality"
CHECKS_VALUE = "{passed} of {all}"
CHECKS_ALL = "checks passed"
CHECKS_SOME = "checks passed · {failed} to look at"
CHECKS_NONE = "No check has run on this release."
CHECKS_MEANING = (
    "Checks of what was loaded: does it conform, is it complete, is it plausible. Each says which "
    "figures it affects. This is of the whole release, whatever the period."
)
QUALITY_LINK = "Data quality"

NOUNS = {
    "dropout_d1": "ended cases",
    "early_alliance": "cases",
    "rupture_onset_rate": "sessions rated after the first",
    "rupture_incidence": "cases with three forms",
    "repair_rate": "closed ruptures",
    "time_to_review": "signals to review",
    "feedback_completion": "sessions",
    "dna_rate": "appointments",
    "late_cancel_rate": "appointments",
    "clinician_cancel_rate": "appointments",
}

MONTHS = "Month by month"
MONTHS_NOTE = (
    "A run chart: each month against the mean and the range of up to twelve months before it. "
    "Within the range is common cause, the ordinary ups and downs; beyond it is a signal. "
    "The months end with the period chosen."
)
FIGURE = "Figure"
ALL_MONTHS = "Table of all figures by month"
MONTH_TABLE = "Figures by month"
MONTH = "Month"
NO_MONTHS = "No month has a figure yet. Data quality lists what has been loaded."

FLOW = "From referral to ending"
FLOW_NOTE = (
    "The cases opened in the period, and how far they have come since. Cases opened lately have "
    "had little time. That an ending was unplanned is known only some weeks after it."
)

CLINICIANS = "By clinician"
CLINICIANS_NOTE = (
    "In the order of their labels: not a ranking, and it cannot be sorted by the rate. With small "
    "caseloads most differences are chance. So each figure also stands drawn towards the practice: "
    "the fewer cases, the closer to the practice's own."
)
CLINICIANS_NONE = (
    "No clinician in view has rows of this figure in this period. Choose other filters or all time."
)
CLINICIANS_NO_FIGURE = (
    "{period} gives no figure of any clinician in view: fewer than the minimum each, or too few "
    "forms to compare. Choose a quarter, or all time."
)
CLINICIANS_TABLE = "{name} by clinician"
WITHOUT = "{clinicians} in view had no {noun} in this period."

CHANGED = "What changed in the definitions"
CHANGED_SOME = (
    "Some figures of this page have been redefined since their first version. "
    "Compare them only with figures of the same version."
)
CHANGED_NONE = "No figure on this page has been redefined since its first version."
VERSION = "{name}: {version}"
PARAMETERS = "All thresholds are those of parameter set {version}."
CHANGED_LINK = "Definitions and their versions"
