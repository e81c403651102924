"""A leak's adjustment asked for by its bill: priced by the bill's own policy, against the bills before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from msgspec.structs import replace

from stormops.accounts import catalogue
from stormops.accounts.asking.asked import parts_of
from stormops.accounts.asking.catalogue import BODIES
from stormops.accounts.asking.leaking import SEWER, WATER
from stormops.accounts.charge_types import TAX
from stormops.accounts.records_money import Bill, BillLine, Request
from stormops.accounts.records_place import ServiceAgreement
from tests.accounts.asking.paper import Paper, paper
from tests.accounts.asking.test_requesting import no, part, want
from tests.accounts.policies import FOLDER, read

DAYS = [date(2026, month, 1) for month in range(2, 8)]
LEAK = {"account": "a1", "bill": "k6", "repaired": "2026-07-20"}


def leaking(units: int = 40) -> Paper:
    """Five bills of five thousand gallons a month, and one of `units`."""
    world = paper()
    for number, (since, until) in enumerate(zip(DAYS, [*DAYS[1:], world.day], strict=True), 1):
        used = units if number == 6 else 5
        lines = (
            BillLine(WATER, 0, since, until, "g-water", used),
            BillLine(SEWER, 0, since, until, "g-sewer"),
            BillLine("electric", 0, since, until, "g-electric", 100),
        )
        world.put(Bill(id=f"k{number}", account="a1", issued=until, due=until, cents=0, lines=lines))
    return world


def test_half_of_the_excess_and_all_of_the_sewer_that_never_came_there() -> None:
    made = want(leaking(), "leak", **LEAK, unsewered=True)
    usual, used_water, usual_water, used_sewer, usual_sewer, credit = (
        catalogue.from_plain(each) for each in parts_of(made.decision)
    )
    assert str(usual.value) == "5.082"  # 20 in 122 days, for 31
    excess = used_water.value.total - usual_water.value.total
    assert (used_water.value.units[2], excess > 7_000) == (20, True)
    cents = {line.charge: line.cents for line in made.proposal.lines}
    assert cents == {WATER: (excess + 1) // 2, SEWER: used_sewer.value - usual_sewer.value}
    assert (credit.value.water, credit.value.sewer) == (cents[WATER], cents[SEWER])
    assert used_water.on == date(2026, 8, 1)
    for decision in (usual, used_water, usual_water, used_sewer, usual_sewer, credit):
        assert (
            catalogue.RULES[decision.rule](leaking().work.pack, decision.on, decision.inputs, decision.of) == decision
        )
    sewered = {line.charge: line.cents for line in want(leaking(), "leak", **LEAK).proposal.lines}
    assert sewered == {WATER: cents[WATER], SEWER: (cents[SEWER] + 1) // 2}


def test_a_bill_without_sewer_gives_back_water_alone() -> None:
    world = leaking()
    bill = world.get(Bill, "k6")
    world.put(replace(bill, lines=bill.lines[:1]))
    assert [line.charge for line in want(world, "leak", **LEAK).proposal.lines] == [WATER]


def test_the_tax_on_what_is_taken_back_goes_with_it() -> None:
    ten = {"from": date(1900, 1, 1), "cite": ["t"], "parts": [{"name": "tax", "percent": 10, "on": ["non_fuel"]}]}
    taxed = {"name": "taxed", "title": "Taxed", "version": "1", "parent": "palmetto", "sources": {"t": "a test"}}
    packs = catalogue.packs([*(read(path) for path in FOLDER.glob("*.toml")), {**taxed, "utility_tax": [ten]}])
    world = leaking()
    asked: Any = msgspec.convert({"proposal": {"kind": "leak", **LEAK}, "reason": "a reason"}, BODIES["draft_request"])
    made: Any = asked.command(world.work._replace(pack=packs["taxed"]))
    cents = {line.charge: line.cents for line in made.proposal.lines}
    assert list(cents) == [WATER, TAX, SEWER]
    assert cents[TAX] == (cents[WATER] + 5) // 10


def test_what_is_no_leak_of_this_account_is_refused() -> None:
    asked: dict[str, Any] = LEAK
    assert no(leaking(5), "leak", **asked) == "no_excess"
    assert no(leaking(), "leak", **asked | {"repaired": "2026-08-02"}) == "not_repaired"
    assert no(leaking(), "leak", **asked | {"bill": "k1"}) == "no_usual_use"
    assert no(leaking(), "leak", **asked | {"bill": "k7"}) == "unknown_bill"
    assert no(leaking(), "leak", **asked | {"account": "a2"}) == "no_water"
    world = leaking()
    bill = world.get(Bill, "k6")
    world.put(replace(bill, lines=bill.lines[2:]))
    assert no(world, "leak", **asked) == "no_water"
    world = leaking()
    world.put(replace(world.get(ServiceAgreement, "g-water"), account="b1"))
    assert no(world, "leak", **asked) == "shared_bill"


def test_one_a_year_counts_what_was_not_turned_down() -> None:
    for state, code in (("submitted", "adjusted_before"), ("posted", "adjusted_before"), ("declined", "")):
        world = leaking()
        earlier = Request(
            id="q",
            kind="leak",
            state=state,
            maker="ann",
            made=date(2026, 5, 1),
            accounts=("a1",),
            account="a1",
            cents=5,
            proposal={"kind": "leak", "bill": "k3"},
            decision={},
        )
        world.put(earlier)
        if code:
            assert no(world, "leak", **LEAK) == code
        else:
            assert want(world, "leak", **LEAK).proposal.bill == "k6"


def test_a_month_that_leaked_too_is_not_what_is_usual() -> None:
    world = leaking()
    fifth = world.get(Bill, "k5")
    world.put(replace(fifth, lines=(replace(fifth.lines[0], quantity=30), *fifth.lines[1:])))
    with_it = parts_of(want(world, "leak", **LEAK).decision)[0]["result"]
    world.put(
        Request(
            id="q",
            kind="leak",
            state="posted",
            maker="ann",
            made=date(2025, 5, 1),
            accounts=("a1",),
            account="a1",
            cents=5,
            proposal={"kind": "leak", "bill": "k5"},
            decision={},
        )
    )
    without = parts_of(want(world, "leak", **LEAK).decision)[0]["result"]
    assert (float(with_it) > 11, float(without) < 6) == (True, True)


def test_nobody_types_what_the_rule_computes() -> None:
    world = leaking()
    world.owes("r1", WATER, 9_000, world.day)
    world.owes("r2", "electric", 9_000, world.day)
    typed = {"account": "a1", "type": "leak"}
    assert no(world, "adjustment", **typed, parts=[part("r1", 500)]) == "by_rule"
    assert want(world, "adjustment", **typed, parts=[part("r2", 500)]).proposal.cents is not None
    assert want(world, "adjustment", **typed | {"type": "courtesy"}, parts=[part("r1", 500)]) is not None
