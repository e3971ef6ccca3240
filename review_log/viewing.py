"""Who looked at which case: what one such line says.

Not here: what was recorded about a case (entry.py). A line is added before the page shows
anything, and is never exported: it is about the viewers, not about the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from review_log.entry import check_codes


@dataclass(frozen=True)
class NewViewing:
    """Somebody is about to see one case.

    Attributes:
        viewer_role: `director`, `supervisor` or `clinician`.
        viewer_key: the clinician key of the viewer; None for a director.
        page: short name of the page, or of the paper, that shows the case.
        episode_key: the case.
        client_key: its client; by it the line is erased.
        clinician_key: its clinician.
        release_id: the release that is shown.
    """

    viewer_role: str
    viewer_key: str | None
    page: str
    episode_key: str
    client_key: str
    clinician_key: str
    release_id: str

    def __post_init__(self) -> None:
        """Refuse what could be text.

        Raises:
            EntryError: a field is missing, or is no code.
        """
        codes = ("viewer_role", "page", "episode_key", "client_key", "clinician_key", "release_id")
        check_codes(self, needed=codes, also=("viewer_key",))


@dataclass(frozen=True)
class Viewing(NewViewing):
    """A viewing as it stands in the log.

    Attributes:
        viewing_id: 32 hex characters, random.
        viewed_at: when, UTC without a zone.
    """

    viewing_id: str = ""
    viewed_at: datetime = datetime.min
