"""The public map: figures, their age, no addresses, and honesty when the connection is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NO_DRAWING, City, Faults, NewPage
from tests.browser.test_accessible import faults as barriers
from tests.platform import Platform

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


SHOWN = """() => ({
  n: Number(document.querySelector(".public").dataset.n),
  out: document.querySelector(".hero [data-out]").dataset.out,
  rows: Object.fromEntries([...document.querySelectorAll("tr[data-area]")].map(
    (row) => [row.dataset.area, row.querySelector("td").innerText])),
})"""


KEPT = """async () => {
  const store = await caches.open("stormops-public-1");
  const kept = (await store.keys()).map((request) => new URL(request.url).pathname);
  if (!["/", "/api/v1/config", "/public/current.json"].every((path) => kept.includes(path))) return false;
  const { paths } = await (await store.match("/public/current.json")).json();
  return kept.includes("/public/" + paths.summary) && kept.includes("/public/" + paths.areas);
}"""


KEPT_OUT = """async () => {
  const { paths } = await (await caches.match("/public/current.json")).json();
  return (await (await caches.match("/public/" + paths.summary)).json()).totals.customers_out;
}"""


def at_one_position(page: Page, city: City) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """What the page shows and the public snapshot, once both are of the same journal position."""
    shown, snapshot = page.evaluate(SHOWN), city.get("/api/v1/public/snapshot")
    return (shown, snapshot) if shown["n"] == snapshot["n"] else None


def test_shows_the_same_figures_as_the_view_and_their_age(new_page: NewPage, city: City, faults: Faults) -> None:
    city.outage(0.35, 0.5)
    city.wait(lambda: city.view("public")["totals"]["customers_out"])
    page = new_page(**PHONE)
    page.goto(city.feed_url)
    page.wait_for_selector(".map[data-ready]", state="attached")
    expect(page.locator(".age")).to_have_text(re.compile(r"^As of \d\d:\d\d, \d+ s ago$"))
    expect(page.locator(".age")).to_have_attribute("data-state", "fresh")

    if page.locator(".areas .button").count():
        page.locator(".areas .button").click()  # all areas
    shown, snapshot = city.wait(lambda: at_one_position(page, city))
    view = snapshot["view"]
    assert shown["out"] == str(view["totals"]["customers_out"])
    areas = {key.partition("/")[2]: f"{value['out']:,}" for key, value in view.items() if key.startswith("area/")}
    assert shown["rows"] == areas
    assert faults.seen == []


def test_shows_no_address(new_page: NewPage, city: City) -> None:
    premise = city.premises(0.6, 0.6)[0]
    city.report(symptom="lights_out", address=premise["address"], note="The blue house")
    city.wait(lambda: city.view("desk")["totals"]["reports_open"])
    page = new_page()
    page.goto(city.feed_url)
    page.wait_for_selector(".map[data-ready]", state="attached")
    said = page.inner_text("body")
    assert premise["address"] not in said
    assert "blue house" not in said


def test_looks_a_receipt_up(new_page: NewPage, city: City) -> None:
    receipt = city.report(symptom="lights_out", service_point=f"E-{city.premises(0.4, 0.4)[0]['premise']}")
    city.wait(lambda: city.get(f"/api/v1/reports/{receipt}"))
    page = new_page(**PHONE)
    page.goto(city.feed_url)
    page.fill("input[name=receipt]", receipt)
    page.press("input[name=receipt]", "Enter")
    expect(page.locator(".receipt-status")).to_contain_text("your report")
    page.fill("input[name=receipt]", "01-0000-0000-000-0")
    page.press("input[name=receipt]", "Enter")
    expect(page.locator(".receipt .problem")).to_contain_text("no report with this number")


def test_shows_the_last_known_state_with_its_age_when_there_is_no_network(new_page: NewPage, city: City) -> None:
    page = new_page(**PHONE)
    page.goto(city.feed_url)
    page.wait_for_selector(".map[data-ready]", state="attached")
    city.wait(lambda: page.evaluate(KEPT))
    customers = page.evaluate(KEPT_OUT)
    page.context.set_offline(True)
    page.reload()
    expect(page.locator(".age")).to_contain_text("Connection lost. As of")
    expect(page.locator(".hero [data-out]")).to_have_attribute("data-out", str(customers))
    expect(page.locator(".age + .call a")).to_have_attribute("href", re.compile(r"tel:\d+"))


def test_finds_the_area_of_an_address_and_never_more(new_page: NewPage, city: City) -> None:
    premise = city.premises(0.4, 0.4)[0]
    page = new_page(**PHONE)
    page.goto(city.feed_url)
    page.fill("input[name=address]", premise["address"])
    page.press("input[name=address]", "Enter")
    expect(page.locator(".find-result")).to_contain_text("Your area is")
    assert premise["premise"] not in page.inner_text(".find-result")
    page.fill("input[name=address]", "1 Nowhere St")
    page.press("input[name=address]", "Enter")
    expect(page.locator(".find .problem")).to_contain_text("not found")


@pytest.mark.parametrize("language", ["en", "es", "ht"])
def test_find_my_area_is_whole_and_in_sight_on_a_small_screen(new_page: NewPage, city: City, language: str) -> None:
    page = new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{city.feed_url}/?lang={language}")
    column = page.locator(".second")
    expect(column).to_be_visible()
    for part in ("input[name=address]", "button"):
        expect(column.locator(".find").locator(part)).to_be_in_viewport(ratio=1)
    assert column.evaluate("e => e.scrollWidth - e.clientWidth") == 0


@pytest.mark.usefixtures("calm")
def test_says_that_it_is_stale_and_resumes_after_feed_restarts(
    new_page: NewPage, city: City, platform: Platform
) -> None:
    page = new_page()
    page.goto(city.feed_url)
    page.wait_for_selector(".age[data-state=fresh]")
    page.evaluate("window.unbroken = true")
    platform.kill("feed")
    page.wait_for_selector(".age[data-state=stale]")
    expect(page.locator(".age")).to_contain_text("Connection lost")
    page.wait_for_selector(".age[data-state=fresh]")
    assert page.evaluate("window.unbroken") is True  # the page followed again, it was not loaded again
    city.outage(0.62, 0.35)
    shown, snapshot = city.wait(lambda: at_one_position(page, city))
    assert shown["out"] == str(snapshot["view"]["totals"]["customers_out"]) != "0"


def test_works_as_a_table_without_javascript(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(city.feed_url)
    page.get_by_role("link", name=re.compile("table", re.IGNORECASE)).click()
    expect(page.locator("h1")).to_have_text("Outages now")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_has_no_console_errors_and_follows_the_theme(new_page: NewPage, city: City, faults: Faults, theme: str) -> None:
    page = new_page(color_scheme=theme)
    page.goto(city.feed_url)
    page.wait_for_selector(".map[data-ready]", state="attached")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lightness = sum(int(part) for part in re.findall(r"\d+", ground)[:3])
    assert (lightness > 382) == (theme == "light")
    assert faults.seen == []


@pytest.mark.parametrize(
    ("locale", "report", "age"),
    [("es-MX", "Reportar un corte", "Datos de las"), ("ht", "Rapòte yon pàn", "Enfòmasyon")],
)
def test_speaks_the_readers_language(new_page: NewPage, city: City, locale: str, report: str, age: str) -> None:
    page = new_page(locale=locale)
    page.add_init_script(NO_DRAWING)
    page.goto(city.feed_url)
    expect(page.locator("html")).to_have_attribute("lang", locale[:2])
    expect(page.locator(".report")).to_have_text(report)
    expect(page.locator(".age")).to_contain_text(age)


def test_a_chosen_language_stays_on_every_page(new_page: NewPage, city: City) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(city.feed_url)
    page.get_by_role("link", name="Kreyòl ayisyen").click()
    expect(page.get_by_role("link", name="Rapòte yon pàn").first).to_be_visible()
    for path in ("/text", "/report", "/r", "/nowhere"):
        page.goto(f"{city.feed_url}{path}")
        expect(page.locator("html")).to_have_attribute("lang", "ht")
    expect(page.locator("h1")).to_have_text("Paj sa a pa egziste")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("There is no such page")
    page.locator("a.home").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize(("language", "words"), [("en", "No service"), ("es", "Sin servicio"), ("ht", "Pa gen sèvis")])
def test_buses_that_do_not_run_are_told(new_page: NewPage, city: City, language: str, words: str) -> None:
    assert city.get("/api/v1/public/transit-alerts") == {"alerts": [], "more": 0, "feed": None}
    page = new_page(locale=language)
    page.goto(city.feed_url)
    page.wait_for_selector(".find")
    expect(page.locator(".transit")).to_have_count(0)
    alert = {
        "effect": "NO_SERVICE",
        "cause": "WEATHER",
        "severity": "SEVERE",
        "whole": False,
        "routes": ["4"],
        "stops": [],
        "header": {"en": "Until the wind is down"},
        "description": {},
        "end_ms": None,
    }
    told: dict[str, Any] = {"alerts": [alert], "more": 0, "feed": None}
    page.route("**/api/v1/public/transit-alerts", lambda route: route.fulfill(json=told))
    page.reload()
    expect(page.locator(".transit li")).to_contain_text(words)
    expect(page.locator(".transit li [lang=en]")).to_have_text("Until the wind is down")
    told |= {"alerts": [], "feed": {"name": "StarLine", "as_of_ms": 1, "old_from_ms": 2}}
    page.reload()
    expect(page.locator(".transit [role=status]")).to_contain_text("StarLine")  # a feed that is old is never no alerts
    assert barriers(page) == []
