"""Pseudonyms equal the standard library's HMAC; the key is refused unless it is a key.

Belongs here: the key and the hash. Does not belong here: which columns are ids.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.errors import PseudonymKeyError
from orchestration.extract.pseudonyms import KEY_FILE, Pseudonymiser, create_key, load_key
from tests.unit.ingest.making import KEY

HASHED = Pseudonymiser(KEY)


def by_the_book(entity: str, namespace: str, identifier: str) -> str:
    text = unicodedata.normalize("NFKC", identifier.strip()).strip().casefold()
    message = f"{entity}|{namespace}|{text}".encode()
    return hmac.new(KEY, message, hashlib.sha256).hexdigest()[:32]


def test_a_known_pseudonym():
    message = b"client|clinic|c-17"
    assert (
        HASHED.one("client", "clinic", " C-17 ")
        == (hmac.new(KEY, message, hashlib.sha256).hexdigest()[:32])
    )


@pytest.mark.parametrize("same", ["straße", "STRASSE", "\u00a0Straße ", "ｓｔｒａｓｓｅ"])
def test_case_width_and_spaces_do_not_make_another_person(same):
    assert HASHED.one("client", "x", same) == by_the_book("client", "x", "strasse")


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=12), max_size=20))
def test_a_column_is_hashed_like_its_values(ids):
    made = HASHED.column(pl.Series(ids, dtype=pl.String()), "session", "clinic")
    assert made.to_list() == [
        None if each is None else by_the_book("session", "clinic", each) for each in ids
    ]


def test_entity_namespace_and_key_make_other_pseudonyms():
    keys = {
        HASHED.one("client", "a", "1"),
        HASHED.one("clinician", "a", "1"),
        HASHED.one("client", "b", "1"),
        Pseudonymiser(KEY[::-1]).one("client", "a", "1"),
    }
    assert len(keys) == 4


def test_links_take_entity_and_source_from_their_row():
    made = HASHED.by_row(
        pl.Series(["1", "1", None]),
        pl.Series(["client", "clinician", "client"]),
        pl.Series(["a", "b", "a"]),
    )
    assert made.to_list() == [
        by_the_book("client", "a", "1"),
        by_the_book("clinician", "b", "1"),
        None,
    ]


def test_a_key_is_made_once_for_its_owner(tmp_path, monkeypatch):
    monkeypatch.delenv("RAPPORT_PSEUDONYM_KEY", raising=False)
    path = create_key(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert load_key(tmp_path) == bytes.fromhex(path.read_text().strip())
    with pytest.raises(PseudonymKeyError, match="never replaced"):
        create_key(tmp_path)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (None, 0, "is missing"),
        ("ab12" * 15, 0o600, "64 hexadecimal"),
        ("zz" * 32, 0o600, "64 hexadecimal"),
        ("a" * 64, 0o600, "repeated"),
        ("é" * 64, 0o600, "cannot be read"),
        ("ab12" * 16, 0o640, "chmod 600"),
        ("ab12" * 16, 0o604, "chmod 600"),
    ],
)
def test_a_weak_or_open_key_is_refused(tmp_path, monkeypatch, text, mode, said):
    monkeypatch.delenv("RAPPORT_PSEUDONYM_KEY", raising=False)
    if text is not None:
        (tmp_path / KEY_FILE).write_text(text)
        (tmp_path / KEY_FILE).chmod(mode)
    with pytest.raises(PseudonymKeyError, match=said) as caught:
        load_key(tmp_path)
    assert text is None or text not in str(caught.value)


def test_the_variable_goes_before_the_file(tmp_path, monkeypatch):
    create_key(tmp_path)
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", KEY.hex())
    assert load_key(tmp_path) == KEY
    monkeypatch.setenv("RAPPORT_PSEUDONYM_KEY", "")
    with pytest.raises(PseudonymKeyError, match="RAPPORT_PSEUDONYM_KEY must hold"):
        load_key(tmp_path)
