"""Every reader survives some seconds of spoiled deliveries; `make fuzz` gives it a minute.

Belongs here: that there is a sound delivery for every reader, and a short run over each. Does not
belong here: what must hold (`fuzz.py`).
"""

from __future__ import annotations

import pytest

from orchestration.readers import READERS
from tests.bad_inputs.example import Example
from tests.bad_inputs.examples import EXAMPLES
from tests.bad_inputs.fuzz import fuzz, read
from tests.bad_inputs.search import planted_in

SECONDS = 7  # for each reader: more than a minute in all
SEED = 1


def test_every_reader_has_a_sound_delivery() -> None:
    assert {example.reader for example in EXAMPLES} == set(READERS)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.reader}-{each.name}")
def test_the_sound_delivery_is_sound_and_somebody_is_in_it(example: Example) -> None:
    rows = read(example, example.files)
    assert rows.bad.is_empty(), rows.bad
    assert sum(feed.rows_accepted for feed in rows.feeds) >= 1
    if example.is_planted:
        assert planted_in("".join(each.decode("latin-1") for each in example.files.values()))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.reader}-{each.name}")
def test_whatever_is_spoiled_is_survived(example: Example) -> None:
    share = SECONDS / sum(each.reader == example.reader for each in EXAMPLES)
    tally = fuzz(example, SEED, seconds=share)
    assert tally.turns >= 1
