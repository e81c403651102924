"""Links of customers to transformers that are doubted, for those who repair the records: a list, and the same as CSV.

Run on the follower's thread; for staff only: it has addresses.
"""

from __future__ import annotations

import csv
import io
import math
from typing import Any

from stormops.core.network import EdgeKind
from stormops.feed.board import Board

COLUMNS = (
    "premise",
    "address",
    "recorded",
    "likely",
    "metres",
    "probability",
    "why",
    "at_ms",
    "lon",
    "lat",
)
"""Of the CSV file, in their order."""

WHY = {
    True: "Its meter says that power is off while {recorded} is believed to have power{likely}.",
    False: "It reports no power while {recorded} is believed to have power{likely}.",
}


def doubted_links(board: Board) -> dict[str, Any]:
    """All of them at one journal position, the surest first. `probability` per 10,000 that the link is wrong."""
    situation = board.situation
    city, tree, names = situation.city, situation.tree, situation.device_ids
    found: list[dict[str, Any]] = []
    for premise, link in situation.links.items():
        lon, lat = float(city.premises.lon[premise]), float(city.premises.lat[premise])
        near = None
        if link.likely >= 0:
            x, y = city.metres(lon, lat)
            far_x, far_y = city.metres(float(tree.lon[link.likely]), float(tree.lat[link.likely]))
            metres = float(((x - far_x) ** 2 + (y - far_y) ** 2) ** 0.5)
            near = None if math.isnan(metres) else round(metres)
        likely = names[link.likely] if link.likely >= 0 else None
        found.append(
            {
                "premise": city.premises.id[premise],
                "address": city.premises.address(premise),
                "recorded": names[link.recorded],
                "recorded_kind": EdgeKind(int(tree.kind[link.recorded])).name.lower(),
                "likely": likely,
                "metres": near,
                "probability": link.chance,
                "by_meter": link.by_meter,
                "why": WHY[link.by_meter].format(
                    recorded=names[link.recorded], likely=f", and {likely} near by is not" if likely else ""
                ),
                "at_ms": link.at_ms,
                "lon": None if math.isnan(lon) else round(lon, 6),
                "lat": None if math.isnan(lat) else round(lat, 6),
            }
        )
    found.sort(key=lambda one: (-one["probability"], one["premise"]))
    return {"n": situation.position, "at_ms": board.at_ms, "links": found}


def as_csv(listed: dict[str, Any]) -> bytes:
    """The list as CSV (RFC 4180, UTF-8) below a line of names; what a spreadsheet takes for a formula is quoted."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for link in listed["links"]:
        writer.writerow([_plain(link[name]) for name in COLUMNS])
    return text.getvalue().encode()


def _plain(value: object) -> object:
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value
