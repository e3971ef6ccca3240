"""Words of the page What the relationship needs, around what the claims themselves say."""

NO_CLAIMS = "This release holds no claims. Run `rapport build` to make one that does."
GLANCE = "At a glance"
GLANCE_NOTE = (
    "{whose}, all time. {overview} {heard} A figure that stands for a claim can move without it: "
    "read it as a question, never as a grade."
)
WHOLE, WHOLE_ROUNDED = "Whole practice", "Whole practice, rounded"
OVERVIEW = "Of {claims} claims: {counts}."
# Shape beside the word: no status is told by colour alone (screens.md 8).
STATUSES = {
    "measured": "● Measured",
    "proxy": "◐ Only stand-ins",
    "not_measured": "○ Not measured",
}
COUNTED = {
    "measured": "measured",
    "proxy": "only by figures that stand for it",
    "not_measured": "not at all",
}
HEARD = "Figures from clients' ratings rest on forms after {value} of sessions ({detail})."
HARDLY_HEARD = "Few forms have come yet, so figures from clients' ratings are missing or small."
SESSIONS_DUE = "sessions due"
NUMBERED = "{number}. {title}"
NO_VALUE = "No figure"
NO_SUCH_YET = "No questionnaire in use has given this figure so far."
NO_SUCH = "{name} gives no such figure here."
NO_SUCH_BUT = "{name} gives no such figure here; choose {others} above to see it."
ELSEWHERE = "{label}, published: {value}"
STANDS_FOR = "stands for it"
TO_DO, KNOWN, NOT_MEASURED = "What a supervisor can do", "What is known", "What is not measured"
CLINICIANS = "Your clinicians, one by one"
CLINICIANS_NOTE = (
    "By label, with the 95\u00a0% interval. Most differences between caseloads of this size are "
    "chance."
)
CLINICIANS_LABEL = "Clinicians: {claim}"
TAGS = (
    "Tags after a number: [V and a figure] read in the source of that number, listed in "
    "docs/sources.md. [M] from a source that is named, the number not re-read. [D] a rule of this "
    "project, not a published fact."
)
MEANINGS = "What each figure means, and from what it is counted"
