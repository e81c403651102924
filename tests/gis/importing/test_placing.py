import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from stormops.gis.importing.findings import Findings
from stormops.gis.importing.placing import METRES, Placement, clean, place, reproject
from stormops.gis.importing.refusal import ImportRefused

HERE = Path("Buscoords.dss")
FEET = np.array([[0.0, 0.0], [20_000.0, 0.0], [20_000.0, 30_000.0], [np.nan, 1.0], [0.0, 30_000.0]])


@settings(max_examples=25, deadline=None)
@given(
    st.floats(-170, 170),
    st.floats(-60, 60),
    st.floats(-360, 360),
    st.sampled_from(["ft", "us-ft"]),
)
def test_a_plane_is_moved_and_turned_but_never_stretched(lon: float, lat: float, turn: float, unit: str) -> None:
    how = Placement(origin=(lon, lat), rotation_deg=turn, unit=unit)
    lons, lats = place(FEET[:, 0], FEET[:, 1], how, HERE, Findings())
    geod = Geod(ellps="WGS84")
    for i, j in itertools.combinations([0, 1, 2, 4], 2):
        _, _, ground = geod.inv(lons[i], lats[i], lons[j], lats[j])
        assert ground == pytest.approx(np.hypot(*(FEET[i] - FEET[j])) * METRES[unit], rel=1e-5)
    _, _, off = geod.inv(lon, lat, np.mean(lons[[0, 2]]), np.mean(lats[[0, 2]]))
    assert off < 10
    assert np.isnan(lons[3])
    assert np.isnan(lats[3])


def test_turns_counter_clockwise() -> None:
    x, y = np.array([-100.0, 100.0]), np.zeros(2)
    lon, lat = place(x, y, Placement(origin=(-84, 30), rotation_deg=90, unit="m"), HERE, Findings())
    assert lat[1] > lat[0]
    assert lon[1] == pytest.approx(lon[0])


def test_degrees_stay_and_named_systems_are_projected() -> None:
    lon, lat = np.array([-84.0, np.nan]), np.array([30.0, np.nan])
    np.testing.assert_array_equal(place(lon, lat, Placement(), HERE, Findings()), (lon, lat))
    # Greensboro: a bus whose planar and geographic coordinates SMART-DS gives side by side.
    got = place(np.array([607984.077505]), np.array([3986616.7626]), Placement(crs="EPSG:32617"), HERE, Findings())
    assert got[0][0] == pytest.approx(-79.8016296, abs=1e-4)
    assert got[1][0] == pytest.approx(36.0180697, abs=1e-3)


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (Placement(), "coordinates are not degrees"),
        (Placement(crs="EPSG:0"), "is not known"),
        (Placement(crs="nonsense"), "is not known"),
        (Placement(origin=(-84, 30), unit="cubit"), "unit 'cubit'"),
        (Placement(origin=(-840, 30)), "is not a longitude and latitude"),
    ],
)
def test_refuses_an_unknown_system(how: Placement, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        place(FEET[:, 0], FEET[:, 1], how, HERE, Findings())


def test_positions_off_the_globe_are_missing() -> None:
    findings = Findings()
    lon, lat = clean(np.array([0.0, 200.0, -84.0, np.nan]), np.array([0.0, 1.0, 30.0, 5.0]), findings)
    np.testing.assert_array_equal(lon, [np.nan, np.nan, -84.0, np.nan])
    np.testing.assert_array_equal(lat, [np.nan, np.nan, 30.0, np.nan])
    assert findings.count("coordinates-outside") == 2


def test_reproject_keeps_what_is_missing() -> None:
    lon, lat = reproject(np.array([np.nan, -84.0]), np.array([1.0, 30.0]), "EPSG:4326", HERE)
    np.testing.assert_array_equal(lon, [np.nan, -84.0])
    np.testing.assert_array_equal(lat, [np.nan, 30.0])
