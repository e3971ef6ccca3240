"""The printed case review (screens.md 7): exactly one page, in the order of the conversation.

Here: which facts of a case stand on the page and how many of each, so that any case fits. Not here:
how the page is set (`templates/case.typ`), which shrinks the type before anything would be lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboards import log_words, review, wording
from dashboards.case_card import kind
from dashboards.figures import case as figures
from dashboards.queries import cases, review_log
from dashboards.reports.ask import Ask, NotYoursError
from dashboards.reports.paper import Paper, limited, made, picture, shortened
from dashboards.texts import case as texts
from dashboards.texts import papers as words
from review_log.entry import Entry, Kind

Facts = Mapping[str, Any]

# Panels lower than on the page: one sheet has the height of one.
_HEIGHTS = (0.5, 0.75, 1.0)
# What the next conversation begins with: the last meeting, and what became of its steps.
_MEETINGS = (Kind.REVIEWED, Kind.DEFERRED)
_TOLD = (*_MEETINGS, Kind.PLANNED, Kind.STEP_CLOSED)
_REASONS, _RUPTURES, _STEPS = 3, 2, 4
_LINE, _PARAGRAPH, _NAME = 230, 330, 60


def case_review(ask: Ask, case: str) -> Paper:
    """Make the review of one case.

    Args:
        ask: who asks.
        case: key of the episode, or the client's code for the latest treatment of that client.

    Raises:
        NotYoursError: there is no such case in view.
    """
    facts = _found(ask, case) if ask.base.sees_cases else None
    if facts is None:
        raise NotYoursError
    episode_key = str(facts["episode_key"])
    review.printed(ask.base, "case_paper", episode_key)
    entries, trouble = _entries(ask, episode_key)
    reviewed = {log_words.day_of(e) for e in entries if e.kind is Kind.REVIEWED}
    drawn = figures.picture(ask.base, episode_key, tuple(sorted(reviewed)))
    return made(
        ask,
        "case",
        words.CASE_TITLE,
        {
            "who": [list(pair) for pair in _who(facts, ask)],
            "why": _why(ask, facts),
            "picture": picture(drawn, heights=_HEIGHTS),
            "facts": [[list(pair) for pair in box] for box in _facts(facts, ask.names)],
            "alliance": _alliance(ask, facts),
            "how_sure": shortened(facts["how_sure"], _PARAGRAPH),
            "questions": texts.QUESTIONS,
            "prompts": list(texts.PROMPTS),
            "last_time": [trouble] if trouble else _last_time(ask, entries),
        },
    )


def _found(ask: Ask, case: str) -> Facts | None:
    if facts := cases.case(ask.base, case):
        return facts
    mine = cases.cases(ask.base, "any", case).filter(pl.col("client_label") == case)
    latest = mine.sort("opened_on", "episode_key", descending=True).head(1)
    return latest.row(0, named=True) if latest.height else None


def _who(facts: Facts, ask: Ask) -> list[tuple[str, str]]:
    state = wording.EPISODE_WORDS.get(str(facts["status"]), str(facts["status"]))
    if facts["status"] != "open":
        ending = wording.ENDING_WORDS.get(str(facts["ending"]), str(facts["ending"]))
        state = f"{state}: {ending.lower()}"
    return [
        (words.CLIENT, shortened(facts["client_label"], _NAME)),
        (words.CLINICIAN, shortened(facts["clinician_label"], _NAME)),
        (words.SUPERVISOR, shortened(facts["supervisor_label"] or words.NONE_RECORDED, _NAME)),
        (words.SESSION, wording.whole(facts["attended_sessions"])),
        (words.STATE, state),
        (words.AS_OF, wording.day(ask.release.as_of)),
    ]


def _why(ask: Ask, facts: Facts) -> dict[str, Any]:
    entry = cases.agenda_entry(ask.base, str(facts["episode_key"]))
    if entry is None:
        return {"tier": "", "lines": [words.NOT_ON_AGENDA, shortened(facts["summary"], _PARAGRAPH)]}
    tier = str(entry["tier"])
    return {
        "tier": f"{wording.TIER_SHAPES[tier]} {kind(entry)}",
        "lines": limited(str(entry["reasons"]).split("\n"), _REASONS, _LINE),
    }


def _facts(facts: Facts, names: wording.Names) -> list[list[tuple[str, str]]]:
    booked = facts["next_booked_on"]
    missed = words.N_OF_N.format(
        n=wording.whole(facts["missed_8_weeks"]), of=wording.whole(facts["appointments_8_weeks"])
    )
    measured = [
        words.N_OF_N.format(
            n=wording.whole(facts[f"{family}_scored_sessions"] or 0),
            of=wording.counted(facts["attended_sessions"], words.ONE_SESSION),
        )
        for family in ("alliance", "outcome")
    ]
    change = facts["outcome_reliable_change"]
    return [
        [
            (_measure(words.ALLIANCE, facts["alliance_instrument"], names), ""),
            (words.FIRST, _score(facts, "alliance_first", names)),
            (words.LOWEST, _score(facts, "alliance_lowest", names)),
            (words.LATEST, _score(facts, "alliance_latest", names)),
            (words.CUTOFF, wording.plain(facts["alliance_cutoff"])),
            (words.FORMS, measured[0]),
        ],
        [
            (_measure(words.OUTCOME, facts["outcome_instrument"], names), ""),
            (words.FIRST, _score(facts, "outcome_first", names)),
            (words.LATEST, _score(facts, "outcome_latest", names)),
            (words.CHANGE_CLASS, wording.change(facts["outcome_change"])),
            (words.RELIABLE_CHANGE, words.POINTS.format(n=wording.plain(change)))
            if change is not None
            else (words.RELIABLE_CHANGE, wording.NOTHING),
            (words.FORMS, measured[1]),
        ],
        [
            (words.ATTENDANCE, ""),
            (words.FIRST_SEEN, wording.day(facts["first_attended_on"])),
            (words.LAST_SEEN, wording.day(facts["last_seen_on"])),
            (words.NEXT_BOOKED, wording.day(booked) if booked else words.NONE_BOOKED),
            (words.MISSED, missed),
            (words.RUPTURES, _ruptures_counted(facts)),
        ],
    ]


def _measure(label: str, code: object, names: wording.Names) -> str:
    return f"{label} ({shortened(names.of(str(code)), _NAME)})" if code else label


def _score(facts: Facts, name: str, names: wording.Names) -> str:
    said = names.score(facts[f"{name.partition('_')[0]}_instrument"], facts[name])
    session = facts[f"{name}_session"]
    return words.AT_SESSION.format(score=said, n=session) if session else said


def _ruptures_counted(facts: Facts) -> str:
    if not facts["rupture_n"]:
        return words.NO_RUPTURE_SHORT
    return words.RUPTURES_REPAIRED.format(
        n=wording.whole(facts["rupture_n"]), repaired=wording.whole(facts["repaired_n"] or 0)
    )


def _alliance(ask: Ask, facts: Facts) -> list[str]:
    """Say the ruptures, the newest first, and a strength to name."""
    found = cases.ruptures_of(ask.base, str(facts["episode_key"]))
    probable = [r for r in found.iter_rows(named=True) if r["tier"] == "probable"][::-1]
    said = limited([_rupture(r, facts, ask.names) for r in probable], _RUPTURES, _PARAGRAPH)
    strength = shortened(facts["strength"], _PARAGRAPH)
    return [
        *(said or [words.NO_RUPTURE]),
        words.STRENGTH.format(text=strength) if strength else words.NO_STRENGTH,
    ]


def _rupture(r: Facts, facts: Facts, names: wording.Names) -> str:
    code = r["instrument"]
    said = words.RUPTURE.format(
        n=r["onset_session_index"],
        day=wording.day(r["onset_on"]),
        measure=names.of(code),
        baseline=names.score(code, r["baseline"]),
        score=names.score(code, r["onset_score"]),
        nadir=names.score(code, r["nadir"]),
    )
    if facts["dip_scale_name"] and facts["dip_session"] == r["onset_session_index"]:
        said += words.FELL_MOST.format(
            scale=facts["dip_scale_name"],
            before=names.score(code, facts["dip_scale_from"]),
            after=names.score(code, facts["dip_scale_to"]),
        )
    status = f"{wording.RUPTURE_SHAPES[r['status']]} {wording.RUPTURE_WORDS[r['status']]}"
    if r["sessions_to_repair"]:
        after = wording.counted(r["sessions_to_repair"], words.ONE_SESSION)
        return f"{said} {words.REPAIRED_AFTER.format(status=status, sessions=after)}"
    return f"{said} {status}."


def _entries(ask: Ask, episode_key: str) -> tuple[list[Entry], str]:
    """Give what was recorded of the case, or why the review log could not be read."""
    try:
        return review.of_case(ask.base, episode_key), ""
    except review.ReviewLogError as error:
        return [], str(error)


def _last_time(ask: Ask, entries: list[Entry]) -> list[str]:
    """Say the last review, what became of its steps, and the steps still open."""
    codes = review_log.codes(ask.base)
    told = [e for e in entries if e.kind in _TOLD]
    if not told:
        return [words.NO_LAST_TIME]
    last = max((log_words.day_of(e) for e in told if e.kind in _MEETINGS), default=None)
    recent = [e for e in told if last is None or log_words.day_of(e) >= last]
    said = [
        words.ENTRY.format(what=log_words.what(e, codes), day=wording.day(log_words.day_of(e)))
        for e in recent
        if e.kind is not Kind.PLANNED
    ]
    steps = log_words.open_steps((), entries, codes, ask.release.as_of)
    said += [words.OPEN_STEP.format(step=step.line()) for step in steps]
    return limited(said, _STEPS, _LINE)
