"""Words for a figure of the catalogue of any kind, wherever it stands."""

FIRST_GROUP = {
    "trauma_bond_difference": "with trauma",
    "trauma_alert_difference": "with trauma",
    "preference_alliance_difference": "where it was met",
}
SAID_UNITS = {"item points": "points of an item"}
POINTS_OF_100 = "difference of shares"
OF_100 = " of 100"
ONE_TOO_SMALL = "{groups}. One of the two groups is too small to compare."
TOO_FEW = "Too few"
WITH_INTERVAL = "{groups} · 95\u00a0% interval {lo} to {hi}"
INTERVAL_BEFORE = "95\u00a0% interval "
NO_DIFFERENCE = "No difference can be told."
IN_GROUP = "{whole}, {n} of them {group}"
# Figures of what was answered; where answers are never recorded they have no row.
OF_ANSWERS = frozenset(
    {
        "rupture_addressed",
        "early_rupture_addressed",
        "response_in_time",
        "response_median_days",
    }
)
NO_ANSWERS = (
    "No answer to any rupture or report was ever recorded: no supervision of a named client, no "
    "review or planned step, no rating."
)
LEFT_OUT = "{n} more left out: not known, or not yet"
EXPECTED = "Expected, to compare: {n}"
STATUS_WORDS = {
    "ok": "Shown",
    "pending": "Waits until endings are known",
    "insufficient_n": "Too few counted",
    "insufficient_coverage": "Too few forms",
    "not_applicable": "These cases do not give the figure",
    "suppressed": "Hidden: small counts",
}
NO_STATUS = "No figure yet"
STATUS = "Status: {status}"
COUNTED = "counted"
TOO_FEW_TO_COMPARE = "Too few to compare ({n})"
