"""A word-sized line for a tile, as a picture in the text: light to draw eight times on one page."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from dashboards.charts.theme import BLUE, MUTED, drawing_in_dark

_WIDTH, _HEIGHT, _PAD = 168.0, 34.0, 4.0
_FEWEST, _FEWEST_SHARE = 4, 0.7
_ADDRESS = "data:image/svg+xml;base64,"


def sparkline(values: Sequence[float | None]) -> str:
    """Draw successive monthly figures; a month without a figure leaves a gap.

    Args:
        values: one value per month, oldest first; None where no figure is shown.

    Returns:
        An SVG as a data address for an `img`, or an empty string where too few months have a
        figure for a course to be seen.
    """
    known = [v for v in values if v is not None]
    if len(known) < max(_FEWEST, _FEWEST_SHARE * len(values)):
        return ""
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (_WIDTH - 2 * _PAD) / max(len(values) - 1, 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return (
            _PAD + place * step,
            _HEIGHT - _PAD - (value - low) / span * (_HEIGHT - 2 * _PAD),
        )

    paths, run = [], []
    for place, value in enumerate([*values, None]):
        if value is not None:
            run.append(at(place, value))
        elif run:
            paths.append(run)
            run = []
    lines = "".join(
        f'<polyline points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in path)}" fill="none" '
        f'stroke="{MUTED}" stroke-width="1.5" stroke-linejoin="round"/>'
        for path in paths
    )
    end_x, end_y = paths[-1][-1]
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" '
        f'width="{_WIDTH:g}" height="{_HEIGHT:g}">{lines}'
        f'<circle cx="{end_x:.1f}" cy="{end_y:.1f}" r="3" fill="{BLUE}"/></svg>'
    )
    return _address(svg)


def in_dark_picture(address: str) -> str:
    """Give the dark twin of a picture of this module.

    Args:
        address: what `sparkline` gave.
    """
    svg = base64.b64decode(address.removeprefix(_ADDRESS)).decode()
    return _address(drawing_in_dark(svg))


def _address(svg: str) -> str:
    return _ADDRESS + base64.b64encode(svg.encode()).decode()
