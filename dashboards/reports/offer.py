"""The link from a page to its paper, with the view's own role and filters in the address.

Drawn by `app.py` under the first lines of a page, so that it stands in one place on all of them.
"""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from dashboards.address import VIEW_AS
from dashboards.frame import View
from dashboards.queries import cases
from dashboards.registry import PageSpec
from dashboards.reports.ask import choices
from dashboards.texts import papers as words

# The paper of a page, and the parameter of its address that names what the paper is about.
_PAPERS = {
    "agenda": ("agenda", ""),
    "case": ("case", "case"),
    "month": ("month", ""),
    "quality": ("quality", ""),
    "definitions": ("definition", "metric"),
}
_FILTERS = ("site", "supervisor", "clinician", "measure", "period", "minutes", "meeting")


def address(view: View, kind: str, name: str) -> str:
    """Give the address of a paper as the page is looked at.

    Args:
        view: of the page.
        kind: one of `shelf.KINDS`.
        name: the case or the metric, or empty.
    """
    me = (view.base.role, view.base.person)
    who = next(p.code for p in choices(view.release, view.roster) if (p.role, p.person) == me)
    chosen = {key: str(getattr(view.filters, key) or "") for key in _FILTERS}
    told = {VIEW_AS: who, **{key: value for key, value in chosen.items() if value}}
    path = f"/papers/{kind}/{quote(name, safe='')}.pdf" if name else f"/papers/{kind}.pdf"
    return f"{path}?{urlencode(told)}"


def offer(view: View, spec: PageSpec) -> None:
    """Draw the links to a page's paper on A4 and Letter, where it has one.

    Args:
        view: of the page.
        spec: the page.
    """
    kind, parameter = _PAPERS.get(spec.name, ("", ""))
    name = st.query_params.get(parameter, "") if parameter else ""
    if not kind or bool(parameter) != bool(name):
        return
    if kind == "case" and cases.case(view.base, name) is None:
        return
    where = address(view, kind, name)
    with st.container(horizontal=True, gap="small", key="papers"):
        icon = ":material/picture_as_pdf:"
        st.link_button(words.OFFERS[kind], where, icon=icon, type="tertiary", key="paper-a4")
        letter = f"{where}&paper=letter"
        st.link_button(words.LETTER, letter, type="tertiary", key="paper-letter")
