"""A customer at the own door, as browsers see it: by a texted code, without script, on a phone, in both themes."""

from __future__ import annotations

import re
import secrets

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.browser.test_accessible import faults
from tests.messages_provider import MessagesProvider
from tests.platform import Platform

pytestmark = pytest.mark.browser

ACCOUNT, PHONE = "own-1", "8505550177"


@pytest.fixture(scope="module")
def url(platform: Platform) -> str:
    """Where customers' pages are, with one customer whose mobile number is on record."""
    platform.wait_until_ready(("counter_url",))
    person, password = platform.enrol("representative")
    counter = platform.where()["counter_url"]
    with httpx2.Client(follow_redirects=False) as client:
        client.post(
            f"{platform.intake_url}/staff/sign-in", json={"person": person, "password": password, "desk": "North"}
        ).raise_for_status()
        csrf = client.get(f"{counter}/api/v1/counter/session").json()["csrf"]

        def do(command: str, **body: object) -> None:
            headers = {"X-CSRF-Token": csrf, "Idempotency-Key": secrets.token_hex(8)}
            client.post(f"{counter}/api/v1/counter/commands/{command}", json=body, headers=headers).raise_for_status()

        do(
            "open_account",
            account=ACCOUNT,
            category="residential",
            party="p-own",
            name="Ola Own",
            verified="photo id",
            mailing="2 Palm Ave",
        )
        do("update_contact", account=ACCOUNT, kind="mobile", value=PHONE, messages=False)
    return str(platform.where()["counter_own_url"])


def enter(page: Page, url: str, texts: MessagesProvider) -> None:
    sent = len(texts.texts(PHONE))
    page.goto(f"{url}/account")
    page.fill("[name=account]", ACCOUNT)
    page.fill("[name=contact]", "(850) 555-0177")
    page.click("form button")
    page.wait_for_url(re.compile(r"/account/code$"))
    code = re.search(r"\b\d{6}\b", texts.wait(PHONE, sent + 1))
    assert code
    page.fill("[name=code]", code[0])
    page.click("form button")
    page.wait_for_url(re.compile(r"/account$"))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_own_pages_are_accessible_fit_a_phone_and_need_no_script(
    new_page: NewPage, url: str, texts: MessagesProvider, theme: str
) -> None:
    page = new_page(color_scheme=theme, viewport={"width": 320, "height": 700})
    page.goto(f"{url}/account?lang=ht")
    assert faults(page) == []
    page.goto(f"{url}/account/start")
    assert faults(page) == []
    page.goto(f"{url}/account?lang=en")
    enter(page, url, texts)
    expect(page.locator(".who")).to_contain_text("Ola Own")
    for path in ("", "/bills", "/arrangement", "/requests", "/requests/new?kind=move"):
        page.goto(f"{url}/account{path}")
        assert faults(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


def test_a_wish_is_sent_by_keyboard_and_the_doors_are_two(
    new_page: NewPage, platform: Platform, url: str, texts: MessagesProvider
) -> None:
    page = new_page(java_script_enabled=False)
    enter(page, url, texts)
    page.goto(f"{url}/account/requests/new?kind=start")
    page.focus("#address")
    page.keyboard.type("7 Elm Street")
    page.focus("[name=services][value=water]")
    page.keyboard.press("Space")
    page.focus("main form button")
    page.keyboard.press("Enter")
    expect(page.locator("[role=status]")).to_contain_text(re.compile(r"[A-Z2-7]{5}-[A-Z2-7]{5}"))
    page.click(".who button")
    page.goto(f"{url}/account/requests")
    expect(page.locator("[name=contact]")).to_be_visible()
    counter = platform.where()["counter_url"]
    assert httpx2.get(f"{url}/counter").status_code == httpx2.get(f"{url}/metrics").status_code == 404
    assert httpx2.get(f"{counter}/account").status_code == 404
