"""A paper for the command line: `python -m dashboards.reports`, run by `rapport report`.

Writes the file name on one line and then the PDF to standard output. What cannot be made is said in
one sentence on standard error, with exit code 3; anything else is a mistake of ours. Not here:
options for people, and where the file goes (`rapport report`).
"""

from __future__ import annotations

import json
import logging
import sys

from dashboards.reports.ask import NotYoursError, UnknownChoiceError
from dashboards.reports.shelf import paper_of
from dashboards.warehouse import WarehouseError

SAID = 3


def main(asked: str) -> int:
    """Make the paper that a JSON object describes.

    Args:
        asked: `kind`, `name` (or null) and `parameters` as in the address of a page.
    """
    # Streamlit remarks on its caches being used without a page.
    logging.disable(logging.WARNING)
    told = json.loads(asked)
    try:
        paper = paper_of(told["kind"], told["name"], told["parameters"], is_strict=True)
    except (NotYoursError, UnknownChoiceError, WarehouseError) as error:
        sys.stderr.write(f"{error}\n")
        return SAID
    sys.stdout.buffer.write(paper.name.encode() + b"\n" + paper.pdf)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
