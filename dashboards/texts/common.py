"""What several pages say: headings of tables and the short words that stand beside a figure."""

CLINICIAN = "Clinician"
ROLE = "Role"
FIGURE = "Figure"
RESTS_ON = "Rests on"
READING = "Reading"
INTERVAL = "95 % interval"
CASES = "Cases"
SESSION = "Session"
WHOLE_PRACTICE = "Whole practice"
BESIDE_PRACTICE = "Whole practice: {value}"
DEFINITION = "Definition"
TOO_FEW = "Too few"
DRAWN_TOWARDS = "Drawn towards the practice"
RELIABILITY = "Own share of the figure"
MEASURE = "{short} is the {name}."
TURNED_ALLIANCE = (
    "Lower is better on {measures}. Figures of the alliance read a fall as a strain, so its scores "
    "enter none, and no rupture is looked for. The case review shows them."
)
ROUNDED = (
    "Whole practice, rounded. Counts of 1 to 7 are hidden and others rounded to 5, "
    "because this reaches beyond the clinicians you see."
)
DIRECTOR_RANGE = "The range of chance about it is kept for the clinical director."
DIRECTOR_ONLY = (
    "Kept for the whole practice and shown to the clinical director: small counts would point "
    "at single clients."
)
# How a grid writes a date, in its own notation.
DATE = "D MMM YYYY"
NOT_COLLECTED = "Not collected yet"
