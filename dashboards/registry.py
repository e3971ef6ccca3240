"""The pages: file, address, name, what each answers and cannot, which filters and roles it has.

Adding a page = a file in `app_pages/` and a line here. Every page is registered for every role,
with one common home (stack.md 2): an address that a role may not use opens a page that says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.scope import Role

EVERYONE = (Role.DIRECTOR, Role.SUPERVISOR, Role.ANALYST)
CASE_ROLES = (Role.DIRECTOR, Role.SUPERVISOR)
CLINICIAN_PAGE = "mine"
# The pages about the data themselves; they have something to say even where there is no case.
TRUST = "Trust"


@dataclass(frozen=True)
class PageSpec:
    """What the common frame must know of a page.

    Attributes:
        name: key of the page inside the app.
        file: path under `dashboards/`.
        title: heading and name in the menu.
        section: heading in the menu.
        icon: Material symbol in the menu (the font ships with Streamlit).
        answers: the first line: what the page answers.
        cannot: and what it cannot.
        opens: the query parameter that opens one thing; then filters have nothing to change.
        filters: those of `filters.ORDER` that change this page.
        case_filters: those that change only what a role with cases sees of it.
        roles: for whom it stands in the menu.
        refusal: what another role is told, after the title.
    """

    name: str
    file: str
    title: str
    section: str
    icon: str
    answers: str
    cannot: str
    opens: str = ""
    filters: tuple[str, ...] = ()
    case_filters: tuple[str, ...] = ()
    roles: tuple[Role, ...] = EVERYONE
    refusal: str = "shows single cases. This role works with practice figures."


PAGES = (
    PageSpec(
        name="agenda",
        file="app_pages/agenda.py",
        title="Supervision agenda",
        section="Supervision",
        icon=":material/event_note:",
        answers="Which cases are worth discussing next, and why.",
        cannot=(
            "It does not know what was said in sessions, and a case that is not listed "
            "can still need you."
        ),
        filters=("site", "supervisor", "clinician", "meeting", "minutes"),
        roles=CASE_ROLES,
    ),
    PageSpec(
        name="meeting",
        file="app_pages/meeting.py",
        title="Meeting",
        section="Supervision",
        icon=":material/groups:",
        answers="One case after the other: why it is here, how it went, and what comes next.",
        cannot="It keeps codes and dates, never notes. What was said stays in the room.",
        opens="at",
        filters=("supervisor", "clinician", "meeting", "minutes"),
        roles=CASE_ROLES,
    ),
    PageSpec(
        name="caseload",
        file="app_pages/caseload.py",
        title="Supervisee",
        section="Supervision",
        icon=":material/folder_shared:",
        answers="How the cases of one supervisee go, and what was planned in them.",
        cannot="It compares nobody with anybody: another caseload is another mix of clients.",
        filters=("supervisor", "clinician", "status"),
        roles=CASE_ROLES,
    ),
    PageSpec(
        name="case",
        file="app_pages/case.py",
        title="Case review",
        section="Supervision",
        icon=":material/timeline:",
        answers="How alliance, outcome and attendance went in one case, side by side.",
        cannot="It cannot say why. A form that was not given is a gap, not a calm stretch.",
        opens="case",
        filters=("supervisor", "clinician", "status"),
        roles=CASE_ROLES,
    ),
    PageSpec(
        name=CLINICIAN_PAGE,
        file="app_pages/mine.py",
        title="My caseload",
        section="Supervision",
        icon=":material/person:",
        answers="How your own cases go, beside your own past.",
        cannot="It sets you beside nobody else, and a form says only what was ticked.",
        roles=(Role.CLINICIAN,),
        refusal="is for each clinician alone.",
    ),
    PageSpec(
        name="month",
        file="app_pages/month.py",
        title="Practice month",
        section="Practice",
        icon=":material/calendar_month:",
        answers="How the practice did in a period, with what each figure rests on.",
        cannot="It does not rank anyone and does not explain a change; most changes are chance.",
        filters=("month", "supervisor", "measure"),
    ),
    PageSpec(
        name="alliance",
        file="app_pages/alliance.py",
        title="Alliance and rupture",
        section="Practice",
        icon=":material/handshake:",
        answers="How clients rate the alliance, where it fell, and whether it came back.",
        cannot=(
            "Scores show falls, not what kind of rupture it was; part of all falls is "
            "measurement noise."
        ),
        filters=("period", "supervisor", "clinician", "measure"),
    ),
    PageSpec(
        name="feedback",
        file="app_pages/feedback.py",
        title="Feedback",
        section="Practice",
        icon=":material/forum:",
        answers=(
            "Whether clients are heard, how openly they answer, and whether both sides see the "
            "same session."
        ),
        cannot="It knows what was ticked, not what was held back.",
        filters=("period", "supervisor", "clinician", "measure"),
    ),
    PageSpec(
        name="endings",
        file="app_pages/endings.py",
        title="Endings",
        section="Practice",
        icon=":material/waving_hand:",
        answers="How many treatments end without a plan, when, and by which definition.",
        cannot="It cannot tell a disappointed client from one who had enough.",
        filters=("period", "site", "supervisor", "clinician"),
    ),
    PageSpec(
        name="outcomes",
        file="app_pages/outcomes.py",
        title="Outcomes",
        section="Practice",
        icon=":material/trending_up:",
        answers="How clients fared by their own ratings, and how many of them that is known of.",
        cannot=(
            "It cannot tell what treatment did from what time did, nor speak for clients who were "
            "asked only once."
        ),
        filters=("period", "outcome"),
        case_filters=("site", "supervisor", "clinician"),
    ),
    PageSpec(
        name="needs",
        file="app_pages/needs.py",
        title="What the relationship needs",
        section="Practice",
        icon=":material/diversity_3:",
        answers="What a working relationship is said to need, and how much of it figures can show.",
        cannot=(
            "It cannot measure a relationship: most figures only stand for what matters, and some "
            "of it has none."
        ),
        filters=("measure", "outcome"),
    ),
    PageSpec(
        name="variation",
        file="app_pages/variation.py",
        title="Variation",
        section="Practice",
        icon=":material/scatter_plot:",
        answers="Whether clinicians differ by more than chance, and what is worth a conversation.",
        cannot=(
            "It cannot say why: other clients, other coding or other work look alike. It ranks "
            "nobody."
        ),
        filters=("period",),
        roles=(Role.DIRECTOR,),
        refusal="sets clinicians beside one another and is kept for the clinical director.",
    ),
    PageSpec(
        name="quality",
        file="app_pages/quality.py",
        title="Data quality",
        section=TRUST,
        icon=":material/fact_check:",
        answers="What was loaded, what was held back, and how complete the forms are.",
        cannot="It cannot find a form that was never given or a session nobody entered.",
        case_filters=("supervisor", "clinician", "measure"),
    ),
    PageSpec(
        name="query",
        file="app_pages/query.py",
        title="Query",
        section=TRUST,
        icon=":material/database:",
        answers="What the de-identified file of this release says to a question of your own.",
        cannot="It holds no person and no exact small count, so it cannot point at anybody.",
        roles=(Role.ANALYST,),
        refusal="is for the analyst, over a file that holds no person.",
    ),
    PageSpec(
        name="access",
        file="app_pages/access.py",
        title="Access and audit",
        section=TRUST,
        icon=":material/admin_panel_settings:",
        answers="Which role reads what, who supervises whom, and who looked at which case.",
        cannot="It cannot know who sat at the screen: until there is a sign-in, a view is chosen.",
        roles=(Role.DIRECTOR,),
        refusal="shows who sees whom and is kept for the clinical director.",
    ),
    PageSpec(
        name="definitions",
        file="app_pages/definitions.py",
        title="Definitions",
        section=TRUST,
        icon=":material/menu_book:",
        answers="What every figure means, from which rows it comes, and who may use it for what.",
        cannot="It does not replace a manual: no questionnaire wording is kept here.",
        roles=(*EVERYONE, Role.CLINICIAN),
    ),
)

BY_NAME = {page.name: page for page in PAGES}
HOME = PAGES[0]
