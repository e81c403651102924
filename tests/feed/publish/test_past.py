"""Past moments: thinned as stated, whole after a restart, kept while they are named, nothing but what was public."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stormops.feed.publish import past as module
from stormops.feed.publish import store as store_module
from stormops.feed.publish.past import DAY_MS, EVERY_MS, HOURLY_MS, INDEX, KEEP_MS, Moment, Past, thinned, whole
from stormops.feed.publish.picture import Picture
from stormops.feed.publish.store import Store
from tests.feed.publish.trees import Ticking

START_MS = 1_795_000_000_000


def picture(number: int, at_ms: int, out: int = 30) -> Picture:
    areas = {"a": {"id": "a", "name": "A", "customers": 90, "out": out, "since_ms": 1}} if out else {}
    totals = {"customers": 90, "customers_out": out, "areas_affected": len(areas), "at_ms": at_ms}
    mode, unheard = {"mode": "normal", "since_ms": 0, "sentence": "s"}, {"whole": False, "areas": []}
    return Picture(number, at_ms, {}, totals, mode, unheard, areas, ())


def index(folder: Path) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = json.loads((folder / INDEX).read_text())["moments"]
    return told


def publish(store: Store, past: Past, one: Picture) -> None:
    past.publish(one)
    store.sweep()


def test_a_moment_every_five_minutes_and_hourly_after_a_day(tmp_path: Path) -> None:
    clock = Ticking()
    store = Store(tmp_path, clock)
    past = Past(store)
    at_ms = START_MS
    for minute in range(0, 40 * 60, 2):
        at_ms = START_MS + minute * 60_000
        clock.now += 120
        publish(store, past, picture(minute + 1, at_ms, out=20 + minute % 60))
    moments = index(tmp_path)
    ages = [at_ms - moment["at_ms"] for moment in moments]
    assert len([age for age in ages if age <= DAY_MS]) in (288, 289)
    assert len([age for age in ages if age > DAY_MS]) in (15, 16, 17)
    assert moments == sorted(moments, key=lambda moment: moment["at_ms"])
    for moment in moments:  # far older than what no tree uses: named, so kept
        told = json.loads((tmp_path / moment["path"]).read_text())
        assert (told["n"], told["at_ms"]) == (moment["n"], moment["at_ms"])
        assert told["totals"]["customers_out"] == moment["out"] == told["areas"][0]["out"]
    files = {path.name for path in (tmp_path / "f").iterdir() if path.suffix == ".json"}
    for path in (tmp_path / "f").glob("*.json"):
        assert json.loads(path.read_text())
    lately = {moment["path"].removeprefix("f/") for moment in moments}
    assert len(files - lately) <= 1 + store_module.KEEP_SECONDS // 300, "the others went"


@given(
    ages=st.lists(st.integers(0, KEEP_MS + 5 * HOURLY_MS), max_size=80),
    now_ms=st.integers(START_MS, START_MS + DAY_MS),
)
def test_what_is_thinned_is_the_first_of_its_stretch(ages: list[int], now_ms: int) -> None:
    moments = [Moment(now_ms - age, place, 0, f"f/{place}") for place, age in enumerate(sorted(ages, reverse=True))]
    kept = thinned(moments, now_ms)
    assert kept == [moment for moment in moments if moment in kept], "in order, and nothing besides"
    assert thinned(kept, now_ms) == kept
    assert all(now_ms - moment.at_ms <= KEEP_MS for moment in kept)
    for moment in moments:
        age = now_ms - moment.at_ms
        if age <= KEEP_MS:
            step = EVERY_MS if age <= DAY_MS else HOURLY_MS
            same = [one for one in kept if one.at_ms // step == moment.at_ms // step]
            assert same
            assert min(one.at_ms for one in same) <= moment.at_ms


def test_another_process_goes_on_with_what_is_whole(tmp_path: Path) -> None:
    store = Store(tmp_path, Ticking())
    past = Past(store)
    for number in range(4):
        publish(store, past, picture(number + 1, START_MS + number * EVERY_MS, out=20 + number))
    before = index(tmp_path)
    assert len(before) == 4
    (tmp_path / before[1]["path"]).write_bytes(b"")  # a power cut
    (tmp_path / before[2]["path"]).unlink()
    again = Store(tmp_path, Ticking())
    publish(again, Past(again), picture(9, START_MS + 9 * EVERY_MS))
    assert [moment["n"] for moment in index(tmp_path)] == [1, 4, 9]


def test_another_journals_moments_are_dropped(tmp_path: Path) -> None:
    store = Store(tmp_path, Ticking())
    publish(store, Past(store), picture(500, START_MS + 10 * EVERY_MS))
    again = Store(tmp_path, Ticking())
    publish(again, Past(again), picture(3, START_MS))
    assert [moment["n"] for moment in index(tmp_path)] == [3]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"version":1}', b'{"version":1,"moments":[{"at_ms":1}]}'])
def test_an_index_that_is_none_is_begun_anew(tmp_path: Path, body: bytes) -> None:
    (tmp_path / INDEX).write_bytes(body)
    store = Store(tmp_path, Ticking())
    publish(store, Past(store), picture(3, START_MS))
    assert [moment["n"] for moment in index(tmp_path)] == [3]


def test_a_path_that_is_none_of_ours_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"n":3}')
    folder = tmp_path / "public"
    folder.mkdir()
    line = {"at_ms": START_MS, "n": 3, "out": 1, "path": "../secret.json"}
    (folder / INDEX).write_text(json.dumps({"version": 1, "moments": [line]}))
    store = Store(folder, Ticking())
    publish(store, Past(store), picture(4, START_MS + EVERY_MS))
    assert [moment["n"] for moment in index(folder)] == [4]


def test_the_oldest_go_when_there_is_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PAST_BYTES_MAX", 800)
    store = Store(tmp_path, Ticking())
    past = Past(store)
    for number in range(10):
        publish(store, past, picture(number + 1, START_MS + number * EVERY_MS, out=20 + number))
    kept = [moment["n"] for moment in index(tmp_path)]
    assert kept == list(range(11 - len(kept), 11))
    assert 1 <= len(kept) < 10


def test_a_moment_is_what_was_public_and_no_more() -> None:
    one = picture(5, START_MS)
    told = whole(one)
    assert set(told) == {"n", "at_ms", "totals", "mode", "unheard", "areas"}
    assert told["areas"] == list(one.areas.values())
    assert told["totals"] == {"customers": 90, "customers_out": 30, "areas_affected": 1}
