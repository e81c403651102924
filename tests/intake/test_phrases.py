from __future__ import annotations

import string

import pytest

from stormops.intake.phrases import LANGUAGES, Phrases, phrases, status_sentence
from stormops.intake.segments import SEGMENTS_MAX, fitted, is_gsm, segments
from stormops.intake.sms_words import plain

LONGEST = {
    "title": "T" * 30,
    "receipt": "01-2345-6789-012-3",
    "address": "12345 Northwest Twelve Oaks Boulevard Apt 1234",
    "phone": "+1 850-555-0100",
    "state": "s" * 100,
}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", ["voice", "state", "sms", "words"])
def test_every_language_says_the_same(language: str, table: str) -> None:
    ours, english = getattr(phrases(language), table), getattr(phrases("en"), table)
    assert list(ours) == list(english)
    if table != "words":
        assert {k: _places(v) for k, v in ours.items()} == {k: _places(v) for k, v in english.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_reply_is_cut_or_takes_more_than_two_segments_whatever_it_carries(language: str) -> None:
    said = phrases(language)
    longest_state = max((status_sentence(language, state, 9999) for state in said.state), key=len)
    for name, text in said.sms.items():
        filled = text.format(**LONGEST | {"state": longest_state})
        sent = fitted(filled)
        assert segments(sent) <= SEGMENTS_MAX, name
        assert len(sent) == len(filled), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_receipt_and_the_offer_of_messages_fit_together(language: str) -> None:
    said = phrases(language).sms
    for name in ("saved", "saved_at"):
        whole = f"{said[name]} {said['offer']}".format(**LONGEST)
        assert len(fitted(whole)) == len(whole)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_danger_and_the_question_where_fit_together(language: str) -> None:
    said = phrases(language).sms
    for symptom in ("wire_down", "pole_down", "gas_odour", "entrapment", "medical"):
        whole = f"{said[symptom]} {said['where']}".format(**LONGEST)
        assert len(fitted(whole)) == len(whole)
        assert "911" in fitted(whole)
        assert is_gsm(fitted(whole))


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_written_as_they_are_compared(language: str) -> None:
    for words in phrases(language).words.values():
        assert words == [plain(word) for word in words]


def test_safety_is_in_every_greeting_and_the_keys_are_the_same() -> None:
    for language in LANGUAGES:
        assert "9" in phrases(language).voice["emergency"]
        assert "8" in phrases(language).voice["emergency"]
        assert "911" in phrases(language).voice["fallback"]


def test_another_language_is_answered_in_english() -> None:
    assert isinstance(phrases("fr"), Phrases)
    assert phrases("fr").language == "en"
    assert status_sentence("en", "no such state") == phrases("en").state["untold"]
