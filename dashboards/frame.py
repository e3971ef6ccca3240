"""The common frame of every page (screens.md 3): persona, banner, stamp, filters, footer.

`app.py` draws it around the page, so that no page can forget it. Pages get what they need from
`current()`. Not here: anything that differs from page to page.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import parts, wording
from dashboards.filters import Bar, Filters, narrow
from dashboards.queries import cases, outcomes, practice, reference
from dashboards.registry import BY_NAME, CLINICIAN_PAGE, PageSpec
from dashboards.scope import Persona, Role, Roster, Scope, personas, resolve
from dashboards.texts import mine
from dashboards.warehouse import Release, home, roster

STALE_AFTER_HOURS = 36.0
_VIEW = "rapport_view"
_CSS = Path(__file__).with_name("theme.css")


@dataclass(frozen=True)
class View:
    """What a page needs of the frame.

    Attributes:
        release: the release on show.
        roster: clinicians and assignments in it.
        base: what the viewer may see.
        scope: the same, narrowed by the filters; what queries take.
        filters: the chosen values.
        names: how questionnaires and their scores are said.
    """

    release: Release
    roster: Roster
    base: Scope
    scope: Scope
    filters: Filters
    names: wording.Names


def current() -> View:
    """Give the view that `app.py` prepared in this run."""
    return st.session_state[_VIEW]


def dress() -> None:
    """Bring in the style sheet."""
    st.html(_CSS)


def choose_persona(everyone: Roster, release: Release) -> Scope:
    """Draw the persona switch and turn the choice into a scope."""
    choices = personas(everyone, release.as_of, has_clinician_page(home()))
    with st.sidebar:
        chosen: Persona = st.selectbox(
            "View as",
            choices,
            format_func=lambda p: p.label,
            key="as",
            bind="query-params",
            help="A stand-in until sign-in exists: choose whose view to see.",
        )
    return resolve(chosen, everyone, release.release_id, release.fingerprint, release.as_of)


def open_page(page: PageSpec, release: Release, scope: Scope) -> View:
    """Draw everything above a page and keep the view for it.

    Args:
        page: the page about to run.
        release: the release on show.
        scope: what the viewer may see.
    """
    if release.is_demo:
        st.html(
            '<div class="banner" role="note">Demo data. A simulated practice: '
            "nobody in it is real.</div>"
        )
    if said := past_words(release):
        st.html(f'<div class="banner" role="note">{escape(said)}</div>')
    st.title(page.title, anchor=False)
    st.html(
        f'<p class="lead">{escape(page.answers)} <span class="cannot">{escape(page.cannot)}'
        "</span></p>"
    )
    everyone = roster(str(release.path), release.fingerprint)
    names = reference.names(scope)
    stamp, chosen = st.container(), Filters()
    if scope.role in page.roles:
        used = {"measure": practice.measures(scope), "outcome": outcomes.measures(scope)}
        measures = {name: {code: names.of(code) for code in codes} for name, codes in used.items()}
        bar = Bar(scope, everyone, release.as_of, practice.periods(scope), measures)
        # An open case is one case: filters would have nothing to change.
        is_open_case = page.name == "case" and "case" in st.query_params
        wanted = page.filters + (page.case_filters if scope.sees_cases else ())
        chosen = bar.draw(() if is_open_case else wanted)
    narrowed = narrow(scope, everyone, chosen, release.as_of)
    with stamp:
        meta = reference.release(scope)
        st.html(stamp_html(release, reach_words(narrowed, everyone), meta, stale_after(home())))
    view = View(release, everyone, scope, narrowed, chosen, names)
    st.session_state[_VIEW] = view
    return view


def past_words(release: Release) -> str | None:
    """Say that a release looks at the past; None where it is simply the current one."""
    if release.known_on is not None:
        day = wording.day(release.known_on)
        return f"As known on {day}. Whatever was delivered or corrected later is left out."
    if release.is_asked_for:
        day = wording.day(release.as_of)
        return f"A release asked for by name, as of {day}. It need not be the current one."
    return None


def stale_after(at: Path) -> timedelta:
    """Read from `rapport.toml` how old a release may be before the stamp turns amber."""
    try:
        return timedelta(hours=float(_settings(at)["stale_after_hours"]))
    except (KeyError, TypeError, ValueError):
        return timedelta(hours=STALE_AFTER_HOURS)


def has_clinician_page(at: Path) -> bool:
    """Read from `rapport.toml` whether clinicians may look at their own cases; by default not."""
    return _settings(at).get("clinician_page") is True


def _settings(at: Path) -> dict[str, Any]:
    """Give `[dashboard]` of `rapport.toml`; nothing where the file cannot be read."""
    try:
        told = tomllib.loads((at / "rapport.toml").read_text(encoding="utf-8"))["dashboard"]
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def stamp_html(release: Release, reach: str, meta: dict[str, object], limit: timedelta) -> str:
    """Write the stamp: how far the data reach, when it was published, what one sees.

    Args:
        release: the release on show.
        reach: role and scope in words.
        meta: the row of `meta.release`.
        limit: age beyond which the stamp says "older than".
    """
    through = wording.day(meta.get("data_through") or release.as_of)
    said = [
        f"Data through <b>{escape(through)}</b>",
        f"published {escape(wording.moment(release.built_at))}",
        f"release {escape(release.release_id)}",
    ]
    if datetime.now(UTC) - release.built_at > limit:
        hours = limit.total_seconds() / 3600
        said.insert(0, f'<span class="amber">◆ Older than {hours:.0f} hours</span>')
    failed = ""
    if release.failure:
        failed = (
            '<p class="failed" role="alert">■ The last build failed, so this is the release '
            f"before it. Reason: {escape(release.failure)}</p>"
        )
    return f'{failed}<p class="stamp">{" · ".join(said)}<br>{escape(reach)}</p>'


def reach_words(scope: Scope, everyone: Roster) -> str:
    """Say role and scope in words: "You see 7 clinicians, 306 cases"."""
    if scope.role is Role.ANALYST:
        return "Analyst: you see no cases, and practice figures rounded for small counts."
    clinicians, in_view = cases.reach(scope)
    if scope.role is Role.CLINICIAN:
        return mine.OWN_CASES.format(
            who=everyone.label(scope.person), cases=wording.counted(in_view, "case")
        )
    role = "Clinical director"
    if scope.role is Role.SUPERVISOR:
        role = f"Supervisor {everyone.label(scope.person).removeprefix('Clinician ')}"
    return (
        f"{role}: you see {wording.counted(clinicians, 'clinician')}, "
        f"{wording.counted(in_view, 'case')}."
    )


def close_page() -> None:
    """Draw the footer."""
    st.html(
        '<footer class="foot">Rapport is not a crisis system: nobody watches these pages for '
        "risk. If someone may be in danger, follow your practice's own procedure now. "
        "Figures are for reflection, supervision and planning, never for performance management."
        "</footer>"
    )


def refuse(page: PageSpec, role: Role) -> None:
    """Say that a page is not part of a role; the same words whatever the release holds."""
    said = f"<b>Not part of this role.</b> {escape(page.title)} {escape(page.refusal)}"
    if page.name == CLINICIAN_PAGE and not has_clinician_page(home()):
        said = mine.SWITCHED_OFF
    st.html(f'<div class="empty">{said}</div>')
    for name in (CLINICIAN_PAGE, "month", "endings", "definitions"):
        if role in BY_NAME[name].roles:
            parts.link(name, BY_NAME[name].title)


def say_nothing_to_show(reason: str) -> None:
    """Say in plain words why there is no release to show."""
    st.title("Nothing to show yet", anchor=False)
    st.html(f'<div class="empty">{escape(reason)}</div>')
