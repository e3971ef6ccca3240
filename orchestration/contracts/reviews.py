"""The feed of the review log: what supervisors recorded in the app, as it lands.

Here: its columns, and all feeds that land. Not here: the feeds that a delivery of the inbox may
hold (feeds.py). This one is none of them: only the app's own database gives it
(extract/reviews.py, decision 36).
"""

from __future__ import annotations

from orchestration.contracts.feeds import FEEDS, Column, Feed, Kind

REVIEWS = Feed(
    "reviews",
    "One row per entry of the review log.",
    key=("entry_key",),
    columns=(
        Column("entry_key", Kind.KEY, entity="entry"),
        Column("kind", Kind.CODE),
        Column("episode_key", Kind.KEY, entity="episode"),
        Column("client_key", Kind.KEY, entity="client"),
        Column("clinician_key", Kind.KEY, entity="clinician"),
        Column("author_role", Kind.CODE),
        Column("author_key", Kind.KEY, entity="clinician"),
        Column("recorded_at", Kind.TIMESTAMP),
        Column("happened_on", Kind.DATE),
        Column("until_on", Kind.DATE),
        Column("code", Kind.CODE),
        Column("done_by", Kind.CODE),
        Column("due_on", Kind.DATE),
        Column("session_index", Kind.INTEGER),
        Column("refers_to_key", Kind.KEY, entity="entry"),
        Column("release_id", Kind.KEY, entity="release"),
    ),
)

LANDED_FEEDS: dict[str, Feed] = {**FEEDS, REVIEWS.name: REVIEWS}
