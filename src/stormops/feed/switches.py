"""Devices that can be opened and closed, and what it would do. Run on the follower's thread; for staff only."""

from __future__ import annotations

from typing import Any

from stormops.core.switch_effect import effect
from stormops.core.view_switches import switch_value
from stormops.feed.board import Board

FOUND_MAX = 20
"""Devices given for what was typed."""

TYPED_MAX = 100
"""Characters that are looked for; the rest is passed over."""


def find_switches(board: Board, typed: str) -> dict[str, Any]:
    """Devices that people operate and whose names have this in them, the shortest names first. O(devices)."""
    situation = board.situation
    wanted = typed[:TYPED_MAX].strip().casefold()
    found = [
        (len(name), name, row)
        for row, name in enumerate(situation.device_ids)
        if wanted and wanted in name.casefold() and situation.switchgear.switchable(row)
    ]
    rows = [row for *_, row in sorted(found)[:FOUND_MAX]]
    listed = [switch_value(situation, row) for row in rows]
    return {"n": situation.position, "at_ms": board.at_ms, "switches": listed}


def switch_detail(board: Board, name: str, opened: bool | None) -> dict[str, Any] | None:
    """One device and what it would do to open or close it (None: what it is not now); None when there is no such."""
    situation = board.situation
    row = situation.device_of.get(name)
    if row is None or not situation.switchgear.switchable(row):
        return None
    value = switch_value(situation, row)
    wish = not value["open"] if opened is None else opened
    does = effect(situation, row, opened=wish, at_ms=max(board.at_ms, situation.at_ms))
    told = does._asdict() | {"open": wish, "feeders": [situation.device_ids[feeder] for feeder in does.feeders]}
    return {"n": situation.position, "at_ms": board.at_ms, "switch": value, "effect": told}
