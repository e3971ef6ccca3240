"""The errors a person may meet.

Here: exceptions whose message is written for the person at the terminal. The CLI prints the message
and leaves with exit code 1; nobody sees a traceback.
Not here: programming mistakes (let those raise what they raise), and anything that would put the
value of a cell, a name or a key into a message. A message names a file, a row and a rule.
"""


class RapportError(Exception):
    """Something the person who runs Rapport can understand and mend. ``str()`` is the message."""


class SettingsError(RapportError):
    """``rapport.toml`` or the home is wrong; the message names the key's path."""


class PseudonymKeyError(RapportError):
    """The pseudonym key is missing, weak, readable by others, or not the one used before."""


class HomeBusyError(RapportError):
    """Another process is landing deliveries into the same home."""


class DeliveryRejected(RapportError):  # noqa: N818 -- an outcome of a delivery, not a mistake
    """A delivery cannot be read as its contract says; nothing of it lands, the others go on.

    Args:
        rule: short code of the rule that failed, lower case (``header_mismatch``).
        file: safe label of the file, or None when the whole delivery is meant.
        detail: plain words about what is wrong; never the value of a cell.
        row_number: the row concerned, where there is one.
    """

    def __init__(
        self, rule: str, file: str | None, detail: str, row_number: int | None = None
    ) -> None:
        self.rule = rule
        self.file = file
        self.detail = detail
        self.row_number = row_number
        place = "" if file is None else f"{file}: "
        row = "" if row_number is None else f"row {row_number}: "
        super().__init__(f"{rule}: {place}{row}{detail}")


class DeliveryHeld(RapportError):  # noqa: N818 -- an outcome of a delivery, not a mistake
    """A delivery is not complete yet (temporary names, a file that still changes): try later.

    Args:
        rule: short code of the reason, lower case (``temp_name``).
        file: safe label of the file, or None when the whole delivery is meant.
        detail: plain words about what is awaited.
    """

    def __init__(self, rule: str, file: str | None, detail: str) -> None:
        self.rule = rule
        self.file = file
        self.detail = detail
        place = "" if file is None else f"{file}: "
        super().__init__(f"{rule}: {place}{detail}")
