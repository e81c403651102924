"""Signing up for text messages by hand: from the status page, in three languages, without JavaScript."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, NewPage
from tests.browser.test_accessible import faults
from tests.messages_provider import MessagesProvider

pytestmark = pytest.mark.browser

SAID = {
    "en": ("Text messages about power here", "Give a number", "Look at your phone", "Reply YES"),
    "es": ("Mensajes de texto sobre la luz aquí", "Dé un número", "Mire su teléfono", "Responda SI"),
    "ht": ("Mesaj tèks sou kouran isit la", "Bay yon nimewo", "Gade telefòn ou", "Reponn WI"),
}
"""By language: the form's title, what is wrong with a number, what comes next, what the phone is asked (no accents)."""

PHONES = {"en": "8505550181", "es": "8505550182", "ht": "8505550183"}


def open_form(page: Page, city: City, language: str, place: tuple[float, float]) -> None:
    """From a report's status page by its link."""
    receipt = city.report(symptom="lights_out", service_point=f"E-{city.premises(*place)[0]['premise']}")
    city.wait(lambda: city.get(f"/api/v1/reports/{receipt}")["state"] == "matched")
    page.goto(f"{city.feed_url}/r/{receipt}?lang={language}")
    page.locator("a[href^='/messages?receipt=']").click()
    expect(page.locator("html")).to_have_attribute("lang", language)


@pytest.mark.parametrize("language", list(SAID))
def test_signs_up_without_javascript(new_page: NewPage, city: City, texts: MessagesProvider, language: str) -> None:
    title, wrong, next_title, question = SAID[language]
    page = new_page(java_script_enabled=False, viewport={"width": 320, "height": 700})
    open_form(page, city, language, (0.15, 0.75))
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    phone = page.locator("[name=phone]")
    expect(page.locator("[name=language]")).to_have_value(language)
    phone.fill("911")
    phone.press("Enter")
    error = page.locator("#phone-error")
    expect(error).to_contain_text(wrong)
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(phone).to_have_value("911")
    expect(phone).to_have_accessible_description(f"{page.locator('#phone-hint').inner_text()} {error.inner_text()}")
    expect(phone).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert")).to_have_count(1)
    phone.fill(f"({PHONES[language][:3]}) {PHONES[language][3:6]}-{PHONES[language][6:]}")
    page.get_by_role("button").click()
    page.wait_for_url(f"{city.feed_url}/messages?lang={language}")
    expect(page.get_by_role("heading", level=1)).to_have_text(next_title)
    assert question in texts.wait(PHONES[language], 1)
    assert texts.texts(PHONES[language]) == [texts.wait(PHONES[language], 1)], (
        "asked once, and nothing else before a yes"
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barriers_in_any_state_and_it_reflows(new_page: NewPage, city: City, theme: str) -> None:
    page = new_page(color_scheme=theme, viewport={"width": 320, "height": 700})
    open_form(page, city, "es", (0.15, 0.8))

    def check(state: str) -> None:
        assert faults(page) == [], state
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, state

    check("form")
    page.fill("[name=phone]", "900-555-0123")
    page.get_by_role("button").click()
    expect(page.locator("#phone-error")).to_be_visible()
    check("wrong number")
    page.goto(f"{city.feed_url}/messages?place=too-old&lang=ht")
    page.fill("[name=phone]", "850-555-0184")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("Nou pa konnen ki kote")
    check("unknown place")
    page.goto(f"{city.feed_url}/messages?lang=en")
    check("what comes next")


def test_a_chosen_language_keeps_the_place(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    open_form(page, city, "en", (0.15, 0.85))
    place = page.locator("[name=receipt]").get_attribute("value")
    page.get_by_role("link", name="Kreyòl").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(SAID["ht"][0])
    expect(page.locator("[name=receipt]")).to_have_value(place or "none")
