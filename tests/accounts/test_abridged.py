from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from stormops.accounts import abridged, catalogue
from stormops.accounts.asking.billing import TERMS
from stormops.accounts.asking.memo import Memo
from stormops.accounts.records_money import BillingRun
from stormops.accounts.rules import estimates, metered, property_charges, proration
from tests.accounts.policies import PACKS, TODAY

PACK = PACKS["palmetto"]
ASKED: tuple[tuple[catalogue.AnyRule, msgspec.Struct, str], ...] = (
    (proration.base_share, proration.Period(days=12), ""),
    (metered.charge, metered.Usage(use={"all": Decimal(812)}, days=38), "residential"),
    (metered.charge, metered.Usage(use={"all": Decimal(9)}, base_share=proration.Share(12, 30)), "water"),
    (property_charges.fire_fee, property_charges.Building(zone="1", category="commercial", square_feet=9), "x"),
    (property_charges.flat, property_charges.Units(), "solid_waste"),
)


def run(clauses: dict[str, Any]) -> BillingRun:
    return BillingRun(
        id="r1", cycle=1, cycles=20, until=TODAY, due=TODAY, on=TODAY, city=PACK.name, maker="ann", clauses=clauses
    )


def test_what_was_kept_short_is_whole_again_to_the_word() -> None:
    memo = Memo(PACK)
    for rule, given, of in ASKED:
        memo.decide(rule, TODAY, given, of)
    verdict = estimates.allowed(PACK, TODAY, estimates.Wanted(cause="utility"))
    parts = [*memo.take(), abridged.of_decision(verdict)]
    kept = json.loads(msgspec.json.encode(abridged.together(PACK, "r1", parts)))
    clauses = json.loads(msgspec.json.encode(abridged.clauses(PACK, TODAY, TERMS)))
    again = [catalogue.from_plain(part) for part in abridged.whole(kept, run(clauses))]
    assert again == [*(rule(PACK, TODAY, given, of) for rule, given, of in ASKED), verdict]
    assert len(json.dumps(kept)) < len(json.dumps([catalogue.to_plain(each) for each in again])) / 4


def test_without_its_rule_or_clause_it_is_not_made_up() -> None:
    memo = Memo(PACK)
    memo.decide(property_charges.flat, TODAY, property_charges.Units(), "solid_waste")
    kept = json.loads(msgspec.json.encode(abridged.together(PACK, "r1", memo.take())))
    with pytest.raises(msgspec.ValidationError, match="no clause palmetto/flat_charge"):
        abridged.whole(kept, run({}))
    kept["decisions"][0][0] = "property.unheard_of"
    with pytest.raises(msgspec.ValidationError, match="no rule"):
        abridged.whole(kept, run({}))


def test_a_refusal_is_not_kept_short() -> None:
    refused = property_charges.stormwater(PACK, TODAY, property_charges.Area(square_feet=-1), "commercial")
    with pytest.raises(ValueError, match="refused"):
        abridged.of_decision(refused)
