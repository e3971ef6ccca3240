"""Words of the page Alliance and rupture: its headings, notes and tiles."""

NO_MEASURE = (
    "No client has rated the alliance of an individual session yet, so there is nothing to show. "
    "Data quality lists what has been loaded."
)
SECTION = "{period}, {name}"
OF_CLINICIAN = "Figures of the chosen clinician, the practice beside them."
WHOLE = "Whole practice."
NO_CUTOFF, NO_CUTOFF_NOTE = "Not defined", "{name} has no published cut-off."
COVERAGE = "Coverage: {n} of {all} cases have two forms in time"
SCORES = "How the scores lie"
SCORES_NOTE = "All client totals of a month, whole practice."
MORE_LEVEL = "More about the level"
TREND = "{name}, points per session (given for all time only)"
VALUE = "Value"
FOUND = "Ruptures found and what became of them"
FOUND_NOTE = (
    "By the quarter in which it began. Ways of telling a rupture disagree, so one is shown at a "
    "time."
)
NO_METHOD = "This release names no method of telling a rupture."
METHOD = "Method"
CANONICAL = "Every figure of these pages is of this method."
RULE = "{rule}. {limits}. {use}"
CHANCE = "Found against chance"
CHANCE_NOTE = (
    "Whole practice, all time: what each method finds, and what it would find if nothing but "
    "measurement noise moved the scores."
)
CRITERION = "How much hangs on the criterion"
CRITERION_NOTE = "Falls in the scores of the cases in view, by how strict the criterion is."
NO_FALL = "No fall in the scores by either criterion in this period."
PROBABLE = "Probable: more than {strict} usual variations"
POSSIBLE = "Only possible: {loose} to {strict} usual variations"
CRITERION_COLUMN, FALLS, CASES = "Criterion", "Falls", "Cases"
CRITERION_TABLE = "Falls by criterion"
FALLS_NOUN = "probable falls"
FALLS_SAID = (
    "{period}: {falls} in {n} sessions rated after the first, whole practice. About {expected} "
    "would be found if nothing but measurement noise moved the scores."
)
REPAIRS_SAID = (
    "{period}: {hits} of {n} closed ruptures repaired. About {expected} of them would count as "
    "repaired by noise alone: a chance dip comes back by itself."
)
COURSE = "The course of repair"
COURSE_NOTE = "All time. An ending while the rupture is open is neither a repair nor left out."
COURSE_COVERAGE = "Too few forms to draw this clinician's course: see coverage."
REPAIR = "Time to repair"
REPAIR_NOTE = "In the chosen period: how long it takes until half of the ruptures are repaired."
ANSWERED = "Noticed and answered"
ANSWERED_NOTE = "What was recorded: a talk that nobody wrote down counts as none."
AFTER = "Endings after a session with a rupture"
AFTER_NOTE = (
    "Whole practice, all time: attended sessions, and after how many of them the client did not "
    "come back without a planned ending."
)
AFTER_NONE = "No case with two ratings yet, so no rupture could have been seen."
AFTER_TABLE = "Unplanned endings after a session, by rupture"
OPEN = "Still open"
OPEN_NOTE = (
    "All that are open now, whatever the period. The longest open first. Select a row to open the "
    "case."
)
OPEN_NONE = "No probable rupture is open among the cases in view."
OPEN_ALT = "Ruptures still open"
CLIENT, FELL_AT, ON, FROM, TO = "Client", "Fell at session", "On", "From", "To"
SO_FAR, NEXT, NONE_BOOKED = "Sessions so far", "Next appointment", "None booked"

LEVEL_TILES = (
    ("early_alliance", "cases"),
    ("alert_share", "rated sessions"),
    ("rupture_incidence", "cases with three forms"),
    ("repair_rate", "closed ruptures"),
)
RESPONSE_TILES = (
    ("rupture_unrecognised", "sessions with a rupture by the client"),
    ("rupture_addressed", "ruptures"),
    ("response_in_time", "rupture signals"),
    ("response_median_days", "rupture signals"),
)
REPAIR_TILES = (
    ("repair_cif_3", "ruptures"),
    ("repair_median_sessions", "ruptures"),
    ("repair_median_days", "ruptures"),
    ("rupture_depth", "ruptures"),
)
LEVELS = (
    ("early_alliance_3_5", "cases"),
    ("alliance_level", "cases"),
    ("alliance_minimum", "cases"),
    ("alliance_slope", "cases with four forms"),
)
# Said where the figures are shown: the comparison everybody would make first is the wrong one.
IMMORTAL_TIME = (
    "Why not simply compare cases whose rupture was repaired with the others? A rupture can only "
    "be repaired in a case that goes on long enough. A repaired case has, by that alone, not ended "
    "before the repair, and would look safer even if repairing did nothing. Here every session "
    "counts in the state of its own day. It is open from the fall on, repaired only from the "
    "session that brought the score back. A case can count in all three columns. Cases enter at "
    "their second rating, from when a fall could be seen. What remains is an association: what "
    "strains an alliance may also end a therapy."
)
