"""Every page against the WCAG 2.1 A and AA rules that a machine can check (axe-core), in both themes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import City, NewPage, only

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "dashboards/node_modules/axe-core/axe.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]}
STILL = """Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime !== Infinity).map(one => one.finished))"""
"""Halfway through a transition colours are neither what they were nor what they will be."""
RENEWS = "meta-refresh"
"""The table without JavaScript renews itself every 30 s, which loses nothing: there is nothing to fill in."""


def faults(page: Page) -> list[tuple[str, str]]:
    """What axe finds once nothing moves into its place: the rule, and the first element that breaks it."""
    page.evaluate(STILL)
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate("rules => axe.run(document, rules)", RULES)
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found["violations"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_public_pages(new_page: NewPage, city: City, theme: str) -> None:
    city.outage(0.45, 0.55)
    page = new_page(color_scheme=theme)
    for path, ready in (
        ("/", ".areas"),
        ("/report", ".locate"),
        ("/sign-in", "form"),
        ("/text", "h1"),
        ("/?lang=ht", ".languages"),
        ("/public/en/index.html", "h1"),
        ("/public/en/incident/0123456789abcdef.html", "h1"),
    ):
        page.goto(f"{city.feed_url}{path}")
        page.wait_for_selector(ready)
        assert [fault for fault in faults(page) if (path, fault[0]) != ("/text", RENEWS)] == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_desk(open_desk: NewPage, city: City, theme: str) -> None:
    incident = city.outage(0.35, 0.65)
    city.report(symptom="lights_out", address="the one with the blue door")
    danger = city.report(symptom="gas_odour", address="by the pump house")
    page = open_desk(color_scheme=theme)
    assert faults(page) == []
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    page.wait_for_selector(".report-card")
    page.keyboard.press("m")
    page.wait_for_selector(".action-form")
    assert faults(page) == []
    assert page.evaluate("(p => p.scrollWidth - p.clientWidth)(document.querySelector('.panel'))") == 0
    page.keyboard.press("Escape")
    page.keyboard.press("3")
    page.locator(".unmatched-row").first.click()
    page.wait_for_selector(".placing")
    assert faults(page) == []
    page.keyboard.press("1")
    page.locator(f".safety-item[data-receipt='{danger}']").click()
    page.keyboard.press("a")
    page.wait_for_selector(".action-form")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    page.wait_for_selector(".entry-form")
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("o")
    page.wait_for_selector("dialog[open] .mode-means p:not(:empty)")
    assert faults(page) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_desk_on_a_phone(open_desk: NewPage, city: City, theme: str) -> None:
    """Of list, map and panel one is in sight: that is what the page is mainly about."""
    incident = city.outage(0.35, 0.65)
    page = open_desk(color_scheme=theme, viewport={"width": 390, "height": 844})
    assert faults(page) == []
    only(page, incident)
    page.locator(f".incident-row[data-incident='{incident}']").click()
    for pane in ("panel", "map", "list"):
        page.locator(f".pane-switch [data-pane={pane}]").click()
        page.wait_for_selector(f".desk.pane-{pane}")
        assert page.locator("[role=main]").count() == 1
        assert faults(page) == [], pane


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_switching_at_a_desk_and_on_a_phone(open_desk: NewPage, city: City, theme: str) -> None:
    devices = city.get("/api/v1/map/devices.geojson")["features"]
    fuse = next(one["properties"]["id"] for one in devices if one["properties"]["kind"] == "fuse")
    page = open_desk(color_scheme=theme)
    page.keyboard.press("w")
    page.fill(".switch-dialog [name=device]", fuse)
    page.wait_for_selector(".switch-dialog .links code")
    assert faults(page) == []
    page.keyboard.press("Enter")
    page.wait_for_selector(".switch-dialog .effect[data-dark]")
    for width, height in ((1200, 760), (390, 844), (320, 568)):
        page.set_viewport_size({"width": width, "height": height})
        assert faults(page) == []
        dialog = page.locator(".switch-dialog")
        assert dialog.evaluate("d => d.scrollWidth - d.clientWidth") == 0
        box = dialog.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height
