import pytest

from stormops.core.network import PremiseKind as Kind
from stormops.gis.importing.kinds import premise_kind


@pytest.mark.parametrize(
    ("site_type", "kind", "premise", "known"),
    [
        ("SINGLE FAMILY DWELLING", Kind.SINGLE_FAMILY, True, True),
        ("MULTI-FAMILY DWELLING", Kind.MULTI_FAMILY, True, True),
        ("Mobile Home", Kind.MOBILE_HOME, True, True),
        ("COMMERCIAL W/RESIDENCE", Kind.COMMERCIAL, True, True),
        ("OTHER RESIDENTIAL", Kind.SINGLE_FAMILY, True, True),
        ("INSTITUTIONAL RESIDENCE / DORM / BARRACKS", Kind.MULTI_FAMILY, True, True),
        ("Hospital", Kind.HOSPITAL, True, True),
        ("VETERINARY HOSPITAL / CLINIC", Kind.COMMERCIAL, True, True),
        ("PUMP STATION", Kind.LIFT_STATION, True, True),
        ("WASTEWATER TREATMENT PLANT", Kind.LIFT_STATION, True, True),
        ("PUBLIC WATER SUPPLY WELL", Kind.WATER_WELL, True, True),
        ("SCHOOL K / 12", Kind.PUBLIC, True, True),
        ("LUMBER MILL / SAW MILL", Kind.INDUSTRIAL, True, True),
        ("COMMUNICATION BOX", Kind.OTHER, False, True),
        ("ACCESSORY BARN", Kind.OTHER, False, True),
        ("CEMETERY", Kind.OTHER, False, True),
        ("WATER TOWER", Kind.OTHER, False, True),
        ("OTHER", Kind.OTHER, True, True),
        ("SPACEPORT", Kind.OTHER, True, False),
        ("", Kind.SINGLE_FAMILY, True, True),
    ],
)
def test_premise_kind(site_type: str, kind: Kind, premise: bool, known: bool) -> None:
    got = premise_kind(site_type)
    assert (got.kind, got.premise, got.known) == (kind, premise, known)
