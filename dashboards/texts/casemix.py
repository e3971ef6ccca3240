"""Words about the mix of cases: what is allowed for, how well, and how a ratio is read."""

STRATA = {"staff": "Staff", "trainee": "Trainees", "unknown": "Role not known"}
READ_BESIDE = "Read beside"
ROLES = {"trainee": "Trainees", "staff": "Staff"}
ROLE_UNKNOWN = "Not known"
NEVER = "It never allows for the alliance, which lies between clinician and ending, nor for gender."
READING = (
    "{period}: unplanned endings over those expected of the same cases with colleagues; 1.00 is "
    "as expected. In the order of labels, never of the ratio. Most of what differs between "
    "caseloads of this size is chance. Each row is read twice: as counted, as on Variation, and "
    "with the mix of cases allowed for."
)
NO_MODEL = "This release holds no case-mix model."
STATE = (
    "{cases} ended cases, {events} of them unplanned, give what to expect of each clinician's "
    "cases with colleagues. {never}\nAllowed for:\n{variables}\n{missing}"
)
AS_COUNTED = "{refusal} Figures above are as counted.\n{missing}"
NOT_ALLOWED_FOR = "Not recorded, or too rare to allow for:\n{names}"
NOTHING_LISTED = "nothing"
REFUSALS = {
    "few_clinicians": (
        "No adjustment for the mix of cases: fewer than {clinicians} clinicians have an ended "
        "case, so each would be held against too few others."
    ),
    "no_variables": (
        "No adjustment for the mix of cases: none of the characteristics it could use is recorded "
        "for enough cases."
    ),
    "few_events": (
        "No adjustment for the mix of cases yet: each characteristic needs {per_term} unplanned "
        "endings to stand on, and there are too few."
    ),
    "separation": (
        "No adjustment for the mix of cases: one characteristic goes with one kind of ending only, "
        "so its weight cannot be told."
    ),
    "no_convergence": "No adjustment for the mix of cases: the model did not settle.",
}
REFUSED = "No adjustment for the mix of cases."
SAYS_NOTHING = (
    "So what is recorded at intake says next to nothing here about who stops. The adjusted figures "
    "say little more than the plain ones, and judge nobody."
)
CLAIMS_TOO_MUCH = "So it claims to tell cases apart better than it does: read the ratios with care."
HOLDS = "So its expectations hold for clinicians it has not seen."
QUALITY = (
    "How well it does: of two cases, one unplanned, it picks the right one in {right} "
    "(50\u00a0% is chance). How far the differences it expects come true, its slope of "
    "calibration: {slope} ({limits}; 1 is perfect). {reading}"
)
CHARACTERISTIC = "Characteristic"
ODDS = "Odds of an unplanned ending"
NO_CALIBRATION = "No case-mix model, so nothing to compare with."
CALIBRATION = (
    "Expected shares run from {lowest} to {highest} in {groups} groups of equal size. On the "
    "dashed line observed equals expected. What is expected comes from a model that has not seen "
    "the case's clinician."
)
EXPECTED, OBSERVED, UNPLANNED = "Expected", "Observed", "Unplanned endings"
EXPECTED_AXIS = "Expected unplanned endings"
OF_CASES = "{events} of {cases}"
CASES_OF, CLINICIANS, ENDED, SHARE = "Cases of", "Clinicians", "Ended cases", "Share"
UNPLANNED_SHORT, RATIO = "Unplanned", "Ratio"
STRATA_TOO_FEW = "Too few cases of trainees or of staff to compare their curves."
SOONER = "Unplanned endings come sooner with trainees than by chance"
LATER = "Unplanned endings come later with trainees than by chance"
ALIKE = "The curves of trainees and staff differ no more than chance would make them"
STRATA_SAID = (
    "{said}: {observed} with trainees, {expected} if both were alike. A difference as large would "
    "come by chance alone with a probability of {probability} (log-rank test). Trainees are read "
    "against trainees; their clients and placements differ."
)
PROBABILITY_BELOW = "below\u00a00.001"
AS_COUNTED_READING, AGAINST_MIX_READING = "As counted", "Against the mix of cases"
