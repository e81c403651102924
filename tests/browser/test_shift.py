"""A shift at the desk: the customer on one page, commands by name, undo, and a line that is cut."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, Response, Route, expect

from tests.browser.conftest import City, Faults, NewPage, only
from tests.browser.test_accessible import faults as barriers

pytestmark = pytest.mark.browser


def command(page: Page, words: str) -> None:
    """By the palette, as somebody who knows no keys."""
    page.keyboard.press("Control+k")
    expect(page.locator(".palette [name=command]")).to_be_focused()
    page.keyboard.type(words)
    page.keyboard.press("Enter")
    expect(page.locator(".palette [name=command]")).to_be_hidden()
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")  # it has run


def test_from_the_caller_to_a_receipt_by_keyboard_with_nothing_typed_twice(open_desk: NewPage, city: City) -> None:
    incident = city.outage(0.62, 0.35)
    home = city.premises(0.62, 0.35)[0]
    known = city.get(f"/api/v1/desk/customers/{home['premise']}")
    page = open_desk()
    command(page, "customer line")
    expect(page.locator(".customer [name=customer]")).to_be_focused()
    page.keyboard.type(known["account"])
    choice = page.locator(f".address-found [data-premise='{home['premise']}']")
    expect(choice).to_contain_text("account")
    while choice.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    main = page.locator(".customer-panel.is-main")
    expect(main.locator(".known-incident")).to_have_count(len(known["incidents"]))
    expect(page.locator(".customer-grid")).to_contain_text(known["phone"])
    account = page.get_by_role("region", name="Account", exact=True)
    expect(account.get_by_role("link")).to_have_attribute("href", re.compile(r"/counter/premises/"))
    for panel in ("Transit", "Deferred"):
        expect(page.get_by_role("region", name=panel, exact=True)).to_contain_text("not connected yet")
    expect(main.get_by_role("button", name="Report", exact=True)).to_be_focused()
    main.get_by_role("button", name="Still out").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".entry [name=address]")).to_have_value(known["address"])
    expect(page.locator(".entry [name=phone]")).to_have_value(known["phone"])
    expect(page.locator(".entry [name=symptom][value=lights_out]")).to_be_checked()
    page.locator(".entry [name=note]").focus()
    page.keyboard.type("Neighbours have light")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".taken-receipt")).to_have_text(re.compile(r"^\d\d-\d{4}"))
    receipt = page.locator(".taken-receipt").inner_text()
    premise = city.wait(lambda: city.get(f"/api/v1/desk/reports/{receipt}")["premise"])
    assert premise == home["premise"]
    command(page, "customer line")
    page.fill(".customer [name=customer]", receipt)
    page.locator(f".address-found [data-premise='{home['premise']}']").click()
    expect(page.locator(".customer")).to_have_attribute("data-premise", home["premise"])
    assert incident


def test_an_action_can_be_undone_before_it_leaves(open_desk: NewPage, city: City) -> None:
    incident = city.outage(0.22, 0.42)
    page = open_desk(grace=True)
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    command(page, "confirm inc")
    page.fill(".action-form [name=reason]", "Too soon")
    page.keyboard.press("Enter")
    expect(page.locator(".toast.stage-held")).to_contain_text("Leaves in")
    command(page, "undo")
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "undone")
    page.keyboard.press("c")
    page.fill(".action-form [name=reason]", "Crew on site")
    page.keyboard.press("Enter")
    page.locator(".toast.stage-held").get_by_role("button", name="Send now").click()
    expect(page.locator(".panel .state-badge")).to_have_attribute("data-state", "confirmed")
    reasons = city.get(f"/api/v1/desk/incidents/{incident}")["incident"]
    assert reasons["state"] == "confirmed"


class Leaving:
    """What leaves a desk for intake to confirm something: the key of each try, and the status of each answer."""

    def __init__(self, page: Page) -> None:
        self.keys: list[str] = []
        self.answers: list[int] = []
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _asked(self, request: Request) -> None:
        if ours(request):
            self.keys.append(request.headers["idempotency-key"])

    def _answered(self, answer: Response) -> None:
        if ours(answer.request):
            self.answers.append(answer.status)


def ours(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/confirm")


def confirm(page: Page, incident: str) -> None:
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.keyboard.press("c")
    page.fill(".action-form [name=reason]", "Crew on site")
    page.keyboard.press("Enter")
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "waiting")
    expect(page.locator(".tag-unsent")).to_contain_text("1 not sent yet")


def test_what_cannot_leave_is_kept_over_a_reload_and_leaves_by_itself(open_desk: NewPage, city: City) -> None:
    incident = city.new_outage(0.72, 0.28)
    page = open_desk()
    leaving = Leaving(page)
    page.route("**/confirm", lambda route: route.abort())
    confirm(page, incident)
    page.reload()
    page.wait_for_selector(".desk[data-connection=live]")
    expect(page.locator(".tag-unsent")).to_contain_text("1 not sent yet")
    assert leaving.answers == [], "nothing has left"
    assert city.view("desk")[f"incident/{incident}"]["state"] == "predicted"
    page.unroute("**/confirm")
    expect(page.locator(".tag-unsent")).to_have_count(0)
    city.wait(lambda: city.view("desk")[f"incident/{incident}"]["state"] == "confirmed")
    assert leaving.answers == [202]
    assert len(set(leaving.keys)) == 1


def test_what_left_and_was_not_answered_counts_once_and_is_known_as_applied(open_desk: NewPage, city: City) -> None:
    incident = city.new_outage(0.78, 0.22)
    page = open_desk()
    leaving = Leaving(page)
    taken: list[str] = []

    def lose(route: Route) -> None:
        taken.append(route.fetch().json()["action"])
        route.abort()

    page.route("**/confirm", lose)
    confirm(page, incident)
    city.wait(lambda: city.view("desk")[f"incident/{incident}"]["state"] == "confirmed")
    page.reload()
    page.wait_for_selector(".desk[data-connection=live]")
    expect(page.locator(".tag-unsent")).to_contain_text("1 not sent yet")
    with page.expect_response("**/confirm") as answer:
        page.unroute("**/confirm")
    assert answer.value.json()["action"] == taken[0]
    assert set(taken) == {taken[0]}
    assert len(set(leaving.keys)) == 1
    expect(page.locator(".tag-unsent")).to_have_count(0)
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    expect(page.locator(".panel .action-state")).to_have_attribute("data-stage", "applied")


def test_the_agenda_leads_to_the_next_thing_and_single_keys_can_be_turned_off(open_desk: NewPage, city: City) -> None:
    receipt = city.report(symptom="wire_down", address=city.premises(0.8, 0.8)[0]["address"])
    page = open_desk()
    expect(page.locator(f".agenda-row[data-id='{receipt}']")).to_be_visible()
    expect(page.locator(".agenda-row").first).to_have_attribute("data-kind", "safety")
    page.keyboard.press("g")
    expect(page.locator(".safety-box .action-form [name=reason]")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    command(page, "single keys")
    page.keyboard.press("n")
    expect(page.locator(".entry")).to_have_count(0)
    command(page, "single keys")
    page.keyboard.press("n")
    expect(page.locator(".entry")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_barriers_and_it_reflows(open_desk: NewPage, city: City, faults: Faults, theme: str) -> None:
    city.outage(0.52, 0.62)
    page = open_desk(color_scheme=theme, viewport={"width": 1366, "height": 768})
    page.keyboard.press("h")
    page.locator(".customer [name=customer]").fill(city.premises(0.52, 0.62)[0]["address"])
    page.locator(".address-found li").first.click()
    page.wait_for_selector(".customer-grid")
    assert barriers(page) == []
    page.keyboard.press("Control+k")
    page.wait_for_selector(".palette [role=option]")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 320, "height": 700})  # 1280 at 400 %
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.evaluate("(p => p.scrollWidth - p.clientWidth)(document.querySelector('.panel'))") == 0
    assert faults.seen == []


def test_a_prediction_can_be_argued_with(open_desk: NewPage, city: City) -> None:
    city.outage(0.45, 0.3)
    incidents = [value for key, value in city.view("desk").items() if key.startswith("incident/")]
    incident = next(one["id"] for one in incidents if one["state"] == "predicted" and one["probability"])
    page = open_desk()
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    box = page.get_by_role("region", name="What would change it")
    expect(box).to_contain_text("customers are out")
    expect(box.get_by_role("listitem").first).to_be_visible()


def test_the_forms_of_a_panel_are_commands_too(open_desk: NewPage, city: City) -> None:
    city.outage(0.3, 0.62)
    page = open_desk()
    page.keyboard.press("4")
    page.locator("#reports .vrow").first.click()
    page.wait_for_selector(".panel [data-receipt]")
    command(page, "panel withdraw")
    expect(page.locator(".panel form")).to_be_visible()
    command(page, "panel fill reason")
    expect(page.locator(".panel form [name=reason]")).to_be_focused()
