"""Public trees of a generated city's storm, published into a folder as the publisher does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from stormops.clock import Clock
from stormops.core.area import Areas, areas
from stormops.core.mode import Mode
from stormops.core.view_public import PublicView
from stormops.feed.pages import Pages
from stormops.feed.publish.ladder import Rung
from stormops.feed.publish.picture import Picture, Taker
from stormops.feed.publish.store import Store
from stormops.feed.publish.tree import About, Tree
from stormops.gis import basemap
from stormops.settings import CityFile, Settings
from tests.core.storm_day import StormDay, small_city
from tests.feed.served import PHONE, K

CUSTOMERS = 4000
SECRET = b"0123456789abcdef"
Files = dict[str, bytes]


class Ticking:
    """A clock in the hands of a test, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def city_file(day: StormDay) -> CityFile:
    return CityFile(name=day.city.name, title=day.city.title, phone=PHONE, k=K, languages=["en", "es", "ht"])


def partition(day: StormDay, k: int = K) -> Areas:
    return areas(day.city, k)


def taker(day: StormDay, parted: Areas, k: int = K) -> Taker:
    return Taker(PublicView(day.city, parted, PHONE), parted, k, SECRET)


def tree_of(day: StormDay, folder: Path, parted: Areas, clock: Callable[[], float], built: Path | None = None) -> Tree:
    file = city_file(day)
    settings = Settings(feed_url="http://f", intake_url="http://i", dashboards=built or folder / "nowhere")
    pages = Pages(file, settings)
    tree = Tree(Store(folder, clock), parted, About(file, Clock(), {"city": file.name}, 5.0), pages)
    tree.lay({"areas": basemap.areas_geojson(parted, day.city)})
    return tree


def pointer(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "current.json").read_text()))


def files_of(folder: Path) -> Files:
    """The tree in force: what the pointer leads to, and every file that keeps its name."""
    told = pointer(folder)
    paths = [path for path in told["paths"].values() if isinstance(path, str)] + list(told["paths"]["map"].values())
    paths += json.loads((folder / told["paths"]["summary"]).read_text())["tiles"]["paths"].values()
    paths += [moment["path"] for moment in json.loads((folder / "past.json").read_text())["moments"]]
    named = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]
    plain = [name for name in named if not name.startswith("f/") and not name.endswith((".gz", ".br"))]
    return {name: (folder / name).read_bytes() for name in {*paths, *plain}}


class LargeOutages(StormDay):
    """A storm in which every other device that fails feeds some dozens or hundreds."""

    def _device_fails(self) -> None:
        super()._device_fails()
        if self.rng.random() < 0.5:
            large = np.flatnonzero((self.tree.customers >= 60) & (self.tree.customers <= 800))
            self.dark = self.tree.below(int(self.rng.choice(large.tolist()))).tolist()


def storm_day(seed: int = 5, customers: int = CUSTOMERS) -> StormDay:
    return LargeOutages(seed, *small_city(customers))


def pictures(day: StormDay, take: Taker, steps: int) -> Iterator[Picture]:
    """One picture a tick while the storm goes on."""
    for _ in range(steps):
        day.step(reports=20)
        yield take.take(day.situation)


def in_mode(picture: Picture, mode: Mode) -> Picture:
    said: Mapping[str, Any] = {**picture.mode, "mode": mode.value}
    return picture._replace(mode=said)


def publish(tree: Tree, picture: Picture, now: float = 1000.0, rung: Rung = Rung.LIVE) -> None:
    tree.publish(picture, rung, 1_795_000_000_000, now)
