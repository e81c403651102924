"""The storm desk: from report to restoration, by mouse and by keyboard, without losing anything."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from tests.browser.conftest import City, Faults, NewPage, only, sign_in
from tests.browser.test_accessible import faults as barriers
from tests.platform import Platform

pytestmark = pytest.mark.browser


def badge(page: Page) -> str | None:
    return page.locator(".panel .state-badge").get_attribute("data-state")


def test_strangers_sign_in_first(new_page: NewPage, city: City, platform: Platform) -> None:
    page = new_page()
    person, _ = platform.staff["dispatcher"]
    page.goto(f"{city.feed_url}/desk")
    page.wait_for_url("**/sign-in")
    page.fill("[name=person]", person)
    page.fill("[name=password]", "not the password")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_contain_text("do not belong together")
    sign_in(page, city.feed_url, *platform.staff["dispatcher"])
    expect(page.locator(".who-name")).to_contain_text(person)


def test_sign_in_needs_no_javascript(new_page: NewPage, city: City, platform: Platform) -> None:
    page = new_page(java_script_enabled=False)
    person, password = platform.staff["viewer"]
    page.goto(f"{city.feed_url}/sign-in")
    page.fill("[name=person]", person)
    page.fill("[name=password]", password)
    page.click("button[type=submit]")
    page.wait_for_url("**/desk")
    assert any(cookie.get("name") == "stormops_session" for cookie in page.context.cookies())


def test_the_desk_and_the_wall_speak_three_languages(
    open_desk: NewPage, new_page: NewPage, city: City, faults: Faults, signed_in: Callable[[str], Any]
) -> None:
    page = open_desk(color_scheme="dark")
    page.keyboard.press("?")
    page.locator("dialog[open]").get_by_role("link", name="Kreyòl ayisyen").click()
    page.wait_for_selector("html[lang=ht] .desk[data-connection=live]")
    expect(page.get_by_role("tab", name="Ensidan")).to_be_visible()
    page.goto(f"{city.feed_url}/desk")  # the server remembers the choice
    page.wait_for_selector("html[lang=ht] .desk[data-connection=live]")
    assert barriers(page) == []
    page.keyboard.press("Control+k")
    page.keyboard.type("español")
    page.keyboard.press("Enter")
    page.wait_for_selector("html[lang=es] .desk[data-connection=live]")
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wall = new_page(storage_state=signed_in("viewer"), locale="es", viewport={"width": 1920, "height": 1080})
    wall.goto(f"{city.feed_url}/wall")
    expect(wall.locator("[data-figure=out]")).to_contain_text("clientes sin servicio")
    assert barriers(wall) == []
    strangers = new_page(locale="ht")
    strangers.goto(f"{city.feed_url}/sign-in")
    expect(strangers.get_by_role("button", name="Konekte")).to_be_visible()
    assert barriers(strangers) == []
    assert faults.seen == []


CORE_SAYS = {
    "es": (
        "Sus reportes comparten un equipo",
        "no hay número 99999 en esta calle",
        "No hay ningún equipo X-9 en la red.",
    ),
    "ht": ("Rapò li yo sou menm aparèy la", "pa gen nimewo 99999 nan lari sa a", "Pa gen aparèy X-9 nan rezo a."),
}
"""Why reports are one incident, why one is nowhere, and why an action is refused."""


@pytest.mark.parametrize("language", ["es", "ht"])
def test_what_the_core_says_is_in_the_readers_language(
    open_desk: NewPage, city: City, faults: Faults, language: str
) -> None:
    shared, nowhere, refused = CORE_SAYS[language]
    incident = city.new_outage(0.75, 0.3 if language == "es" else 0.45)
    street = city.premises(0.5, 0.5)[0]["address"].partition(",")[0].split(" ", 1)[1]
    receipt = city.report(symptom="lights_out", address=f"99999 {street}")
    page = open_desk(locale=language, color_scheme="dark" if language == "es" else "light")
    page.wait_for_selector(f"html[lang={language}]")
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    expect(page.locator(".panel .reasons").first).to_contain_text(shared)
    page.keyboard.press("c")
    page.locator(".action-form input:not([name=reason])").fill("X-9")
    page.fill(".action-form [name=reason]", "-")
    page.locator(".action-form button[type=submit]").click()
    expect(page.locator(".action-state[data-stage=refused]")).to_contain_text(refused)
    city.wait(lambda: f"unmatched/{receipt}" in city.view("desk"))
    page.keyboard.press("Escape")
    page.get_by_role("tab").nth(2).click()
    expect(page.locator(".side")).to_contain_text(nowhere)
    page.keyboard.press("o")
    page.locator("dialog[open] input[value=surge]").check()
    means = page.locator("dialog[open] .mode-means")
    expect(means).to_contain_text("Llega más de lo que" if language == "es" else "Gen plis k ap rive")
    expect(means).to_contain_text("Exportaciones para" if language == "es" else "Ekspòtasyon pou")
    for width in (1366, 320):
        page.set_viewport_size({"width": width, "height": 700})
        assert barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert faults.seen == []


def test_from_report_to_restoration(open_desk: NewPage, city: City, faults: Faults) -> None:
    page = open_desk(drawn=True)
    incident = city.outage(0.3, 0.3)
    row = page.locator(f".incident-row[data-incident='{incident}']")
    expect(row).to_be_visible()
    row.click()
    panel = page.locator(".panel")
    city.wait(lambda: panel.locator(".report-card").count() == city.view("desk")[f"incident/{incident}"]["reports"])
    assert badge(page) == "predicted"

    panel.get_by_role("button", name="Confirm").click()
    page.fill(".action-form [name=reason]", "Crew on site")
    page.locator(".action-form button[type=submit]").click()
    expect(panel.locator(".state-badge")).to_have_attribute("data-state", "confirmed")
    expect(panel.locator(".action-state")).to_have_attribute("data-stage", "applied")
    expect(panel.locator(".facts")).to_contain_text(city.person)

    panel.get_by_role("button", name="Restore").click()
    page.fill(".action-form [name=reason]", "Fuse replaced")
    page.locator(".action-form button[type=submit]").click()
    expect(panel.locator(".state-badge")).to_have_attribute("data-state", "restored")
    assert city.view("desk")[f"incident/{incident}"]["customers_out"] == 0
    assert faults.seen == []


def test_the_field_speaks_against_a_prediction(open_desk: NewPage, city: City, faults: Faults) -> None:
    page = open_desk()
    incident = city.new_outage(0.62, 0.82)
    shown = city.view("desk")[f"incident/{incident}"]["device"]
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.keyboard.press("d")
    expect(page.locator(".action-form .hint").first).to_contain_text(shown)
    page.keyboard.type("Patrol saw it closed")
    page.keyboard.press("Enter")
    city.wait(lambda: city.view("desk").get(f"incident/{incident}", {}).get("device") != shown)
    expect(page.locator(".toast[data-stage=applied], .action-state[data-stage=applied]").first).to_be_visible()
    devices = {one.get("device") for key, one in city.view("desk").items() if key.startswith("incident/")}
    assert shown not in devices

    page.keyboard.press("Escape")
    expect(page.locator("[data-sightings]")).to_contain_text(f"{shown} seen closed")
    page.keyboard.press("v")
    expect(page.locator("dialog[open] [name=sighting] option").first).to_contain_text(f"{shown} seen closed")
    for width in (1200, 320):
        page.set_viewport_size({"width": width, "height": 760})
        assert barriers(page) == []
        assert page.locator("dialog[open]").evaluate("d => d.scrollWidth - d.clientWidth") == 0
    page.set_viewport_size({"width": 1200, "height": 760})
    page.keyboard.type("It was another fuse")
    page.keyboard.press("Enter")
    city.wait(lambda: not any(key.startswith("sighting/") for key in city.view("desk")))
    city.wait(lambda: shown in {one.get("device") for one in city.view("desk").values() if isinstance(one, dict)})
    expect(page.locator("[data-sightings]")).to_have_count(0)
    assert faults.seen == []


def test_one_house_only_is_confirmed_and_taken_back(open_desk: NewPage, city: City, faults: Faults) -> None:
    page = open_desk()
    other = city.new_outage(0.85, 0.82)
    only(page, other)
    page.locator(f".incident-row[data-incident='{other}']").click()
    card = page.locator(".panel .report-card").first
    receipt = str(card.get_attribute("data-receipt"))
    page.keyboard.press("Control+k")
    page.keyboard.type("trouble at one house")
    page.keyboard.press("Enter")
    send = page.locator(".action-form button[type=submit]")
    expect(send).to_be_disabled()
    card.locator("input[type=checkbox]").check()
    page.fill(".action-form [name=reason]", "The neighbours have power")
    send.click()
    alone = city.wait(lambda: city.view("desk")[f"report/{receipt}"]["incident"] not in (None, other))
    assert alone
    house = city.view("desk")[f"incident/{city.view('desk')[f'report/{receipt}']['incident']}"]
    assert (house["state"], house["device"], house["customers_out"]) == ("confirmed", None, 1)
    assert house["confirmed_by"] == city.person
    expect(page.locator(".toast[data-stage=applied], .action-state[data-stage=applied]").first).to_be_visible()
    only(page, house["id"])
    page.locator(f".incident-row[data-incident='{house['id']}']").click()
    page.locator(".panel [data-sightings]").get_by_role("button", name="Take back").click()
    page.keyboard.type("The neighbours are dark too")
    page.keyboard.press("Enter")

    def predicted_again() -> bool:
        view = city.view("desk")  # looked at once: between two looks the house may have joined its neighbours
        incident = view[f"report/{receipt}"]["incident"]
        return incident is not None and view[f"incident/{incident}"]["state"] == "predicted"

    city.wait(predicted_again)
    assert faults.seen == []


def test_a_report_that_was_heard_again_says_so(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    incident = city.outage(0.7, 0.3)
    again = city.premises(0.7, 0.3)[0]["premise"]
    later = city.report(
        symptom="partial",
        service_point=f"E-{again}",
        note="Now the tree is on my roof <b>!</b>",
        callback="850-555-0123",
    )
    city.wait(lambda: city.view("desk")[f"incident/{incident}"]["repeats"] == 1)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    expect(page.locator(".panel .facts")).to_contain_text("heard again once")
    receipt = next(
        key.partition("/")[2]
        for key, value in city.view("desk").items()
        if key.startswith("report/") and value["incident"] == incident and value["repeats"]
    )
    card = page.locator(f".panel .report-card[data-receipt='{receipt}']")
    expect(card.locator(".newer-note")).to_contain_text("Newer note")
    expect(card.locator(".newer-note q")).to_have_text("Now the tree is on my roof <b>!</b>")
    assert barriers(page) == []
    card.locator("button").first.click()
    expect(page.locator(".panel [data-repeats='1']")).to_contain_text("once")
    said = page.get_by_role("region", name="Said again").locator(f"li[data-later='{later}']")
    expect(said).to_contain_text("Partial power")
    expect(said).to_contain_text("Now the tree is on my roof <b>!</b>")
    expect(said).to_contain_text("Call back: 850-555-0123")
    assert barriers(page) == []
    assert page.evaluate("(p => p.scrollWidth - p.clientWidth)(document.querySelector('.panel'))") == 0


def test_by_keyboard_alone(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    incident = city.outage(0.7, 0.65)
    expect(page.locator(f".incident-row[data-incident='{incident}']")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#filter")).to_be_focused()
    page.keyboard.type(incident)  # its place may still become more precise
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).not_to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".panel [data-incident]")).to_have_attribute("data-incident", incident)
    page.keyboard.press("c")
    expect(page.locator(".action-form [name=reason]")).to_be_focused()
    page.keyboard.type("Seen by telemetry")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .state-badge")).to_have_attribute("data-state", "confirmed")
    page.keyboard.press("?")
    expect(page.locator("dialog.help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.help")).not_to_be_visible()


def test_an_unmatched_report_is_placed_by_hand(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    home = city.premises(0.5, 0.5)[3]
    receipt = city.report(symptom="lights_out", address="the house with the red gate", note="near the bend")
    page.keyboard.press("3")
    row = page.locator(f".unmatched-row[data-receipt='{receipt}']")
    expect(row).to_contain_text("the house with the red gate")
    row.click()
    page.fill(".panel input[name=premise]", home["address"])
    choice = page.locator(f".panel .candidate[data-premise='{home['premise']}']").first
    expect(choice).to_contain_text(home["address"])
    choice.click()
    expect(row).to_have_count(0)
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "applied")
    detail = city.get(f"/api/v1/desk/reports/{receipt}")
    assert (detail["premise"], detail["rule"]) == (home["premise"], "placed")


def test_a_report_is_placed_by_pointing_at_the_map(open_desk: NewPage, city: City) -> None:
    page = open_desk(drawn=True)
    receipt = city.report(symptom="lights_out", address="behind the old mill")
    page.keyboard.press("3")
    page.locator(f".unmatched-row[data-receipt='{receipt}']").click()
    page.get_by_role("button", name="Point at it on the map").click()
    page.locator(".map canvas").click(position={"x": 300, "y": 400})
    choice = page.locator(".panel .candidate").first
    choice.focus()
    page.keyboard.press("Enter")
    expect(page.locator(f".unmatched-row[data-receipt='{receipt}']")).to_have_count(0)


def test_safety_reports_are_always_in_sight(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    home = city.premises(0.55, 0.4)[0]
    receipt = city.report(symptom="gas_odour", service_point=f"E-{home['premise']}", note="At the kerb")
    row = page.locator(f".safety-row[data-receipt='{receipt}']")
    for tab in ("2", "3", "4", "5"):
        page.keyboard.press(tab)
        expect(row).to_be_visible()
    page.keyboard.press("1")
    expect(page.locator(f".safety-item[data-receipt='{receipt}']")).to_be_visible()
    page.keyboard.press("2")
    page.fill("#filter", "nothing is called like this")
    expect(row).to_be_visible()
    row.click()
    expect(page.locator(".panel .alert")).to_be_visible()
    expect(page.locator(".panel .note")).to_have_text("At the kerb")


def test_danger_is_taken_on_by_one_key_and_its_clock_stops(open_desk: NewPage, city: City, faults: Faults) -> None:
    page = open_desk()
    receipt = city.report(symptom="wire_down", address=city.premises(0.45, 0.35)[0]["address"])
    row = page.locator(f".safety-row[data-receipt='{receipt}']")
    expect(row.locator(".safety-clock")).to_have_text(re.compile(r"^[0-4]:\d\d left$"))
    row.click()
    page.keyboard.press("a")
    reason = page.locator(".action-form [name=reason]")
    expect(reason).to_be_focused()
    expect(reason).not_to_have_value("")  # it may be sent as it is
    expect(page.locator(".action-form")).to_contain_text("cannot be undone")
    page.keyboard.type("Crew 4 is on its way")
    page.keyboard.press("Enter")
    expect(page.locator(".safety-box")).to_have_attribute("data-state", "acknowledged")
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "applied")
    expect(row).to_have_count(0)
    assert city.view("desk")[f"safety/{receipt}"]["by"] == city.person
    page.keyboard.press("1")
    expect(page.locator(f".safety-item[data-receipt='{receipt}']")).to_have_attribute("data-state", "acknowledged")
    assert faults.seen == []


def test_a_callers_report_by_keyboard_survives_a_lost_line_and_a_reload(open_desk: NewPage, city: City) -> None:
    city.outage(0.35, 0.65)
    home = city.premises(0.35, 0.65)[0]
    page = open_desk()
    page.keyboard.press("n")
    address = page.locator(".entry [name=address]")
    expect(address).to_be_focused()
    page.keyboard.type(home["address"])
    choice = page.locator(f".address-found [data-premise='{home['premise']}']")
    expect(choice).to_be_visible()
    for _ in range(page.locator(".address-found li").count()):
        page.keyboard.press("ArrowDown")
        if choice.get_attribute("aria-selected") == "true":
            break
    page.keyboard.press("Enter")
    expect(page.locator(".known")).to_contain_text("Already reported here")
    expect(page.locator(".entry [name=phone]")).to_be_focused()
    page.keyboard.type("850-555-0147")
    page.keyboard.press("Alt+8")
    expect(page.locator(".entry [name=symptom][value=tree]")).to_be_checked()
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    expect(page.locator(".entry [role=alert]")).to_contain_text("Everything typed is kept")
    page.context.set_offline(False)
    page.reload()
    page.wait_for_selector(".desk[data-connection=live]")
    page.keyboard.press("n")
    expect(page.locator(".entry [name=phone]")).to_have_value("850-555-0147")
    expect(page.locator(".known")).to_be_visible()
    page.keyboard.press("Control+Enter")
    receipt = page.locator(".taken-receipt")
    expect(receipt).to_have_text(re.compile(r"^\d\d-\d{4}-\d{4}-\d{3}-\d$"))
    path = f"/api/v1/desk/reports/{receipt.inner_text()}"
    detail = city.wait(lambda: (known := city.get(path))["premise"] and known)  # shown before it is matched
    assert (detail["channel"], detail["premise"], detail["symptom"]) == ("desk", home["premise"], "tree")
    assert page.evaluate("sessionStorage.getItem('stormops-entry')") is None
    page.keyboard.press("Enter")  # the next call
    expect(address).to_be_focused()
    expect(address).to_have_value("")


def declare(page: Page, mode: str, key: str, reason: str) -> None:
    """By keyboard: the dialog, the mode with the arrow keys, a reason."""
    page.keyboard.press("o")
    wanted = page.locator(f"dialog [value={mode}]")
    expect(page.locator("dialog [name=mode]:checked")).to_be_focused()
    while not wanted.is_checked():
        page.keyboard.press(key)
    page.fill("dialog [name=reason]", reason)
    page.keyboard.press("Enter")
    expect(page.locator(".modebar")).to_have_attribute("data-mode", mode)


@pytest.mark.usefixtures("calm")
def test_a_mode_is_declared_by_keyboard_and_relaxed_by_a_supervisor(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    expect(page.locator(".modebar")).to_have_attribute("data-mode", re.compile("normal|watch"))
    declare(page, "storm", "ArrowRight", "Forecast of severe weather")
    expect(page.locator(".modebar")).to_contain_text(f"declared by {city.person}: Forecast of severe weather")
    page.get_by_role("button", name="functions are not in full").click()
    expect(page.locator(".off-list").first).to_contain_text("Exports for other offices")
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    expect(page.locator("dialog [value=watch]")).to_be_disabled()  # a dispatcher tightens, and never relaxes
    expect(page.locator("dialog [value=surge]")).to_be_enabled()
    page.keyboard.press("Escape")
    city.wait(lambda: city.view("public")["mode"]["mode"] == "storm")  # the public's cadence is slower than the desk's
    reader = page.context.new_page()
    for path in ("/text", "/sign-in", "/report", "/"):
        reader.goto(f"{city.feed_url}{path}")
        expect(reader.locator(".mode-said[data-mode=storm]")).to_contain_text("outages and dangers come first")
    declare(open_desk(role="supervisor"), "watch", "ArrowLeft", "The storm has passed")
    expect(page.locator(".modebar")).to_have_attribute("data-mode", "watch")


def test_a_device_is_opened_and_taken_back_to_normal_by_keyboard(
    open_desk: NewPage, city: City, faults: Faults
) -> None:
    page = open_desk()
    devices = city.get("/api/v1/map/devices.geojson")["features"]
    fuses = [one["properties"] for one in devices if one["properties"]["kind"] == "fuse"]
    fuse = min((one for one in fuses if one["customers"]), key=lambda one: int(one["customers"]))
    page.keyboard.press("w")
    page.fill(".switch-dialog [name=device]", fuse["id"])
    expect(page.locator(".switch-dialog .links code").first).to_have_text(fuse["id"])
    page.keyboard.press("Enter")
    effect = page.locator(".switch-dialog .effect")
    expect(effect).to_have_attribute("data-dark", str(fuse["customers"]))
    page.fill(".switch-dialog [name=reason]", "line 12")
    page.keyboard.press("Enter")
    row = page.locator(f".switches [data-device='{fuse['id']}']")
    expect(row).to_contain_text("line 12")
    assert len(city.get("/api/v1/desk/out")["premises"]) >= fuse["customers"]
    page.keyboard.press("b")
    expect(effect).to_have_attribute("data-fed", str(fuse["customers"]))
    page.locator(".switch-dialog [name=reason]").press("Enter")
    expect(row).to_have_count(0)
    city.wait(lambda: f"switch/{fuse['id']}" not in city.view("desk"))
    assert faults.seen == []


OLD = """text => {
  document.querySelector(".freshness span:last-child").textContent = text;
  const right = document.querySelector(".freshness").getBoundingClientRect().right;
  return document.querySelector(".now").getBoundingClientRect().left - right;
}"""
"""Sets what is said of the data's age; gives how far it stays from the clock."""


def test_however_old_the_data_is_the_clock_can_be_read(open_desk: NewPage) -> None:
    page = open_desk()
    for width in (1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        for text in ("Connection lost · data 23 h 59 min old", "This address may not follow the feed"):
            assert page.evaluate(OLD, text) >= 0, (width, text)


def test_a_refusal_is_told(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    incident = city.outage(0.65, 0.45)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.keyboard.press("c")
    page.fill(".action-form input:not([name])", "NO-SUCH-DEVICE")
    page.fill(".action-form [name=reason]", "Crew says so")
    page.keyboard.press("Enter")
    toast = page.locator(".toast.stage-refused")
    expect(toast).to_be_visible()
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "refused")
    assert badge(page) == "predicted"


def test_signing_in_again_loses_nothing(open_desk: NewPage, city: City) -> None:
    page = open_desk()
    incident = city.outage(0.4, 0.7)
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.keyboard.press("c")
    page.fill(".action-form [name=reason]", "Typed before the session ended")
    page.context.clear_cookies()
    # Not by a click: a read of the panel may have been refused first, and the dialog stand before the button.
    page.locator(".action-form").evaluate("form => form.requestSubmit()")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.locator("input[type=password]").fill("wrong")
    dialog.locator("button[type=submit]").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.locator("input[type=password]").fill(city.password)
    dialog.locator("button[type=submit]").click()
    expect(dialog).not_to_be_visible()
    expect(page.locator(".panel .state-badge")).to_have_attribute("data-state", "confirmed")


def test_resumes_after_feed_restarts(open_desk: NewPage, city: City, platform: Platform) -> None:
    page = open_desk()
    page.evaluate("window.unbroken = true")
    platform.kill("feed")
    page.wait_for_selector(".desk:not([data-connection=live])")
    expect(page.locator(".freshness")).to_contain_text("data")
    page.wait_for_selector(".desk[data-connection=live]")
    assert page.evaluate("window.unbroken") is True
    incident = city.wait(lambda: city.outage(0.6, 0.25))
    only(page, incident)  # the list draws the rows in sight alone
    expect(page.locator(f".incident-row[data-incident='{incident}']")).to_be_visible()


def test_a_viewer_looks_and_cannot_act(open_desk: NewPage, city: City) -> None:
    incident = city.outage(0.25, 0.6)
    page = open_desk(role="viewer")
    page.locator(f".incident-row[data-incident='{incident}']").click()
    expect(page.locator(".panel .headline")).to_be_visible()
    expect(page.locator(".panel .actions")).to_have_count(0)
    page.keyboard.press("c")
    expect(page.locator(".action-form")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_has_no_console_errors_in_either_theme(open_desk: NewPage, faults: Faults, theme: str) -> None:
    page = open_desk(drawn=True, color_scheme=theme)
    page.keyboard.press("t")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark" if theme == "light" else "light")
    for width, height in ((390, 844), (1440, 900), (1920, 1080)):
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator(".figure-out")).to_be_visible()
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0
    assert faults.seen == []


INCIDENTS = 5000


def crowd(count: int) -> dict[str, object]:
    """A view with thousands of incidents, as the feed would send it."""
    incidents: dict[str, object] = {
        f"incident/E-{number:04d}": {
            "id": f"E-{number:04d}",
            "utility": "electric",
            "state": "predicted",
            "device": f"FUS-{number}",
            "device_kind": "fuse",
            "feeder": f"BRK-{number % 40}",
            "lon": -84.6 + (number % 100) / 1000,
            "lat": 30.1 + (number // 100) / 1000,
            "customers_out": count - number,
            "customers_out_max": count - number,
            "reports": 3,
            "since_ms": 1_700_000_000_000,
            "opened_ms": 1_700_000_000_000,
            "updated_ms": 1_700_000_000_000,
            "place": f"Street {number}",
            "hull": None,
            "probability": 9000,
            "confirmed_by": None,
            "reasons": [],
            "safety": 0,
            "medical": 0,
        }
        for number in range(count)
    }
    return {"city": {}, **incidents}


def test_draws_only_the_rows_in_sight(open_desk: NewPage) -> None:
    def answer(socket: WebSocketRoute) -> None:
        snapshot = {"type": "snapshot", "n": 1, "epoch": "crowd", "at_ms": 1, "server_ms": 1, "view": crowd(INCIDENTS)}
        socket.on_message(lambda _hello: socket.send(json.dumps(snapshot)))

    page = open_desk(sockets=answer)
    rows = page.locator("#incidents .vrow")
    expect(page.locator(".list-count")).to_contain_text("5,000")
    assert rows.count() < 40
    page.locator("#incidents").focus()
    page.keyboard.press("End")
    last = page.locator(f".incident-row[data-incident='E-{INCIDENTS - 1}']")
    expect(last).to_be_visible()
    assert rows.count() < 40
    page.keyboard.press("k")
    expect(page.locator("[role=option][aria-selected=true]")).to_contain_text(f"Street {INCIDENTS - 2}")
    page.fill("#filter", "street 4321")
    expect(rows).to_have_count(1)
