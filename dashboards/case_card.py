"""A case as a card: who, why in words, since when, what was done last.

Here: the HTML of a row of the agenda, for the agenda and the meeting. Not here: buttons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from dashboards import agenda, log_words, wording
from dashboards.queries.review_log import Codes
from dashboards.texts import agenda as texts
from review_log.entry import Entry


def html(row: Mapping[str, Any], place: int, entries: Sequence[Entry], codes: Codes) -> str:
    """Write a case of the agenda as a card.

    Args:
        row: a row of `supervision_agenda`.
        place: its place in the list.
        entries: what was recorded of it since the release, oldest first.
        codes: the words of codes.
    """
    booked = row["next_booked_on"]
    when = [
        texts.WAITING_SINCE.format(day=wording.day(row["waiting_since"])),
        texts.LAST_SEEN.format(day=wording.day(row["last_seen_on"])),
        texts.NEXT.format(day=wording.day(booked)) if booked else f"<b>{texts.NONE_BOOKED}</b>",
        escape(last_action(row, entries, codes)),
    ]
    if row.get("open_steps_n"):
        said = wording.counted(row["open_steps_n"], texts.STEP)
        when.append(texts.OPEN_STEPS.format(n=said))
    session = texts.SESSION.format(n=row["session_index"])
    return (
        f'<div class="card"><div class="who"><b>{place}. {escape(str(row["client_label"]))}'
        f"</b><br><span>{escape(str(row['clinician_label']))} · {session}</span></div>"
        f'<div class="why">{why(row)}</div>'
        f'<div class="when">{"<br>".join(when)}</div></div>'
    )


def why(row: Mapping[str, Any]) -> str:
    """Write the kind of a case and its reasons."""
    lines = [escape(line) for line in str(row["reasons"]).split("\n")]
    strength = escape(str(row["strength"])) if row["is_positive_case"] else ""
    if strength and strength not in lines:
        lines.append(f"<b>{texts.STRENGTH}</b> {strength}")
    marks = [
        word
        for word, holds in (
            (texts.POSITIVE, row["is_positive_case"]),
            (texts.BROUGHT, row.get("is_brought")),
            (texts.ADDED, row.get("is_added")),
        )
        if holds
    ]
    return (
        f'<span class="tier"><span class="mark {str(row["tier"]).lower()}" aria-hidden="true">'
        f"{wording.TIER_SHAPES[row['tier']]}</span>"
        f"{' · '.join([kind(row), *marks])}</span>"
        f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"
    )


def kind(row: Mapping[str, Any]) -> str:
    """Say the kind of a case: by rule, or that people asked for it where no rule above T4 did."""
    is_asked_for = row["tier"] == agenda.ASKED_FOR_TIER and not row["is_pressing"]
    return texts.ASKED_FOR if is_asked_for else wording.TIER_WORDS[row["tier"]]


def last_action(row: Mapping[str, Any], entries: Sequence[Entry], codes: Codes) -> str:
    """Say what was recorded last: since the release, else as the release knows it."""
    if entries:
        newest = entries[-1]
        said, on = log_words.what(newest, codes), log_words.day_of(newest)
    elif row.get("last_action"):
        said, on = str(row["last_action"]), row.get("last_action_on")
    else:
        return texts.NO_ACTION
    return texts.LAST_ACTION.format(what=said, day=wording.day(on))
