"""The report form where there is no network: what is typed waits in the browser, and is received once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

from tests.browser.conftest import ARGUMENTS, WHOLE, City, NewPage, browser_path
from tests.browser.test_accessible import faults as barriers
from tests.browser.test_report import RECEIPT

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}}
KEPT = "caches.has('stormops-form-1').then(there => there && caches.match('/report'))"
SAID = {
    "en": ("No network", "Not sent yet", "We have your report"),
    "es": ("Sin conexión", "Aún no se ha enviado", "Tenemos su reporte"),
    "ht": ("Pa gen rezo", "Li poko voye", "Nou gen rapò ou a"),
}
SIZES = [(320, 640), (390, 844)]
"""A screen of 1280 pixels at 400 %, and a phone."""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """A whole browser: the shell alone never sends by itself what waits (background sync)."""
    browser = playwright.chromium.launch(executable_path=browser_path(WHOLE), args=list(ARGUMENTS))
    yield browser
    browser.close()


def kept(page: Page, city: City) -> None:
    """Until the form is on the browser's disk."""
    city.wait(lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
    city.wait(lambda: page.evaluate(KEPT) is not None)


def sends(context: BrowserContext) -> list[Any]:
    """The reports that leave this browser, by page or worker, in a list that grows."""
    seen: list[Any] = []

    def look(request: Any) -> None:
        if request.method == "POST" and request.url.endswith("/api/v1/reports"):
            seen.append(request)

    context.on("request", look)
    return seen


def reported(city: City, note: str) -> list[str]:
    """Receipts of reports with this note. Each is read once: who reads all of them again and again is slowed down."""
    receipts = [key.partition("/")[2] for key in city.view("desk") if key.startswith("report/")]
    for receipt in receipts:
        if receipt not in city.notes:
            city.notes[receipt] = city.get(f"/api/v1/desk/reports/{receipt}").get("note")
    return [receipt for receipt in receipts if city.notes[receipt] == note]


def fill(page: Page, address: str, note: str) -> None:
    page.fill("[name=address]", address)
    page.fill("[name=note]", note)
    page.check("[name=symptom][value=lights_out]")


def leave_one_waiting(page: Page, city: City, address: str, note: str) -> None:
    """Report while there is no network, and close the page; then there is one again."""
    page.goto(f"{city.feed_url}/report")
    kept(page, city)
    page.context.set_offline(True)
    page.goto(f"{city.feed_url}/report")
    fill(page, address, note)
    page.click("button[type=submit]")
    expect(page.locator("#shelf .is-waiting")).to_be_visible()
    page.close()
    page.context.set_offline(False)


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("es", "dark"), ("ht", "light")])
def test_a_report_without_a_network_is_received_once_when_there_is_one(
    new_page: NewPage, city: City, language: str, scheme: str
) -> None:
    none, waiting, received = SAID[language]
    note = f"dark since noon ({language})"
    page = new_page(**PHONE, color_scheme=scheme, locale=language)
    page.goto(city.feed_url)
    kept(page, city)
    page.context.set_offline(True)
    page.goto(f"{city.feed_url}/report")
    page.wait_for_selector(f"html[lang={language}][data-stored]")
    expect(page.locator("#no-network")).to_contain_text(none)
    assert page.locator("input[name=key]").input_value() == "", "a stored page has no key"
    fill(page, city.premises(0.2, 0.7)[list(SAID).index(language)]["address"], note)
    assert barriers(page) == []
    page.locator("[name=callback]").focus()
    page.keyboard.press("Tab")  # to the button
    page.keyboard.press("Enter")
    section = page.locator("#shelf .is-waiting")
    expect(section).to_contain_text(waiting)
    expect(section.locator("h2")).to_be_focused()
    expect(section.locator("a[href='tel:911']")).to_be_visible()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    expect(page.locator("[name=note]")).to_have_value("")
    page.reload()  # it is kept
    expect(section).to_contain_text(waiting)

    page.context.set_offline(False)
    number = page.locator("#shelf output.receipt")
    expect(number).to_have_text(RECEIPT)
    expect(page.locator("#shelf")).to_contain_text(received)
    expect(section).to_have_count(0)
    assert barriers(page) == []
    receipt = number.inner_text()
    city.wait(lambda: reported(city, note) == [receipt])
    page.locator("#shelf [data-do=drop]").click()
    expect(page.locator("#shelf section")).to_have_count(0)
    page.reload()
    page.wait_for_selector(".locate, [name=address]")
    expect(page.locator("#shelf section")).to_have_count(0)
    assert reported(city, note) == [receipt]


def test_it_is_sent_at_the_next_visit_of_the_map_though_its_page_was_closed(new_page: NewPage, city: City) -> None:
    note = "closed meanwhile"
    page = new_page(**PHONE)
    context = page.context
    leave_one_waiting(page, city, city.premises(0.25, 0.7)[0]["address"], note)
    seen = sends(context)
    page = context.new_page()
    page.goto(city.feed_url)
    city.wait(lambda: reported(city, note))
    page.goto(f"{city.feed_url}/report")
    expect(page.locator("#shelf output.receipt")).to_have_text(RECEIPT)
    again = context.new_page()
    again.goto(f"{city.feed_url}/report")
    expect(again.locator("#shelf output.receipt")).to_have_text(RECEIPT)
    assert len(reported(city, note)) == 1
    assert max(Counter(request.headers.get("idempotency-key") for request in seen).values(), default=1) == 1


def test_the_browser_sends_it_by_itself_while_none_of_our_pages_that_send_is_open(
    new_page: NewPage, city: City
) -> None:
    note = "sent by the browser"
    page = new_page(**PHONE)
    context = page.context
    leave_one_waiting(page, city, city.premises(0.15, 0.7)[-1]["address"], note)  # from where nobody has reported
    page = context.new_page()
    page.goto(f"{city.feed_url}/text")  # a page without a script: the browser's sync event is all that happens
    browser = context.new_cdp_session(page)
    known: list[str] = []
    browser.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: known.extend(each["registrationId"] for each in event["registrations"]),
    )
    browser.send("ServiceWorker.enable")
    city.wait(lambda: page.evaluate("1") and known)
    sync = {"origin": city.feed_url, "registrationId": known[0], "tag": "report", "lastChance": False}

    def arrived() -> list[str]:
        """Once more, as the browser does while its try fails; however often it says so, one report comes."""
        browser.send("ServiceWorker.dispatchSyncEvent", sync)
        return reported(city, note)

    city.wait(arrived)
    arrived()
    page.goto(f"{city.feed_url}/report")
    expect(page.locator("#shelf output.receipt")).to_have_text(reported(city, note)[0])
    assert len(reported(city, note)) == 1


def test_an_answer_that_was_lost_is_asked_for_again_and_counts_once(new_page: NewPage, city: City) -> None:
    """The report arrives, its answer does not: what waits is the same report, from the same form."""
    note = "the answer was lost"
    page = new_page(**PHONE)
    page.goto(f"{city.feed_url}/report")
    kept(page, city)
    page.goto(f"{city.feed_url}/report")
    fill(page, city.premises(0.3, 0.7)[0]["address"], note)

    def lose(route: Any) -> None:
        if route.request.method == "POST":
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/api/v1/reports", lose)
    page.click("button[type=submit]")
    number = page.locator("#shelf output.receipt")  # the browser sees a network, and sends it again by itself
    expect(number).to_have_text(RECEIPT)
    city.wait(lambda: reported(city, note) == [number.inner_text()])


def test_what_is_typed_without_a_network_is_kept_and_what_cannot_be_sent_comes_back(
    new_page: NewPage, city: City
) -> None:
    page = new_page(**PHONE)
    page.goto(f"{city.feed_url}/report")
    kept(page, city)
    page.context.set_offline(True)
    page.goto(f"{city.feed_url}/report?lang=es")  # another language than the reader's is there too
    page.wait_for_selector("html[lang=es][data-stored]")
    page.fill("[name=note]", "half of it")
    page.wait_for_timeout(1_000)  # what a person does between two keys
    page.goto(f"{city.feed_url}/report?lang=es")
    expect(page.locator("[name=note]")).to_have_value("half of it")
    page.check("[name=symptom][value=wire_down]")  # says neither where nor who
    page.click("button[type=submit]")
    expect(page.locator("#shelf .is-waiting .advice")).to_be_visible()
    page.context.set_offline(False)
    page.reload()
    expect(page.locator("[name=note]")).to_have_value("half of it")
    expect(page.locator("#address-error")).to_be_visible()
    expect(page.locator("#shelf section")).to_have_count(0)
    page.fill("[name=address]", city.premises(0.35, 0.7)[0]["address"])
    page.click("button[type=submit]")
    expect(page.locator("output.receipt")).to_have_text(RECEIPT)
    city.wait(lambda: len(reported(city, "half of it")) == 1)
