"""The weekly digest: for each supervisor how many cases wait, by the code of their tier.

Counts and codes of tiers only (screens.md 9). No code of a client: a mail cannot be called back
when a client is erased. Not here: when it goes out and to whom (`rapport digest`).
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dashboards import agenda, wording
from dashboards.frame import reach_words, through_words
from dashboards.queries import cases, reference
from dashboards.reports.ask import asked, choices
from dashboards.scope import Role
from dashboards.texts import agenda as on_agenda
from dashboards.texts import papers as words
from dashboards.warehouse import current_release, roster


def digests(base_url: str | None) -> list[dict[str, str]]:
    """Write the digest of every supervisor of the current release.

    Args:
        base_url: where the dashboard is reached, or None for no link.

    Returns:
        key, label, subject and text of each.
    """
    release = current_release()
    everyone = roster(str(release.path), release.fingerprint)
    return [
        {
            "key": str(one.person),
            "label": one.label,
            "subject": f"{words.DEMO_SHORT}: " * release.is_demo + words.DIGEST_SUBJECT,
            "text": _text(one.label, base_url),
        }
        for one in choices(release, everyone)
        if one.role is Role.SUPERVISOR
    ]


def _text(label: str, base_url: str | None) -> str:
    ask = asked({"as": label})
    found = cases.agenda(ask.base)
    through = through_words(reference.release(ask.base))
    lines = [
        words.DEMO if ask.release.is_demo else "",
        words.RELEASE_LINE.format(through=through, release=ask.release.release_id),
        reach_words(ask.base, ask.roster),
        "",
        words.DIGEST_SUMMARY.format(
            n=wording.whole(found.height),
            cases=wording.counted(cases.open_cases(ask.base), words.OPEN_CASE),
        ),
        *(f"  {tier}  {wording.whole(n):>4}  {said}" for tier, said, n in _kinds(found)),
        "",
        words.DIGEST_LINK.format(url=base_url) if base_url else words.DIGEST_WHERE,
        "",
        words.CONFIDENTIAL,
        words.NOT_CRISIS.replace(". ", ".\n"),
    ]
    text = "\n".join(line for place, line in enumerate(lines) if line or place)
    return text.replace(wording.NBSP, " ").replace("\u202f", " ") + "\n"


def _kinds(found: pl.DataFrame) -> Iterator[tuple[str, str, int]]:
    """Give tier, kind in words and number of cases, those that people asked for by themselves."""
    counts = dict(found.group_by("tier").agg(pl.len()).iter_rows())
    asked = found.filter((pl.col("tier") == agenda.ASKED_FOR_TIER) & ~pl.col("is_pressing")).height
    for tier, said in wording.TIER_WORDS.items():
        is_theirs = tier == agenda.ASKED_FOR_TIER
        yield tier, said, counts.get(tier, 0) - (asked if is_theirs else 0)
        if is_theirs and asked:
            yield tier, on_agenda.ASKED_FOR, asked
