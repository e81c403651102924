"""Invariant 3 with the real situation: what was shown plus what changed is what is shown."""

from __future__ import annotations

import math
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.area import areas
from stormops.core.entry import Entry
from stormops.core.network import City, Tree, trace
from stormops.core.report import Report, Symptom
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view import Changes, extent, said
from stormops.core.view_desk import DeskView
from stormops.core.view_public import PublicView
from tests.core.any_facts import AnyFacts
from tests.core.radial import radial_city
from tests.core.storm_day import StormDay, small_city

RADIAL = radial_city(feeders=2, laterals=3, transformers=3, houses=5)
RADIAL_TREE = trace(RADIAL.network, RADIAL.premises)


def as_json(view: dict[str, Any]) -> dict[str, Any]:
    """As it goes over the wire."""
    decoded: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(view))
    return decoded


def shown(view: dict[str, Any], changes: Changes) -> dict[str, Any]:
    """What a client makes of changes."""
    after = view | as_json(changes.put)
    for key in changes.unset:
        after.pop(key, None)
    return after


def follows(city: City, tree: Tree, entries: list[Entry], cuts: list[int]) -> None:
    """Fold in pages of these sizes, each in two parts, and compare what was carried along with what is."""
    partition = areas(city, 10)

    def recall(position: int) -> Any:
        return entries[position - 1].fact

    situation = Situation(city, tree)
    desk, public = DeskView(city, tree, recall), PublicView(city, partition)
    on_desk, in_public = as_json(desk.snapshot(situation)), as_json(public.snapshot(situation))
    at = 0
    for cut in cuts:
        touched = Touched()
        touched.add(situation.apply(entries[at : at + cut // 2]))
        touched.add(situation.apply(entries[at + cut // 2 : at + cut]))
        at += cut
        on_desk = shown(on_desk, desk.changes(situation, touched))
        in_public = shown(in_public, public.changes(situation, touched))
        assert on_desk == as_json(DeskView(city, tree, recall).snapshot(situation))
        assert in_public == as_json(PublicView(city, partition).snapshot(situation))


@settings(max_examples=5, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 80), min_size=20, max_size=20))
def test_snapshot_plus_changes_is_the_later_snapshot_in_a_storm(seed: int, cuts: list[int]) -> None:
    """Invariant 3 with what deciding makes of a storm, cut anywhere: between ticks, inside, many at once."""
    city, tree = small_city()
    day = StormDay(seed, city, tree)
    follows(city, tree, [entry for _ in range(20) for entry in day.step()], cuts)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(1, 40), min_size=12, max_size=12))
def test_snapshot_plus_changes_is_the_later_snapshot_whatever_happens(seed: int, cuts: list[int]) -> None:
    """Invariant 3 with facts of every kind in any order."""
    follows(RADIAL, RADIAL_TREE, list(AnyFacts(seed, RADIAL).entries(sum(cuts))), cuts)


def test_the_extent_is_coarse_and_holds_the_city() -> None:
    centre, (west, south, east, north) = extent(RADIAL)
    lon, lat = RADIAL.premises.lon, RADIAL.premises.lat
    assert west <= lon.min() <= lon.max() <= east
    assert south <= lat.min() <= lat.max() <= north
    for degrees in (*centre, west, south, east, north):
        assert math.isclose(degrees * 100, round(degrees * 100), abs_tol=1e-9)


def test_what_was_said_names_everything_given_and_nothing_else() -> None:
    one = Report(symptom=Symptom.TREE, address="12 Oak", phone="5", latitude=30.0, longitude=-85.0, note="dark")
    assert said(one) == "12 Oak · phone 5 · 30.00000, -85.00000 · dark"
    other = Report(symptom=Symptom.TREE, account="7", meter="8", service_point="E-9", landmark="the mill")
    assert said(other) == "the mill · account 7 · meter 8 · service point E-9"
