"""The past: at the desk by keyboard and by address, and on the public map with nothing but its files."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, NewPage, only
from tests.browser.test_accessible import faults as barriers
from tests.browser.test_shift import command

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
WALL = {"width": 1920, "height": 1080}


def position(page: Page) -> int:
    return int(page.locator(".past-banner").get_attribute("data-n") or -1)


def settled(page: Page) -> int:
    """Where the address says that the desk is, once nothing is on its way."""
    expect(page.locator(".track")).to_have_attribute("data-busy", "false")
    expect(page).to_have_url(re.compile(rf"#at={position(page)}$"))
    return position(page)


def test_the_desk_looks_back_by_keyboard_alone(open_desk: NewPage, city: City) -> None:
    incident = city.outage(0.4, 0.3)
    page = open_desk()
    only(page, incident)
    row = page.locator(f".incident-row[data-incident='{incident}']")
    expect(row).to_be_visible()
    command(page, "look back")
    expect(page.locator(".past-banner time")).to_be_visible()
    expect(page.locator(".past-banner")).to_contain_text("Nothing can be sent from here")
    page.keyboard.press("End")
    last = settled(page)
    expect(row).to_be_visible()
    for act in ("c", "r", "n", "o", "x"):  # nothing of the past can be acted on
        page.keyboard.press(act)
    expect(page.locator(".action-form, .entry, dialog[open]")).to_have_count(0)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.wait_for_selector(".panel .report-card")
    expect(page.locator(".panel .actions")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".past-banner")).not_to_have_attribute("data-n", str(last))
    before = settled(page)
    assert before < last
    known = city.get(f"/api/v1/desk/past?n={before}")
    assert known["n"] == before
    shown = int(page.locator("[data-figure=out] .figure-value").inner_text().replace(",", ""))
    assert shown == known["view"]["totals"]["customers_out"]
    page.keyboard.press("ArrowRight")
    expect(page.locator(".past-banner")).not_to_have_attribute("data-n", str(before))
    page.locator("[data-past=play]").focus()  # in a list these keys are the list's
    page.keyboard.press("Home")
    expect(row).to_have_count(0)
    assert settled(page) < before
    page.keyboard.press("Space")
    expect(page.locator("[data-past=play]")).to_have_attribute("aria-label", "Pause")
    page.keyboard.press("Space")
    expect(page.locator("[data-past=play]")).to_have_attribute("aria-label", "Play")
    page.keyboard.press("Escape")
    expect(page.locator(".past-banner")).to_have_count(0)
    assert "#at=" not in page.url
    expect(row).to_be_visible()


def test_an_address_leads_to_a_moment_and_the_present_goes_on_behind_it(open_desk: NewPage, city: City) -> None:
    incident = city.outage(0.3, 0.7)
    n = city.get("/api/v1/desk/snapshot")["n"]
    page = open_desk()
    page.goto(f"{city.feed_url}/desk#at={n}")
    expect(page.locator(".past-banner")).to_have_attribute("data-n", re.compile(r"\d+"))
    only(page, incident)
    expect(page.locator(f".incident-row[data-incident='{incident}']")).to_be_visible()
    totals = city.view("desk")["totals"]
    waiting = totals["safety_waiting"] + totals["safety_escalated"]
    expect(page.locator(".past-now")).to_have_attribute("data-waiting", str(waiting))
    city.report(symptom="wire_down", address="by the pump house")
    expect(page.locator(".past-now")).to_have_attribute("data-waiting", str(waiting + 1))
    expect(page.locator(".past-now")).to_have_class(re.compile("has-danger"))
    assert position(page) <= n, "the past stays"
    page.get_by_role("button", name="Back to now").first.click()
    expect(page.locator(".past-banner")).to_have_count(0)


def test_a_slider_and_a_replay_go_through_time(open_desk: NewPage, city: City) -> None:
    city.outage(0.6, 0.6)
    page = open_desk()
    page.keyboard.press("p")
    expect(page.locator(".past-banner time")).to_be_visible()
    slider = page.get_by_role("slider", name="Moment")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"customers out"))
    page.keyboard.press("Home")
    first = settled(page)
    page.locator(".track-choice select").first.select_option("1000")
    page.locator("[data-past=play]").click()
    expect(page.locator("[data-past=play]")).to_have_attribute("aria-label", "Play")  # at its end it stops
    assert settled(page) >= first
    slider.focus()
    page.keyboard.press("Home")
    expect(page.locator(".past-banner")).to_have_attribute("data-n", str(first))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barriers_in_the_past(open_desk: NewPage, city: City, theme: str) -> None:
    incident = city.outage(0.5, 0.5)
    page = open_desk(color_scheme=theme)
    only(page, incident)
    page.keyboard.press("p")
    expect(page.locator(".past-banner time")).to_be_visible()
    page.keyboard.press("End")
    settled(page)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.wait_for_selector(".panel .report-card")
    assert barriers(page) == []
    for size in (PHONE, WALL):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        if size is PHONE:
            page.get_by_role("button", name="Map", exact=True).click()
        expect(page.get_by_role("button", name="Back to now").last).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        assert barriers(page) == []


def test_strangers_have_no_past(new_page: NewPage, city: City) -> None:
    page = new_page()
    page.goto(city.feed_url)
    assert page.evaluate("fetch('/api/v1/desk/past?n=1').then((answer) => answer.status)") == 401


@pytest.mark.parametrize("language", ["en", "es", "ht"])
def test_the_public_map_shows_earlier_moments(new_page: NewPage, city: City, language: str) -> None:
    city.outage(0.55, 0.25)
    moments = city.wait(lambda: city.get("/public/past.json")["moments"])
    page = new_page(locale=language, color_scheme="dark" if language == "es" else "light")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(city.feed_url)
    opener = page.locator(".earlier > button")
    expect(opener).to_be_visible()
    assert not any("past.json" in url or "earlier" in url for url in loaded), "read only when somebody wants it"
    opener.focus()
    page.keyboard.press("Enter")
    slider = page.locator(".scrubber input[type=range]")
    expect(slider).to_be_focused()
    expect(page.locator(".scrubber")).to_have_attribute("data-moments", re.compile(r"[1-9]\d*"))
    page.keyboard.press("Home")
    slider.evaluate(
        "field => field.dispatchEvent(new Event('input', { bubbles: true }))"
    )  # also when there is one only
    expect(page.locator(".public")).to_have_class(re.compile("is-past"))
    expect(page.locator(".earlier-note")).to_have_attribute("data-n", str(moments[0]["n"]))
    expect(page.locator(".public")).to_have_attribute("data-n", str(moments[0]["n"]))
    expect(page.locator(".age")).to_have_count(0)
    assert barriers(page) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    opener.click()
    expect(page.locator(".public")).not_to_have_class(re.compile("is-past"))
    expect(page.locator(".age")).to_be_visible()
