"""Invariant 7 by attack: a storm's public trees tell nothing of fewer than k premises, and leaky ones are found out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stormops.core import view_incidents
from stormops.core.area import Areas
from stormops.core.view_incidents import Cell
from stormops.feed.publish import tree as tree_module
from stormops.feed.publish.picture import Picture
from stormops.feed.publish.tiles import AREA_ZOOM, Cluster, Tile, Tiles, _cell
from tests.core.storm_day import StormDay
from tests.feed.publish import trees
from tests.feed.publish.attacker import TreeAttack
from tests.feed.served import PHONE, K

STEPS = 10
Change = Callable[[StormDay, Picture], Picture]
Spoil = Callable[[StormDay, trees.Files], None]


def attacked(
    folder: Path,
    *,
    day: StormDay | None = None,
    least: Callable[[int], int] = lambda _: K,
    k: int = K,
    spoil: Spoil = lambda *_: None,
) -> TreeAttack:
    """The trees of a storm, each read by the attacker."""
    day = day or trees.storm_day()
    attack = TreeAttack(day.city, K, PHONE)
    partitions = {size: trees.partition(day, size) for size in map(least, range(2))}
    made = {size: trees.tree_of(day, folder / f"{size}", areas, trees.Ticking()) for size, areas in partitions.items()}
    shown = 0
    for step in range(STEPS):
        day.step(reports=20)
        picture = trees.taker(day, partitions[least(step)], k).take(day.situation)
        trees.publish(made[least(step)], picture)
        files = trees.files_of(folder / f"{least(step)}")
        spoil(day, files)
        attack.read(files)
        shown += len(picture.incidents)
    assert attack.read_figures > 50
    assert shown > 0
    return attack


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_trees_of_a_storm_isolate_nobody(tmp_path: Path, seed: int) -> None:
    assert attacked(tmp_path, day=trees.storm_day(seed)).findings() == []


def test_past_moments_are_read_too(tmp_path: Path) -> None:
    """Each step of the storm is half a minute; an hour goes by now and then."""
    assert len(attacked(tmp_path).moments) > 1


def steps_of_one(_: StormDay, files: trees.Files) -> None:
    """The file says that its counts are exact."""
    name = json.loads(files["current.json"])["paths"]["incidents"]
    assert b'{"k":20' in files[name]
    files[name] = files[name].replace(b'{"k":20', b'{"k":1')


# --- and the attacker finds what leaks ----------------------------------------------------------------


def test_cells_of_fewer_than_k_are_found(tmp_path: Path) -> None:
    found = attacked(tmp_path, k=1, spoil=steps_of_one).findings()
    assert any("out in A" in one or "changed by" in one for one in found)


def test_exact_counts_of_large_cells_are_found_by_their_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows hold at least k, but say the exact count in steps of one."""

    def exact(situation: Any, incident: Any, areas: Areas, k: int) -> list[Cell]:
        of = areas.area_of_premise[situation.coverage.owned(incident)]
        counts = np.bincount(of[of >= 0], minlength=len(areas))
        return [Cell(area, int(counts[area])) for area in np.flatnonzero(counts >= k).tolist()]

    monkeypatch.setattr(view_incidents, "_cells", exact)

    findings = attacked(tmp_path, spoil=steps_of_one).findings()
    assert any("changed by" in one or "what no shown incident" in one for one in findings)


def test_a_total_that_holds_what_is_not_shown_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = tree_module._incidents

    def leaky(picture: Picture) -> list[dict[str, Any]]:
        return [one | {"customers_out_at_least": one["customers_out_at_least"] + 3} for one in honest(picture)]

    monkeypatch.setattr(tree_module, "_incidents", leaky)
    assert any("without its areas" in one for one in attacked(tmp_path).findings())


def test_clusters_that_cut_areas_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As map servers cluster: whoever lives in the cell, counted where they live."""
    day = trees.storm_day()
    lon, lat = day.city.premises.lon, day.city.premises.lat

    def by_home(self: Tiles, zoom: int) -> list[Cluster]:
        label = self.label
        if zoom == AREA_ZOOM:
            return [
                Cluster(Tile(zoom, *(c // 4 for c in _cell(*at, zoom))), (row,), int(self._areas.premises[row]), *at)
                for row, at in enumerate(label)
                if at
            ]
        cells: dict[tuple[int, int], list[int]] = {}
        for premise in range(len(lon)):
            cells.setdefault(_cell(float(lon[premise]), float(lat[premise]), zoom), []).append(premise)
        return [
            Cluster(
                Tile(zoom, x // 4, y // 4),
                tuple(np.unique(self._areas.area_of_premise[homes]).tolist()),
                len(homes),
                round(float(lon[homes].mean()), 5),
                round(float(lat[homes].mean()), 5),
            )
            for (x, y), homes in cells.items()
        ]

    monkeypatch.setattr(Tiles, "_at", by_home)
    findings = attacked(tmp_path, day=day).findings()
    assert any("/" in one and "without its areas" in one for one in findings), findings


def test_a_second_partition_is_found_however_large_its_areas_are(tmp_path: Path) -> None:
    findings = attacked(tmp_path, least=lambda step: K if step % 2 else 350).findings()
    assert findings


def test_an_incident_marked_where_it_is_is_found(tmp_path: Path) -> None:
    def mark(day: StormDay, files: trees.Files) -> None:
        summary = json.loads(files[json.loads(files["current.json"])["paths"]["summary"]])
        path = next(path for tile, path in summary["tiles"]["paths"].items() if tile.startswith(f"{AREA_ZOOM}/"))
        tile = json.loads(files[path])
        for incident in day.situation.incidents.values():
            homes = day.situation.coverage.owned(incident)
            if len(homes):
                at = [float(day.city.premises.lon[homes].mean()), float(day.city.premises.lat[homes].mean())]
                point = {"type": "Point", "coordinates": at}
                tile["features"].append({"type": "Feature", "geometry": point, "properties": {"out": len(homes)}})
        files[path] = json.dumps(tile).encode()

    assert any("stands at" in one for one in attacked(tmp_path, spoil=mark).findings())


def test_an_address_on_an_incidents_page_is_found(tmp_path: Path) -> None:
    def name_it(day: StormDay, files: trees.Files) -> None:
        for name in files:
            if "/incident/" in name:
                files[name] += day.city.premises.address(7).encode()

    assert any("files name" in one for one in attacked(tmp_path, spoil=name_it).findings())


def test_a_past_total_that_holds_one_house_more_is_found(tmp_path: Path) -> None:
    def add(_: StormDay, files: trees.Files) -> None:
        path = json.loads(files["past.json"])["moments"][0]["path"]
        past: dict[str, Any] = json.loads(files[path])
        totals: Mapping[str, int] = past["totals"]
        files[path] = json.dumps(past | {"totals": {**totals, "customers_out": totals["customers_out"] + 1}}).encode()

    assert any("past total out" in one for one in attacked(tmp_path, spoil=add).findings())


def test_a_premise_in_the_total_and_in_no_area_is_found(tmp_path: Path) -> None:
    def add(_: StormDay, files: trees.Files) -> None:
        name = json.loads(files["current.json"])["paths"]["summary"]
        summary: dict[str, Any] = json.loads(files[name])
        totals: Mapping[str, int] = summary["totals"]
        files[name] = json.dumps(summary | {"totals": {**totals, "customers": totals["customers"] + 2}}).encode()

    assert any("totals without the areas" in one for one in attacked(tmp_path, spoil=add).findings())
