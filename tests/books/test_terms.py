from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.books import terms


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ada Núñez O'Neil", ["ada", "nunez", "oneil"]),
        ("12-B Elm St., Apt #4", ["12", "b", "elm", "st", "apt", "4"]),
        ("+1 (850) 555-0199", ["18505550199"]),
        ("STRAẞE", ["strasse"]),
        ("a_b", ["a", "b"]),
        (" .,- ", []),
        ("", []),
        ("東京 Motors", ["東京", "motors"]),
    ],
)
def test_words_are_as_people_say_them(text: str, words: list[str]) -> None:
    assert list(terms.words(text)) == words


def test_a_telephone_number_is_found_by_its_end() -> None:
    assert list(terms.number_words("+1 (850) 555-0199")) == ["18505550199", "8505550199", "5550199", "0199"]
    assert list(terms.number_words("0199")) == ["0199"]
    assert list(terms.number_words("ada@example.org")) == ["ada", "example", "org"]


@given(st.text(max_size=100))
def test_no_text_makes_a_word_too_long_or_with_a_gap(text: str) -> None:
    for word in terms.words(text):
        assert 0 < len(word) <= terms.WORD_MAX
        assert " " not in word
