"""Invariant 3 with the real situation: what was shown plus what changed is what is shown."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stormops.core.area import areas
from stormops.core.receipt_number import receipt_text
from stormops.core.report import Report, Symptom
from stormops.core.situation import Situation
from stormops.core.summary import Touched
from stormops.core.view import Changes, extent, said
from stormops.core.view_desk import DeskView
from stormops.core.view_public import PublicView
from tests.core.storm_day import StormDay, small_city

CITY, TREE = small_city()
AREAS = areas(CITY, 20)


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


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), cuts=st.lists(st.integers(1, 80), min_size=25, max_size=25))
def test_snapshot_plus_changes_is_the_later_snapshot(seed: int, cuts: list[int]) -> None:
    """Invariant 3, cut anywhere: between ticks, inside ticks, many ticks at once."""
    day = StormDay(seed, CITY, TREE)
    entries = [entry for _ in range(25) for entry in day.step()]

    def recall(position: int) -> Any:
        return entries[position - 1].fact

    situation = Situation(CITY, TREE)
    desk, public = DeskView(CITY, TREE, recall), PublicView(CITY, AREAS)
    views = [as_json(desk.snapshot(situation)), as_json(public.snapshot(situation))]
    touched, at = Touched(), 0
    for cut in cuts:
        touched.add(situation.apply(entries[at : at + cut // 2]))
        touched.add(situation.apply(entries[at + cut // 2 : at + cut]))
        at += cut
        views[0] = shown(views[0], desk.changes(situation, touched))
        views[1] = shown(views[1], public.changes(situation, touched))
        touched = Touched()
        assert views[0] == as_json(DeskView(CITY, TREE, recall).snapshot(situation))
        assert views[1] == as_json(PublicView(CITY, AREAS).snapshot(situation))


def storm(steps: int, seed: int = 1) -> tuple[StormDay, Situation, dict[str, Any], dict[str, Any]]:
    day = StormDay(seed, CITY, TREE)
    for _ in range(steps):
        day.step(reports=10)
    facts = [entry.fact for entry in day.journal.read(0, 100_000)]
    desk = DeskView(CITY, TREE, lambda position: facts[position - 1]).snapshot(day.situation)
    return day, day.situation, desk, PublicView(CITY, AREAS, "850-555-0100").snapshot(day.situation)


def test_the_desk_sees_every_open_incident_and_report() -> None:
    day, situation, desk, _ = storm(20)
    assert {key for key in desk if key.startswith("incident/")} == {
        f"incident/{incident.id}" for incident in situation.incidents.values()
    }
    unmatched = {key.partition("/")[2] for key in desk if key.startswith("unmatched/")}
    assert len(unmatched) == situation.totals.unmatched_open > 0
    points = {key.partition("/")[2] for key in desk if key.startswith("report/")}
    open_receipts = {receipt_text(r) for r in situation.reports.row_of if not situation.reports.get(r).answered}  # type: ignore[union-attr]
    assert points | unmatched == open_receipts
    assert desk["totals"]["customers_out"] == int(np.count_nonzero(situation.coverage.bits)) > 0
    assert desk["totals"]["reports"] == len(set(day.receipts))


def test_an_incident_has_the_fields_of_the_contract_and_a_place() -> None:
    _, situation, desk, _ = storm(20)
    values = [value for key, value in desk.items() if key.startswith("incident/")]
    names = (
        "id utility state device device_kind feeder lon lat customers_out customers_out_max reports since_ms "
        "opened_ms updated_ms place hull probability confirmed_by reasons safety medical"
    )
    assert all(set(names.split()) <= value.keys() for value in values)
    out = [value for value in values if value["customers_out"]]
    assert out
    for value in out:
        assert value["place"]
        assert value["hull"][0] == value["hull"][-1]
        assert 4 <= len(value["hull"]) <= 17
        device = situation.device_of.get(value["device"] or "", -1)
        below = TREE.below(device) if device >= 0 else situation.coverage.owned(situation.incident(value["id"]))  # type: ignore[arg-type]
        lon = np.round(CITY.premises.lon[below], 6)
        assert lon.min() <= value["lon"] <= lon.max()


def test_unmatched_reports_carry_what_was_said_and_why() -> None:
    _, _, desk, _ = storm(20)
    waiting = [value for key, value in desk.items() if key.startswith("unmatched/")]
    assert any("nowhere parkway" in value["said"] for value in waiting)
    assert all(value["why"] for value in waiting)
    assert all(len(value["candidates"]) <= 5 for value in waiting)


def test_the_public_counts_each_customer_once_in_their_area() -> None:
    _, situation, _, public = storm(20)
    regions = {key.partition("/")[2]: value for key, value in public.items() if key.startswith("area/")}
    assert regions
    dark = situation.coverage.bits != 0
    for row, name in enumerate(AREAS.id):
        members = AREAS.area_of_premise == row
        out = int(np.count_nonzero(dark & members))
        assert (name in regions) == bool(out)
        if out:
            assert regions[name]["out"] == out
            assert regions[name]["customers"] == np.count_nonzero(members)
            assert 0 < regions[name]["since_ms"] <= situation.at_ms
    assert public["totals"]["customers_out"] == sum(value["out"] for value in regions.values())
    assert public["totals"]["areas_affected"] == len(regions)


def test_nothing_changed_means_no_region_changed() -> None:
    _, situation, _, _ = storm(5)
    public = PublicView(CITY, AREAS)
    public.snapshot(situation)
    assert public.changes(situation, Touched()).put.keys() == {"totals"}


def test_an_empty_situation_shows_nobody_out() -> None:
    situation = Situation(CITY, TREE)
    desk = DeskView(CITY, TREE, lambda position: pytest.fail(f"nothing to recall at {position}")).snapshot(situation)
    assert desk.keys() == {"city", "totals"}
    assert desk["totals"]["customers_out"] == 0
    assert PublicView(CITY, AREAS).snapshot(situation)["totals"]["customers"] == len(CITY.premises)


def test_the_extent_is_coarse_and_holds_the_city() -> None:
    centre, (west, south, east, north) = extent(CITY)
    lon, lat = CITY.premises.lon, CITY.premises.lat
    assert west <= lon.min() <= lon.max() <= east
    assert south <= lat.min() <= lat.max() <= north
    for degrees in (*centre, west, south, east, north):
        assert math.isclose(degrees * 100, round(degrees * 100))


def test_what_was_said_names_everything_given_and_nothing_else() -> None:
    report = Report(
        symptom=Symptom.LIGHTS_OUT, address="12 Oak", phone="5", latitude=30.0, longitude=-85.0, note="dark"
    )
    assert said(report) == "12 Oak · phone 5 · 30.00000, -85.00000 · dark"


def test_receipts_are_written_as_people_read_them() -> None:
    assert receipt_text(1_2345_6789_012_3) == "01-2345-6789-012-3"
