"""The report form: complete without JavaScript, kinder with it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import City, Faults, NewPage

pytestmark = pytest.mark.browser

RECEIPT = re.compile(r"\d\d-\d{4}-\d{4}-\d{3}-\d")


def test_gives_a_receipt_without_javascript(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{city.feed_url}/report")
    page.fill("[name=address]", city.premises(0.5, 0.3)[0]["address"])
    page.check("[name=symptom][value=lights_out]")
    page.click("button[type=submit]")
    page.wait_for_url("**/r/*")
    receipt = RECEIPT.search(page.inner_text("main"))
    assert receipt is not None
    city.wait(lambda: city.get(f"/api/v1/desk/reports/{receipt.group()}"))


def test_keeps_what_was_typed_when_something_is_missing(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{city.feed_url}/report")
    page.fill("[name=note]", "A bang, then dark")
    page.check("[name=symptom][value=transformer]")
    page.click("button[type=submit]")
    expect(page.locator("[name=note]")).to_have_value("A bang, then dark")
    expect(page.locator("[name=symptom][value=transformer]")).to_be_checked()
    expect(page.get_by_role("alert")).to_be_visible()


def test_gives_a_receipt_in_place(new_page: NewPage, city: City, faults: Faults) -> None:
    place = city.premises(0.5, 0.6)[0]
    page = new_page(
        viewport={"width": 390, "height": 844},
        geolocation={"longitude": place["lon"], "latitude": place["lat"]},
        permissions=["geolocation"],
    )
    page.goto(f"{city.feed_url}/report")
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Your location is added")).to_be_visible()
    page.check("[name=symptom][value=wire_down]")
    page.click("button[type=submit]")
    number = page.locator("output.receipt")
    expect(number).to_have_text(RECEIPT)
    expect(page.get_by_role("alert")).to_contain_text("Stay at least 25 feet")
    detail = city.wait(lambda: city.get(f"/api/v1/desk/reports/{number.inner_text()}"))
    assert (detail["symptom"], detail["safety"]) == ("wire_down", True)
    assert detail["lon"] == pytest.approx(place["lon"], abs=0.001)
    assert faults.seen == []


def test_names_the_missing_field_in_place(new_page: NewPage, city: City) -> None:
    page = new_page()
    page.goto(f"{city.feed_url}/report")
    page.check("[name=symptom][value=lights_out]")
    page.click("button[type=submit]")
    expect(page.locator("form .error").first).to_be_visible()
    page.fill("[name=address]", city.premises(0.45, 0.45)[0]["address"])
    page.click("button[type=submit]")
    expect(page.locator("output.receipt")).to_have_text(RECEIPT)


def test_a_report_in_spanish_stays_in_spanish(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"{city.feed_url}/report?lang=es")
    page.check("[name=symptom][value=gas_odour]")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("Díganos dónde es")
    page.fill("[name=address]", city.premises(0.35, 0.35)[0]["address"])
    page.click("button[type=submit]")
    page.wait_for_url("**/r/*")
    expect(page.locator("h1")).to_have_text("Su reporte")

    quick = new_page()
    quick.goto(f"{city.feed_url}/report?lang=es")
    quick.wait_for_selector(".locate")
    quick.check("[name=symptom][value=gas_odour]")
    quick.fill("[name=address]", city.premises(0.35, 0.35)[1]["address"])
    quick.click("button[type=submit]")
    expect(quick.locator(".done h2")).to_have_text("Tenemos su reporte")
    expect(quick.get_by_role("alert")).to_contain_text("Salga ahora mismo")
