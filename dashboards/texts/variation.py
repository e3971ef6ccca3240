"""Words of the page Variation, its figures and its charts."""

FIGURE = "Figure"
OTHER_CLIENTS = (
    "Other clients give other figures. Before anything is said of a clinician, ask whom they see: "
    "severity, age, referral, training cases."
)
EACH = "Each clinician"
EACH_NOTE = (
    "In the order of their labels: not a ranking, and it cannot be sorted by the figure. A "
    "repeated signal weighs more than a single one: what is chance in one quarter is mostly gone "
    "in the next."
)
EACH_DRAWN = (
    "For the same reason read the figure drawn towards the practice. It moves from the clinician's "
    "own figure towards the practice's, the further the fewer cases it rests on."
)
EACH_NONE = "No clinician has a known outcome of this figure in this period. Choose a longer one."
EACH_TABLE = "{title} by clinician"
USE = (
    "Figures are for reflection, supervision and planning. A signal is discussed with the "
    "clinician first; it never goes into an appraisal."
)
NOTHING_YET = (
    "No figure is known of two clinicians yet: that takes five known outcomes each. Data quality "
    "says what has been loaded."
)
WHOM = "Whom they see"
WHOM_NOTE = (
    "Whole practice, all time. Published dropout is higher among trainees' clients, so read "
    "trainees beside trainees before reading them beside staff."
)
STRATA_TABLE = "Unplanned endings of trainees and staff"
MODEL_LINK = "The case-mix model, on Endings"
OWN_OR_MIX = "Own change or mix"
OWN_OR_MIX_NOTE = (
    "Whole practice, a quarter against the one before. The period chosen above does not apply here."
)

NOUNS = {
    "episode": "cases",
    "session": "sessions",
    "appointment": "appointments",
    "rupture": "ruptures",
}
NOUN = "units"
TITLE_OF = "{name} ({questionnaire})"
TOO_FEW = "○ Too few to say"
# A figure that is not shown says why, on every page in the same words.
UNSAID = {
    "insufficient_coverage": "○ Too few forms to compare",
    "pending": "○ Not yet: some outcomes are not known",
    "not_applicable": "○ Not reached: no figure",
}
NOT_JUDGED = "○ Shown, not judged"
NO_SIGNAL_YET = "○ Too few for a signal"
CONSISTENT = "● Consistent with the practice"

POINT = "{hits} of {n} {noun}. {reading}"
FUNNEL = (
    "{period}: {clinicians} with at least {least} {noun} each, about the practice's {target}. "
    "Inside the inner band, where chance alone puts 95 % of figures, a figure is consistent with "
    "the practice. The fewer cases, the wider the band. An exact test decides about a signal, so "
    "a point just beyond a line may carry none."
)
NOT_DRAWN_ONE = "{clinicians} with fewer {noun}, or too few forms, is not drawn."
NOT_DRAWN = "{clinicians} with fewer {noun}, or too few forms, are not drawn."
NAMED = "Clinicians with a signal are named: ◆ worth a conversation, ■ check first."
RESEARCH_LINE = "research average, other definitions"
REFERENCE = "Reference line: {value}\u00a0% ({limits}) over {studies} ({source}). {caveat}."
STUDY, STUDIES = "study", "studies"
OF_CHANCE_95, OF_CHANCE_998 = "95 % of chance", "99.8 % of chance"
SHARE = "Share"
MONTH_TOO_SHORT = (
    "One clinician's month is too short for a comparison. Choose a quarter, or all time."
)
FUNNEL_NONE = (
    "{period}: fewer than two clinicians can be compared. That takes {least} {noun} with a known "
    "outcome each, and for alliance and rupture figures enough forms."
)
CHOOSE_ALL = "Choose all time."
CASELOAD = "Caseload: {noun} with a known outcome"
PRACTICE = "practice"
LINE_95, LINE_998, WIDENED = "95 %", "99.8 %", "widened 95 %"

SPREAD_TOO_FEW = (
    "Whether clinicians vary by more than chance is judged from {needed} clinicians on; here {n} "
    "can be compared."
)
SPREAD_FIGURES = (
    "Measured over {n} clinicians, the spread is {phi} times what chance gives. As much would come "
    "by chance alone with a probability of {p}."
)
SPREAD_WIDENED = (
    "Clinicians vary by more than chance alone, which is called overdispersion. That is usual "
    "where they see different clients. The lines marked widened allow for this variety: a figure "
    "between the band and such a line is ordinary here. Labels still rest on the exact test "
    "without widening."
)
SPREAD_AS_CHANCE = (
    "Clinicians do not clearly vary by more than chance, so the lines stand as chance draws them."
)
P_BELOW = "below 0.001"

NO_SIGNAL_BECAUSE = "No signal: {reason}."
NOT_FLAGGED = "Not flagged: "
RAISES_NONE = "It raises no signal."
NO_SKILL = (
    "No signal is raised: the model these figures are held against tells cases apart no better "
    "than chance."
)
NONE_LARGE = "No signal can be raised: no clinician has {least} known outcomes in this period."
SIGNAL, NO_SIGNAL = "signal", "No signal"
SIGNALS = (
    "{raised} among {clinicians} large enough for one{by_chance}. A signal is a reason to talk, in "
    "this order: are the data right, are the clients alike, and only then the work."
)
BY_CHANCE = "; chance alone would raise about {n}"

ROW_NONE = (
    "{period}: fewer than two clinicians have enough cases to stand beside others, so that at "
    "least {least} of each figure is their own. The table below shows what there is."
)
ROW_KNOWN = "{n} {noun}: {value}, {limits}"
ROW_FEW = "{n} {noun}, too few to set beside others"
ROW_RATIO = (
    "{period}: each clinician's figure against 1, what clients like theirs would give in the "
    "practice as a whole. With its 95 % interval, in the order of the labels. Compare a bar with "
    "the line, not with another bar."
)
ROW_DRAWN = (
    "{period}: each clinician's figure, drawn towards the practice the further the fewer cases it "
    "rests on. With its 95 % interval, in the order of the labels. Compare a bar with the line, "
    "not with another bar."
)
AS_EXPECTED = "as expected"
PRACTICE_LEVEL = "practice {value}"

AFTER_MANY = "Stands out after so many comparisons"
OVER_QUARTERS = "Signal again, quarters to {quarter}"
EXPECTED_IN = "{hits}, expected {expected}, in {told}"
DRAWN_WITH = "{value} ({limits})"
ENOUGH = "{share}, enough to state"
STANDS_OUT, NOT_OUT = "◆ Yes", "○ No"
AGAIN, NOT_AGAIN = "■ Yes", "○ No"

OWN_NONE = "No two neighbouring quarters have a settled figure of the practice yet."
PERCENTAGE_POINTS, POINTS = "percentage points", "points"
OWN_SAID = (
    "{quarter}: the practice's figure changed by {change} {unit} since {before}. Of this, {own} "
    "from clinicians' own figures ({range}) and {mix} from the mix. The practice's figure can rise "
    "while every clinician's own falls, when cases move to those whose figure is higher."
)
QUARTER, QUARTER_BEFORE = "Quarter", "Quarter before"
RESTS_ON_BOTH = "{n}, before {before}"
CHANGE_IN = "Change, {unit}"
OWN_FIGURES, MIX = "Own figures", "Mix"
IN_BOTH = "Clinicians in both, joined, left"
OWN = "Clinicians' own figures, with 95 % interval"
MOVED = "Caseload moved between clinicians"
RANGE = "{low} to {high}"
PART, CHANGE = "Part", "Change"
