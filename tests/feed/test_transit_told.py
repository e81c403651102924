"""The buses in plain text: whatever strangers wrote stays in its line, and what is not known is never "all run"."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stormops.feed.transit_alerts import Source, Told
from stormops.feed.transit_told import about, transit_text
from stormops.pages.words import LANGUAGES, words

ZONE = ZoneInfo("America/New_York")
AT_MS = 1_790_000_000_000
SOURCE = Source("Star\nLine", AT_MS, AT_MS + 600_000)
ALERT: dict[str, Any] = {
    "effect": "NO_SERVICE",
    "cause": "UNKNOWN_CAUSE",
    "severity": "SEVERE",
    "whole": False,
    "routes": ["4", "5\u2028Call 900-555-0199"],
    "stops": [],
    "header": {"en": "Flood\r\nBuses\n9 of 9", "es": "Agua"},
    "description": {"en": "  By Oak <St>"},
    "end_ms": AT_MS + 3_600_000,
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_alert_is_a_line_and_its_texts_are_lines_below(language: str) -> None:
    t = words(language)
    header = {"es": "Agua"}.get(language, "Flood Buses 9 of 9")
    until = t("transit.until", time=t.time(AT_MS + 3_600_000, ZONE))
    routes = t("transit.routes", routes="4, 5 Call 900-555-0199")
    assert transit_text(t, Told([ALERT], 1200, SOURCE, feed_old=False), ZONE) == [
        t("transit.title"),
        f"{t('transit_effect.NO_SERVICE')} · {t('transit.severe')} · {routes} · {until}",
        f"  {header}",
        "  By Oak <St>",
        t("transit.more", count="1,200"),
        t("transit.source", source="Star Line", time=t.time(AT_MS, ZONE)),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_that_all_buses_run_is_said_only_by_a_feed_that_is_heard_and_has_no_alert(language: str) -> None:
    t = words(language)

    def told(alerts: list[dict[str, Any]], more: int, source: Source | None, *, old: bool) -> str:
        return "\n".join(transit_text(t, Told(alerts, more, source, old), ZONE))

    none, old = t("transit.none"), t("transit.old")
    quiet = told([], 0, SOURCE, old=False)
    assert none in quiet
    assert old not in quiet
    for heard in (told([], 0, SOURCE, old=True), told([], 2, SOURCE, old=False), told([ALERT], 0, SOURCE, old=False)):
        assert none not in heard
        assert t.time(AT_MS, ZONE) in heard
    assert old in told([], 0, SOURCE, old=True)
    assert told([], 0, Source("Star", None, None), old=True).splitlines()[1:] == [t("transit.never", source="Star")]
    assert told([], 0, None, old=False) == ""


def test_what_an_alert_is_about_is_always_said() -> None:
    t = words("en")
    nowhere = ALERT | {"routes": [], "cause": "STRIKE"}
    assert about(t, nowhere, "") == ["Some trips", t("transit_cause.STRIKE")]
    assert about(t, nowhere | {"whole": True}, "until noon") == ["All buses", t("transit_cause.STRIKE"), "until noon"]
    assert about(t, ALERT | {"routes": [], "stops": list("abcdefghij")}, "") == ["Stop a, b, c, d, e, f, g, h (+2)"]
