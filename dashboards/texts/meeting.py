"""Words of the meeting: choosing its cases, walking from one to the next, and what was decided."""

CHOOSE = "Choose a supervisee and the minutes above. These cases would fill them:"
START = "Start with the first of {cases}"
CASE = "case"
NOTHING = "Nothing calls for discussion. Cases can be added on the supervision agenda."
PLAN_LINE = "{client}, {clinician}: {kind}"

PROGRESS = "Case {place} of {n}"
MINUTES_LEFT = "{minutes} minutes left by plan"
FOR = "{client} with {clinician}"
NEXT = "Next case"
LAST = "To the end"
BACK = "Back"
END_HERE = "End here"
KEYS = "Right arrow: next case. Left arrow: back. Not while you are in a field."
NO_SUCH = "No such case in your view."

LAST_TIME = "Last time"
NOTHING_PLANNED = "No step is open."
LAST_REVIEWED = "Last discussed {day}."
NEVER_REVIEWED = "No review of this case is recorded."
ASK = "Two questions"
DECIDE = "What comes next"
DECIDED_SO_FAR = "Recorded in this meeting"
FORM_DEFER = "Not today"

# Two for each kind of case: what a form cannot tell, and what would be different.
PROMPTS = {
    "T1": (
        "Who has read the form itself, and what was agreed with the client?",
        "What does the practice's safety procedure ask for now?",
    ),
    "T2": (
        "What does the clinician make of the fall, before you say what you see?",
        "What would the client say if asked how the work together is going?",
    ),
    "T3": (
        "What happened between the last sessions that no form can tell?",
        "Who takes the next step towards the client, and when?",
    ),
    "T4": (
        "What was agreed to work on, and does the client still want that?",
        "What would be different in the next session if something new were tried?",
    ),
    "T5": (
        "What did the clinician do that helped, and does the client know?",
        "What would a good ending look like, and when?",
    ),
}

DONE = "What was decided"
DONE_NOTE = "{n} of {cases} were dealt with in the meeting of {day}."
LEFT_OPEN = "Reached, but neither discussed nor put off"
LEFT_OPEN_NOTE = "They stay on the agenda until a review or a deferral is recorded."
NOT_REACHED = "Not reached"
NOT_REACHED_NOTE = "The walk ended before them. They stay on the agenda, in the same place."
AGAIN = "Back to the last case"
TO_START = "Choose other cases"
TO_AGENDA = "To the supervision agenda"
PRINT = "To print this list, use the browser's own print. Menu and buttons stay away."
NOTHING_DECIDED = "Nothing was recorded in this meeting."
