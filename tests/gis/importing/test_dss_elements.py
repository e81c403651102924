from pathlib import Path

import pytest

from stormops.gis.importing.dss_elements import PROPERTIES, Element, evaluate, property_name
from stormops.gis.importing.dss_text import words
from stormops.gis.importing.refusal import ImportRefused


def element(cls: str, said: str, known: dict[str, Element] | None = None) -> Element:
    made = Element(cls, "x", Path("m.dss"), 7)
    made.apply(words(said), known or {})
    return made


def test_positions_follow_the_last_named_property() -> None:
    made = element("line", "a.1 b.1 R1=1 2 3 4 Length=0.5 phases=1 en=False")
    assert (made.values["bus1"], made.values["bus2"]) == ("a.1", "b.1")
    assert [made.values[p] for p in ("r1", "x1", "r0", "x0")] == ["1", "2", "3", "4"]
    assert made.values["length"] == "0.5"
    assert not made.yes("enabled", True)


def test_names_may_be_cut_short_and_unknown_ones_are_kept() -> None:
    assert property_name("line", "sw") == ("switch", 15)
    assert property_name("line", "bus2")[0] == "bus2"
    assert property_name("load", "zz") == ("zz", len(PROPERTIES["load"]))


def test_windings_one_by_one_and_as_arrays() -> None:
    made = element("transformer", "phases=3 windings=2 wdg=1 bus=a kv=69 wdg=2 bus=b kv=12.47")
    assert (made.buses, made.kvs) == (["a", "b"], ["69", "12.47"])
    made.apply(words("buses=(c, d.1.2.3.0) kvs=[115 12.47]"), {})
    assert (made.buses, made.kvs) == (["c", "d.1.2.3.0"], ["115", "12.47"])


def test_codes_and_models_are_copied() -> None:
    code = element("xfmrcode", "phases=1 windings=3 kvs=[7.2 .12 .12]")
    known = {"xfmrcode.ct5": code}
    made = element("transformer", "XfmrCode=CT5 buses=[a b.1.0 b.0.2]", known)
    assert made.kvs == ["7.2", ".12", ".12"]
    assert made.buses == ["a", "b.1.0", "b.0.2"]
    twin = element("transformer", "like=T1 bus=z", {"transformer.t1": made})
    assert twin.kvs == made.kvs
    assert twin.buses[0] == "z"


@pytest.mark.parametrize(
    ("cls", "said", "reason"),
    [
        ("transformer", "wdg=0", "winding '0'"),
        ("transformer", "wdg=1000", "winding '1000'"),
        ("transformer", "wdg=two", "winding 'two'"),
        ("transformer", "xfmrcode=none", "xfmrcode.none is not defined"),
        ("line", "like=none", "line.none is not defined"),
    ],
)
def test_refuses_what_makes_no_sense(cls: str, said: str, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason) as refused:
        element(cls, said)
    assert refused.value.row == 7


@pytest.mark.parametrize(
    ("text", "value"),
    [("12.47", 12.47), ("1.051 0.88 0.001 3 * - - 115 12.47 / sqr *", 14.798), ("9 sqrt 2 ^", 9.0), ("4 inv", 0.25)],
)
def test_in_line_arithmetic(text: str, value: float) -> None:
    assert evaluate(element("line", ""), text, "length") == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("text", ["far", "1 2", "1 +", "", "1 0 /", "-1 sqrt", "nan", "inf", "9 9 ^ 9 ^ 9 ^"])
def test_refuses_text_that_is_no_number(text: str) -> None:
    with pytest.raises(ImportRefused, match="is not a number"):
        evaluate(element("line", ""), text, "length")
