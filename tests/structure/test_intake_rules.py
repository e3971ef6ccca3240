"""Every rule has one line of words.

Belongs here: the seed of rules by itself. Does not belong here: which rule meets which file
(`tests/bad_inputs`).
"""

from __future__ import annotations

import csv
from collections import Counter

from tests.support import REPO


def test_a_rule_is_explained_once() -> None:
    with (REPO / "seeds" / "intake_rules.csv").open(encoding="utf-8", newline="") as file:
        rules = Counter(row["rule"] for row in csv.DictReader(file))
    assert [rule for rule, count in rules.items() if count > 1] == []
