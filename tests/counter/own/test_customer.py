from __future__ import annotations

from stormops.accounts.controls import OWN
from stormops.counter.own.customer import NOBODY, Customer, asking
from stormops.counter.rights import NEEDS, grants_of, may_use
from stormops.staff.roles import ROLES


def test_a_customer_may_do_a_few_things_on_their_own_accounts_and_no_staff_may_by_being_one() -> None:
    ada = Customer("ada", "Ada", "a1", ("a1", "a2"), "c", "t")
    assert {name for name in NEEDS if may_use(ada, name)} == {
        "offer_arrangement",
        "extend_due_date",
        "step_arrangement",
        "take_service_request",
        "step_service_request",
    }
    grants = grants_of(ada)
    assert (grants.person, grants.only) == ("customer:ada", frozenset({"a1", "a2"}))
    assert (ada.permissions, ada.roles) == (frozenset(), [])
    assert all(OWN not in {grant.permission for grant in role.grants} for role in ROLES.values())
    assert grants_of(NOBODY).only == frozenset()


def test_what_customers_ask_for_came_by_web() -> None:
    made = asking(Customer("ada", "Ada", "a1", ("a1",), "c", "t"), "x", None, "k")  # type: ignore[arg-type]
    assert (made.channel, made.person.desk, made.person.shift) == ("online", "web", 0)
