"""Papers and digests for the command line: `python -m dashboards.reports`, run by `rapport`.

Writes a paper as its file name on one line and then the PDF to standard output, digests as JSON.
What cannot be made is said in one sentence on standard error, with exit code 3; anything else is a
mistake of ours. Not here: options for people, and where it goes (`rapport report`, `digest`).
"""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

from dashboards.reports.ask import NotYoursError, UnknownChoiceError
from dashboards.reports.digest import digests
from dashboards.reports.shelf import paper_of
from dashboards.warehouse import WarehouseError

SAID = 3


def main(asked: str) -> int:
    """Make what a JSON object describes.

    Args:
        asked: `kind`, `name` (or null) and `parameters` as in the address of a page; or the kind
            `digest` with `base_url`.
    """
    # Streamlit remarks on its caches being used without a page.
    logging.disable(logging.WARNING)
    try:
        sys.stdout.buffer.write(_made(json.loads(asked)))
    except (NotYoursError, UnknownChoiceError, WarehouseError) as error:
        sys.stderr.write(f"{error}\n")
        return SAID
    return 0


def _made(told: dict[str, Any]) -> bytes:
    if told["kind"] == "digest":
        return json.dumps(digests(told["base_url"])).encode()
    paper = paper_of(told["kind"], told["name"], told["parameters"], is_strict=True)
    return paper.name.encode() + b"\n" + paper.pdf


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
