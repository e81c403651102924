"""The counter as its people see it: by the sign-in form, by keyboard, without script, in both themes, on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.test_accessible import faults
from tests.platform import Platform

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def staff(platform: Platform) -> dict[str, tuple[str, str]]:
    platform.wait_until_ready(("counter_url",))
    return {role: platform.enrol(role) for role in ("representative", "cashier", "addresses", "approver")}


def enter(page: Page, platform: Platform, person: tuple[str, str]) -> None:
    """By the sign-in form; it leads to the counter."""
    page.goto(f"{platform.feed_url}/sign-in")
    page.fill("[name=person]", person[0])
    page.fill("[name=password]", person[1])
    page.fill("[name=desk]", "North")
    page.click("form button[type=submit]")
    page.wait_for_url(re.compile(r"/counter$"))


def confirm(page: Page) -> None:
    """Look what it would do, and do it."""
    page.click("button[value=look]")
    page.wait_for_selector("button[value=do]")
    page.click("button[value=do]")
    page.wait_for_selector("[role=status]")


def go(page: Page, platform: Platform, path: str) -> None:
    page.goto(f"{platform.where()['counter_url']}{path}")


@pytest.mark.parametrize("script", [True, False])
def test_a_customer_is_taken_on_and_pays(
    new_page: NewPage, platform: Platform, staff: dict[str, tuple[str, str]], *, script: bool
) -> None:
    account = f"a-{script}"
    page = new_page(java_script_enabled=script)
    enter(page, platform, staff["representative"])
    go(page, platform, "/counter/do/open_account")
    page.fill("[name=account]", account)
    page.fill("[name=party]", f"p-{account}")
    page.fill("[name=name]", f"Ida Browser {script}")
    page.fill("[name=mailing]", "2 Palm Ave")
    confirm(page)
    go(page, platform, f"/counter/search?q=ida browser {script}")
    page.click("main a")
    expect(page.locator("h1")).to_contain_text(f"Ida Browser {script}")

    desk = new_page(java_script_enabled=script)
    enter(desk, platform, staff["cashier"])
    go(desk, platform, f"/counter/do/take_payment?account={account}")
    desk.fill("[name=cents]", "12.345")
    desk.select_option("[name=tender]", "bank")
    desk.click("button[value=look]")
    expect(desk.locator(".error")).to_have_text("Write an amount as 12.34.")
    if script:
        expect(desk.locator("[name=cents]")).to_be_focused()
    desk.fill("[name=cents]", "12.34")
    confirm(desk)
    desk.get_by_role("link", name="Receipt").click()
    expect(desk.locator(".sum")).to_have_text("$12.34")


def test_the_search_is_a_key_away(new_page: NewPage, platform: Platform, staff: dict[str, tuple[str, str]]) -> None:
    page = new_page()
    enter(page, platform, staff["representative"])
    page.keyboard.press("Control+k")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("open an acc")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Open an account").click()
    expect(page.locator("[name=name]")).to_be_focused()
    page.keyboard.type("Kay Board")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("button[value=do]")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[role=status]")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ht"])
def test_every_page_is_accessible_and_fits_a_phone(
    new_page: NewPage, platform: Platform, staff: dict[str, tuple[str, str]], theme: str, language: str
) -> None:
    page = new_page(color_scheme=theme, viewport={"width": 360, "height": 740})
    enter(page, platform, staff["approver"])
    for path in (
        "",
        "/duties",
        "/search?q=ida",
        "/accounts/a-True",
        "/queues",
        "/queues/approvals",
        "/queues/visits",
        "/drawer",
        "/hand-over",
        "/do/offer_hand_over",
        "/reports",
        "/retention",
        "/continuous?seed=1&of_ten_thousand=10000",
        "/audit",
        "/looks?account=a-True",
        "/do/add_contact?account=a-True",
        "/do/judge_request",
        "/do/open_case?account=a-True",
    ):
        go(page, platform, f"/counter{path}{'&' if '?' in path else '?'}lang={language}")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path
