"""What is a form in OpenFIT's file, and whose: the scores of one instrument in one row.

Here: the vendor's rules for scores, and what a practice sets. Not here: rows, sessions and cases
(openfit.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel, ConfigDict

from orchestration.readers.vendor_table import ClockTime

# Which form the scores are: the children's forms have another instrument.
FORMS = {"ors": {"adult": "ors", "child": "cors"}, "srs": {"adult": "srs", "child": "csrs"}}
TIMING = {"ors": "pre_session", "srs": "post_session"}
SKIPPED = {"y": True, "yes": True, "1": True, "true": True}
SKIPPED |= {"n": False, "no": False, "0": False, "false": False}
# metrics.md 1.4: CORS from 6 to 12 years, ORS from 13.
GROUPS: dict[str, Literal["adult", "child"]] = {
    "adult": "adult",
    "adolescent": "adult",
    "child": "child",
}
GROUP = "Client_Group"
ITEMS = ("item_01", "item_02", "item_03", "item_04")
CELLS = (*ITEMS, "total")
_DECIMAL_COMMA = re.compile(r"[0-9]{1,2},[0-9]{1,2}")


def score_columns(form: str) -> dict[str, tuple[str, ...]]:
    """Our names of an instrument's columns -> the vendor's: four scores, total, skip flag."""
    upper = form.upper()
    names = [(f"{upper}Q{place}",) for place in range(1, len(ITEMS) + 1)]
    cells = dict(zip((f"{form}_{item}" for item in ITEMS), names, strict=True))
    return {**cells, f"{form}_total": (f"Total_{upper}",), f"{form}_skip": (f"{upper}_Skip",)}


class OpenFitOptions(BaseModel):
    """``[sources.<name>.options]`` of an OpenFIT source.

    Attributes:
        sessions: take sessions and cases from this file; false where a practice system gives them,
            and then forms find their session by client and time.
        session_time: of all sessions and their forms, for the file has days alone.
        ors_time: of an ORS without a session of its own: before any session of its day.
        srs_time: of an SRS without a session of its own: after any session of its day.
        shared_sessions: what a session is that several clients of one case share.
        client_groups: further words of Client_Group, and whose forms these clients fill in.
        no_client_group: whose forms they are where Client_Group is empty.
        zeros_are_scores: a form of nothing but zeros was answered so.
        encoding: of CSV text without a byte-order mark.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sessions: bool = True
    session_time: ClockTime = "12:00"
    ors_time: ClockTime = "06:00"
    srs_time: ClockTime = "22:00"
    shared_sessions: Literal["couple", "family", "group"] = "family"
    client_groups: dict[str, Literal["adult", "child"]] = {}
    no_client_group: Literal["adult", "child"] | None = None
    zeros_are_scores: bool = False
    encoding: Literal["utf-8", "cp1252", "iso-8859-1"] = "utf-8"

    def age_group(self, word: str | None) -> str | None:
        """Whose forms a client fills in; None where the word does not say."""
        if word is None:
            return self.no_client_group
        known = {each.casefold(): group for each, group in self.client_groups.items()}
        return (GROUPS | known).get(word.casefold())


@dataclass(frozen=True)
class Form:
    """The scores of one instrument in one row.

    Attributes:
        given: cell -> score, for the cells that hold one.
        instrument: which form it is; empty where the row has none, or a wrong one.
        is_skipped: the client did not fill it in.
        rule: the rule it breaks, or empty.
        column: the column to blame, where it is not the scores themselves.
    """

    given: Mapping[str, str] = field(repr=False)
    instrument: str = ""
    is_skipped: bool = False
    rule: str = ""
    column: str = ""


def read_form(cells: Mapping[str, str | None], form: str, options: OpenFitOptions) -> Form:
    """Judge the scores of one instrument, ``ors`` or ``srs``, in a row."""
    scores = {cell: _score(cells[f"{form}_{cell}"]) for cell in CELLS}
    given = {cell: text for cell, text in scores.items() if text is not None}
    flag, group = cells.get(f"{form}_skip"), cells.get("group")
    is_skipped = SKIPPED.get((flag or "").casefold())
    if flag and is_skipped is None:
        return Form(given, rule="not_in_list", column=f"{form.upper()}_Skip")
    if not (given or flag):
        return Form(given)
    age_group = options.age_group(group)
    if age_group is None:
        return Form(given, rule="not_in_list" if group else "missing_required", column=GROUP)
    is_nothing = all(_is_zero(text) for text in given.values())
    if is_skipped:
        rule = "" if is_nothing else "skipped_with_scores"
    else:
        rule = _wrong_scores(given, is_nothing=is_nothing and not options.zeros_are_scores)
    instrument = "" if rule else FORMS[form][age_group]
    return Form(given, instrument, is_skipped=bool(is_skipped), rule=rule)


def _wrong_scores(given: Mapping[str, str], *, is_nothing: bool) -> str:
    """The vendor's rule that the scores of a form break that was not skipped."""
    items = [given[item] for item in ITEMS if item in given]
    total = given.get("total")
    if not given:
        return "no_scores"
    if is_nothing or (items and total and (_is_zero(total) or all(map(_is_zero, items)))):
        return "zeros_for_missing"
    if items and total:
        return "scores_and_total"
    return "partial_scores" if 0 < len(items) < len(ITEMS) else ""


def _score(text: str | None) -> str | None:
    """A cell of scores; 9,1 is nine and a tenth, for no score has thousands."""
    return text.replace(",", ".") if text and _DECIMAL_COMMA.fullmatch(text) else text


def _is_zero(text: str) -> bool:
    return re.fullmatch(r"[+-]?0*\.?0*", text) is not None
