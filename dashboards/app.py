"""Entry point of the dashboard: finds the release, resolves the scope, frames and runs a page.

Run by `server.py` for every visitor. Navigation and order only; what a page shows is in
`app_pages/`, what stands around it in `frame.py`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards import address, frame, older, parts
from dashboards.registry import HOME, PAGES, PageSpec
from dashboards.reports.offer import offer
from dashboards.scope import Role
from dashboards.texts import frame as texts
from dashboards.warehouse import NoReleaseError, WarehouseError, current_release, roster

HERE = Path(__file__).parent


def register() -> tuple[st.Page, PageSpec]:
    """Register every page for every role and give the one asked for."""
    by_title = {spec.title: spec for spec in PAGES}
    chosen = st.navigation(
        [
            st.Page(spec.file, title=spec.title, url_path=spec.name, default=spec is HOME)
            for spec in PAGES
        ],
        position="hidden",
    )
    return chosen, by_title[chosen.title]


def draw_menu(role: Role) -> None:
    """Draw the pages of a role under their headings.

    Not left to Streamlit: its own menu with headings is a list that a screen reader cannot follow
    (axe: list, listitem).
    """
    section = ""
    where = address.carried() or None
    for spec in PAGES:
        if role not in spec.roles:
            continue
        if spec.section != section:
            section = spec.section
            st.html(f'<p class="section">{section}</p>')
        st.page_link(
            spec.file, label=spec.title, icon=spec.icon, width="stretch", query_params=where
        )


def main() -> None:
    """Draw one page in its frame, or say plainly why there is none."""
    st.set_page_config(page_title=texts.PRODUCT, page_icon=str(HERE / "mark.svg"), layout="wide")
    brand, mark = (parts.drawing(HERE / name) for name in ("brand.svg", "mark.svg"))
    st.logo(brand, size="large", icon_image=mark)
    frame.dress()
    try:
        release = current_release()
        everyone = roster(str(release.path), release.fingerprint)
    except WarehouseError as error:
        register()
        is_empty = isinstance(error, NoReleaseError)
        frame.say_nothing_to_show(str(error), texts.NOTHING_YET if is_empty else texts.CANNOT_SHOW)
        frame.close_page()
        return
    page, spec = register()
    with st.sidebar:
        menu = st.container(key="menu", gap=None)
    scope = frame.choose_persona(everyone, release)
    try:
        with older.told(scope):
            try:
                view = frame.open_page(spec, release, scope)
            finally:
                # After the filters: what they did not understand is not taken along.
                with menu:
                    draw_menu(scope.role)
            if scope.role in spec.roles:
                offer(view, spec)
                page.run()
            else:
                frame.refuse(spec, scope.role)
    except WarehouseError as error:
        frame.say_interrupted(str(error))
    finally:
        # Also after a mistake of ours: no page may stand there without saying what it is not.
        frame.close_page()


main()
