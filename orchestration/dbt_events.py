"""Which of dbt's events are made out: the end of a node, warnings and errors.

dbt tells of every statement and connection in messages whose making takes an eighth of its own
time, whether or not anybody listens; no setting turns that off. Here: turning it off for one call.
Not here: what is done with the events that remain (warehouse.py). Importing this imports dbt.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

_TOLD = frozenset({EventLevel.WARN, EventLevel.ERROR})
_ALWAYS_TOLD = "NodeFinished"


class _FewEvents(EventManager):
    """dbt's own, deaf to what says only that work goes on."""

    def fire_event(
        self, e: BaseEvent, level: EventLevel | None = None, *args: Any, **options: Any
    ) -> None:
        if type(e).__name__ == _ALWAYS_TOLD or (level or e.level_tag()) in _TOLD:
            super().fire_event(e, level, *args, **options)


@contextmanager
def few_events() -> Iterator[None]:
    """Let the dbt calls inside tell only how nodes end, and of warnings and errors."""
    before = get_event_manager()
    ctx_set_event_manager(_FewEvents())
    try:
        yield
    finally:
        ctx_set_event_manager(before)
