import json
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely

from stormops.core.network import PremiseKind, Premises
from stormops.gis.importing.addresses import AddressOptions, read_addresses
from stormops.gis.importing.findings import Findings
from stormops.gis.importing.refusal import ImportRefused

Write = Callable[[str, str], Path]

ROWS = (
    ("8", "419", "Irish Settlement Rd", "", "Underhill", "05489", "SINGLE FAMILY DWELLING", -72.88, 44.56),
    ("22", "121", "Sherwood Sq", "2", "Essex", "05452", "CONDOMINIUM", -73.10, 44.49),
    ("23", "121", "SHERWOOD SQ", "3", "Essex", "05452", "CONDOMINIUM", -73.10, 44.491),
    ("35", "0", "Main Rd", "", "Huntington", "", "COMMUNICATION BOX", -72.96, 44.28),
)
NAMES = ("id", "number", "street", "unit", "city", "postcode", "site_type", "lon", "lat")


def read(
    file: Path, findings: Findings | None = None, options: AddressOptions | None = None
) -> tuple[Premises, list[str]]:
    return read_addresses(file, options or AddressOptions(), findings or Findings())


def csv(rows: tuple[tuple[object, ...], ...] = ROWS, names: tuple[str, ...] = NAMES) -> str:
    return "\n".join(",".join(map(str, row)) for row in (names, *rows)) + "\n"


def frame(crs: str = "EPSG:4326") -> geopandas.GeoDataFrame:
    data = {name: [row[i] for row in ROWS] for i, name in enumerate(NAMES[:7])}
    points = [shapely.Point(row[7], row[8]) for row in ROWS]
    return geopandas.GeoDataFrame(data, geometry=points, crs="EPSG:4326").to_crs(crs)


def check(premises: Premises, ids: list[str]) -> None:
    assert premises.id == ids
    assert premises.house_number == ["419", "121", "121", ""]
    assert premises.address(1) == "121 Sherwood Sq 2"
    assert premises.localities == ["Essex", "Huntington", "Underhill"]
    assert [premises.localities[i] for i in premises.locality] == ["Underhill", "Essex", "Essex", "Huntington"]
    assert premises.postcode[0] == "05489"
    np.testing.assert_allclose(premises.lon, [row[7] for row in ROWS], atol=1e-6)
    np.testing.assert_allclose(premises.lat, [row[8] for row in ROWS], atol=1e-6)
    assert premises.building.tolist() == [0, 1, 1, 2]
    assert premises.kind.tolist() == [
        *(PremiseKind.SINGLE_FAMILY, PremiseKind.MULTI_FAMILY, PremiseKind.MULTI_FAMILY, PremiseKind.OTHER),
    ]
    assert premises.services.tolist() == [15, 15, 15, 1]
    assert premises.bus.tolist() == [-1] * 4


def test_reads_csv(write: Write) -> None:
    findings = Findings()
    premises, said = read(write("a.csv", csv()), findings)
    check(premises, ["8", "22", "23", "35"])
    assert said == [""] * 4
    assert {f["code"]: f["examples"] for f in findings.items()} == {
        "site-type-not-premise": ["35 (COMMUNICATION BOX)"],
        "address-no-number": ["35"],
    }


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32145"])
def test_reads_map_files_in_any_system(tmp_path: Path, suffix: str, crs: str) -> None:
    file = tmp_path / f"a.{suffix}"
    frame(crs).to_file(file, engine="pyogrio")
    check(read(file)[0], ["8", "22", "23", "35"])


def test_reprojects_csv_when_told(write: Write) -> None:
    points = frame("EPSG:32145").geometry
    rows = tuple((*row[:7], p.x, p.y) for row, p in zip(ROWS, points, strict=True))
    check(read(write("a.csv", csv(rows)), None, AddressOptions(crs="EPSG:32145"))[0], ["8", "22", "23", "35"])
    with pytest.raises(ImportRefused, match="coordinates are not degrees") as refused:
        read(write("a.csv", csv(rows)))
    assert refused.value.row == 2


def test_parcels_become_points_inside_them(tmp_path: Path) -> None:
    parcels = frame().set_geometry([shapely.box(x, 44, x + 0.001, 44.001) for x in (-73, -73.1, -73.2, -73.3)])
    parcels.to_file(tmp_path / "a.gpkg", engine="pyogrio")
    premises, _ = read(tmp_path / "a.gpkg")
    np.testing.assert_allclose(premises.lon, [-72.9995, -73.0995, -73.1995, -73.2995])


def test_features_without_geometry_and_numbers_as_numbers(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {"number": 12, "street": "A St", "id": 7}, "geometry": None},
        {
            "type": "Feature",
            "properties": {"number": None, "street": "A St", "id": 8.0},
            "geometry": {"type": "Point", "coordinates": [-73, 44]},
        },
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    findings = Findings()
    premises, _ = read(tmp_path / "a.geojson", findings)
    assert premises.id == ["7", "8"]
    assert premises.house_number == ["12", ""]
    np.testing.assert_array_equal(premises.lon, [np.nan, -73])
    assert findings.count("address-no-coordinates") == 1


def test_rough_rows_are_kept_and_reported(write: Write) -> None:
    findings = Findings()
    rows = (
        ("8", "1", "A St", "", "X", "", "", "", ""),
        ("8", "1", "a st", "", "X", "", "SPACEPORT", 0, 0),
        ("", "2", "", "", "X", "", "OTHER", -73, 44),
    )
    premises, _ = read(write("a.csv", csv(rows)), findings)
    assert premises.id == ["8", "8#2", "row-4"]
    assert {f["code"]: f["examples"] for f in findings.items()} == {
        "coordinates-outside": ["2"],
        "address-no-id": ["row 4"],
        "address-duplicate-id": ["8"],
        "site-type-missing": ["8"],
        "site-type-unknown": ["8#2 (SPACEPORT)"],
        "address-no-street": ["row-4"],
        "address-no-coordinates": ["8", "8#2"],
        "address-same-text": ["8", "8#2"],
    }


def test_mapping_services_and_other_keys(write: Write) -> None:
    names = ("KEY", "NO", "DIR", "NM", "TY", "AC", "TEL", "MT", "BUS", "LON", "LAT")
    text = csv((("k", "7", "N", "Oak", "null", "A1", "555", "M1", "b9", -84, 30),), names)
    mapping = {
        "id": "KEY",
        "house_number": "NO",
        "street": "DIR+NM+TY",
        "account": "AC",
        "phone": "TEL",
        "meter": "MT",
    }
    premises, said = read(write("a.csv", text), None, AddressOptions(columns=mapping, services=("electric", "water")))
    assert premises.address(0) == "7 N Oak"
    assert (premises.account, premises.phone, premises.meter, said) == (["A1"], ["555"], ["M1"], ["b9"])
    assert premises.services.tolist() == [3]


@pytest.mark.parametrize(
    ("text", "row", "reason"),
    [
        (csv(names=("id", "number", "road", *NAMES[3:])), 1, "no column 'street'"),
        (csv((ROWS[0], (*ROWS[1][:7], "-73.1W", 44))), 3, "lon '-73.1W' is not a number"),
        (csv((ROWS[0], ROWS[1][:5])), 3, "has 5 fields"),
        (",".join(NAMES) + "\n", None, "holds no addresses"),
        ("\x00\x01\x02", 1, "not UTF-8"),
    ],
)
def test_a_wrong_table_is_refused_with_its_row(write: Write, text: str, row: int | None, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        read(write("a.csv", text))
    assert refused.value.row == row


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.geojson", '{"type": "FeatureCollection", "features": [', "cannot be read"),
        ("a.geojson", "<OGRVRTDataSource/>", "is not GeoJSON"),
        ("a.geojson", "", "is not GeoJSON"),
        ("a.gpkg", '{"type": "FeatureCollection"}', "is not a GeoPackage"),
        ("a.gpkg", "SQLite format 3\0" + "junk" * 400, "cannot be read"),
        ("a.vrt", "<OGRVRTDataSource/>", "is none of CSV"),
        ("a.shp", "", "is none of CSV"),
    ],
)
def test_a_wrong_map_file_is_refused(write: Write, name: str, content: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read(write(name, content))
    with pytest.raises(ImportRefused, match="cannot be opened"):
        read(Path("none.gpkg"))


def test_of_several_layers_one_is_named(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.gpkg", layer="points", engine="pyogrio")
    frame().to_file(tmp_path / "a.gpkg", layer="more", engine="pyogrio")
    with pytest.raises(ImportRefused, match=r"has 2 layers \(points, more\); name one"):
        read(tmp_path / "a.gpkg")
    assert len(read(tmp_path / "a.gpkg", None, AddressOptions(layer="more"))[0]) == 4
    with pytest.raises(ImportRefused, match="cannot be read"):
        read(tmp_path / "a.gpkg", None, AddressOptions(layer="none"))
