import numpy as np
import pytest

from geo.generate import generate_city
from geo.landmarks import FACILITIES, Places
from stormops.core.network import SERVICE_BITS, City, PremiseKind


@pytest.fixture(scope="module")
def city() -> City:
    return generate_city(12_000, seed=3)


def test_critical_facilities_come_in_believable_numbers(city: City) -> None:
    counts = np.bincount(city.premises.kind, minlength=len(PremiseKind))
    assert counts[PremiseKind.HOSPITAL] == 1
    assert counts[PremiseKind.DIALYSIS] == 1
    assert counts[PremiseKind.LIFT_STATION] == 17
    assert counts[PremiseKind.SHELTER] == 5
    assert counts[PremiseKind.WATER_WELL] == 4
    assert 8 <= counts[PremiseKind.SIGNAL] <= 40


def test_even_a_village_has_each_of_them() -> None:
    for seed in range(4):
        kinds = set(generate_city(300, seed).premises.kind.tolist())
        assert set(range(PremiseKind.HOSPITAL, PremiseKind.WATER_WELL + 1)) <= kinds


def test_landmarks_have_distinct_names_and_stand_in_the_city(city: City) -> None:
    marks = city.landmarks
    assert len(set(marks.name)) == len(marks.name) == len(marks.lon) == len(marks.lat)
    assert len(marks.name) > 60
    assert np.isfinite(marks.lon).all()
    assert any("Hospital" in name for name in marks.name)
    assert any("Elementary School" in name for name in marks.name)
    x, y = city.metres(marks.lon, marks.lat)
    houses = np.stack(city.metres(city.premises.lon, city.premises.lat), axis=1)
    for k, name in enumerate(marks.name):
        if "Hospital" in name or "School" in name:
            assert np.hypot(*(houses - [x[k], y[k]]).T).min() < 1.0


def test_lakes_and_parks_are_closed_rings_with_nobody_in_the_water(city: City) -> None:
    import shapely

    assert city.water
    assert city.parks
    points = shapely.points(city.premises.lon, city.premises.lat)
    for ring in [*city.water, *city.parks]:
        assert ring[0].tolist() == ring[-1].tolist()
        assert shapely.Polygon(ring).is_valid
    for ring in city.water:
        assert not shapely.contains(shapely.Polygon(ring), points).any()


def test_services_follow_the_kind_of_place(city: City) -> None:
    services, kind = city.premises.services, city.premises.kind
    assert (services & SERVICE_BITS["electric"]).all()
    assert (services[kind == PremiseKind.SIGNAL] == SERVICE_BITS["electric"]).all()
    for name, low, high in (("water", 0.8, 1.0), ("gas", 0.2, 0.7), ("sewer", 0.6, 0.99)):
        assert low < ((services & SERVICE_BITS[name]) > 0).mean() < high
    assert ((services[kind == PremiseKind.LIFT_STATION] & SERVICE_BITS["sewer"]) > 0).all()


def test_repeated_names_are_numbered() -> None:
    places = Places()
    for _ in range(3):
        places.add("Egret Plaza", 0, 0)
    assert places.name == ["Egret Plaza", "Egret Plaza No. 2", "Egret Plaza No. 3"]


def test_every_kind_of_critical_facility_has_its_rule() -> None:
    ruled = {facility.kind for facility in FACILITIES} | {PremiseKind.SIGNAL}
    assert {kind for kind in PremiseKind if kind >= PremiseKind.HOSPITAL} <= ruled
