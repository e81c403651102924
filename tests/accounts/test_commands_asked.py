from __future__ import annotations

import msgspec
import pytest

from stormops.accounts.commands_asked import OPEN_MAX, StepServiceRequest, TakeServiceRequest
from stormops.accounts.commands_collect import ExtendDueDate, OfferArrangement, StepArrangement
from stormops.accounts.commands_work import AddContact
from stormops.accounts.controls import OWN, Grant, Grants
from stormops.accounts.deciding import Effects, decide
from stormops.accounts.records_money import Arrangement, Instalment
from stormops.accounts.records_work import Contact, ServiceRequest
from stormops.accounts.refusal import Refusal
from tests.accounts.test_commands_service import bill
from tests.accounts.world import PROOF, World, city

STOP = TakeServiceRequest(
    kind="stop", number="W1", services=("electric",), day="2026-03-09", address="1 Palm", name="Ada"
)


def as_customer(world: World, command: object, accounts: frozenset[str] = frozenset({"a1"})) -> str | Effects:
    """Decided for the customer of these accounts, and written; a refusal's code."""
    grants = Grants("customer", (Grant(OWN),), only=accounts)
    answer = decide(world.books, command, world.envelope("customer"), grants, world.now)  # type: ignore[arg-type]
    if isinstance(answer, Refusal):
        return answer.code
    world.books.write(answer)
    return answer


def of(world: World, number: str) -> ServiceRequest:
    return world.books.where(ServiceRequest, number=number)[0]


def test_a_wish_is_work_for_the_counter_and_stands_in_the_history_of_contacts() -> None:
    world = city()
    made = as_customer(world, msgspec.structs.replace(STOP, account="a1"))
    assert isinstance(made, Effects)
    assert "Asked to stop electric" in world.books.where(Contact, account="a1")[0].text
    key = of(world, "W1").id
    world.do(StepServiceRequest(request=key, step="take"), "bob")
    assert (of(world, "W1").state, of(world, "W1").owner) == ("in_hand", "bob")
    assert as_customer(world, StepServiceRequest(request=key, step="cancel")) == "illegal_step"  # somebody has begun
    assert world.refused(StepServiceRequest(request=key, step="decline")) == "no_text"
    world.do(StepServiceRequest(request=key, step="complete", reply="off since noon"))
    assert (of(world, "W1").state, of(world, "W1").reply) == ("done", "off since noon")


def test_what_nobody_has_begun_with_is_the_customers_to_cancel_and_nobody_elses() -> None:
    world = city()
    as_customer(world, msgspec.structs.replace(STOP, account="a1"))
    cancel = StepServiceRequest(request=of(world, "W1").id, step="cancel")
    assert as_customer(world, cancel, frozenset({"a2"})) == "not_yours"
    assert as_customer(world, msgspec.structs.replace(cancel, step="take")) == "no_permission"
    assert isinstance(as_customer(world, cancel), Effects)
    assert of(world, "W1").state == "cancelled"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"day": "2027-03-09"}, "day_too_far"),
        ({"day": "2025-03-09"}, "day_too_far"),
        ({"day": "2026-02-30"}, "no_day"),
        ({"address": " "}, "no_text"),
        ({"kind": "move"}, "no_text"),
        ({}, "no_way_back"),
        ({"account": "a2"}, "not_yours"),
    ],
)
def test_what_is_no_wish_is_refused(change: dict[str, str], code: str) -> None:
    assert as_customer(city(), msgspec.structs.replace(STOP, **change)) == code


def test_somebody_without_an_account_asks_and_gets_nowhere_else() -> None:
    world, nobody = city(), frozenset[str]()
    assert isinstance(as_customer(world, msgspec.structs.replace(STOP, phone="8505550100"), nobody), Effects)
    assert as_customer(world, msgspec.structs.replace(STOP, phone="8505550100"), nobody) == "number_taken"
    assert as_customer(world, AddContact(account="a1", text="x"), nobody) == "no_permission"


def test_open_wishes_of_an_account_are_bounded() -> None:
    world = city()
    for number in range(OPEN_MAX):
        assert isinstance(as_customer(world, msgspec.structs.replace(STOP, account="a1", number=f"W{number}")), Effects)
    assert as_customer(world, msgspec.structs.replace(STOP, account="a1", number="more")) == "too_many"


def test_a_customer_has_one_arrangement_and_takes_it_back_the_same_day() -> None:
    world = city()
    bill(world, "a1", 10_000)
    today = world.envelope("customer").day
    offer = OfferArrangement(
        account="a1", instalments=(Instalment(today, 5_000),), decision=PROOF | {"on": today.isoformat()}
    )
    assert as_customer(world, offer, frozenset({"a2"})) == "not_yours"
    assert isinstance(as_customer(world, offer), Effects)
    made = world.books.where(Arrangement, account="a1")[0]
    assert as_customer(world, StepArrangement(arrangement=made.id, step="pay", paid=1)) == "no_permission"
    assert isinstance(as_customer(world, StepArrangement(arrangement=made.id, step="accept")), Effects)
    later = ExtendDueDate(account="a1", until="2099-01-01", decision=PROOF)
    assert as_customer(world, offer) == as_customer(world, later) == "arranged_already"
    world.later(1)
    assert as_customer(world, StepArrangement(arrangement=made.id, step="cancel")) == "too_late"
    world.later(-1)
    assert isinstance(as_customer(world, StepArrangement(arrangement=made.id, step="cancel")), Effects)
    assert [each.text.split(":")[0] for each in world.books.where(Contact, account="a1")] == [
        "Accepted an arrangement",
        "Took an arrangement back.",
    ]
