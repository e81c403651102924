from pathlib import Path

import pytest

from stormops.gis.importing.columns import columns_of
from stormops.gis.importing.refusal import ImportRefused

HERE = Path("a.csv")


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ["esiteid", "house_number", "street", "unit", "city", "state", "zip", "site_type", "lon", "lat"],
            {"id": ["esiteid"], "house_number": ["house_number"], "locality": ["city"], "postcode": ["zip"]},
        ),
        (
            ["LON", "LAT", "NUMBER", "STREET", "UNIT", "CITY", "REGION", "POSTCODE", "ID", "HASH"],
            {"id": ["ID"], "house_number": ["NUMBER"], "street": ["STREET"], "lon": ["LON"], "postcode": ["POSTCODE"]},
        ),
        (
            ["Site_NGUID", "Add_Number", "St_PreDir", "St_Name", "St_PosTyp", "Inc_Muni", "Post_Code", "Long", "Lat"],
            {"street": ["St_PreDir", "St_Name", "St_PosTyp"], "id": ["Site_NGUID"], "locality": ["Inc_Muni"]},
        ),
    ],
)
def test_knows_the_usual_spellings(names: list[str], found: dict[str, list[str]]) -> None:
    got = columns_of(names, {}, HERE)
    assert {ours: got[ours] for ours in found} == found


def test_a_mapping_goes_first_and_may_join_columns() -> None:
    got = columns_of(["street", "DIR", "NM", "TY"], {"street": "dir + nm+ty"}, HERE)
    assert got["street"] == ["DIR", "NM", "TY"]


def test_refuses_without_a_street_or_with_a_wrong_mapping() -> None:
    with pytest.raises(ImportRefused, match="no column 'street'; its columns are: a, b"):
        columns_of(["a", "b"], {}, HERE)
    with pytest.raises(ImportRefused, match="no column 'road'"):
        columns_of(["street"], {"street": "road"}, HERE)
    with pytest.raises(ImportRefused, match="no column 'road' to map to"):
        columns_of(["street"], {"road": "street"}, HERE)
