from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from stormops.core.mode import Mode
from stormops.feed.publish import tree as tree_module
from stormops.feed.publish.ladder import Rung
from stormops.feed.publish.store import Store
from stormops.feed.publish.tree import GONE_SECONDS
from tests.core.storm_day import StormDay
from tests.feed.publish.trees import (
    Ticking,
    files_of,
    in_mode,
    partition,
    pictures,
    pointer,
    publish,
    storm_day,
    taker,
    tree_of,
)


@pytest.fixture(scope="module")
def day() -> StormDay:
    day = storm_day()
    for _ in range(8):
        day.step(reports=20)
    return day


def test_the_pointer_leads_to_everything(tmp_path: Path, day: StormDay) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    publish(tree_of(day, tmp_path, parted, Ticking()), picture)
    told, files = pointer(tmp_path), files_of(tmp_path)
    assert (told["n"], told["at_ms"], told["refresh"], told["refresh_s"]) == (picture.n, picture.at_ms, "live", 30)
    assert told["published_ms"] == 1_795_000_000_000
    assert len((tmp_path / "current.json").read_bytes()) < 2000
    assert json.loads(files[told["paths"]["areas"]])["areas"] == list(picture.areas.values())
    summary = json.loads(files[told["paths"]["summary"]])
    assert summary["totals"]["customers_out"] == picture.totals["customers_out"]
    marks = [json.loads(files[path])["features"] for path in summary["tiles"]["paths"].values()]
    assert all(marks)
    incidents = json.loads(files[told["paths"]["incidents"]])["incidents"]
    assert [one["id"] for one in incidents] == [one.name for one in picture.incidents]
    for language, page in told["pages"].items():
        assert f'lang="{language}"'.encode() in files[page]
        assert all(f"{language}/{one['page']}" in files for one in incidents)
        assert f"{language}/outages.txt" in files


def test_the_geojson_is_for_programs(tmp_path: Path, day: StormDay) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    publish(tree_of(day, tmp_path, parted, Ticking()), picture)
    told = json.loads((tmp_path / "outages.geojson").read_text())
    assert told["type"] == "FeatureCollection"
    assert (told["n"], told["at_ms"]) == (picture.n, picture.at_ms)
    assert {feature["id"]: feature["properties"]["out"] for feature in told["features"]} == {
        key: area["out"] for key, area in picture.areas.items()
    }
    assert all(shapely.from_geojson(json.dumps(f["geometry"])).is_valid for f in told["features"])


def test_two_origins_at_one_position_write_the_same_files(tmp_path: Path, day: StormDay) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    for name in ("one", "two"):
        publish(tree_of(day, tmp_path / name, parted, Ticking()), picture)
    assert files_of(tmp_path / "one") == files_of(tmp_path / "two")


def test_only_what_changed_is_written(tmp_path: Path, day: StormDay) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    tree = tree_of(day, tmp_path, parted, Ticking())
    publish(tree, picture)
    before = {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()}
    publish(tree, picture)
    assert {path: path.stat().st_ino for path in tmp_path.rglob("*") if path.is_file()} == before
    publish(tree, picture._replace(at_ms=picture.at_ms + 1000))
    changed = {str(path.relative_to(tmp_path)) for path, inode in before.items() if path.stat().st_ino != inode}
    assert {"current.json", "en/index.html", "en/outages.txt", "outages.geojson"} <= changed
    assert not any(name.startswith(("f/", "map/", "age.js")) for name in changed)


def test_the_rung_is_told_and_the_mode_is_said(tmp_path: Path, day: StormDay) -> None:
    parted = partition(day)
    picture = in_mode(taker(day, parted).take(day.situation), Mode.ISLAND)
    tree = tree_of(day, tmp_path, parted, Ticking())
    publish(tree, picture, rung=Rung.STATIC)
    told = pointer(tmp_path)
    assert (told["mode"], told["refresh"], told["refresh_s"]) == ("island", "static", 0)
    assert b"http-equiv" not in (tmp_path / "en/index.html").read_bytes()
    publish(tree, picture, rung=Rung.FIVE_MINUTES)
    assert b'content="300"' in (tmp_path / "en/index.html").read_bytes()


def test_a_pointer_never_leads_to_what_is_not_there(tmp_path: Path) -> None:
    day, clock = storm_day(6), Ticking()
    parted = partition(day)
    tree = tree_of(day, tmp_path, parted, clock)
    for picture in pictures(day, taker(day, parted), 10):
        clock.now += 600
        publish(tree, picture, clock.now)
        files_of(tmp_path)  # reads all that the pointer names
        assert pointer(tmp_path)["n"] == picture.n


def test_a_tree_that_cannot_be_written_leaves_the_one_before(
    tmp_path: Path, day: StormDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    tree = tree_of(day, tmp_path, parted, Ticking())
    publish(tree, picture)
    before = pointer(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Store, "_replace", full)
        with pytest.raises(OSError, match="space"):
            publish(tree, picture._replace(n=picture.n + 1, at_ms=picture.at_ms + 60_000))
    assert pointer(tmp_path) == before
    files_of(tmp_path)


def test_the_page_of_an_incident_that_is_over_says_so_and_then_goes(
    tmp_path: Path, day: StormDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    parted = partition(day)
    picture = taker(day, parted).take(day.situation)
    tree = tree_of(day, tmp_path, parted, Ticking())
    publish(tree, picture, 1000)
    name = picture.incidents[0].name
    page = tmp_path / f"es/incident/{name}.html"
    shown = page.read_text()
    over = picture._replace(incidents=picture.incidents[1:])
    publish(tree, over, 1010)
    assert "ya no está en la lista" in page.read_text()
    publish(tree, picture, 1020)
    assert page.read_text() == shown
    # Another process finds what the first one left.
    again = tree_of(day, tmp_path, parted, Ticking())
    publish(again, over, 2000)
    assert "ya no está en la lista" in page.read_text()
    publish(again, over, 2001 + GONE_SECONDS)
    assert not page.exists()
    publish(again, picture, 3000 + GONE_SECONDS)
    monkeypatch.setattr(tree_module, "GONE_MAX", 0)
    publish(again, over, 3001 + GONE_SECONDS)
    assert not page.exists()


def test_the_built_map_page_is_in_every_language(tmp_path: Path, day: StormDay) -> None:
    built = tmp_path / "dist"
    built.mkdir()
    (built / "index.html").write_text('<html lang="en"><!--plain--><!--/plain--></html>')
    parted = partition(day)
    picture = in_mode(taker(day, parted).take(day.situation), Mode.STORM)
    publish(tree_of(day, tmp_path / "public", parted, Ticking(), built), picture)
    assert '<html lang="ht">' in (tmp_path / "public/ht/map.html").read_text()
    assert 'data-mode="storm"' in (tmp_path / "public/ht/map.html").read_text()
