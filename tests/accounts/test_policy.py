"""Packs: dated, cited, overriding; what is wrong in one is named by pack, rule and field."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from stormops.accounts import catalogue
from stormops.accounts.policy import PolicyError
from stormops.accounts.rules.deposits import DepositAmount
from stormops.accounts.rules.fees import LateFee
from stormops.accounts.rules.outage_credits import OutageCredit
from tests.accounts.policies import FOLDER, PACKS, TODAY, one, read

CLAUSE = {"from": date(2020, 1, 1), "cite": ["code"], "percent": Decimal("1.5")}


def pack(*clauses: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {"name": "x", "title": "X", "version": "1", "sources": {"code": "a code"}, **head, "late_fee": list(clauses)}


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.toml")), ids=lambda path: path.stem)
def test_every_citys_pack_is_read_and_named_as_its_file(path: Any) -> None:
    assert read(path)["name"] == path.stem
    assert path.stem in PACKS
    assert PACKS[path.stem].clauses, "a pack without a clause decides nothing"


def test_terms_are_those_in_force_on_the_day() -> None:
    michigan = PACKS["michigan"]
    amounts = {
        day: terms.amount if (terms := michigan.terms(OutageCredit, day)) else None
        for day in (date(2023, 4, 9), date(2023, 4, 10), date(2025, 9, 30), date(2025, 10, 1))
    }
    assert list(amounts.values()) == [None, Decimal(35), Decimal(35), Decimal(42)]


def test_a_city_overrides_the_yardstick_and_is_silent_about_the_rest() -> None:
    found = PACKS["claremore"].clause(DepositAmount, TODAY, "commercial")
    yardstick = PACKS["key-west"].clause(DepositAmount, TODAY, "commercial")
    assert found is not None
    assert yardstick is not None
    assert (found[0].name, yardstick[0].name) == ("claremore", "psc-florida")
    assert PACKS["south-daytona"].terms(LateFee, TODAY) is None
    assert [pack.name for pack in PACKS["gru"].lineage()] == ["gru", "psc-florida", "federal"]


def test_the_nearer_clause_wins_within_a_pack() -> None:
    late = [{**CLAUSE}, {**CLAUSE, "of": "commercial", "percent": Decimal(3)}]
    found = catalogue.packs([pack(*late)])["x"]
    assert [
        terms.percent if (terms := found.terms(LateFee, TODAY, of)) else None for of in ("commercial", "residential")
    ] == [Decimal(3), Decimal("1.5")]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (pack({**CLAUSE, "percent": "much"}), r"Pack x, late_fee no. 1: Invalid decimal string - at `\$.percent`"),
        (pack({**CLAUSE, "percent": Decimal(-1)}), "Pack x, late_fee no. 1: `percent` is -1"),
        (pack({**CLAUSE, "percent": Decimal("NaN")}), "Pack x, late_fee no. 1: .*percent"),
        (pack({**CLAUSE, "precent": 1}), "Pack x, late_fee no. 1: .*unknown field `precent`"),
        (pack({"from": date(2020, 1, 1), "cite": ["code"]}), "Pack x, late_fee no. 1: .*`percent`"),
        (pack({key: CLAUSE[key] for key in ("cite", "percent")}), "Pack x, late_fee no. 1: .*`from`"),
        (pack({**CLAUSE, "from": "soon"}), r"Pack x, late_fee no. 1: Invalid RFC3339 .*\$.from"),
        (pack({**CLAUSE, "cite": []}), "Pack x, late_fee no. 1: `cite` must name sources"),
        (pack({**CLAUSE, "cite": ["hearsay"]}), r"Pack x, late_fee no. 1: `cite` .*\['hearsay'\]"),
        (pack({**CLAUSE, "to": date(2019, 1, 1)}), "Pack x, late_fee no. 1: `to` 2019-01-01 is before"),
        (pack(CLAUSE, {**CLAUSE, "from": date(2021, 1, 1)}), "Pack x, late_fee no. 2: in force at the same time"),
        ({**pack(), "late_fees": []}, "Pack x: no rule is called late_fees; late_fee?"),
        ({**pack(), "late_fee": {}}, r"Pack x: late_fee must be an array of tables: \[\[late_fee\]\]"),
        ({**pack(), "late_fee": [1]}, "Pack x, late_fee no. 1: Expected `object`"),
        ({**pack(), "title": 3}, "Pack x: Expected `str`, got `int`"),
        (pack(parent="y"), "Pack x: no pack is called y"),
        (pack(parent="x"), "Pack x: its own ancestor"),
    ],
)
def test_what_is_wrong_is_named(raw: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        catalogue.packs([raw])


def test_two_packs_of_one_name_are_refused() -> None:
    with pytest.raises(PolicyError, match="Pack x: there are two"):
        catalogue.packs([pack(), pack()])


@pytest.mark.parametrize(
    "tiers",
    [
        [{"rate": 1}, {"rate": 2}],
        [{"through": 5, "rate": 1}],
        [{"through": 5, "rate": 1}, {"through": 5, "rate": 2}, {"rate": 3}],
    ],
)
def test_bands_rise_and_only_the_last_is_open(tiers: list[dict[str, int]]) -> None:
    with pytest.raises(PolicyError, match="`tiers` rise"):
        one("metered_rate", unit="kWh", tiers=tiers)


def test_packs_are_found_by_name_and_listed() -> None:
    assert {pack.name for pack in PACKS} == {path.stem for path in FOLDER.glob("*.toml")}
    assert "atlantis" not in PACKS
