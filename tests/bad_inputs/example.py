"""What an example is: one sound delivery of one reader.

Belongs here: the shape alone. Does not belong here: the examples (`examples.py`,
`vendor_examples.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Example:
    """One sound delivery.

    Attributes:
        reader: that reads it.
        name: of the example.
        files: by name.
        settings: TOML of the source's table, without `reader`.
        is_row_wise: whether each row of a table stands for itself, so that a row that nobody
            touched must land whatever becomes of the others.
        is_planted: whether somebody can be found in its bytes as they are (packed, nobody can).
    """

    reader: str
    name: str
    files: dict[str, bytes] = field(repr=False)
    settings: str = ""
    is_row_wise: bool = False
    is_planted: bool = True
