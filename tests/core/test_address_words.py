"""The tables hold together."""

from __future__ import annotations

from collections import Counter

import pytest

from stormops.core import address_words as words


def test_every_spelling_belongs_to_one_type() -> None:
    spelled = Counter(w for line in words._TYPES.strip().splitlines() for w in line.split())
    assert [w for w, count in spelled.items() if count > 1] == []


def test_a_long_word_spells_itself() -> None:
    assert all(words.TYPES[long] == long for long in words.TYPES.values())
    assert all(words.DIRECTIONS[word] == short for short, word in words.DIRECTION_WORDS.items())


def test_plain_types_are_types() -> None:
    assert words.PLAIN_TYPES - {"ROUTE"} <= set(words.TYPES.values())


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1ST"), (2, "2ND"), (3, "3RD"), (11, "11TH"), (22, "22ND"), (113, "113TH")]
)
def test_ordinals(number: int, said: str) -> None:
    assert words.ordinal(number) == said


def test_number_words() -> None:
    assert words.NAME_WORDS["TWELFTH"] == "12TH"
    assert words.NAME_WORDS["TWENTIETH"] == "20TH"
    assert words.TENS["NINETY"] == 90
