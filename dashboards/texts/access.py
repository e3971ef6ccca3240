"""Words of the page Access and audit: roles, assignments, visits of cases."""

NO_SIGN_IN = (
    "There is no sign-in yet: whoever can open this address can choose any view. The log below "
    "says which view was chosen. Rapport answers on this computer alone, "
    "so its account is the lock."
)
ROLES = "Roles"
ROLES_NOTE = "What each role is for, and whose rows it gets."
ROLE, SEES, PURPOSE, PEOPLE_NOW = "Role", "Sees", "Is there to", "Views now"
ROLE_WORDS = {
    "director": (
        "Clinical director",
        "All cases, and exact figures of the practice",
        "Look after the practice as a whole",
    ),
    "supervisor": (
        "Supervisor",
        "Cases of current supervisees; practice figures rounded",
        "Prepare supervision",
    ),
    "clinician": (
        "Clinician",
        "Own cases alone; off until the practice switches it on",
        "Look at one's own work",
    ),
    "analyst": (
        "Analyst",
        "No cases; practice figures rounded for small counts",
        "Ask questions of the de-identified file",
    ),
}
WHOM = "Who sees whom"
WHOM_NOTE = (
    "From the supervision assignments of the practice, on the day of this release. Access begins "
    "with the first day of an assignment and ends with its last."
)
SUPERVISOR, SUPERVISEE, FROM, UNTIL, NOW = "Supervisor", "Supervisee", "From", "Until", "On the day"
HOLDS, ENDED, TO_COME, OPEN_END = "● Sees", "○ Ended", "○ Not yet", "no end named"
NO_ASSIGNMENT = (
    "This release holds no supervision assignment, so no supervisor sees any case. "
    "Deliver the supervision file, or keep the director's view."
)
UNSUPERVISED = "No supervisor on the day of this release: {names}."
EVERYBODY = "Every clinician has a supervisor on the day of this release, or is one."
READS = "What each role can read"
READS_NOTE = (
    "Every table a page may ask, and how much of it each role gets. A table that is not listed "
    "cannot be read by any page."
)
ASKED_AS, TABLE, ABOUT = "Asked as", "Table", "Rows about"
REACHES = {"PERSON": "People", "PRACTICE": "The practice", "OPEN": "Nobody"}
ALL_ROWS, OWN_ROWS, OWN_CASES = "All", "Of supervisees", "Own"
ROUNDED, NONE = "Rounded", "None"
LOOKED = "Who looked at which case"
LOOKED_NOTE = (
    "One line per case and visit, noted before anything of the case is shown. If it cannot be "
    "noted, the case is not shown."
)
WHEN, WHO, CASE, CLINICIAN, PAGE = "When", "Seen as", "Case", "Clinician", "On"
NOBODY_LOOKED = "Nobody has opened a case yet. A line comes here before a case is shown."
NOT_HERE = "Not in this release"
LAST_LINES = "The last {lines} are shown."
LINES = "{lines} of visits, the newest first."
# What shows a case and is no page.
PAPERS = {"case_paper": "Case review, printed"}
