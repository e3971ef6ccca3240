"""What of a chart could not be seen: contrast of the marks of a spec, in light and in dark.

Belongs here: reading colours out of a finished spec and comparing them with what lies under them
(WCAG 2.2: 4.5:1 for text, 3:1 for lines and points). axe cannot see text inside a chart, so this
is the only place where it is measured. Not here: which colours there are (charts/theme.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dashboards.charts import theme

TEXT, LINE = 4.5, 3.0
_WIDEST_RULE = 5
_LINES = ("line", "point", "rule", "tick", "trail", "square", "circle")
_FILLS = ("area", "rect")
_CHANNELS = ("color", "fill", "stroke")
_HEX = re.compile(r"#[0-9a-fA-F]{6}")


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Give the contrast ratio of two colours, 1 to 21."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def over(colour: str, ground: str, opacity: float) -> str:
    """Give the colour seen when one lies half transparent over another."""
    pairs = [(int(colour[i : i + 2], 16), int(ground[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(opacity * a + (1 - opacity) * b):02x}" for a, b in pairs)


def faults(spec: dict[str, Any]) -> list[str]:
    """Say what of a spec cannot be seen well enough, in light and in dark."""
    found = [f"{colour} has no dark twin" for colour in _strangers(spec)]
    for mode, shown, paper in (
        ("light", spec, theme.PAPER),
        ("dark", theme.in_dark(spec), theme.DARK[theme.PAPER]),
    ):
        found += [f"{mode}: {fault}" for fault in _of_config(shown, paper)]
        for group in _groups(shown):
            found += [f"{mode}: {fault}" for fault in _of_group(group, paper)]
    return sorted(set(found))


def _strangers(spec: Any) -> set[str]:
    if isinstance(spec, dict):
        return set().union(*(_strangers(v) for k, v in spec.items() if k != "datasets"))
    if isinstance(spec, list | tuple):
        return set().union(*(_strangers(v) for v in spec))
    if isinstance(spec, str):
        return {hex_ for hex_ in _HEX.findall(spec) if spec not in theme.DARK}
    return set()


def _of_config(part: Any, paper: str) -> Iterator[str]:
    """Labels and titles of axes, legends and headers, wherever they are set."""
    if isinstance(part, list | tuple):
        for inner in part:
            yield from _of_config(inner, paper)
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in ("labelColor", "titleColor", "subtitleColor") and isinstance(value, str):
            if contrast(value, paper) < TEXT:
                yield f"{name} {value} on {paper}"
        elif name not in ("values", "datasets"):
            yield from _of_config(value, paper)


def _groups(part: Any) -> Iterator[list[dict[str, Any]]]:
    """Give the marks that lie over one another, panel by panel."""
    if isinstance(part, list | tuple):
        for inner in part:
            yield from _groups(inner)
    elif isinstance(part, dict):
        if "mark" in part or "layer" in part:
            yield list(_marks(part))
        else:
            for name, inner in part.items():
                if name not in ("values", "datasets", "data", "config"):
                    yield from _groups(inner)


def _marks(part: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if "mark" in part:
        yield part
    for inner in part.get("layer", ()):
        yield from _marks(inner)


def _of_group(marks: list[dict[str, Any]], paper: str) -> Iterator[str]:
    fills = {
        over(colour, paper, _opacity(mark))
        for mark in marks
        if mark["mark"]["type"] in _FILLS
        for colour in _colours(mark)
    }
    for mark in marks:
        kind = mark["mark"]["type"]
        if kind == "text":
            for colour in _colours(mark):
                for ground in {paper, *fills}:
                    if contrast(colour, ground) < TEXT:
                        yield f"text {colour} on {ground}"
        elif kind in _LINES and _opacity(mark) > 0 and not _is_band(mark):
            for colour in _colours(mark):
                seen = over(colour, paper, _opacity(mark))
                if contrast(seen, paper) < LINE:
                    yield f"{kind} {colour} at {_opacity(mark)} on {paper}"


def _is_band(mark: dict[str, Any]) -> bool:
    """A rule so wide is a shading behind the line, like an area."""
    return mark["mark"].get("strokeWidth", 1) > _WIDEST_RULE


def _opacity(mark: dict[str, Any]) -> float:
    told = mark["mark"]
    encoded = mark.get("encoding", {}).get("opacity", {}).get("value")
    return float(encoded if encoded is not None else told.get("opacity", 1.0))


def _colours(mark: dict[str, Any]) -> set[str]:
    """Give every colour a mark can take; `stroke` of a filled mark only parts it from the next."""
    told, encoding = mark["mark"], mark.get("encoding", {})
    found = {told[name] for name in ("color", "fill") if name in told}
    for channel in _CHANNELS:
        how = encoding.get(channel)
        if how is None:
            continue
        found |= set(_HEX.findall(str({k: v for k, v in how.items() if k != "title"})))
    return {colour for colour in found if _HEX.fullmatch(str(colour))}
