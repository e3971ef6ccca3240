"""Which papers there are: the kind in an address or a command, and who makes it.

The one way to a paper, for the page's link and for the command line alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from dashboards import older
from dashboards.registry import BY_NAME
from dashboards.reports.agenda import agenda
from dashboards.reports.ask import NotYoursError, asked
from dashboards.reports.case import case_review
from dashboards.reports.definition import definition
from dashboards.reports.month import month
from dashboards.reports.paper import Paper
from dashboards.reports.quality import quality


@dataclass(frozen=True)
class Kind:
    """A kind of paper.

    Attributes:
        page: the page whose roles may have it.
        make: makes it; of a case or a metric with its name.
        needs_name: whether it is about one case or one metric.
    """

    page: str
    make: Callable[..., Paper]
    needs_name: bool = False


KINDS = {
    "case": Kind("case", case_review, needs_name=True),
    "agenda": Kind("agenda", agenda),
    "month": Kind("month", month),
    "quality": Kind("quality", quality),
    "definition": Kind("definitions", definition, needs_name=True),
}


def paper_of(
    kind: str, name: str | None, parameters: Mapping[str, str], is_strict: bool = False
) -> Paper:
    """Make a paper for whom asks.

    Args:
        kind: one of `KINDS`.
        name: the case or the metric, or None.
        parameters: as in the address of the page.
        is_strict: refuse a filter that is not known, as a command should; a page leaves it out.

    Raises:
        UnknownChoiceError: a filter is not known.
        NotYoursError: there is no such paper for whom asks.
        WarehouseError: there is no release to read, or an older one lacks what it says.
    """
    wanted = KINDS.get(kind)
    if wanted is None or wanted.needs_name != bool(name):
        raise NotYoursError
    ask = asked(parameters, is_strict)
    if ask.base.role not in BY_NAME[wanted.page].roles:
        raise NotYoursError
    with older.told(ask.base):
        return wanted.make(ask, name) if wanted.needs_name else wanted.make(ask)
