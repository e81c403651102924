"""Takes the pictures in `docs/screenshots/` of a running platform, best in the middle of a storm.

`python -m tests.browser.screenshots FEED_URL PERSON PASSWORD [FOLDER]`; of the counter, at a customer's account:
`python -m tests.browser.screenshots counter FEED_URL ACCOUNT ROLE=PASSWORD …` with a cashier (a drawer open at desk
"Window 2"), a representative, an auditor and an approver, called like their roles; of a customer's own pages:
`python -m tests.browser.screenshots own COUNTER_OWN_URL STATE` (what Playwright keeps of who has signed in).
"""

from __future__ import annotations

import base64
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.conftest import ARGUMENTS, WHOLE, browser_path, sign_in

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}
LAPTOP: ViewportSize = {"width": 1366, "height": 768}
WALL: ViewportSize = {"width": 1920, "height": 1080}
STILL_MS = 4000
"""Time for tiles, fonts and a camera move to come to rest before a picture is taken."""


def still(page: Page) -> None:
    page.wait_for_selector(".map[data-ready]", state="attached")
    page.wait_for_timeout(STILL_MS)


def first_incident(page: Page) -> None:
    """Open the first of the list."""
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector(".panel .report-card")
    page.mouse.move(0, 0)
    page.wait_for_timeout(STILL_MS)


def overview(page: Page) -> None:
    still(page)


def incident(page: Page) -> None:
    still(page)
    first_incident(page)


def unmatched(page: Page) -> None:
    still(page)
    page.keyboard.press("3")
    rows = page.locator(".unmatched-row")
    with_choice = rows.filter(has_text="candidates")
    (with_choice if with_choice.count() else rows).first.click()
    page.mouse.move(0, 0)
    page.wait_for_timeout(STILL_MS)


def safety(page: Page) -> None:
    still(page)
    page.keyboard.press("!")
    page.wait_for_selector(".safety-box")
    page.mouse.move(0, 0)
    page.wait_for_timeout(STILL_MS)


def entry(page: Page) -> None:
    """A caller from the street of the first incident."""
    still(page)
    place = page.locator(".incident-row .row-title").first.inner_text()
    page.keyboard.press("n")
    page.keyboard.type(place.split(",")[0].split(" and ")[0])
    page.locator(".address-found li").first.click()
    page.wait_for_selector(".known, .entry-form > .hint")  # known already, or the first to report
    page.keyboard.press("Alt+5")
    page.wait_for_timeout(STILL_MS)


def mode(page: Page) -> None:
    still(page)
    page.keyboard.press("o")
    page.wait_for_selector("dialog[open] .mode-means p:not(:empty)")


def customer(page: Page) -> None:
    """A caller from the first incident."""
    still(page)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    address = page.locator(".panel .report-card").first.inner_text().split("\n")[0]
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    page.keyboard.type(address)
    page.locator(".address-found li").first.click()
    page.wait_for_selector(".customer-grid")
    page.wait_for_timeout(STILL_MS)


def past(page: Page) -> None:
    """Some changes after the storm's beginning."""
    still(page)
    page.keyboard.press("p")
    page.wait_for_selector(".past-banner time")
    page.locator(".track-choice select").nth(1).select_option("0")
    page.locator(".track-choice select").nth(1).blur()
    page.wait_for_timeout(STILL_MS)  # the curve and its marks
    page.keyboard.press("Home")
    for _ in range(12):
        page.wait_for_timeout(STILL_MS / 8)
        page.keyboard.press("ArrowRight")
    first_incident(page)


def earlier(page: Page) -> None:
    """The public map a few moments ago."""
    page.locator(".earlier > button").click()
    page.wait_for_selector(".scrubber")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.wait_for_selector(".public.is-past")
    page.wait_for_timeout(STILL_MS)


def switching(page: Page) -> None:
    """What opening a breaker would do."""
    still(page)
    page.keyboard.press("w")
    page.fill(".switch-dialog [name=device]", "BRK-02")
    page.wait_for_selector(".switch-dialog .links code")
    page.keyboard.press("Enter")
    page.wait_for_selector(".switch-dialog .effect[data-dark]")


PREDICTED = """async () => {
  const { view } = await (await fetch("/api/v1/desk/snapshot")).json();
  const open = Object.values(view).filter((one) => one.state === "predicted" && one.utility === "electric");
  const found = open.filter((one) => one.device);
  return found.sort((a, b) => b.customers_out - a.customers_out)[0].id;
}"""
"""The largest prediction that the field may speak against."""


def sighting(page: Page) -> None:
    """The field saw a predicted device closed: what it is explained by then, and the way back."""
    still(page)
    page.evaluate("localStorage.setItem('stormops-grace', '0')")
    page.fill("#filter", page.evaluate(PREDICTED))
    page.locator("#filter").blur()
    page.locator(".incident-row").first.click()
    page.wait_for_selector(".panel .report-card")
    page.keyboard.press("d")
    page.keyboard.type("Patrol saw it closed")
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast.stage-applied")
    page.keyboard.press("Escape")
    page.wait_for_selector(".overview [data-sightings]")
    page.wait_for_timeout(2 * STILL_MS)
    page.locator(".overview [data-sightings]").scroll_into_view_if_needed()
    page.keyboard.press("v")
    page.wait_for_selector("dialog[open] [name=sighting]")
    page.wait_for_timeout(STILL_MS / 4)


def spanish(page: Page) -> None:
    page.goto(f"{page.url}?lang=es")
    incident(page)


def shift(page: Page) -> None:
    """The shift's clock and the next things to do, on a phone."""
    still(page)
    page.get_by_role("button", name="Details").click()
    page.wait_for_selector(".agenda li")


def wall(turns: int) -> Callable[[Page], None]:
    """The wallboard, its pages turned so many times."""

    def act(page: Page) -> None:
        page.goto(page.url.replace("/desk", "/wall"))
        page.wait_for_selector(".wall[data-connection=live]")
        page.keyboard.press("Space")
        for _ in range(turns):
            page.keyboard.press("ArrowRight")
        page.wait_for_timeout(STILL_MS)

    return act


DESK_SHOTS: list[tuple[str, ViewportSize, str, Callable[[Page], None]]] = [
    ("desk-dark", DESK, "dark", incident),
    ("desk-light", DESK, "light", incident),
    ("desk-unmatched", DESK, "dark", unmatched),
    ("wall-dark", WALL, "dark", overview),
    ("desk-phone", PHONE, "dark", overview),
    ("desk-safety", DESK, "dark", safety),
    ("desk-entry", DESK, "light", entry),
    ("desk-mode", DESK, "light", mode),
    ("desk-customer", LAPTOP, "light", customer),
    ("desk-past", DESK, "light", past),
    ("desk-switching", DESK, "dark", switching),
    ("desk-agenda-phone", PHONE, "light", shift),
    ("desk-spanish", LAPTOP, "light", spanish),
    ("desk-past-phone", PHONE, "dark", past),
    ("wallboard-course", WALL, "dark", wall(0)),
    ("wallboard-incidents", WALL, "light", wall(1)),
    ("desk-sighting", LAPTOP, "dark", sighting),
]
PUBLIC_SHOTS: list[tuple[str, ViewportSize, str, str]] = [
    ("public-light", DESK, "light", "en"),
    ("public-dark", DESK, "dark", "es"),
    ("public-phone", PHONE, "light", "ht"),
    ("public-past", DESK, "light", "en"),
]
"""Name, size, theme and language."""


RAW = """async (png) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0);
  const bytes = pen.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
  return [image.width, image.height, btoa(text)];
}"""
"""Decodes a picture in the browser, which can: its width, its height, and its bytes (RGBA) as base64."""


def palette(pixels: npt.NDArray[np.uint8], colours: int = 256) -> npt.NDArray[np.uint8]:
    """Colours (C, 3) that stand for all pixels (P, 3): boxes of colours halved at the median, the fullest first."""
    shades, counts = np.unique(pixels, axis=0, return_counts=True)
    boxes = [(shades.astype(np.int64), counts)]
    while len(boxes) < colours:
        spread = [np.ptp(box, axis=0).max() * np.sqrt(weight.sum()) if len(box) > 1 else -1 for box, weight in boxes]
        widest = int(np.argmax(spread))
        if spread[widest] <= 0:
            break
        box, weight = boxes.pop(widest)
        order = np.argsort(box[:, np.ptp(box, axis=0).argmax()], kind="stable")
        box, weight = box[order], weight[order]
        half = int(np.clip(np.searchsorted(np.cumsum(weight), weight.sum() / 2), 1, len(box) - 1))
        boxes += [(box[:half], weight[:half]), (box[half:], weight[half:])]
    means = [np.average(box, axis=0, weights=weight) for box, weight in boxes]
    return np.round(means).astype(np.uint8)


def indexed_png(width: int, height: int, rgba: bytes) -> bytes:
    """A picture of at most 256 colours as PNG: a third of the size, and the same to the eye."""
    from scipy.spatial import cKDTree

    pixels = np.frombuffer(rgba, np.uint8).reshape(-1, 4)[:, :3]
    colours = palette(pixels)
    shades, inverse = np.unique(pixels, axis=0, return_inverse=True)
    nearest = np.asarray(cKDTree(colours).query(shades)[1]).astype(np.uint8)
    rows = nearest[inverse.reshape(-1)].reshape(height, width)
    filtered = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", colours.tobytes()), (b"IDAT", zlib.compress(filtered, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind, body) for kind, body in parts)


def payment(page: Page) -> None:
    """What a payment would do."""
    page.goto(page.url.replace("/accounts/", "/do/take_payment?account="))
    page.fill("[name=cents]", "25")
    page.click("button[value=look]")
    page.wait_for_selector("button[value=do]")


def statement(page: Page) -> None:
    """The customer's latest bill on paper."""
    place = page.locator("a[href$='/statement']").first.get_attribute("href") or ""
    page.goto(page.url.partition("/counter/")[0] + place)
    page.wait_for_selector("h1")


def elsewhere(path: str) -> Callable[[Page], None]:
    """Another page of the counter than the customer's."""

    def act(page: Page) -> None:
        page.goto(page.url.partition("/counter/")[0] + path)

    return act


COUNTER_SHOTS: list[tuple[str, ViewportSize, str, str, Callable[[Page], None]]] = [
    ("counter-customer", LAPTOP, "light", "representative", lambda page: page.wait_for_timeout(STILL_MS / 4)),
    ("counter-preview", LAPTOP, "light", "cashier", payment),
    ("counter-phone", PHONE, "dark", "representative", elsewhere("/counter/queues/visits?lang=es")),
    ("counter-queue", LAPTOP, "light", "approver", elsewhere("/counter/queues/approvals")),
    ("counter-drawer", LAPTOP, "dark", "cashier", elsewhere("/counter/drawer")),
    ("counter-statement", LAPTOP, "light", "representative", statement),
    ("counter-audit", LAPTOP, "dark", "auditor", elsewhere("/counter/continuous?seed=2026-11&of_ten_thousand=2000")),
]
"""Name, size, theme, and whose screen."""


def saver(browser: Browser, folder: Path) -> Callable[[Page, str], None]:
    """Saves what a page shows in the folder, small, and closes the page."""
    folder.mkdir(parents=True, exist_ok=True)
    studio = browser.new_page()

    def save(page: Page, name: str) -> None:
        png = base64.b64encode(page.screenshot()).decode()
        page.context.close()
        width, height, rgba = studio.evaluate(RAW, png)
        (folder / f"{name}.png").write_bytes(indexed_png(width, height, base64.b64decode(rgba)))

    return save


def take_counter(browser: Browser, feed_url: str, account: str, passwords: dict[str, str], folder: Path) -> None:
    save = saver(browser, folder)
    for name, size, theme, person, act in COUNTER_SHOTS:
        page = browser.new_page(viewport=size, color_scheme="dark" if theme == "dark" else "light")
        page.goto(f"{feed_url}/sign-in")
        for field, value in (("person", person), ("password", passwords[person]), ("desk", "Window 2")):
            page.fill(f"[name={field}]", value)
        page.click("form button[type=submit]")
        page.wait_for_url("**/counter")
        page.goto(f"{page.url}/accounts/{account}")
        act(page)
        save(page, name)


def take_own(browser: Browser, own_url: str, state: str, folder: Path) -> None:
    save = saver(browser, folder)
    for name, theme, path in (("own-phone", "dark", ""), ("own-start", "light", "/requests/new?kind=move")):
        page = browser.new_page(
            viewport=PHONE, color_scheme="dark" if theme == "dark" else "light", storage_state=state
        )
        page.goto(f"{own_url}/account{path}")
        save(page, name)


def take(browser: Browser, feed_url: str, person: str, password: str, folder: Path) -> None:
    save = saver(browser, folder)
    for name, size, theme, act in DESK_SHOTS:
        page = browser.new_page(viewport=size, color_scheme="dark" if theme == "dark" else "light")
        sign_in(page, feed_url, person, password)
        act(page)
        save(page, name)
    for name, size, theme, language in PUBLIC_SHOTS:
        page = browser.new_page(viewport=size, color_scheme="dark" if theme == "dark" else "light", locale=language)
        page.goto(feed_url)
        still(page)
        if name == "public-past":
            earlier(page)
        save(page, name)
    page = browser.new_page(viewport=PHONE, color_scheme="light")
    page.goto(f"{feed_url}/report")
    page.wait_for_selector(".locate")
    save(page, "report-phone")


def main(first: str, second: str, third: str, *others: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(WHOLE), args=list(ARGUMENTS))
        if first == "counter":
            passwords = dict(person.split("=", 1) for person in others)
            take_counter(browser, second.rstrip("/"), third, passwords, Path("docs/screenshots"))
        elif first == "own":
            take_own(browser, second.rstrip("/"), third, Path("docs/screenshots"))
        else:
            take(browser, first.rstrip("/"), second, third, Path(others[0] if others else "docs/screenshots"))
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
