"""A real browser on the real platform. Nothing here imports `stormops`: a person at a screen does not either."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, WebSocketRoute, expect, sync_playwright

from tests.messages_provider import MessagesProvider
from tests.platform import Platform, in_the_afternoon, make_city

CUSTOMERS = 30_000
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""The engine without a window's parts: half of the processor's time."""
WHOLE = ("chromium", "chromium-browser", "google-chrome")
SOON_SECONDS = 20
"""How long a test waits for what should come within two seconds; the machine may be busy."""
SETTLED_SECONDS = 0.6
"""What is the same after so long has settled: a tick that has more to do is followed by the next at once."""
NO_GRACE = "localStorage.setItem('stormops-grace', '0')"
"""Actions leave at once, as a desk may choose: what waits for its grace is tested in `test_shift`."""
NO_DRAWING = "HTMLCanvasElement.prototype.getContext = () => null"

expect.set_options(timeout=SOON_SECONDS * 1000)


def browser_path(names: tuple[str, ...] = (*SHELLS, *WHOLE)) -> str:
    """The Chromium to take: the one that was asked for, the first of these names, what `make test` installed."""
    noted = Path(".venv/.browser")
    candidates = [os.environ.get("STORMOPS_BROWSER", ""), *(shutil.which(name) or "" for name in names)]
    candidates += [noted.read_text().strip() if noted.exists() else ""]
    found = next((path for path in candidates if path and Path(path).exists()), None)
    if found is None:
        pytest.skip("no Chromium here: 'make test' installs one")
    return found


@pytest.fixture(scope="session")
def texts() -> Iterator[MessagesProvider]:
    """The provider of text messages, and what it was given to send."""
    provider = MessagesProvider()
    yield provider
    provider.close()


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory, texts: MessagesProvider) -> Iterator[Platform]:
    """The whole platform on a small city of its own, once its public tree is there."""
    folder = tmp_path_factory.mktemp("browser")
    settings = texts.settings() | in_the_afternoon()
    people = ("dispatcher", "viewer", "supervisor")
    running = Platform(make_city(folder / "packs", CUSTOMERS), folder / "data", settings, staff=people)
    deadline = time.monotonic() + SOON_SECONDS
    while not (running.data / "public/current.json").exists():
        assert time.monotonic() < deadline, running.log
        time.sleep(0.05)
    yield running
    running.stop()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """One browser for all tests; each test has a context (cookies, storage) of its own."""
    browser = playwright.chromium.launch(executable_path=browser_path(), args=list(ARGUMENTS))
    yield browser
    browser.close()


class Faults:
    """What went wrong in a page: console errors, exceptions, refused requests that were not expected."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.seen.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.seen.append(str(error)))


NewPage = Callable[..., Page]


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
def new_page(chromium: Browser, faults: Faults) -> Iterator[NewPage]:
    """Opens pages, each in a fresh context with the options of `Browser.new_context`; closes them at the end."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Page:
        context = chromium.new_context(**({"viewport": {"width": 1200, "height": 760}} | options))
        context.set_default_timeout(SOON_SECONDS * 1000)
        contexts.append(context)
        page = context.new_page()
        faults.watch(page)
        return page

    yield make
    for context in contexts:
        context.close()


class City:
    """The running platform as an operator at another desk sees it, over HTTP."""

    def __init__(self, platform: Platform, role: str = "dispatcher") -> None:
        self.feed_url, self.intake_url = platform.feed_url, platform.intake_url
        self.person, self.password = platform.staff[role]
        self.notes: dict[str, str | None] = {}
        """What each report said that a test has read, by receipt."""
        self._http = httpx2.Client(timeout=10)  # keeps the session's cookie for both ports
        signed_in = self._http.post(
            f"{self.intake_url}/staff/sign-in", json={"person": self.person, "password": self.password, "desk": "test"}
        )
        assert signed_in.status_code == 200, signed_in.text
        self.config: dict[str, Any] = self.get("/api/v1/config")

    def get(self, path: str) -> Any:
        answer = self._http.get(f"{self.feed_url}{path}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def premises(self, east: float, north: float) -> list[dict[str, Any]]:
        """The 20 premises nearest to a point, given as shares of the city's width and height."""
        west, south, right, top = self.config["bbox"]
        lon, lat = west + east * (right - west), south + north * (top - south)
        found: list[dict[str, Any]] = self.get(f"/api/v1/desk/premises?lon={lon}&lat={lat}")["premises"]
        return found

    def report(self, **body: Any) -> str:
        """Send a report; gives its receipt."""
        answer = self._http.post(f"{self.intake_url}/api/v1/reports", json=body)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["receipt"])

    def act(self, kind: str, **body: str) -> None:
        """What somebody at the desk decides."""
        headers = {"X-CSRF-Token": str(self.get("/api/v1/session")["csrf"]), "Idempotency-Key": secrets.token_hex(8)}
        answer = self._http.post(f"{self.intake_url}/api/v1/desk/{kind}", json=body, headers=headers)
        assert answer.status_code == 202, answer.text

    def outage(self, east: float, north: float, reports: int = 6) -> str:
        """Neighbours report that their lights are out; gives the id of the incident that explains them."""
        receipts = [
            self.report(symptom="lights_out", service_point=f"E-{premise['premise']}")
            for premise in self.premises(east, north)[:reports]
        ]
        incident = str(self.wait(lambda: self._explained(receipts)))
        self.wait(lambda: self.view("desk").get(f"incident/{incident}"))
        return incident

    def new_outage(self, east: float, north: float) -> str:
        """The same for an incident that no other test has, or acts on: at this point or a little west of it."""
        for step in range(8):
            before = self.view("desk")
            incident = self.outage(east - 0.03 * step, north)
            if f"incident/{incident}" not in before:
                return incident
        raise AssertionError("every outage around here belongs to an incident that was there before")

    def _explained(self, receipts: list[str]) -> str | None:
        """The incident of the first report, once all are explained and stay so: rates are learned over some ticks."""
        incidents = self._incidents(receipts)
        time.sleep(SETTLED_SECONDS)
        return incidents[0] if all(incidents) and self._incidents(receipts) == incidents else None

    def _incidents(self, receipts: list[str]) -> list[str | None]:
        return [self.get(f"/api/v1/desk/reports/{receipt}")["incident"] for receipt in receipts]

    def wait(self, ask: Callable[[], Any]) -> Any:
        """Until the answer is something; gives it."""
        deadline = time.monotonic() + SOON_SECONDS
        while time.monotonic() < deadline:
            try:
                if found := ask():
                    return found
            except AssertionError:
                pass
            time.sleep(0.05)
        raise AssertionError("it did not happen")

    def view(self, audience: str) -> dict[str, Any]:
        view: dict[str, Any] = self.get(f"/api/v1/{audience}/snapshot")["view"]
        return view

    def close(self) -> None:
        self._http.close()


@pytest.fixture(scope="session")
def city(platform: Platform) -> Iterator[City]:
    desk = City(platform)
    yield desk
    desk.close()


@pytest.fixture
def calm(platform: Platform, city: City) -> None:
    """A supervisor left the harshest mode: no pace of reports tightens it, and the public map comes by sockets.

    From another mode it would be tightened again to what is harsher than that one.
    """
    with closing(City(platform, "supervisor")) as supervisor:
        for mode in ("surge", "normal"):
            supervisor.act("mode", mode=mode, reason="Tests have passed")
    city.wait(lambda: city.get("/public/current.json")["refresh"] == "live")
    city.wait(lambda: city.view("public")["mode"]["mode"] == "normal")


def sign_in(page: Page, feed_url: str, person: str, password: str) -> None:
    """By the form, as a person does."""
    page.goto(f"{feed_url}/desk")
    page.wait_for_url("**/sign-in")
    page.fill("[name=person]", person)
    page.fill("[name=password]", password)
    page.fill("[name=desk]", "East")
    page.click("button[type=submit]")
    page.wait_for_url("**/desk")


@pytest.fixture(scope="session")
def signed_in(chromium: Browser, city: City, platform: Platform) -> Callable[[str], Any]:
    """Cookies of somebody who has signed in, by role; each signs in once."""

    @cache
    def state(role: str) -> Any:
        context = chromium.new_context()
        sign_in(context.new_page(), city.feed_url, *platform.staff[role])
        cookies = context.storage_state()
        context.close()
        return cookies

    return state


@pytest.fixture
def open_desk(new_page: NewPage, city: City, signed_in: Callable[[str], Any]) -> NewPage:
    """Gives the desk of somebody who has signed in, live. `sockets` answers in the feed's place.

    Without `drawn` the browser cannot draw maps (as on some old machines): the desk must work all the
    same, and tests are several times faster than with maps drawn in software.
    """

    def make(
        role: str = "dispatcher",
        sockets: Callable[[WebSocketRoute], None] | None = None,
        *,
        drawn: bool = False,
        grace: bool = False,
        **options: Any,
    ) -> Page:
        page = new_page(storage_state=signed_in(role), **options)
        if not grace:
            page.add_init_script(NO_GRACE)
        if not drawn:
            page.add_init_script(NO_DRAWING)
        if sockets is not None:
            page.route_web_socket(re.compile("/api/v1/feed"), sockets)
        page.goto(f"{city.feed_url}/desk")
        page.wait_for_selector(".desk[data-connection=live]")
        page.wait_for_selector(".map[data-ready]" if drawn else ".map-problem", state="attached")
        return page

    return make


def only(page: Page, incident: str) -> None:
    """The list shows this incident alone: others, of earlier tests, may be before it."""
    page.fill("#filter", incident)
    page.locator("#filter").blur()
