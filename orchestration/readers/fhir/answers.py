"""One answer as a number: what a coded, counted or missing answer of a form is worth.

Here: values of QuestionnaireResponse answers and of Observations, and what Questionnaires say of
their items and answers. Not here: which form an answer belongs to (forms.py).

A number that stands beside a code (the ordinal extensions) is the answer; the code is not asked
then, because real exports write one code everywhere. Without it the Questionnaire's own numbers
hold, then those of the settings, then LOINC's. A code without any number is held back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orchestration.readers.fhir import codes
from orchestration.readers.fhir.elements import (
    Refuse,
    as_dict,
    as_list,
    as_text,
    codes_of,
    codings_of,
    extension_of,
    number_text,
    value_of,
)
from orchestration.readers.fhir.files import Entry

_LOINC = re.compile(r"(?:^|[/|])([0-9]{1,7}-[0-9])$")
_VERSION = re.compile(r"\|[^|/]*$")


@dataclass(frozen=True)
class Answer:
    """What was answered to one question.

    Attributes:
        score: a number, or None where nothing was answered.
        skip_reason: why nothing was, where that is said.
        is_contradicted: whether the code beside the number means another number.
    """

    score: str | None = None
    skip_reason: str | None = None
    is_contradicted: bool = False


@dataclass
class Questionnaires:
    """What the Questionnaires of a delivery say of their items."""

    _items: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _numbers: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, entry: Entry) -> None:
        """Learn a Questionnaire under its address and its id."""
        self.add_resource(entry.resource, entry.identity)

    def add_resource(self, resource: dict[str, Any], identity: str | None) -> None:
        """Learn a Questionnaire, which may be contained in a response."""
        items: dict[str, list[str]] = {}
        numbers: dict[str, str] = {}
        for item in _nested(resource):
            link = as_text(item.get("linkId"))
            if link:
                items[link] = list(codes_of(item.get("code")))
            numbers |= dict(_option_numbers(item))
        for name in (without_version(as_text(resource.get("url"))), identity):
            if name:
                self._items[name] = items
                self._numbers[name] = numbers

    def codes(self, names: list[str], link: str) -> list[str]:
        """Codes of an item, by the first of the names under which a Questionnaire is known."""
        return next((self._items[name].get(link, []) for name in names if name in self._items), [])

    def numbers(self, names: list[str]) -> Mapping[str, str]:
        """Number by code of an answer, by the first known name."""
        return next((self._numbers[name] for name in names if name in self._numbers), {})


def without_version(address: str | None) -> str | None:
    """A canonical address without the version behind it."""
    return _VERSION.sub("", address) if address else None


def loinc_in(text: Any) -> str | None:
    """The LOINC code at the end of a ``definition`` or ``linkId``."""
    found = _LOINC.search(as_text(text) or "")
    return found[1] if found else None


def items_of(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every item of a response, nested ones too."""
    for item in as_list(resource.get("item")):
        yield as_dict(item)
        yield from items_of(as_dict(item))
        for answer in as_list(as_dict(item).get("answer")):
            yield from items_of(as_dict(answer))


def answer_of(item: dict[str, Any], numbers: Mapping[str, str]) -> Answer | None:
    """The answer to an item; None where it has none and says no reason.

    Raises:
        Refuse: several answers, or one that is no number.
    """
    answers = [as_dict(each) for each in as_list(item.get("answer"))]
    if len(answers) > 1:
        raise Refuse("several_answers", "score")
    if not answers:
        reason = _absent_reason(item)
        return Answer(skip_reason=reason) if reason else None
    answer = answers[0]
    name, value = value_of(answer)
    reason = _absent_reason(answer) or _absent_reason(answer.get(f"_{name}" if name else ""))
    reason = reason or _absent_reason(value) or _absent_reason(_shadow(answer))
    return _valued(value, answer, numbers, reason)


def observed(element: dict[str, Any], numbers: Mapping[str, str]) -> Answer | None:
    """The answer that an Observation or one of its components holds; None where it holds none.

    Raises:
        Refuse: it is no number.
    """
    reasons = list(codes_of(element.get("dataAbsentReason")))
    reason = _listed(reasons[0]) if reasons else None
    _, value = value_of(element)
    return _valued(value, {}, numbers, reason)


def _valued(
    value: Any, around: dict[str, Any], numbers: Mapping[str, str], reason: str | None
) -> Answer | None:
    if isinstance(value, dict) and "value" in value:
        value = value["value"]  # a Quantity
    if isinstance(value, dict):
        return _coded(value, around, numbers, reason)
    score = number_text(value)
    if score is not None:
        return Answer(score)
    if value is None:
        return Answer(skip_reason=reason) if reason else None
    raise Refuse("unknown_answer", "score")


def _coded(
    value: dict[str, Any], around: dict[str, Any], numbers: Mapping[str, str], reason: str | None
) -> Answer | None:
    codings = list(codings_of(value)) or [value]
    given = [code for coding in codings if (code := as_text(coding.get("code")))]
    by_code = next((str(codes.ANSWERS[code]) for code in given if code in codes.ANSWERS), None)
    for element in (*codings, value, around):
        stated = ordinal(element)
        if stated is not None:
            differs = by_code is not None and float(by_code) != float(stated)
            return Answer(stated, is_contradicted=differs)
    known = next((numbers[code] for code in given if code in numbers), by_code)
    if known is not None:
        return Answer(known)
    absent = reason or next((code for code in given if code in codes.ABSENT_REASONS), None)
    if absent:
        return Answer(skip_reason=absent)
    raise Refuse("unknown_answer", "score")


def ordinal(element: Any) -> str | None:
    """The number that an ordinal extension gives to an element."""
    _, value = value_of(extension_of(element, *codes.ORDINAL_URLS))
    return number_text(value)


def _absent_reason(element: Any) -> str | None:
    _, value = value_of(extension_of(element, codes.ABSENT_URL))
    return _listed(as_text(value)) if value is not None else None


def _listed(reason: str | None) -> str:
    return reason if reason in codes.ABSENT_REASONS else "unknown"


def _shadow(answer: dict[str, Any]) -> Any:
    """The extensions of a primitive value that is missing (``_valueInteger``)."""
    return next((each for name, each in answer.items() if name.startswith("_value")), None)


def _nested(resource: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for item in as_list(resource.get("item")):
        yield as_dict(item)
        yield from _nested(as_dict(item))


def _option_numbers(item: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Code and number of each answer that an item offers (STU3 calls it ``option``)."""
    for each in (*as_list(item.get("answerOption")), *as_list(item.get("option"))):
        option = as_dict(each)
        coding = as_dict(option.get("valueCoding"))
        code = as_text(coding.get("code"))
        number = ordinal(option) or ordinal(coding)
        if code and number is not None:
            yield code, number
