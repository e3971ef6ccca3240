"""The link from a page to its paper, with the view's own role and filters in the address."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from dashboards.frame import View, current
from dashboards.reports.ask import choices
from dashboards.texts import papers as words

_FILTERS = ("site", "supervisor", "clinician", "measure")


def address(view: View, kind: str, name: str = "") -> str:
    """Give the address of a paper as the page is looked at.

    Args:
        view: of the page.
        kind: one of `shelf.KINDS`.
        name: the case or the metric, where the kind needs one.
    """
    me = (view.base.role, view.base.person)
    label = next(p.label for p in choices(view.release, view.roster) if (p.role, p.person) == me)
    chosen = {name: getattr(view.filters, name) for name in _FILTERS}
    told = {"as": label, "period": view.filters.period, **chosen}
    told["minutes"] = str(view.filters.minutes)
    path = f"/papers/{kind}/{quote(name, safe='')}.pdf" if name else f"/papers/{kind}.pdf"
    return f"{path}?{urlencode({key: value for key, value in told.items() if value})}"


def offer(kind: str, name: str = "", label: str = "") -> None:
    """Draw the link to a paper, on A4; Letter is a link of its own.

    Args:
        kind: one of `shelf.KINDS`.
        name: the case or the metric, where the kind needs one.
        label: what to call it; by default the kind's own words.
    """
    where = address(current(), kind, name)
    with st.container(horizontal=True, gap="small", key=f"paper-{kind}-{name}"[:60]):
        st.link_button(label or words.OFFERS[kind], where, icon=":material/picture_as_pdf:")
        st.link_button(words.LETTER, f"{where}&paper=letter", type="tertiary")
