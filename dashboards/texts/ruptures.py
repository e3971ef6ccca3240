"""Words about ruptures: found, repaired, by chance, what followed, what a signal is worth."""

STATES = {"none": "No rupture so far", "open": "Rupture open", "repaired": "Rupture repaired"}
NONE_FOUND = (
    "No rupture by this method among the cases in view in this period. That may be calm work, few "
    "forms, or forms that are always at the top. Data quality shows the coverage."
)
RUPTURE, SESSION = "rupture", "session"
FOUND = (
    "{ruptures} began{since} up to {until} in the cases in view. As they stood on {as_of}: {parts}."
)
SINCE_DAY = " from {day}"
PART_OF = "{quarter}, part"
PARTIAL = (
    "Of a quarter marked as a part the period holds only some days, so nothing is set beside it."
)
OPENNESS = "More ruptures found is not worse: where clients answer openly, more are seen."
CHANCE_LINE = (
    "A line across a bar is the number that measurement noise alone would give in that quarter."
)
QUARTER_OF_ONSET, NOW, RUPTURES = "Quarter of onset", "Now", "Ruptures"
QUARTER = "Quarter"
BY_CHANCE = "By chance alone"

AGAINST = (
    "{name}: {found} ruptures in 100 rated sessions. Noise alone would give {chance}; 95 of 100 "
    "practices of this size would lie between {lo} and {hi}. {reading}"
)
ABOVE = "So more falls were found than chance explains."
WITHIN = "So what was found could be chance alone."
BELOW = "So fewer falls were found than chance alone gives."
AGAINST_NONE = "No method of telling a rupture has rated sessions to look at yet."
AGAINST_TITLE = "Ruptures per 100 rated sessions"
PER_100, CHANCE_PER_100 = "Per 100 sessions", "By chance per 100"
RANGE_BY_CHANCE = "95 of 100 by chance"
FOUND_MARK, CHANCE_BAND = "● found", "▭ where chance alone would put it"
METHOD_TIER = "{name}, {tier}"
METHOD, FOUND_N, CASES_WITH = "Method", "Found", "Cases with one, of those it can judge"
REPAIRED, REPAIRED_BY_CHANCE = "Repaired", "Repaired by chance"
OF = "{hits} of {n}"
OF_SHARE = "{hits} of {n} ({share})"

COURSE_OF_PRACTICE = "Choose a clinician: the practice's course is the director's."
COURSE_FEW = "{name}: {ruptures}. The course is drawn from {least} on."
COURSE = (
    "{name}: of {ruptures} {repaired} are repaired within {sessions}{interval}. In {ended} the "
    "case ended first, {still} stay open. Cases still running count for as long as they were seen."
)
SINCE, OPEN_BEFORE, ENDED = "Sessions since the fall", "Open before", "Ended"
LAST_SEEN_OPEN, SHARE_REPAIRED = "Last seen open", "Share repaired"
SHARE_ENDED, SHARE_OPEN = "Share ended", "Share still open"
REPAIRED_CURVE, ENDED_CURVE = "○ Repaired", "✕ Ended"
SHARE_OF_RUPTURES, SHARE_BY_THEN = "Share of ruptures", "Share by then"
STILL_OPEN_BEFORE, STILL_OPEN = "Still open before", "Still open and observed"

SESSIONS_BAND = "{first} to {last}"
ALL_SESSIONS = "All sessions"
UNPLANNED = "unplanned ending"
OPEN_RUPTURE, REPAIRED_RUPTURE = "an open rupture", "a repaired rupture"
SEEN = "{endings} after {sessions} with {state}"
TOO_FEW_FOR_RATIO = "{seen}: too few for a ratio."
NOT_TOLD_APART = "This cannot be told apart from no difference."
MORE_OFTEN = "It happens more often than after a session without one."
LESS_OFTEN = "It happens less often than after a session without one."
RISK = (
    "{seen}. That is {ratio} times the risk of a session without a rupture at the same stage, "
    "95\u00a0% interval {limits}. {verdict} Without regard to the stage it would be {crude}."
)

RULE = "{rule}: {name}"
RULE_OFF = "{rule}: {name} (switched off)"
SIGNAL, FORM, FIRED, PER_100_FIRED = "Signal", "Form", "Fired", "Per 100 sessions"
FOLLOWED, AFTER_ANY, DISMISSED = "Followed", "After any session", "Dismissed"
NOT_RECORDED = "Not recorded yet"
