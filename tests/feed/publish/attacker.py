"""An attacker on public trees (invariant 7): has every file ever published, the city's map, and arithmetic.

Two ways are tried. *Regions*: every outline, cluster and table row is a set of premises; what can be made of
them by union and difference, or by subtracting one published count of customers from another, must hold
nobody or at least k. *Cells*: what an incident has out in an area is known as an interval (exactly, or "at
least", up to the next step); a figure, a difference in time, or what is left of a total is a find when the
attacker can be sure that it holds somebody and fewer than k.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections import defaultdict
from typing import Any

import numpy as np
import shapely

from stormops.core.network import City
from tests.core.privacy import SEAM_DEGREES, identifiers
from tests.feed.publish.trees import Files

Interval = tuple[int, int]

OPAQUE = re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{32})\b")
"""Names of incidents and of files: digests, in which any digits may come by chance."""

CELLS = 4
"""The documented clusters a tile and direction."""


class TreeAttack:
    """Reads trees, one after another; then tells what it found."""

    def __init__(self, city: City, k: int, phone: str) -> None:
        self._k = k
        self._city = city
        self._phone = phone
        self._points = shapely.points(city.premises.lon, city.premises.lat)
        self._words = identifiers(city)
        self._seen: set[bytes] = set()
        self._shapes: dict[bytes, str] = {}
        self._customers: dict[str, set[int]] = defaultdict(set)
        self._marks: dict[str, set[tuple[float, float]]] = defaultdict(set)
        self._cells: dict[tuple[str, str], set[Interval]] = defaultdict(set)
        self._found: list[str] = []
        self.read_figures = 0
        self.moments: set[int] = set()

    # --- reading --------------------------------------------------------------------------------------

    def read(self, files: Files) -> None:
        """Take note of one tree, and of what follows from it alone."""
        pointer = json.loads(files["current.json"])
        fresh = {name: body for name, body in files.items() if body not in self._seen}
        self._seen |= set(fresh.values())
        text = b"\n".join(fresh.values()).decode().replace(self._phone, "").replace(self._phone.replace("-", ""), "")
        self._found += [
            f"one of {len(fresh)} files names {word}" for word in self._words.found_in(OPAQUE.sub("", text))
        ]
        summary = json.loads(files[pointer["paths"]["summary"]])
        table = {area["id"]: area for area in json.loads(files[pointer["paths"]["areas"]])["areas"]}
        shapes = json.loads(files[pointer["paths"]["map"]["areas"]])["features"]
        homes = {shape["properties"]["id"]: shape["properties"]["premises"] for shape in shapes}
        for shape in [*shapes, *json.loads(files["outages.geojson"])["features"]]:
            self._outline(shape)
        for key, area in table.items():
            self._customers[f"area {key}"].add(area["customers"])
        for key, customers in homes.items():
            self._customers[f"area {key}"].add(customers)
        self._sure("the totals without the areas", summary["totals"]["customers"] - sum(homes.values()))
        out = sum(area["out"] for area in table.values())
        self._sure("the total out without the table's", summary["totals"]["customers_out"] - out)
        labels = {shape["properties"]["id"]: _label(shape["geometry"]) for shape in shapes if shape["geometry"]}
        for tile, path in summary["tiles"]["paths"].items():
            self._tile(tile, json.loads(files[path])["features"], labels, homes, table)
        self._incidents(json.loads(files[pointer["paths"]["incidents"]]), table)
        for moment in json.loads(files[pointer["paths"]["past"]])["moments"]:
            self._moment(moment, json.loads(files[moment["path"]]), homes)
        self._pages(files, {shape["properties"]["name"]: shape["properties"]["id"] for shape in shapes})

    def _moment(self, line: dict[str, Any], past: dict[str, Any], homes: dict[str, int]) -> None:
        """A past moment is the table of its time, and its line in the index says nothing besides."""
        self.read_figures += 1
        self.moments.add(past["n"])
        self._sure("a past total without its areas", past["totals"]["customers"] - sum(homes.values()))
        out = sum(area["out"] for area in past["areas"])
        self._sure("a past total out without its areas", past["totals"]["customers_out"] - out)
        self._sure("the index without its moment", line["out"] - out)
        for area in past["areas"]:
            self._customers[f"area {area['id']}"].add(area["customers"])

    def _outline(self, shape: dict[str, Any]) -> None:
        if shape["geometry"]:
            self._shapes.setdefault(json.dumps(shape["geometry"]).encode(), shape["properties"]["id"])

    def _tile(
        self,
        tile: str,
        marks: list[dict[str, Any]],
        labels: dict[str, tuple[float, float]],
        homes: dict[str, int],
        table: dict[str, Any],
    ) -> None:
        """A mark's customers, and how many of them are out, against the rows that its cell must be made of."""
        zoom = int(tile.split("/", maxsplit=1)[0])
        for mark in marks:
            said, at = mark["properties"], tuple(mark["geometry"]["coordinates"])
            self.read_figures += 1
            if "id" in said:
                self._marks[f"area {said['id']}"].add(at)
                self._sure(f"{tile} without the table", said["out"] - table[said["id"]]["out"])
                self._customers[f"area {said['id']}"].add(said["customers"])
                continue
            if "areas" not in said:  # a mark of something else: where it stands tells whose it is
                self._marks[f"in {self._home(at)}"].add(at)
                continue
            cell = self._cell(at, zoom)
            inside = [key for key, label in labels.items() if self._cell(label, zoom) == cell]
            self._customers[f"cell {zoom}/{cell}"].add(said["customers"])
            dark = sum(table[key]["out"] for key in inside if key in table)
            self._sure(f"{tile} {cell} out without its areas", said["out"] - dark)
            rest = said["customers"] - sum(homes[key] for key in inside)
            self._sure(f"{tile} {cell} without its areas", rest)

    def _home(self, at: tuple[float, float]) -> str:
        """The area that a point is in, by the outlines seen."""
        for body, key in self._shapes.items():
            if shapely.covers(shapely.from_geojson(body.decode()), shapely.Point(at)):
                return key
        return "nowhere"

    @staticmethod
    def _cell(at: tuple[float, float], zoom: int) -> tuple[int, int]:
        across = CELLS * 2**zoom
        y = (1 - math.asinh(math.tan(math.radians(at[1]))) / math.pi) / 2
        return int((at[0] + 180) / 360 * across), int(y * across)

    def _incidents(self, told: dict[str, Any], table: dict[str, Any]) -> None:
        step = told["k"]
        known: dict[str, list[Interval]] = defaultdict(list)
        for one in told["incidents"]:
            rows = [(row["id"], row["customers_out_at_least"]) for row in one["areas"]]
            for area, least in rows:
                self.read_figures += 1
                self._cells[one["id"], area].add((least, least + step - 1))
                if one["utility"] == "electric":
                    known[area].append((least, least + step - 1))
            self._sure(
                f"incident {one['id']} without its areas", one["customers_out_at_least"] - sum(n for _, n in rows)
            )
        for area, cells in known.items():
            out = table[area]["out"]
            left = max(0, out - sum(high for _, high in cells)), out - sum(low for low, _ in cells)
            self._interval(f"what no shown incident has out in {area}", left)

    def _pages(self, files: Files, names: dict[str, str]) -> None:
        """Pages say figures in words, in the steps that they name: one more of a cell to subtract."""
        for name, body in files.items():
            match = re.fullmatch(r"en/incident/(\w+)\.html", name)
            for area, figure in re.findall(r"<li>(.+?): ([\d,]+)</li>", body.decode()) if match else ():
                self.read_figures += 1
                step = int(re.findall(r"in steps of (\d+)", body.decode())[0])
                least = int(figure.replace(",", ""))
                self._cells[match[1] if match else "", names[html.unescape(area)]].add((least, least + step - 1))

    # --- finding --------------------------------------------------------------------------------------

    def _sure(self, what: str, difference: int) -> None:
        self._interval(what, (abs(difference), abs(difference)))

    def _interval(self, what: str, held: Interval) -> None:
        if held[0] > 0 and held[1] < self._k:
            self._found.append(f"{what}: {held[0]} to {held[1]} premises")

    def findings(self) -> list[str]:
        """What isolates too few, in sentences."""
        return self._found + self._regions() + self._moved() + self._differences()

    def _regions(self) -> list[str]:
        outlines = [shapely.from_geojson(body.decode()) for body in self._shapes]
        inner = np.column_stack([shapely.covers(shapely.buffer(o, -SEAM_DEGREES), self._points) for o in outlines])
        outer = np.column_stack([shapely.covers(shapely.buffer(o, SEAM_DEGREES), self._points) for o in outlines])
        membership = inner[(inner == outer).all(axis=1)]
        atoms, sizes = np.unique(membership, axis=0, return_counts=True)
        names = list(self._shapes.values())
        return [
            f"{size} premises are told apart by {[names[i] for i in np.flatnonzero(atom)]}"
            for atom, size in zip(atoms, sizes.tolist(), strict=True)
            if size < self._k
        ]

    def _moved(self) -> list[str]:
        return [
            f"the mark of {key} stands at {len(points)} places"
            for key, points in self._marks.items()
            if len(points) > 1
        ]

    def _differences(self) -> list[str]:
        """Of two times: the same region with other customers, the same cell with another figure."""
        found = []
        for name, counts in self._customers.items():
            steps = np.diff(sorted(counts))
            found += [f"{name}: two counts of its customers differ by {step}" for step in steps if step < self._k]
            found += [f"{name} has {count} customers" for count in counts if count < self._k]
        for (incident, area), intervals in self._cells.items():
            for low, high in intervals:
                if low > 0 and high < self._k:
                    found.append(f"{incident} has {low} to {high} out in {area}")
            for a in intervals:
                for b in intervals:
                    if a[0] - b[1] > 0 and a[1] - b[0] < self._k:
                        found.append(f"{incident} in {area} changed by {a[0] - b[1]} to {a[1] - b[0]}")
        return found


def _label(outline: dict[str, Any]) -> tuple[float, float]:
    """Where the documentation says that an area's mark stands."""
    point = shapely.from_geojson(json.dumps(outline)).representative_point()
    return round(point.x, 5), round(point.y, 5)
