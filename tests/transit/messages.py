"""Real GTFS-Realtime messages, built by the official bindings."""

from __future__ import annotations

from typing import Any

from google.transit import gtfs_realtime_pb2 as gtfs

MADE_S = 1_778_774_400
"""2026-05-14 16:00 UTC."""


def texts(**translations: str) -> dict[str, Any]:
    """A TranslatedString; `_` names no language."""
    return {
        "translation": [
            {"text": text} if code == "_" else {"text": text, "language": code.replace("_", "-")}
            for code, text in translations.items()
        ]
    }


def message(*alerts: dict[str, Any], made_s: int = MADE_S, **header: Any) -> bytes:
    """A feed of alerts, each as the fields of an `Alert`."""
    feed = gtfs.FeedMessage(header={"gtfs_realtime_version": "2.0", "timestamp": made_s, **header})
    for number, alert in enumerate(alerts):
        feed.entity.add(id=str(number), alert=gtfs.Alert(**alert))
    body: bytes = feed.SerializeToString()
    return body
