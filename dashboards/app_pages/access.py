"""Access and audit: which role reads what, who supervises whom, who looked at which case."""

from __future__ import annotations

from html import escape

import polars as pl
import streamlit as st

from dashboards import frame, parts, review, wording
from dashboards.queries import cases
from dashboards.registry import BY_NAME
from dashboards.relations import readings
from dashboards.scope import Role, personas
from dashboards.texts import access as texts
from dashboards.texts import frame as around
from dashboards.warehouse import WarehouseError

view = frame.current()
_LINES = 200


def roles() -> None:
    """Show the roles, and how many views of each there are on the day."""
    is_on = frame.has_clinician_page(frame.home())
    views = [p.role for p in personas(view.roster, view.release.as_of, is_on)]
    said = [(role, texts.ROLE_WORDS[role.value]) for role in Role]
    parts.table(
        pl.DataFrame(
            {
                texts.ROLE: [words[0] for _, words in said],
                texts.SEES: [words[1] for _, words in said],
                texts.PURPOSE: [words[2] for _, words in said],
                texts.PEOPLE_NOW: [views.count(role) for role, _ in said],
            }
        ),
        texts.ROLES,
    )


def whom() -> None:
    """Show every assignment with its dates, and who has nobody."""
    roster, day = view.roster, view.release.as_of
    lines = sorted(
        roster.assignments,
        key=lambda a: (
            roster.label(a.supervisor_key),
            roster.label(a.supervisee_key),
            a.started_on,
        ),
    )
    if not lines:
        parts.empty(texts.NO_ASSIGNMENT)
        return
    there = {key for a in lines if a.holds_on(day) for key in (a.supervisee_key, a.supervisor_key)}
    alone = [c.label for c in roster.clinicians if c.key not in there]
    said = texts.UNSUPERVISED.format(names=", ".join(alone)) if alone else texts.EVERYBODY
    st.html(f'<p class="says">{escape(said)}</p>')
    ended = [texts.TO_COME if a.started_on > day else texts.ENDED for a in lines]
    parts.table(
        pl.DataFrame(
            {
                texts.SUPERVISOR: [roster.label(a.supervisor_key) for a in lines],
                texts.SUPERVISEE: [roster.label(a.supervisee_key) for a in lines],
                texts.FROM: [wording.day(a.started_on) for a in lines],
                texts.UNTIL: [
                    wording.day(a.ended_on) if a.ended_on else texts.OPEN_END for a in lines
                ],
                texts.NOW: [
                    texts.HOLDS if a.holds_on(day) else other
                    for a, other in zip(lines, ended, strict=True)
                ],
            }
        ),
        texts.WHOM,
        is_fixed_order=True,
    )


def tables() -> None:
    """Show what each role can read of each table."""
    words = {
        "all": texts.ALL_ROWS,
        "supervisees": texts.OWN_ROWS,
        "own": texts.OWN_CASES,
        "rounded": texts.ROUNDED,
        "none": texts.NONE,
    }
    rows = [
        {
            texts.ASKED_AS: name,
            texts.TABLE: relation.table,
            texts.ABOUT: texts.REACHES[relation.reach.name],
            **{texts.ROLE_WORDS[role.value][0]: words[code] for role, code in by_role.items()},
        }
        for name, relation, by_role in readings()
    ]
    with st.expander(texts.READS):
        parts.table(pl.DataFrame(rows), texts.READS, is_fixed_order=True)


def who(role: str, key: str | None) -> str:
    """Say as whom somebody looked."""
    if key is None:
        return texts.ROLE_WORDS[role][0] if role in texts.ROLE_WORDS else role
    label = view.roster.label(key)
    if role == Role.SUPERVISOR.value:
        return around.SUPERVISOR_OF.format(label=label.removeprefix(around.LABEL_PREFIX))
    return label


def looked() -> None:
    """Show the last visits of cases."""
    try:
        seen = review.views(view.base, limit=_LINES)
    except WarehouseError as error:
        parts.empty(str(error))
        return
    if not seen:
        parts.empty(texts.NOBODY_LOOKED)
        return
    labels = cases.labels(view.base, tuple(sorted({line.episode_key for line in seen})))
    said = (
        texts.LAST_LINES.format(lines=wording.counted(len(seen), "line"))
        if len(seen) == _LINES
        else texts.LINES.format(lines=wording.counted(len(seen), "line"))
    )
    st.html(f'<p class="says">{escape(said)}</p>')
    parts.table(
        pl.DataFrame(
            {
                texts.WHEN: [wording.moment(line.viewed_at) for line in seen],
                texts.WHO: [who(line.viewer_role, line.viewer_key) for line in seen],
                texts.CASE: [labels.get(line.episode_key, texts.NOT_HERE) for line in seen],
                texts.CLINICIAN: [view.roster.label(line.clinician_key) for line in seen],
                texts.PAGE: [
                    texts.PAPERS.get(line.page)
                    or (BY_NAME[line.page].title if line.page in BY_NAME else line.page)
                    for line in seen
                ],
            }
        ),
        texts.LOOKED,
        is_fixed_order=True,
    )


st.html(f'<p class="note">{escape(texts.NO_SIGN_IN)}</p>')
parts.section(texts.ROLES, texts.ROLES_NOTE)
roles()
parts.section(texts.WHOM, texts.WHOM_NOTE)
whom()
parts.section(texts.LOOKED, texts.LOOKED_NOTE)
looked()
parts.section(texts.READS, texts.READS_NOTE)
tables()
