"""What lies in the address of a page: choices by stable codes, read leniently, carried along links.

A select box of Streamlit can bind itself to the address, but by the words it shows: a renamed label
breaks every saved link, and choosing leaves no step for the back button. So the address rules here:
a box shows what the address says, and choosing writes a code there. Not here: which choices there
are (`filters.py`, the pages).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

VIEW_AS = "as"
# In the order of every page (screens.md 3), and in which they stand in an address.
FILTERS = (
    "period",
    "site",
    "supervisor",
    "clinician",
    "measure",
    "outcome",
    "status",
    "meeting",
    "minutes",
)
# What a viewer takes along to every page.
CARRIED = (VIEW_AS, *FILTERS)
# A choice that ends others: the clinicians of one view or supervisor are not those of another.
_ENDS = {
    VIEW_AS: ("site", "supervisor", "clinician"),
    "site": ("supervisor", "clinician"),
    "supervisor": ("clinician",),
}
# What the last reading of each value made of it: as it stood, and the code meant or None.
_READ = "rapport_read"
# The whole address as the last run or choice left it. A choice made while the answer to another is
# on its way comes with the address of before that one.
_STOOD = "rapport_stood"


def understood(asked: str | None, said: Mapping[str, str]) -> str | None:
    """Find which choice an address means: by its code, or by the words shown for it.

    Args:
        asked: the value in the address, if any.
        said: what can be chosen: codes, with the words shown.

    Returns:
        The code, or None where nothing or nothing known was asked.
    """
    if asked is None or asked in said:
        return asked
    wanted = asked.casefold()
    return next((c for c, word in said.items() if wanted in (c.casefold(), word.casefold())), None)


def day(asked: str | None, first: date, last: date) -> date | None:
    """Read a day of an address; None where it is none, or out of reach."""
    try:
        found = date.fromisoformat(asked or "")
    except ValueError:
        return None
    return found if first <= found <= last else None


def select(
    name: str, label: str, said: Mapping[str, str], default: str | None = None, **how: Any
) -> str:
    """Draw a select box over a value of the address and give the code chosen.

    Args:
        name: of the value in the address.
        label: above the box.
        said: what can be chosen: codes, with the words shown; at least one.
        default: the code where the address says nothing or nothing known; the first if left out.
        **how: further arguments of the box.
    """
    usual = next(iter(said)) if default is None else default
    chosen = _noted(name, understood(st.query_params.get(name), said))
    value = usual if chosen is None else chosen
    _show(name, value)
    st.selectbox(
        label,
        list(said),
        format_func=lambda code: said[code],
        key=name,
        on_change=_hold,
        args=(name, usual),
        **how,
    )
    return value


def select_day(name: str, label: str, default: date, first: date, last: date) -> date:
    """Draw a date field over a value of the address and give the day chosen."""
    chosen = day(st.query_params.get(name), first, last)
    _noted(name, chosen and str(chosen))
    value = chosen or default
    _show(name, value)
    st.date_input(
        label,
        min_value=first,
        max_value=last,
        format="DD/MM/YYYY",
        key=name,
        on_change=_hold,
        args=(name, default),
    )
    return value


def peek(name: str, said: Mapping[str, str]) -> None:
    """Read a value that nobody can choose here, so that it is known whether it is understood."""
    _noted(name, understood(st.query_params.get(name), said))


def is_understood(name: str) -> bool:
    """Say whether a value is left out of the address, or was known where it was last read."""
    return name not in st.query_params or _code(name) is not None


def carried() -> dict[str, str]:
    """Give what goes along to another page: whose view, and every filter that was understood."""
    told = {name: _code(name) for name in CARRIED if name in st.query_params}
    return {name: code for name, code in told.items() if code is not None}


def _noted(name: str, code: str | None) -> str | None:
    """Keep what a value was read as: a filter that another page lacks is not read there."""
    st.session_state.setdefault(_READ, {})[name] = (st.query_params.get(name), code)
    st.session_state[_STOOD] = st.query_params.to_dict()
    return code


def _code(name: str) -> str | None:
    """Give the code of a value; as it stands where no page has read it yet."""
    told = st.query_params[name]
    stood, code = st.session_state.get(_READ, {}).get(name, (None, None))
    return code if stood == told else told


def _show(name: str, value: object) -> None:
    """Let a box show what the address says; to set what stands there would redraw it for nothing.

    Args:
        name: of the box and of the value.
        value: what it must show.
    """
    if name not in st.session_state or st.session_state[name] != value:
        st.session_state[name] = value


def _hold(name: str, default: object) -> None:
    """Write what was just chosen into the address; the usual choice needs no words there."""
    chosen = st.session_state[name]
    ended = (name, *_ENDS.get(name, ()))
    told = {k: v for k, v in st.session_state[_STOOD].items() if k not in ended}
    if chosen != default:
        told[name] = str(chosen)
    st.session_state[_STOOD] = told
    st.query_params.from_dict(told)
