"""What is told of the buses, in words: the parts of a sentence about one alert, and all of it as plain text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from stormops.feed.transit_alerts import Told
from stormops.pages.words import Words, some
from stormops.transit.alert import said as in_language


def about(t: Words, alert: Mapping[str, Any], until: str) -> list[str]:
    """What an alert is about, after its effect: routes, stops, why, and `until` when ("" = nobody knows)."""
    routes, stops = alert["routes"], alert["stops"]
    cause = f"transit_cause.{alert['cause']}"
    parts = [
        t("transit.routes", routes=some(routes)) if routes else "",
        t("transit.stops", stops=some(stops)) if stops else "",
        t("transit.all") if alert["whole"] else "" if routes or stops else t("transit.some"),
        t(cause) if t.has(cause) else "",
        until,
    ]
    return [part for part in parts if part]


def transit_text(t: Words, told: Told, zone: ZoneInfo) -> list[str]:
    """All of it as lines of plain text; none where there is nothing to tell. No text breaks out of its line."""
    lines: list[str] = []
    for alert in told.alerts:
        end_ms = alert["end_ms"]
        until = "" if end_ms is None else t("transit.until", time=t.time(end_ms, zone))
        severe = [t("transit.severe")] if alert["severity"] == "SEVERE" else []
        lines.append(_line(" · ".join([t(f"transit_effect.{alert['effect']}"), *severe, *about(t, alert, until)])))
        texts = (in_language(alert[name], t.language).text for name in ("header", "description"))
        lines += [f"  {_line(text)}" for text in texts if text]
    if told.more:
        lines.append(t("transit.more", count=t.number(told.more)))
    lines += _heard(t, told, zone)
    return [t("transit.title"), *lines] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())


def _heard(t: Words, told: Told, zone: ZoneInfo) -> list[str]:
    """Whose word it is and how old; nothing where staff say everything."""
    if told.feed is None:
        return []
    name, as_of_ms, _ = told.feed
    if as_of_ms is None:
        return [_line(t("transit.never", source=name))]
    said = [t("transit.source", source=name, time=t.time(as_of_ms, zone))]
    if told.feed_old:
        said.append(t("transit.old"))
    elif not (told.alerts or told.more):
        said.insert(0, t("transit.none"))
    return [_line(" ".join(said))]
