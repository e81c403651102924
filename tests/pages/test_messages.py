from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from stormops.core.messages import Kind
from stormops.intake.segments import SEGMENTS_MAX, fitted, segments
from stormops.pages.messages import AGAIN, ASKED, FORM, NONE, message_text, render_messages
from stormops.pages.page import PageSettings
from stormops.pages.words import LANGUAGES, words

PAGE = PageSettings(
    title="Palmetto <Springs>", phone="850-555-0100", intake_url="http://i.test", feed_url="http://f.test",
    languages=LANGUAGES,
)  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in Kind if kind])
def test_every_message_fits_uncut_whatever_it_carries(kind: Kind, language: str) -> None:
    zone = ZoneInfo("America/New_York")
    text = message_text(kind, language, "T" * 30, zone, customers=1_113_000, since_ms=1_793_482_200_000)
    sent = fitted(text)
    assert len(sent) == len(text)
    assert segments(sent) <= SEGMENTS_MAX
    stop = {"en": "STOP", "es": "ALTO", "ht": "RETE"}[language]
    assert stop in sent
    assert "{" not in sent


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_messages_ask_for_is_understood(language: str) -> None:
    from stormops.intake.sms_words import Kind as Word
    from stormops.intake.sms_words import understand

    said = words(language)
    yes, out = {"en": ("YES", "OUT"), "es": ("SÍ", "SIN LUZ"), "ht": ("WI", "PA GEN KOURAN")}[language]
    assert yes in said("message.ask")
    assert out in said("message.restored")
    assert understand(yes)[:2] == (Word.YES, language)
    assert understand(fitted(yes, 1)).kind is Word.YES
    assert understand(out).kind is Word.REPORT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", [FORM, ASKED, NONE, AGAIN])
def test_every_page_is_in_its_language_and_escaped(what: str, language: str) -> None:
    values = {"key": "k", "lang": language, "receipt": "1", "phone": '"><b>', "language": "ht"}
    page = PageSettings(
        title=PAGE.title, phone="", intake_url=PAGE.intake_url, feed_url="", language=language, languages=LANGUAGES
    )
    html = render_messages(what, page, values, wrong="phone" if what == AGAIN else "")
    assert f'<html lang="{language}">' in html
    assert "<Springs>" not in html
    assert '"><b>' not in html
    assert ("<form" in html) == (what in (FORM, AGAIN))
    assert (words(language)("messages.wrong_phone") in html) == (what == AGAIN)


def test_a_place_that_is_not_known_any_more_has_no_form() -> None:
    assert "<form" not in render_messages(AGAIN, PAGE, {}, wrong="place")
    assert "7 seconds" in render_messages(AGAIN, PAGE, {"key": "k"}, wrong="slow", seconds=7)


def test_another_language_is_of_the_same_place() -> None:
    html = render_messages(FORM, PAGE, {"key": "k", "place": "a.1.P 7&x"})
    assert 'href="http://f.test/messages?place=a.1.P+7%26x&amp;lang=es"' in html
    assert 'href="http://f.test/messages?lang=es"' in render_messages(ASKED, PAGE)
