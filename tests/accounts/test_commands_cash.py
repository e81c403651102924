from __future__ import annotations

from stormops.accounts.commands_cash import Bank, CloseDrawer, CountDrawer, OpenDrawer
from stormops.accounts.commands_payment import TakePayment
from stormops.accounts.records_money import Drawer
from tests.accounts.world import World, city


def till(world: World, change: int = 10_000) -> str:
    return world.do(OpenDrawer(change=change))["drawer"]


def pay(drawer: str, cents: int, number: str = "n1") -> TakePayment:
    return TakePayment(account="a1", number=number, cents=cents, tender="cash", drawer=drawer)


def test_a_drawer_is_counted_by_two_people_and_its_shortage_is_posted() -> None:
    world = city()
    drawer = till(world)
    assert world.refused(OpenDrawer()) == "drawer_open"
    world.do(pay(drawer, 5_000))
    world.do(Bank(cents=9_000, drawer=drawer))
    assert world.refused(CloseDrawer(drawer=drawer, counted=5_750), "bob") == "illegal_step"
    world.do(CountDrawer(drawer=drawer, counted=5_750))
    assert world.refused(CloseDrawer(drawer=drawer, counted=5_750)) == "maker_is_checker"
    answer = world.do(CloseDrawer(drawer=drawer, counted=5_750), "bob")
    assert answer["over"] == "-250"
    after = world.get(Drawer, drawer)
    assert (after.state, after.balance, after.counted_by, after.closed_by) == ("closed", 0, "ann", "bob")
    posted = {entry.event for entry in world.books.journals.values()}
    assert posted == {"float_issued", "paid", "banked", "drawer_short"}
    till(world)


def test_who_counts_otherwise_counts_again() -> None:
    world = city()
    drawer = till(world)
    world.do(CountDrawer(drawer=drawer, counted=10_100))
    assert world.do(CloseDrawer(drawer=drawer, counted=10_000), "bob")["recount"] == drawer
    assert world.get(Drawer, drawer).state == "open"
    world.do(CountDrawer(drawer=drawer, counted=10_100))
    assert world.do(CloseDrawer(drawer=drawer, counted=10_100), "bob")["over"] == "100"


def test_a_drawer_is_its_desks_and_gives_no_more_than_it_has() -> None:
    world = city()
    drawer = till(world)
    assert world.refused(pay(drawer, 5_000), desk="south") == "other_desk"
    assert world.refused(Bank(cents=10_001, drawer=drawer)) == "overdrawn"
    world.do(CountDrawer(drawer=drawer, counted=10_000))
    assert world.refused(pay(drawer, 5_000)) == "illegal_step"


def test_what_the_card_processor_pays_goes_to_the_bank() -> None:
    world = city()
    world.do(TakePayment(account="a1", number="n1", cents=500, tender="card"))
    world.do(Bank(cents=500))
    assert world.sums() == {"1010": 500, "1030": -500}
