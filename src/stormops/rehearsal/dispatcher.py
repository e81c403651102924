"""The rehearsal's dispatcher: takes on what the safety queue shows, as a desk in a storm must."""

from __future__ import annotations

from typing import Any

AT_ONCE_MAX = 60
"""Reports of danger taken on in one round: a desk of a few people."""


def to_take_on(view: dict[str, Any]) -> list[str]:
    """Receipts of the desk's view that nobody has acknowledged, the first due first."""
    waiting = [value for key, value in view.items() if key.startswith("safety/") and value["state"] != "acknowledged"]
    waiting.sort(key=lambda value: (value["due_ms"], value["received_ms"], value["receipt"]))
    return [value["receipt"] for value in waiting[:AT_ONCE_MAX]]
