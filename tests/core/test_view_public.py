"""What everybody sees, and the attack on it (invariant 7)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stormops.core.area import Areas, areas
from stormops.core.entry import Entry, MetersListened, ModeChanged
from stormops.core.mode import FOR_THE_PUBLIC, Mode
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view_public import PublicView
from tests.core.privacy import Attack, identifiers
from tests.core.storm_day import StormDay, small_city

K = 20


@pytest.fixture(scope="module")
def partition() -> Areas:
    return areas(small_city(1500)[0], K)


@pytest.fixture(scope="module")
def messages(partition: Areas) -> list[dict[str, Any]]:
    """Everything that the public is ever sent in a storm: first the snapshot, then all changes."""
    city, tree = small_city(1500)
    day, situation = StormDay(2, city, tree), Situation(city, tree)
    public = PublicView(city, partition, "850-555-0100")
    sent: list[dict[str, Any]] = [{"set": public.snapshot(situation), "unset": []}]
    for _ in range(40):
        for entry in day.step(reports=8):
            touched = situation.apply([entry])
            put, unset = public.changes(situation, touched)
            sent.append({"set": put, "unset": unset})
    return sent


def test_each_customer_is_counted_once_in_their_area(partition: Areas) -> None:
    city, tree = small_city(1500)
    day = StormDay(1, city, tree)
    for _ in range(15):
        day.step(reports=10)
    situation = day.situation
    view = PublicView(city, partition).snapshot(situation)
    regions = {value["id"]: value for key, value in view.items() if key.startswith("area/")}
    dark = situation.coverage.bits != 0
    for row, name in enumerate(partition.id):
        members = partition.area_of_premise == row
        out = int(np.count_nonzero(dark & members))
        assert (name in regions) == bool(out)
        if out:
            assert regions[name]["out"] == out
            assert regions[name]["customers"] == np.count_nonzero(members)
            began = {
                situation.incidents[int(owner)].since_ms
                for utility in range(4)
                for owner in (
                    situation.coverage.owner(utility, premise) for premise in np.flatnonzero(dark & members).tolist()
                )
                if owner >= 0
            }
            assert regions[name]["since_ms"] == min(began)
    assert view["totals"]["customers_out"] == sum(value["out"] for value in regions.values()) > 0
    assert view["totals"]["areas_affected"] == len(regions)
    assert view["totals"]["customers"] == len(city.premises)


def test_nothing_touched_means_no_region_changed(partition: Areas) -> None:
    city, tree = small_city(1500)
    public = PublicView(city, partition)
    situation = Situation(city, tree)
    public.snapshot(situation)
    changes = public.changes(situation, Touched())
    assert changes.put.keys() == {"totals"}
    assert changes.unset == []


def test_the_storm_shows_enough_to_attack(messages: list[dict[str, Any]]) -> None:
    shown = {key for message in messages for key in message["set"]}
    assert len([key for key in shown if key.startswith("area/")]) >= 5


def test_no_word_of_a_premise_a_person_a_report_or_a_device_is_ever_sent(messages: list[dict[str, Any]]) -> None:
    city, _ = small_city(1500)
    assert identifiers(city).found_in(repr(messages)) == []


def test_no_two_published_regions_differ_by_fewer_than_k_premises(
    messages: list[dict[str, Any]], partition: Areas
) -> None:
    attack = Attack(small_city(1500)[0], partition, K)
    for message in messages:
        attack.read(message["set"])
    assert attack.findings() == []


def test_positions_are_never_finer_than_the_whole_city(messages: list[dict[str, Any]]) -> None:
    for message in messages:
        for key, value in message["set"].items():
            numbers = [field for name, field in value.items() if isinstance(field, float) and name != "at_ms"]
            assert not numbers
            if key == "city":
                coarse = [*value["centre"], *value["bbox"]]
                assert coarse == [round(number, 2) for number in coarse]


def test_the_attack_finds_what_leaks(partition: Areas) -> None:
    """The checks above can fail: each kind of leak is found."""
    city, _ = small_city(1500)
    words = identifiers(city)
    for leak in (city.premises.address(7), city.premises.phone[7], city.premises.id[7], city.network.edge_id[7]):
        assert words.found_in(f"somewhere {leak}, else") != []
    assert words.found_in("receipt 01-2345-6789-012-3") != []
    attack = Attack(city, partition, K)
    attack.read({"area/A001": {"id": "A001", "name": "x", "customers": 19, "out": 1, "since_ms": 1}})
    assert attack.findings()
    attack = Attack(city, partition, K)
    attack.read({"totals": {"customers": len(city.premises) + 5, "customers_out": 0, "areas_affected": 0, "at_ms": 0}})
    assert attack.findings()


def test_the_mode_is_told_to_everybody_without_who_and_why(partition: Areas) -> None:
    city, tree = small_city(1500)
    situation = Situation(city, tree)
    view = PublicView(city, partition)
    assert view.snapshot(situation)["mode"]["mode"] == "normal"
    changed = ModeChanged(mode=Mode.SURGE, was=Mode.NORMAL, cause="declared", by="dora", reason="9 Elm St is out")
    put, _ = view.changes(situation, situation.apply([Entry(1, 0, "", 0, 1, 0, changed)]))
    assert put["mode"] == {"mode": "surge", "since_ms": 0, "sentence": FOR_THE_PUBLIC[Mode.SURGE]}
    assert view.snapshot(situation)["mode"] == put["mode"]


def test_areas_whose_meters_are_not_heard_are_named_and_nothing_else_of_them(partition: Areas) -> None:
    city, tree = small_city(1500)
    situation = Situation(city, tree)
    public = PublicView(city, partition)
    assert public.snapshot(situation)["unheard"] == {"whole": False, "areas": []}
    ears = situation.meter_areas
    first, rest = ears.id[1], [name for row, name in enumerate(ears.id) if row != 1]
    some = MetersListened(every_ms=900_000, silent=[first], silent_ms=[5])
    put, _ = public.changes(situation, situation.apply([Entry(1, 9, "", 0, 1, 0, some)]))
    (said,) = [put["unheard"]]
    assert not said["whole"]
    assert said["areas"]
    assert all(set(area) == {"id", "name", "since_ms"} and area["since_ms"] == 5 for area in said["areas"])
    every = MetersListened(every_ms=900_000, silent=rest, silent_ms=[6] * len(rest))
    put, _ = public.changes(situation, situation.apply([Entry(2, 9, "", 0, 1, 1, every)]))
    assert put["unheard"]["whole"]
    assert len(put["unheard"]["areas"]) == len(partition)
    heard = MetersListened(every_ms=900_000, heard=ears.id, heard_ms=[8] * len(ears))
    put, _ = public.changes(situation, situation.apply([Entry(3, 9, "", 0, 1, 2, heard)]))
    assert put["unheard"] == {"whole": False, "areas": []} == public.snapshot(situation)["unheard"]
