"""The wallboard: figures that stay, pages that take turns, read across a room by somebody who touches nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import City, Faults, NewPage
from tests.browser.test_accessible import faults as barriers

pytestmark = pytest.mark.browser

PAGES = 4
LETTER_SHARE_LEAST = 0.014
"""Smallest letters, in shares of the screen's width: on a screen 1.2 m wide 17 mm, for 5 m."""

LONG_NAMES = "document.querySelectorAll('.wall-place').forEach(e => e.append(' and 79 more streets'.repeat(9)))"
SMALLEST = """() => Math.min(...[...document.querySelectorAll('.wall *')]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()) && !e.closest('.sr-only'))
  .map((e) => parseFloat(getComputedStyle(e).fontSize)))"""


@pytest.fixture
def open_wall(new_page: NewPage, city: City, signed_in: Callable[[str], Any]) -> NewPage:
    def make(**options: Any) -> Page:
        page = new_page(storage_state=signed_in("viewer"), **options)
        page.goto(f"{city.feed_url}/wall")
        page.wait_for_selector(".wall[data-connection=live]")
        return page

    return make


def test_strangers_sign_in_first(new_page: NewPage, city: City) -> None:
    page = new_page()
    page.goto(f"{city.feed_url}/wall")
    page.wait_for_url("**/sign-in")


def test_shows_what_the_feed_says_and_turns_its_pages_by_itself(open_wall: NewPage, city: City, faults: Faults) -> None:
    city.outage(0.31, 0.52)
    city.report(symptom="wire_down", address=city.premises(0.3, 0.5)[0]["address"])
    page = open_wall(viewport={"width": 1920, "height": 1080})
    totals = city.view("desk")["totals"]
    for name, count in (("out", totals["customers_out"]), ("incidents", totals["incidents_open"])):
        expect(page.locator(f"[data-figure={name}] b")).to_have_text(f"{count:,}")
    expect(page.locator(".wall-expected")).to_contain_text("No forecast yet")
    seen = {page.locator(".wall").get_attribute("data-page")}
    page.clock.install()
    page.reload()
    page.wait_for_selector(".wall[data-connection=live]")
    for _ in range(PAGES):
        page.clock.run_for(15_500)
        seen.add(page.locator(".wall").get_attribute("data-page"))
    assert seen == {str(number) for number in range(PAGES)}
    assert faults.seen == []


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080), (3840, 2160)])
def test_is_read_from_across_the_room_and_nothing_is_cut_off(open_wall: NewPage, width: int, height: int) -> None:
    page = open_wall(viewport={"width": width, "height": height})
    for _ in range(PAGES):
        assert page.evaluate(SMALLEST) >= width * LETTER_SHARE_LEAST
        page.evaluate(
            "document.querySelectorAll('.wall-place').forEach(e => e.append(' and 79 more streets'.repeat(9)))"
        )
        room = "e => [e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight]"
        assert page.locator("html").evaluate(room) == [0, 0]
        assert max(page.locator(".wall-page").evaluate(room)) <= 0
        page.keyboard.press("ArrowRight")


def test_the_curve_fills_its_place_whatever_the_screen(open_wall: NewPage, city: City) -> None:
    city.wait(lambda: len(city.get("/api/v1/desk/course")["samples"]) > 0)
    page = open_wall(viewport={"width": 1366, "height": 768})
    page.keyboard.press("Space")
    for width, height in ((1366, 768), (3840, 2160), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        box = page.locator(".wall-drawing")
        size = box.evaluate("e => `0 0 ${e.clientWidth} ${e.clientHeight}`")
        expect(box.locator("svg")).to_have_attribute("viewBox", size)
        assert box.evaluate("e => e.clientHeight") > 0.3 * height


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barriers_on_any_page_and_at_any_width(open_wall: NewPage, theme: str) -> None:
    page = open_wall(color_scheme=theme, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.keyboard.press("Space")
    expect(page.locator(".wall-held")).to_be_visible()
    for number in range(PAGES):
        expect(page.locator(".wall")).to_have_attribute("data-page", str(number))
        assert barriers(page) == []
        page.keyboard.press("ArrowRight")
    page.set_viewport_size({"width": 320, "height": 800})  # 1280 at 400 %
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
