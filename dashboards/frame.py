"""The common frame of every page (screens.md 3): persona, banner, stamp, filters, footer.

`app.py` draws it around the page, so that no page can forget it. Pages get what they need from
`current()`. Not here: anything that differs from page to page.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st

from dashboards import address, parts, wording
from dashboards.charts.theme import printed_light
from dashboards.filters import MINUTES_PER_CASE, Bar, Choices, Filters, Meeting, narrow
from dashboards.queries import cases, outcomes, practice, reference, review_log
from dashboards.registry import BY_NAME, CLINICIAN_PAGE, TRUST, PageSpec
from dashboards.scope import Role, Roster, Scope, personas, resolve
from dashboards.texts import frame as texts
from dashboards.texts import mine
from dashboards.warehouse import Release, WarehouseError, home, roster

STALE_AFTER_HOURS = 36.0
_VIEW = "rapport_view"
_SEEN = "rapport_seen"
_CSS = Path(__file__).with_name("theme.css")
# A grid is a picture of pixels: it can only be turned round.
_GRID_PRINTED = "[data-testid=stDataFrame]{filter:invert(1) hue-rotate(180deg) brightness(1.15)}"


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
    """Bring in the style sheet; what is looked at in dark is printed in light."""
    st.html(_CSS)
    if parts.is_dark():
        st.html(f'<style media="print">{printed_light()}{_GRID_PRINTED}</style>')


def choose_persona(everyone: Roster, release: Release) -> Scope:
    """Draw the persona switch and turn the choice into a scope."""
    known = {p.code: p for p in personas(everyone, release.as_of, has_clinician_page(home()))}
    with st.sidebar:
        chosen = known[
            address.select(
                address.VIEW_AS,
                texts.VIEW_AS,
                {code: persona.label for code, persona in known.items()},
                help=texts.VIEW_AS_HELP,
            )
        ]
    if not address.is_understood(address.VIEW_AS):
        st.html(banner(texts.UNKNOWN_PERSONA.format(role=chosen.label)))
    return resolve(chosen, everyone, release.release_id, release.fingerprint, release.as_of)


def open_page(page: PageSpec, release: Release, scope: Scope) -> View:
    """Draw everything above a page and keep the view for it.

    Args:
        page: the page about to run.
        release: the release on show.
        scope: what the viewer may see.
    """
    if release.is_demo:
        st.html(banner(texts.DEMO))
    if said := past_words(release):
        st.html(banner(said))
    if st.session_state.setdefault(_SEEN, release.fingerprint) != release.fingerprint:
        st.session_state[_SEEN] = release.fingerprint
        st.html(banner(texts.SWAPPED))
    st.title(page.title, anchor=False)
    st.html(
        f'<p class="lead">{escape(page.answers)} <span class="cannot">{escape(page.cannot)}'
        "</span></p>"
    )
    everyone = roster(str(release.path), release.fingerprint)
    names = reference.names(scope)
    stamp, chosen = st.container(), Filters()
    if scope.role in page.roles:
        is_open = page.opens in st.query_params
        wanted = page.filters + (page.case_filters if scope.sees_cases else ())
        known = choices(scope, everyone, release.as_of, has_meeting="meeting" in page.filters)
        chosen = Bar(known).draw(() if is_open else wanted)
    narrowed = narrow(scope, everyone, chosen, release.as_of)
    with stamp:
        meta = reference.release(scope)
        st.html(stamp_html(release, reach_words(narrowed, everyone), meta, stale_after(home())))
        if page.section != TRUST:
            say_why_empty(scope, meta)
    view = View(release, everyone, scope, narrowed, chosen, names)
    st.session_state[_VIEW] = view
    return view


def say_why_empty(scope: Scope, meta: Mapping[str, Any]) -> None:
    """Say above a page why all of it is empty, where it is: nothing came, or nobody's case."""
    if not meta.get("data_through"):
        parts.empty(texts.WHY_NOTHING_HELD)
    elif scope.sees_cases and not cases.reach(scope)[1]:
        parts.empty(texts.WHY_NO_CASE)


def choices(scope: Scope, everyone: Roster, day: date, *, has_meeting: bool) -> Choices:
    """Give what a viewer can choose in the filters.

    Args:
        scope: what the viewer may see.
        everyone: clinicians and assignments of the release.
        day: the day of the release.
        has_meeting: whether to ask for the next meeting.
    """
    names = reference.names(scope)
    used = {"measure": practice.measures(scope), "outcome": outcomes.measures(scope)}
    measures = {name: {code: names.of(code) for code in codes} for name, codes in used.items()}
    meeting = planned(scope, day) if has_meeting else None
    return Choices(scope, everyone, day, practice.periods(scope), measures, meeting=meeting)


def banner(said: str) -> str:
    """Write a line above a page that cannot be dismissed."""
    return f'<div class="banner" role="note">{escape(said)}</div>'


def planned(scope: Scope, day: date) -> Meeting:
    """Give what is known of the next meeting: its day if one is booked, else the release's own."""
    per_case = reference.parameter(scope, "agenda_minutes_per_case", MINUTES_PER_CASE)
    return Meeting(review_log.next_meeting(scope, day) or day, int(per_case))


def past_words(release: Release) -> str | None:
    """Say that a release looks at the past; None where it is simply the current one."""
    if release.known_on is not None:
        day = wording.day(release.known_on)
        return texts.KNOWN_ON.format(day=day)
    if release.is_asked_for:
        day = wording.day(release.as_of)
        return texts.ASKED_FOR.format(day=day)
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
    said = [
        through_words(meta, "<b>{}</b>"),
        texts.PUBLISHED.format(moment=escape(wording.moment(release.built_at))),
        texts.RELEASE.format(release_id=escape(release.release_id)),
    ]
    if datetime.now(UTC) - release.built_at > limit:
        older = texts.OLDER.format(hours=f"{limit.total_seconds() / 3600:.0f}")
        said.insert(0, f'<span class="amber">{older}</span>')
    failed = ""
    if release.failure:
        reason = texts.FAILED.format(reason=escape(release.failure))
        failed = f'<p class="failed" role="alert">{reason}</p>'
    return f'{failed}<p class="stamp">{" · ".join(said)}<br>{escape(reach)}</p>'


def through_words(meta: Mapping[str, Any], mark: str = "{}") -> str:
    """Say how far the data reach, to the newest attended session or form.

    Args:
        meta: the row of `meta.release`.
        mark: what stands around the day.
    """
    day = meta.get("data_through")
    if not day:
        return texts.NOTHING_HELD
    return texts.THROUGH.format(day=mark.format(wording.day(day)))


def reach_words(scope: Scope, everyone: Roster) -> str:
    """Say role and scope in words: "You see 7 clinicians, 306 cases"."""
    if scope.role is Role.ANALYST:
        return texts.REACH_ANALYST
    clinicians, in_view = cases.reach(scope)
    if scope.role is Role.CLINICIAN:
        return mine.OWN_CASES.format(
            who=everyone.label(scope.person), cases=wording.counted(in_view, "case")
        )
    role = texts.DIRECTOR
    if scope.role is Role.SUPERVISOR:
        label = everyone.label(scope.person).removeprefix(texts.LABEL_PREFIX)
        role = texts.SUPERVISOR_OF.format(label=label)
    return texts.REACH.format(
        role=role,
        clinicians=wording.counted(clinicians, "clinician"),
        cases=wording.counted(in_view, "case"),
    )


def close_page() -> None:
    """Draw the footer."""
    view: View | None = st.session_state.get(_VIEW)
    try:
        short = short_names_html(view) if view else ""
    except WarehouseError:
        # The page has said why; what stands at its foot must stand all the same.
        short = ""
    st.html(f'<footer class="foot">{short}{texts.FOOT}</footer>')


def short_names_html(view: View) -> str:
    """Write what the short names of the practice's questionnaires stand for."""
    known = reference.instruments(view.base)
    used = dict.fromkeys([*practice.measures(view.base), *outcomes.measures(view.base)])
    pairs = [(view.names.of(code), str(known[code]["name"])) for code in used if code in known]
    lines = "".join(
        f"<li><b>{escape(short)}</b> {escape(name)}</li>" for short, name in pairs if short != name
    )
    title = f"<summary>{texts.SHORT_NAMES}</summary>"
    return f'<details class="names">{title}<ul>{lines}</ul></details>' if lines else ""


def refuse(page: PageSpec, role: Role) -> None:
    """Say that a page is not part of a role; the same words whatever the release holds."""
    reason = texts.OWN_CASES_ALONE if role is Role.CLINICIAN else page.refusal
    said = texts.NOT_YOURS.format(page=escape(page.title), refusal=escape(reason))
    if page.name == CLINICIAN_PAGE and not has_clinician_page(home()):
        said = mine.SWITCHED_OFF
    st.html(f'<div class="empty">{said}</div>')
    for name in (CLINICIAN_PAGE, "month", "endings", "definitions"):
        if role in BY_NAME[name].roles:
            parts.link(name, BY_NAME[name].title)


def say_nothing_to_show(reason: str, title: str) -> None:
    """Say in plain words why there is no release to show."""
    st.title(title, anchor=False)
    parts.empty(reason)


def say_interrupted(reason: str) -> None:
    """Say why a page ends here: a question that took too long, a release swapped meanwhile."""
    parts.empty(f"{texts.INTERRUPTED} {reason}")
    st.button(texts.AGAIN, key="again")
