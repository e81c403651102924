"""The desk with 10,000 incidents and 100,000 reports against the same map without them, in a headless Chromium.

`python -m tests.bench.desk [--seconds S] [--incidents N] [--reports N] [--profile FILE]`. Both desks follow a live feed
(`desk_feed`) whose picture changes four times a second; the same keys move both maps, and the map library alone on the
same city and in the same size (`bare_map.html`: the limit), turn about. Each is moved for a while before it counts, for
where Chromium draws in software it first translates each shader: that time is printed as "just opened". Then the lists
are scrolled, and what the glass showed is looked at for rows that are missing.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import numpy as np
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from tests.bench import desk_trace
from tests.browser.conftest import ARGUMENTS, WHOLE, browser_path

DASHBOARDS = Path(__file__).parents[2] / "dashboards/dist"
PORTS = {"without": 8971, "with": 8972}
TURNS = 2
MOVES = ("ArrowRight", "=", "ArrowDown", "=", "ArrowLeft", "-", "ArrowUp", "-")
MOVE_SECONDS = 0.3
WARM_SECONDS = 15.0
FRAMES_SHARE_LEAST, SCRIPT_MS_MOST = 0.6, 8.0
SCROLL_STEPS, SCROLL_PIXELS = 60, 400
READY_SECONDS = 180
FRAMES = "(() => { window.frames_ = 0; const f = () => { window.frames_++; requestAnimationFrame(f) }; f() })()"

Bars = dict[str, tuple[float, float, bool]]


class Moved(NamedTuple):
    """Frames a second while the map moved, and milliseconds of script in each frame."""

    frames: float
    script: np.ndarray


@contextmanager
def feeds(incidents: int, reports: int, dashboards: Path) -> Iterator[dict[str, str]]:
    """Both feeds, each a process of its own; gives their addresses."""
    sizes = {"without": (0, 0), "with": (incidents, reports)}
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.bench.desk_feed", str(PORTS[name]), *map(str, size), str(dashboards)]
        )
        for name, size in sizes.items()
    ]
    addresses = {name: f"http://127.0.0.1:{port}" for name, port in PORTS.items()}
    try:
        for address in addresses.values():
            _wait_for(f"{address}/api/v1/map/network.geojson")
        yield addresses
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx2.get(url, timeout=60).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise TimeoutError(url)


def open_desk(browser: Browser, address: str) -> Page:
    """A desk, live, its map drawn and at rest."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    page.set_default_timeout(READY_SECONDS * 1000)
    page.goto(f"{address}/desk")
    page.wait_for_selector(".desk[data-connection=live]")
    page.wait_for_selector(".map[data-ready], .map-problem", state="attached")
    assert page.locator(".map-problem").count() == 0, page.locator(".map-problem").inner_text()
    page.evaluate(FRAMES)
    page.wait_for_timeout(6000)
    return page


def open_bare(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    """The map library alone, drawn and at rest."""
    page = browser.new_page(viewport={"width": 1366, "height": 768}, color_scheme="dark")
    page.set_default_timeout(READY_SECONDS * 1000)
    page.goto(f"{address}/bare?width={size[0]}&height={size[1]}")
    page.wait_for_selector(".map[data-ready]", state="attached")
    page.evaluate(FRAMES)
    page.wait_for_timeout(2000)
    return page


def size_of(page: Page) -> tuple[int, int]:
    """Of a desk's map, in pixels."""
    box = page.locator(".map").bounding_box()
    assert box is not None
    return round(box["width"]), round(box["height"])


def move(page: Page, seconds: float) -> Moved:
    """Walk the map by its own keys and look at every frame."""
    page.bring_to_front()
    page.locator(".map canvas").focus()
    page.wait_for_timeout(1000)
    browser = page.context.browser
    assert browser is not None
    with desk_trace.traced(browser, page) as events:
        began, before = time.monotonic(), page.evaluate("window.frames_")
        at = 0
        while time.monotonic() - began < seconds:
            page.keyboard.press(MOVES[at % len(MOVES)])
            at += 1
            page.wait_for_timeout(max(0.0, at * MOVE_SECONDS - (time.monotonic() - began)) * 1000)
        frames = (page.evaluate("window.frames_") - before) / (time.monotonic() - began)
    return Moved(frames, desk_trace.script_by_frame(events))


def scroll(page: Page, tab: str, name: str) -> tuple[int, int]:
    """Scroll a list by the wheel, far and fast; gives the pictures looked at, and those that lacked a row."""
    page.bring_to_front()
    page.keyboard.press("Escape")
    page.locator(f"#tab-{tab}").click()
    box = page.locator(f"#{name}").bounding_box()
    assert box is not None
    session = page.context.new_cdp_session(page)
    shots: list[str] = []

    def shot(event: dict[str, Any]) -> None:
        shots.append(event["data"])
        session.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    session.on("Page.screencastFrame", shot)
    page.mouse.move(box["x"] + 100, box["y"] + box["height"] / 2)
    session.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    for step in range(SCROLL_STEPS):
        # every fifth is a drag of the bar, which jumps
        page.mouse.wheel(0, SCROLL_PIXELS if step % 5 else 40 * SCROLL_PIXELS)
        page.wait_for_timeout(30)
    session.remove_listener("Page.screencastFrame", shot)  # one that comes late has nobody to answer it
    session.send("Page.stopScreencast")
    session.detach()
    return len(shots), blanks(page, shots, box)


LOOK = """async ([png, x, y, width, height]) => {
  const bytes = Uint8Array.from(atob(png), (c) => c.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  const pen = new OffscreenCanvas(image.width, image.height).getContext("2d");
  pen.drawImage(image, 0, 0);
  const pixels = pen.getImageData(x, y, width, height).data;
  let longest = 0, run = 0;
  for (let row = 0; row < height; row++) {
    let low = 255, high = 0;
    for (let at = row * width * 4; at < (row + 1) * width * 4; at += 4) {
      low = Math.min(low, pixels[at + 1]); high = Math.max(high, pixels[at + 1]);
    }
    run = high - low < 24 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}"""
"""The longest run of pixel rows of the list in which nothing is written."""


def blanks(page: Page, shots: list[str], box: Any) -> int:
    """How many pictures show a gap of more than a row in the list."""
    row = float(page.locator(".vrow").first.evaluate("e => e.offsetHeight"))
    area = [int(box["x"]) + 8, int(box["y"]) + 2, int(box["width"]) - 40, int(box["height"]) - 4]
    gaps = [page.evaluate(LOOK, [png, *area]) for png in shots]
    print(f"  longest gap {max(gaps, default=0)} px, a row is {row:.0f} px")
    return sum(gap > row for gap in gaps)


def main() -> int:
    """Print what was measured and the bars; 1 when one is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--incidents", type=int, default=10_000)
    parser.add_argument("--reports", type=int, default=100_000)
    parser.add_argument("--dashboards", type=Path, default=DASHBOARDS, help="a build, to compare with an earlier one")
    parser.add_argument("--profile", type=Path, help="where to write the browser's CPU profile of the full desk")
    given = parser.parse_args()
    found: dict[str, list[Moved]] = {name: [] for name in (*PORTS, "bare map")}
    opened: dict[str, list[Moved]] = {name: [] for name in found}
    with feeds(given.incidents, given.reports, given.dashboards) as addresses, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(WHOLE), args=list(ARGUMENTS))
        for turn in range(TURNS):
            for name in PORTS if turn % 2 == 0 else reversed(PORTS):
                page = open_desk(browser, addresses[name])
                opened[name].append(move(page, WARM_SECONDS))
                if given.profile and name == "with":
                    with profiled(page, given.profile):
                        found[name].append(move(page, given.seconds))
                else:
                    found[name].append(move(page, given.seconds))
                size = size_of(page)
                if turn == TURNS - 1 and name == "with":
                    lists = {tab: scroll(page, tab, tab) for tab in ("incidents", "reports")}
                page.close()
            page = open_bare(browser, addresses["without"], size)
            opened["bare map"].append(move(page, WARM_SECONDS))
            found["bare map"].append(move(page, given.seconds))
            page.close()
        browser.close()
    print("just opened:")
    describe(opened)
    print("then:")
    describe(found)
    return told(found, lists)


@contextmanager
def profiled(page: Page, path: Path) -> Iterator[None]:
    """The browser's own CPU profile of what happens inside."""
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.start")
    yield
    path.write_text(json.dumps(session.send("Profiler.stop")["profile"]))
    session.detach()


def frames_of(turns: list[Moved]) -> float:
    """Frames a second, of all turns."""
    return float(np.mean([moved.frames for moved in turns]))


def script_of(turns: list[Moved]) -> np.ndarray:
    """Milliseconds of script of each frame of all turns."""
    return np.concatenate([moved.script for moved in turns])


def describe(found: dict[str, list[Moved]]) -> None:
    """A line for each map."""
    for name, turns in found.items():
        script = script_of(turns)
        p50, p95, p99 = np.percentile(script, (50, 95, 99))
        each = ", ".join(f"{moved.frames:.1f}" for moved in turns)
        print(
            f"  {name:<8} {frames_of(turns):6.1f} frames/s ({each}); script a frame: "
            f"p50 {p50:.1f}, p95 {p95:.1f}, p99 {p99:.1f}, most {script.max():.1f} ms"
        )


def told(found: dict[str, list[Moved]], lists: dict[str, tuple[int, int]]) -> int:
    """The table, and what it comes to."""
    share = frames_of(found["with"]) / frames_of(found["without"])
    p95 = float(np.percentile(script_of(found["with"]), 95))
    bars: Bars = {
        "frames, share of the map without": (round(share, 2), FRAMES_SHARE_LEAST, share >= FRAMES_SHARE_LEAST),
        "script p95 a frame, ms": (round(p95, 1), SCRIPT_MS_MOST, p95 <= SCRIPT_MS_MOST),
    }
    for tab, (looked, blank) in lists.items():
        bars[f"{tab}: pictures with a blank row, of {looked}"] = (blank, 0, blank == 0 and looked > 10)
    print(f"\n{'bar':<52}{'measured':>10}{'bar':>8}  met")
    for name, (measured, bar, met) in bars.items():
        print(f"{name:<52}{measured:>10}{bar:>8}  {'yes' if met else 'NO'}")
    print(json.dumps(bars))
    return 0 if all(met for *_, met in bars.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
