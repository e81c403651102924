import pytest

from stormops.core.network import EdgeKind
from stormops.gis.importing.devices import line_kind, transformer_kind


@pytest.mark.parametrize(
    ("name", "code", "switch", "kind"),
    [
        ("fuse(r:a-b)u_1", "fuse_1_1", False, EdgeKind.FUSE),
        ("recloser_disswitch(r:a-b)", "recloser_3_3", False, EdgeKind.RECLOSER),
        ("Breaker(r:a-b)", "", True, EdgeKind.BREAKER),
        ("sb10_305", "BREAKER_13KV_3_3", True, EdgeKind.BREAKER),
        ("sb10_304", "DISCONNECT_SWITCH_13KV_3_3", True, EdgeKind.SWITCH),
        ("feeder_breaker_7", "", True, EdgeKind.BREAKER),
        ("S_MDV201_1144260FUSE-1B0", "defaultSecondary", False, EdgeKind.LINE),
        ("fused_neutral", "", False, EdgeKind.LINE),
        ("l(r:a-b)", "3P_OH", False, EdgeKind.LINE),
        ("padswitch(r:a-b)", "padswitch_1_1", True, EdgeKind.SWITCH),
    ],
)
def test_line_kind(name: str, code: str, switch: bool, kind: EdgeKind) -> None:
    assert line_kind(name, code, switch) is kind


@pytest.mark.parametrize(
    ("kvs", "sub", "kind"),
    [
        ([69.0, 12.47], False, EdgeKind.POWER_TRANSFORMER),
        ([230.0, 69.0], False, EdgeKind.POWER_TRANSFORMER),
        ([12.47, 0.48], False, EdgeKind.TRANSFORMER),
        ([7.2, 0.12, 0.12], False, EdgeKind.TRANSFORMER),
        ([12.47, 4.16], False, EdgeKind.TRANSFORMER),
        ([12.47, 4.16], True, EdgeKind.POWER_TRANSFORMER),
        ([7.2, 7.2], False, EdgeKind.LINE),
        ([0.48, 0.48], False, EdgeKind.TRANSFORMER),
        ([], False, EdgeKind.TRANSFORMER),
    ],
)
def test_transformer_kind(kvs: list[float], sub: bool, kind: EdgeKind) -> None:
    assert transformer_kind(kvs, sub) is kind
