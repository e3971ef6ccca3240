"""Words of what stands around every page: banners, stamp, persona, filters, footer, plain refusals.

Also what is said when a release cannot be read, and the words of the pieces pages are made of.
"""

PRODUCT = "Rapport"

# who is looking
VIEW_AS = "View as"
VIEW_AS_HELP = "A stand-in until sign-in exists: choose whose view to see."
DIRECTOR = "Clinical director"
ANALYST = "Analyst"
SUPERVISOR_OF = "Supervisor {label}"
LABEL_PREFIX = "Clinician "
REACH = "{role}: you see {clinicians}, {cases}."
REACH_ANALYST = "Analyst: you see no cases, and practice figures rounded for small counts."
UNKNOWN_PERSONA = (
    "This link asks for a view that this release does not know. You see that of: {role}."
)
UNKNOWN_CHOICE = (
    "This link asks for something that is not to be chosen here: {names}. "
    "The usual choice is shown instead."
)

# banners and stamp
DEMO = "Demo data. A simulated practice: nobody in it is real."
KNOWN_ON = "As known on {day}. Whatever was delivered or corrected later is left out."
ASKED_FOR = "A release asked for by name, as of {day}. It need not be the current one."
SWAPPED = "A newer release was published while you were looking. This page shows it now."
THROUGH = "Data through {day}"
NOTHING_HELD = "No attended session and no form yet"
WHY_NO_CASE = (
    "No case is in your view. A case is made of individual sessions: group, couple and family "
    "sessions are kept apart, and forms need a session. Data quality says what was delivered."
)
WHY_NOTHING_HELD = (
    "This release holds no attended session and no scored form, so there is little to show. "
    "Data quality says what was delivered, and what became of it."
)
PUBLISHED = "published {moment}"
RELEASE = "release {release_id}"
OLDER = "◆ Older than {hours} hours"
FAILED = "■ The last build failed, so this is the release before it. Reason: {reason}"
NO_REASON = "no reason was recorded"
FOOT = (
    "Rapport is not a crisis system: nobody watches these pages for risk. If someone may be in "
    "danger, follow your practice's own procedure now. Figures are for reflection, supervision "
    "and planning, never for performance management."
)

SHORT_NAMES = "Short names of questionnaires"

# filters
SHOWN = "Shown: {choices}"
CHOICE = "{label}: {value}"
PERIOD, SITE, SUPERVISOR, CLINICIAN = "Period", "Site", "Supervisor", "Clinician"
MEASURE, OUTCOME = "Alliance measure", "Outcome measure"
STATUS, MINUTES, MEETING = "Open or ended", "Minutes available", "Meeting on"
STATUSES = {"any": "Open and ended", "open": "Open", "ended": "Ended"}
ALL_SITES, ALL_SUPERVISORS, ALL_CLINICIANS = "All sites", "All supervisors", "All clinicians"
MINUTES_FOR = "{minutes} minutes: {cases} cases"

# no page, or only a part of one
NOT_YOURS = "<b>Not part of this role.</b> {page} {refusal}"
OWN_CASES_ALONE = "is not part of a clinician's own view, which shows own cases alone."
NO_PAGE = "There is no page at this address"
NO_PAGE_SAID = "The link may be old or mistyped. Nothing was changed by opening it."
TO_HOME = "Open the {page}"
NOTHING_YET = "Nothing to show yet"
CANNOT_SHOW = "This release cannot be shown"
INTERRUPTED = "The page could not be finished."
AGAIN = "Load the page again"
NO_RELEASE = "No release yet: run `rapport build`, or `rapport demo` for a look."
NOT_ON_SHELF = "Release {wanted} is not on the shelf. `rapport releases` lists it."
UNREADABLE = "releases/{name} cannot be read. Run `rapport releases` and `rapport rollback`."
MISSING = (
    "The file of release {release_id} is missing. Run `rapport releases` and `rapport rollback`."
)
MISMATCH = (
    "The release file does not match its fingerprint, so it is not shown. "
    "Run `rapport build`, or `rapport rollback` to an older release."
)
CANNOT_OPEN = "The release file cannot be opened. Run `rapport doctor`."
JUST_PUBLISHED = "A newer release has just been published."
ONE_SELECT = "Only one select at a time."
TOO_SLOW = "A question to the release took longer than {seconds} seconds. Narrow the filters."
TOO_LARGE = (
    "There is more here than a page can hold at once. Choose one site, one supervisor or one "
    "clinician, or a shorter period."
)
OLDER_RELEASE = (
    "This release was built by an earlier version of Rapport and lacks something that is shown "
    "here. Run `rapport build` once."
)
CANNOT_READ = "A part of the release could not be read. If it happens again, run `rapport doctor`."

# the pieces of a page
TABLE_OF_FIGURE = "Table of this figure"
TABLE_LABEL = "Table of the figure {key}"
ROWS = "Rows"
ROWS_FROM_TO = "{first} to {last}"
NO_ROWS = "No rows."
HOW_TO_READ = "How to read this"
NO_DEFINITION = "This release holds no definition of this figure."
HOW = "How: {text}"
COUNTED = "Counted: {text}"
LEFT_OUT = "Left out: {text}"
LIMITS = "Limits: {text}"
RESTS_ON = "Rests on: {text}"
