"""The definition card: one metric on one page, so that a figure can be handed on with its rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dashboards.figures.definitions import cited, lines, now
from dashboards.queries import practice, reference
from dashboards.reports.ask import Ask, NotYoursError
from dashboards.reports.paper import Paper, limited, made, shortened
from dashboards.texts import papers as words

_MOST_ROWS, _LINE, _TEXT = 8, 260, 700


def definition(ask: Ask, metric_id: str) -> Paper:
    """Make the card of one metric.

    Raises:
        NotYoursError: the release holds no such metric.
    """
    entry = reference.catalogue(ask.base).get(metric_id)
    if entry is None:
        raise NotYoursError
    return made(
        ask,
        "definition",
        words.DEFINITION_TITLE.format(name=entry["name"]),
        {
            "name": entry["name"],
            "meaning": shortened(str(entry["meaning"]), _TEXT),
            "lines": [
                [label, shortened(text, _TEXT)]
                for label, text in lines(
                    entry, reference.parameters(ask.base), reference.checks(ask.base)
                )
            ],
            "now_title": words.NOW_EXACT if ask.base.sees_practice_figures else words.NOW_ROUNDED,
            "now": _now(ask, entry),
            "cite": cited(ask.base, ask.release),
            "confidential": words.CONFIDENTIAL_PRACTICE,
        },
    )


def _now(ask: Ask, entry: Mapping[str, Any]) -> list[str]:
    whole = practice.practice_figures(ask.base, "all")
    full_from = int(reference.parameter(ask.base, "flag_min_n", 20))
    said = now(entry, whole, ask.names, full_from)
    texts = [f"{of}: {text}".rstrip(".") if of else text.rstrip(".") for of, text in said]
    return limited([f"{text}." for text in texts], _MOST_ROWS, _LINE)
