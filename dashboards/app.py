"""Entry point of the dashboard: finds the release, resolves the scope, frames and runs a page.

Started by `rapport serve` (streamlit run dashboards/app.py). Navigation and order only; what a
page shows is in `app_pages/`, what stands around it in `frame.py`.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards import frame
from dashboards.registry import HOME, PAGES, PageSpec
from dashboards.scope import Role
from dashboards.warehouse import WarehouseError, current_release, roster

HERE = Path(__file__).parent


def navigation(role: Role | None) -> tuple[st.Page, PageSpec]:
    """Register every page for every role, the forbidden ones hidden, and give the one asked for."""
    by_title = {spec.title: spec for spec in PAGES}
    sections: dict[str, list[st.Page]] = {}
    for spec in PAGES:
        page = st.Page(
            spec.file,
            title=spec.title,
            icon=spec.icon,
            url_path=spec.name,
            default=spec is HOME,
            visibility="visible" if role in spec.roles else "hidden",
        )
        sections.setdefault(spec.section, []).append(page)
    chosen = st.navigation(sections)
    return chosen, by_title[chosen.title]


def main() -> None:
    """Draw one page in its frame, or say plainly why there is none."""
    st.set_page_config(page_title="Rapport", page_icon=str(HERE / "mark.svg"), layout="wide")
    st.logo(str(HERE / "brand.svg"), size="large", icon_image=str(HERE / "mark.svg"))
    frame.dress()
    try:
        release = current_release()
        everyone = roster(str(release.path), release.fingerprint)
    except WarehouseError as error:
        navigation(None)
        frame.say_nothing_to_show(str(error))
        return
    scope = frame.choose_persona(everyone, release)
    page, spec = navigation(scope.role)
    try:
        frame.open_page(spec, release, scope)
        if scope.role in spec.roles:
            page.run()
        else:
            frame.refuse(spec)
    except WarehouseError as error:
        frame.say_nothing_to_show(str(error))
    frame.close_page()


main()
